/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU's command line, and the process. Its three lines to us (virtio serial port, console,
 * standard error) are socket pairs and a pipe made beforehand: there are no names in the file
 * system to clean up, and no moment at which nobody listens. Called by machine.c.
 */
#define _GNU_SOURCE
#include "qemu.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"

/*
 * no_timer_check: without it a boot on a loaded host may die over a late timer. oops=panic: a
 * probe that breaks the kernel is to be seen, not to be run on with. The rest only saves time.
 */
#define KERNEL_WORDS \
	"console=ttyS0 quiet panic=-1 oops=panic no_timer_check mitigations=off " \
	"random.trust_cpu=on tsc=reliable cryptomgr.notests rcupdate.rcu_expedited=1 " \
	"8250.nr_uarts=1"

#define STOP_WAIT_MS 2000

/* Our ends and QEMU's of the three lines. */
struct lines {
	int line[2], console[2], errors[2];	/* [0] ours, [1] QEMU's */
	int files;		/* QEMU's end of that process's; -1: there is none */
};

const char *qemu_find(struct arena *arena, struct diag *diag)
{
	static const char *const names[] = {
		"qemu-system-x86_64", "qemu-kvm", "/usr/libexec/qemu-kvm",
	};
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_find_program_in_path(names[i]);

		if (path)
			return arena_strndup(arena, path, strlen(path));
	}
	diag_error(diag, no_span, "E-vm-no-qemu", "QEMU (qemu-system-x86_64) is missing");
	diag_note(diag, no_span, "Debian: apt-get install qemu-system-x86; "
		  "RHEL: dnf install qemu-kvm");
	return NULL;
}

/* ---- the command line ---- */

static void add(GPtrArray *arguments, const char *option, const char *value)
{
	g_ptr_array_add(arguments, (char *)option);
	if (value)
		g_ptr_array_add(arguments, (char *)value);
}

/* In QEMU's options a comma is written twice. */
static const char *escape(struct arena *arena, const char *path)
{
	g_auto(GStrv) parts = g_strsplit(path, ",", -1);
	g_autofree char *text = g_strjoinv(",,", parts);

	return arena_strndup(arena, text, strlen(text));
}

static void add_share(struct arena *arena, GPtrArray *arguments, const char *path, const char *tag,
		      const char *more)
{
	add(arguments, "-fsdev",
	    arena_printf(arena, "local,id=%s,path=%s,security_model=none,multidevs=remap%s", tag,
			 escape(arena, path), more));
	add(arguments, "-device",
	    arena_printf(arena, "virtio-9p-pci,fsdev=%s,mount_tag=%s", tag, tag));
}

static void add_shares(struct arena *arena, GPtrArray *arguments, const struct vm_request *request)
{
	const char *const *folder = request->writable_directories;
	unsigned int i;

	add_share(arena, arguments, "/", VM_HOST_TAG, ",readonly=on");
	for (i = 0; folder && folder[i]; i++)
		add_share(arena, arguments, folder[i], arena_printf(arena, VM_SHARE_TAG "%u", i),
			  "");
}

static void add_hardware(struct arena *arena, GPtrArray *arguments, const struct qemu_parts *parts)
{
	bool is_kvm = strcmp(parts->accelerator, "kvm") == 0;

	add(arguments, "-nodefaults", NULL);
	add(arguments, "-no-user-config", NULL);
	add(arguments, "-no-reboot", NULL);
	add(arguments, "-display", "none");
	add(arguments, "-net", "none");
	/*
	 * Under TCG the virtual CPUs take turns in one thread. With a thread each, QEMU 7.2 has been
	 * seen to go on executing a breakpoint that the kernel had already patched out again,
	 * which hangs the guest: and patching code is what probes do.
	 */
	add(arguments, "-accel", strcmp(parts->accelerator, "tcg") == 0 ? "tcg,thread=single"
								       : parts->accelerator);
	add(arguments, "-cpu", is_kvm ? "host" : "max");
	add(arguments, "-m", arena_printf(arena, "%uM", parts->request->memory_mb));
	add(arguments, "-smp", arena_printf(arena, "%u", parts->request->cpus));
}

static void add_lines(struct arena *arena, GPtrArray *arguments, const struct lines *lines)
{
	add(arguments, "-chardev",
	    arena_printf(arena, "socket,id=console,fd=%d", lines->console[1]));
	add(arguments, "-serial", "chardev:console");
	add(arguments, "-device", "virtio-serial-pci");
	add(arguments, "-chardev", arena_printf(arena, "socket,id=line,fd=%d", lines->line[1]));
	add(arguments, "-device", "virtserialport,chardev=line,name=" VM_PORT_NAME);
	if (lines->files < 0)
		return;
	add(arguments, "-chardev", arena_printf(arena, "socket,id=files,fd=%d", lines->files));
	add(arguments, "-device", "virtserialport,chardev=files,name=" VM_FILES_PORT_NAME);
}

