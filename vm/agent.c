/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first and only process of the throw-away machine: /init of its initramfs. It loads the
 * modules the machine needs, meets the host on the virtio serial port, has agent_files.c put the
 * host's files under its root, and leaves the command to agent_run.c. It never returns: at the end
 * the machine is switched off.
 *
 * Static, libc only. Trouble before the line is up goes to the console, later to the host.
 */
#include "agent.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#define MODULE_FOLDER "/modules"
#define PORT_FOLDER "/sys/class/virtio-ports"
#define PORT_WAIT_MS 10000

static struct channel host;	/* all zero until the line is up */
static bool host_is_known;

static void sleep_ms(long ms)
{
	struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

/* Sends all that is queued, however long the host takes. */
static void host_flush(void)
{
	struct pollfd line = { .fd = host.fd, .events = POLLOUT };

	while (channel_is_waiting(&host) && channel_flush(&host))
		if (channel_is_waiting(&host))
			poll(&line, 1, -1);
}

/*
 * The host ends QEMU as soon as it has read the last frame, which may take its time where the
 * reader of the output does; a host that only hangs up leaves the end to us.
 */
static void __attribute__((noreturn)) power_off(void)
{
	struct pollfd line = { .fd = host.fd };

	sync();
	if (host_is_known) {
		host_flush();
		poll(&line, 1, -1);
	}
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

void agent_fail(const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	fprintf(stderr, "spile-agent: %s\n", text);
	if (host_is_known)
		channel_put_wait(&host, VM_FAILURE, text, strlen(text));
	power_off();
}

static void mount_kernel_files(void)
{
	agent_mount("devtmpfs", "dev", "/dev", MS_NOSUID, NULL);
	agent_mount("proc", "proc", "/proc", 0, NULL);
	agent_mount("sysfs", "sys", "/sys", 0, NULL);
}

/* ---- modules and the line to the host ---- */

/* Some modules refuse where they are not needed (-ENODEV): what matters shows when it is used. */
static void load_module(const char *name)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), MODULE_FOLDER "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) != 0 && errno != EEXIST))
		fprintf(stderr, "spile-agent: %s: %s\n", name, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static int is_module(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The names begin with numbers: the order to load them in. */
static void load_modules(void)
{
	struct dirent **entries;
	int count = scandir(MODULE_FOLDER, &entries, is_module, alphasort), i;

	for (i = 0; i < count; i++)
		load_module(entries[i]->d_name);
}

static bool port_has_name(const char *port, const char *wanted)
{
	char path[512], name[64] = "";
	FILE *file;
	bool is_named;

	snprintf(path, sizeof(path), PORT_FOLDER "/%s/name", port);
	file = fopen(path, "re");
	if (!file)
		return false;
	is_named = fgets(name, sizeof(name), file) && name[strcspn(name, "\n")] == '\n';
	name[strcspn(name, "\n")] = '\0';
	fclose(file);
	return is_named && strcmp(name, wanted) == 0;
}

/* Opens the port of this name; -1 while there is none. */
static int try_open_port(const char *name)
{
	DIR *folder = opendir(PORT_FOLDER);
	struct dirent *entry;
	char path[512];
	int fd = -1;

	while (folder && fd < 0 && (entry = readdir(folder)) != NULL) {
		if (!port_has_name(entry->d_name, name))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		fd = open(path, O_RDWR | O_CLOEXEC);
	}
	if (folder)
		closedir(folder);
	return fd;
}

/* Ports appear some time after their driver was loaded. */
int agent_open_port(const char *name)
{
	int fd = -1, waited;

	for (waited = 0; waited < PORT_WAIT_MS && fd < 0; waited += 5) {
		fd = try_open_port(name);
		if (fd < 0)
			sleep_ms(5);
	}
	if (fd < 0)
		agent_fail("the virtio serial port %s did not appear", name);
	return fd;
}

static void meet_host(void)
{
	channel_init(&host, agent_open_port(VM_PORT_NAME));
	host_is_known = true;
	channel_put(&host, VM_HELLO, NULL, 0);
}

/* ---- the request ---- */

static void list_add(char ***list, char *text)
{
	size_t count = 0;

	while (*list && (*list)[count])
		count++;
	*list = realloc(*list, (count + 2) * sizeof(**list));
	if (!*list)
		agent_fail("out of memory");
	(*list)[count] = text;
	(*list)[count + 1] = NULL;
}

static char *frame_text(const struct vm_frame *frame)
{
	char *text = strndup((const char *)frame->payload, frame->length);

	if (!text)
		agent_fail("out of memory");
	return text;
}

/* Takes in one frame of the request; true when it was the last. */
static bool request_add(struct agent_request *request, const struct vm_frame *frame)
{
	switch (frame->type) {
	case VM_ARGUMENT:
		list_add(&request->arguments, frame_text(frame));
		return false;
	case VM_ENVIRONMENT:
		list_add(&request->environment, frame_text(frame));
		return false;
	case VM_SHARE:
		list_add(&request->shares, frame_text(frame));
		return false;
	case VM_DIRECTORY:
		request->directory = frame_text(frame);
		return false;
	case VM_MODULES:
		request->modules = frame_text(frame);
		return false;
	case VM_START:
		if (frame->length != sizeof(request->start))
			agent_fail("spile and its agent do not fit together");
		memcpy(&request->start, frame->payload, sizeof(request->start));
		return true;
	default:
		agent_fail("unexpected frame %u before the start", frame->type);
	}
}

static void read_request(struct agent_request *request)
{
	struct pollfd line = { .fd = host.fd };
	struct vm_frame frame;

	for (;;) {
		while (channel_next(&host, &frame))
			if (request_add(request, &frame))
				return;
		line.events = POLLIN | (channel_is_waiting(&host) ? POLLOUT : 0);
		poll(&line, 1, -1);
		if (!channel_flush(&host) || ((line.revents & POLLIN) && !channel_fill(&host)))
			agent_fail("the host hung up");
	}
}

/* ---- what else is mounted ---- */

/* Shows the modules of a kernel that the host has not installed where modprobe looks. */
static void bind_modules(const char *folder)
{
	struct utsname name;
	char path[512];

	if (!folder || uname(&name) != 0)
		return;
	snprintf(path, sizeof(path), "/lib/modules/%s", name.release);
	if (!agent_mount(NULL, folder, path, MS_BIND, NULL))
		fprintf(stderr, "spile-agent: %s: %s\n", path, strerror(errno));
}

/* What a program expects to find; a kernel without one of them just lacks it. */
static void mount_extras(void)
{
	agent_mount("devpts", "devpts", "/dev/pts", MS_NOSUID, "mode=0620,ptmxmode=0666");
	agent_mount("tmpfs", "shm", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777");
	agent_mount("debugfs", "debug", "/sys/kernel/debug", 0, NULL);
	if (!agent_mount("tracefs", "trace", "/sys/kernel/tracing", 0, NULL))
		agent_mount("tracefs", "trace", "/sys/kernel/debug/tracing", 0, NULL);
	if (symlink("/proc/self/fd", "/dev/fd") == 0) {
		(void)!symlink("/proc/self/fd/0", "/dev/stdin");
		(void)!symlink("/proc/self/fd/1", "/dev/stdout");
		(void)!symlink("/proc/self/fd/2", "/dev/stderr");
	}
}

static void raise_loopback(void)
{
	struct ifreq interface = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	ioctl(fd, SIOCSIFFLAGS, &interface);
	close(fd);
}

static void enter_host_files(const struct agent_request *request)
{
	agent_enter_files(request);
	mount_kernel_files();
	bind_modules(request->modules);
}

int main(void)
{
	struct agent_request request = { .directory = NULL };
	int status;

	signal(SIGPIPE, SIG_IGN);
	umask(022);
	mount_kernel_files();
	load_modules();
	meet_host();
	read_request(&request);
	if (!request.arguments)
		agent_fail("no command was given");
	if (request.start.files != VM_FILES_NONE)
		enter_host_files(&request);
	mount_extras();
	raise_loopback();
	(void)!sethostname("spile", 5);
	status = agent_run(&host, &request);
	sync();
	channel_put_wait(&host, VM_EXIT, &(uint32_t){ status }, sizeof(uint32_t));
	power_off();
}
