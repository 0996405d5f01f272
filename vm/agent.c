/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first and only process of the throw-away machine: /init of its initramfs. It loads the
 * modules the machine needs, meets the host on the virtio serial port, puts the host's files
 * under its root (read-only over 9p, with a tmpfs over them for what is written) and leaves the
 * command to agent_run.c. It never returns: at the end the machine is switched off.
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
#define NEW_ROOT "/root"
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

static void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *format, ...)
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

/* Makes a folder and those above it; existing ones are fine, and so are failures: mount tells. */
static void make_folders(const char *path)
{
	char part[4096];
	size_t length = strlen(path), i;

	if (length >= sizeof(part))
		return;
	for (i = 1; i <= length; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		mkdir(part, 0755);
	}
}

static bool mount_at(const char *type, const char *source, const char *path, unsigned long flags,
		     const char *options)
{
	make_folders(path);
	return mount(source, path, type, flags, options) == 0;
}

static void mount_kernel_files(void)
{
	mount_at("devtmpfs", "dev", "/dev", MS_NOSUID, NULL);
	mount_at("proc", "proc", "/proc", 0, NULL);
	mount_at("sysfs", "sys", "/sys", 0, NULL);
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

static bool port_is_ours(const char *port)
{
	char path[512], name[64] = "";
	FILE *file;
	bool is_ours;

	snprintf(path, sizeof(path), PORT_FOLDER "/%s/name", port);
	file = fopen(path, "re");
	if (!file)
		return false;
	is_ours = fgets(name, sizeof(name), file) &&
		  strncmp(name, VM_PORT_NAME "\n", sizeof(VM_PORT_NAME)) == 0;
	fclose(file);
	return is_ours;
}

/* Opens the port named VM_PORT_NAME; -1 while there is none. */
static int try_open_port(void)
{
	DIR *folder = opendir(PORT_FOLDER);
	struct dirent *entry;
	char path[512];
	int fd = -1;

	while (folder && fd < 0 && (entry = readdir(folder)) != NULL) {
		if (!port_is_ours(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		fd = open(path, O_RDWR | O_CLOEXEC);
	}
	if (folder)
		closedir(folder);
	return fd;
}

/* Ports appear some time after their driver was loaded. */
static void meet_host(void)
{
	int fd = -1, waited;

	for (waited = 0; waited < PORT_WAIT_MS; waited += 5) {
		fd = try_open_port();
		if (fd >= 0)
			break;
		sleep_ms(5);
	}
	if (fd < 0)
		fail("the virtio serial port " VM_PORT_NAME " did not appear");
	channel_init(&host, fd);
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
		fail("out of memory");
	(*list)[count] = text;
	(*list)[count + 1] = NULL;
}

static char *frame_text(const struct vm_frame *frame)
{
	char *text = strndup((const char *)frame->payload, frame->length);

	if (!text)
		fail("out of memory");
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
			fail("spile and its agent do not fit together");
		memcpy(&request->start, frame->payload, sizeof(request->start));
		return true;
	default:
		fail("unexpected frame %u before the start", frame->type);
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
			fail("the host hung up");
	}
}

/* ---- the files of the host ---- */

/* The host's / below, a tmpfs above: all can be written, nothing reaches the host. */
static void mount_root(void)
{
	if (!mount_at("9p", VM_HOST_TAG, "/lower", MS_RDONLY,
		      "trans=virtio,version=9p2000.L,cache=loose,msize=512000"))
		fail("cannot mount the host's files over 9p: %s", strerror(errno));
	if (!mount_at("tmpfs", "upper", "/upper", 0, "mode=0755"))
		fail("cannot mount a tmpfs: %s", strerror(errno));
	make_folders("/upper/data");
	make_folders("/upper/work");
	if (!mount_at("overlay", "root", NEW_ROOT, 0,
		      "lowerdir=/lower,upperdir=/upper/data,workdir=/upper/work"))
		fail("cannot mount an overlay over the host's files: %s", strerror(errno));
}

static void mount_shares(char *const *shares)
{
	char tag[32], path[4200];
	int i;

	for (i = 0; shares && shares[i]; i++) {
		snprintf(tag, sizeof(tag), VM_SHARE_TAG "%d", i);
		snprintf(path, sizeof(path), NEW_ROOT "%s", shares[i]);
		if (!mount_at("9p", tag, path, 0,
			      "trans=virtio,version=9p2000.L,cache=mmap,msize=512000"))
			fail("cannot share %s: %s", shares[i], strerror(errno));
	}
}

/* Makes the new root /; the initramfs stays behind, out of sight. */
static void enter_root(void)
{
	if (chdir(NEW_ROOT) != 0 || mount(".", "/", NULL, MS_MOVE, NULL) != 0 ||
	    chroot(".") != 0 || chdir("/") != 0)
		fail("cannot make the host's files the root: %s", strerror(errno));
}

/* Shows the modules of a kernel that the host has not installed where modprobe looks. */
static void bind_modules(const char *folder)
{
	struct utsname name;
	char path[512];

	if (!folder || uname(&name) != 0)
		return;
	snprintf(path, sizeof(path), "/lib/modules/%s", name.release);
	make_folders(path);
	if (mount(folder, path, NULL, MS_BIND, NULL) != 0)
		fprintf(stderr, "spile-agent: %s: %s\n", path, strerror(errno));
}

/* What a program expects to find; a kernel without one of them just lacks it. */
static void mount_extras(void)
{
	mount_at("devpts", "devpts", "/dev/pts", MS_NOSUID, "mode=0620,ptmxmode=0666");
	mount_at("tmpfs", "shm", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777");
	mount_at("debugfs", "debug", "/sys/kernel/debug", 0, NULL);
	if (!mount_at("tracefs", "trace", "/sys/kernel/tracing", 0, NULL))
		mount_at("tracefs", "trace", "/sys/kernel/debug/tracing", 0, NULL);
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
	mount_root();
	mount_shares(request->shares);
	enter_root();
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
		fail("no command was given");
	if (!request.start.rescue)
		enter_host_files(&request);
	mount_extras();
	raise_loopback();
	(void)!sethostname("spile", 5);
	status = agent_run(&host, &request);
	sync();
	channel_put_wait(&host, VM_EXIT, &(uint32_t){ status }, sizeof(uint32_t));
	power_off();
}