static GPtrArray *command_line(struct arena *arena, const struct qemu_parts *parts,
			       const struct lines *lines)
{
	const struct vm_request *request = parts->request;
	const char *const *extra = request->extra_qemu;
	const char *append = request->extra_append ? request->extra_append : "";
	GPtrArray *arguments = arena_array(arena);

	add(arguments, parts->program, NULL);
	add_hardware(arena, arguments, parts);
	add_lines(arena, arguments, lines);
	if (parts->files == VM_FILES_9P)
		add_shares(arena, arguments, request);
	add(arguments, "-kernel", parts->image);
	add(arguments, "-initrd", parts->initramfs);
	add(arguments, "-append", arena_printf(arena, KERNEL_WORDS " %s", append));
	for (; extra && *extra; extra++)
		add(arguments, *extra, NULL);
	g_ptr_array_add(arguments, NULL);
	return arguments;
}

/* ---- the process ---- */

static bool open_lines(struct lines *lines)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, lines->line) != 0)
		return false;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, lines->console) != 0)
		goto err_line;
	if (pipe2(lines->errors, O_CLOEXEC) != 0)
		goto err_console;
	return true;

err_console:
	close(lines->console[0]);
	close(lines->console[1]);
err_line:
	close(lines->line[0]);
	close(lines->line[1]);
	return false;
}

static void close_ends(const struct lines *lines, int end)
{
	close(lines->line[end]);
	close(lines->console[end]);
	close(lines->errors[end]);
}

/*
 * In the new process. A session of its own keeps the terminal's Ctrl-C away from QEMU: what
 * that means is decided in session.c. The signal at our death also covers a kill -9 of us.
 */
static void __attribute__((noreturn)) become_qemu(char *const *arguments, const struct lines *lines,
						  pid_t parent)
{
	int nothing = open("/dev/null", O_RDWR);
	sigset_t none;

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(nothing, STDIN_FILENO);
	dup2(nothing, STDOUT_FILENO);
	dup2(lines->errors[1], STDERR_FILENO);
	fcntl(lines->line[1], F_SETFD, 0);
	fcntl(lines->console[1], F_SETFD, 0);
	if (lines->files >= 0)
		fcntl(lines->files, F_SETFD, 0);
	execv(arguments[0], arguments);
	dprintf(STDERR_FILENO, "%s: %s\n", arguments[0], strerror(errno));
	_exit(127);
}

static void tell(const struct diag *diag, const GPtrArray *arguments)
{
	unsigned int i;

	fputs("spile:", diag->out);
	for (i = 0; i + 1 < arguments->len; i++) {
		g_autofree char *word = g_shell_quote(arguments->pdata[i]);

		fprintf(diag->out, " %s", word);
	}
	fputc('\n', diag->out);
}

/* The process that answers for the host's files, where the guest's kernel wants one. */
static bool start_files(const struct qemu_parts *parts, struct lines *lines, struct host_files *ret)
{
	lines->files = -1;
	ret->pid = 0;
	if (parts->files != VM_FILES_FUSE)
		return true;
	if (!host_files_start(parts->request->writable_directories, ret))
		return false;
	lines->files = ret->line;
	return true;
}

/* Starts QEMU itself; what it needs is open. */
static bool start_process(struct arena *arena, struct diag *diag, const struct qemu_parts *parts,
			  const struct lines *lines, struct qemu *ret)
{
	GPtrArray *arguments = command_line(arena, parts, lines);
	pid_t parent = getpid();

	if (parts->request->verbose)
		tell(diag, arguments);
	ret->pid = fork();
	if (ret->pid == 0)
		become_qemu((char *const *)arguments->pdata, lines, parent);
	close_ends(lines, 1);
	if (ret->pid > 0)
		return true;
	close_ends(lines, 0);
	return false;
}

bool qemu_start(struct arena *arena, struct diag *diag, const struct qemu_parts *parts,
		struct qemu *ret)
{
	struct lines lines;
	bool is_started;

	is_started = start_files(parts, &lines, &ret->files) && open_lines(&lines) &&
		     start_process(arena, diag, parts, &lines, ret);
	if (!is_started)
		diag_error(diag, no_span, "E-vm-start", "cannot start QEMU: %s", g_strerror(errno));
	if (lines.files >= 0)
		close(lines.files);
	if (!is_started) {
		host_files_stop(&ret->files);
		return false;
	}
	ret->line = lines.line[0];
	ret->console = lines.console[0];
	ret->errors = lines.errors[0];
	return true;
}

/* A QEMU stuck in a broken /dev/kvm cannot be killed at all: do not wait for ever. */
void qemu_stop(struct qemu *qemu)
{
	unsigned int waited;

	if (qemu->pid == 0)
		return;
	kill(qemu->pid, SIGKILL);
	for (waited = 0; waited < STOP_WAIT_MS; waited++) {
		if (waitpid(qemu->pid, NULL, WNOHANG) != 0)
			break;
		g_usleep(1000);
	}
	close(qemu->line);
	close(qemu->console);
	close(qemu->errors);
	host_files_stop(&qemu->files);
	qemu->pid = 0;
}
