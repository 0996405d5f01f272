/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm_run(): from a request to an exit status. Finds the parts of a machine (kernel, initramfs,
 * QEMU), boots it with the fastest accelerator that works, and leaves it to session.c.
 *
 * That /dev/kvm exists proves little: in some nested machines it hangs. So KVM is used only
 * after a machine has booted with it in this boot of the host, in a short time; the answer is
 * remembered in the cache.
 */
#include "vm.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cache.h"
#include "initramfs.h"
#include "kernel.h"
#include "qemu.h"
#include "session.h"

#define BOOT_LIMIT 90		/* seconds from QEMU's start to the agent's hello, idle host */
#define BOOT_LIMIT_FACTOR_MAX 4	/* for a host under load */
#define KVM_BOOT_LIMIT 15	/* seconds; with a working KVM it takes one or two */

#define DEFAULT_MEMORY_MB 1024
#define DEFAULT_CPUS 2

/* All that outlives one attempt to boot. */
struct machine {
	struct arena *arena;
	struct diag *diag;
	struct vm_request request;	/* with every default filled in */
	const char *cache;
	struct vm_kernel kernel;
	struct qemu_parts parts;
};

void vm_request_init(struct vm_request *request)
{
	memset(request, 0, sizeof(*request));
	request->memory_mb = DEFAULT_MEMORY_MB;
	request->cpus = DEFAULT_CPUS;
	request->timeout_seconds = VM_DEFAULT_TIMEOUT;
}

/* ---- defaults ---- */

/* The guest's user is root, the caller's PATH may be that of somebody else. */
static const char *with_system_path(struct arena *arena, const char *variable)
{
	if (!g_str_has_prefix(variable, "PATH=") || strstr(variable, "/sbin"))
		return variable;
	return arena_printf(arena, "%s:/usr/local/sbin:/usr/sbin:/sbin", variable);
}

static const char *const *caller_environment(struct arena *arena)
{
	g_auto(GStrv) variables = g_get_environ();
	GPtrArray *list = arena_array(arena);
	unsigned int i;

	for (i = 0; variables[i]; i++) {
		char *copy = arena_strndup(arena, variables[i], strlen(variables[i]));

		g_ptr_array_add(list, (char *)with_system_path(arena, copy));
	}
	g_ptr_array_add(list, NULL);
	return (const char *const *)list->pdata;
}

static const char *const *shell_command(const struct vm_request *request)
{
	static const char *const shell[] = { "/bin/sh", NULL };
	static const char *const login_shell[] = { "/bin/bash", NULL };

	if (!request->rescue && access(login_shell[0], X_OK) == 0)
		return login_shell;
	return shell;
}

/* Absolute paths without `.`, `..` and links: the guest mounts where it has no links to go by. */
static const char *const *real_paths(struct arena *arena, const char *const *folders)
{
	GPtrArray *paths = arena_array(arena);

	for (; folders && *folders; folders++) {
		char *path = realpath(*folders, NULL);

		if (path)
			g_ptr_array_add(paths, arena_strndup(arena, path, strlen(path)));
		free(path);
	}
	g_ptr_array_add(paths, NULL);
	return (const char *const *)paths->pdata;
}

static void fill_defaults(struct machine *machine)
{
	struct vm_request *request = &machine->request;
	const char *accelerator = g_getenv("SPILE_VM_ACCELERATOR");

	if (!request->accelerator && accelerator && *accelerator)
		request->accelerator = accelerator;
	if (!request->command)
		request->command = shell_command(request);
	if (!request->environment)
		request->environment = caller_environment(machine->arena);
	request->writable_directories = real_paths(machine->arena, request->writable_directories);
	if (!request->directory) {
		g_autofree char *directory = g_get_current_dir();

		request->directory = arena_strndup(machine->arena, directory, strlen(directory));
	}
}

/* ---- accelerators ---- */

/* The file that says whether KVM works, in this boot of the host. */
static const char *kvm_note_path(const struct machine *machine)
{
	g_autofree char *boot_id = NULL;

	if (!g_file_get_contents("/proc/sys/kernel/random/boot_id", &boot_id, NULL, NULL))
		return NULL;
	return arena_printf(machine->arena, "%s/kvm-%s", machine->cache, g_strchomp(boot_id));
}

static bool kvm_is_worth_a_try(const struct machine *machine)
{
	const char *path = kvm_note_path(machine);
	g_autofree char *text = NULL;

	if (access("/dev/kvm", R_OK | W_OK) != 0)
		return false;
	return !path || !g_file_get_contents(path, &text, NULL, NULL) ||
	       g_str_equal(text, "works\n");
}

static void remember_kvm(const struct machine *machine, bool works)
{
	const char *path = kvm_note_path(machine);
	const char *text = works ? "works\n" : "fails\n";

	if (path && !g_file_test(path, G_FILE_TEST_EXISTS) && cache_write(path, text, strlen(text)))
		cache_prune(machine->cache, "kvm-", path);
}

/* ---- boot and run ---- */

/* More time on a host that has more to do than it has processors. */
static unsigned int scaled_boot_limit(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	double load, factor;

	if (processors < 1 || getloadavg(&load, 1) != 1)
		return BOOT_LIMIT;
	factor = CLAMP(load / processors, 1, BOOT_LIMIT_FACTOR_MAX);
	return BOOT_LIMIT * factor;
}

static void tell_boot(const struct machine *machine, gint64 started)
{
	if (machine->request.verbose)
		fprintf(machine->diag->out, "spile: %s booted in %.1f s (%s)\n",
			machine->kernel.release, (g_get_monotonic_time() - started) / 1e6,
			machine->parts.accelerator);
}

/* What a booted or failed machine comes to. True: *status_ret is final. */
static bool serve(struct machine *machine, struct session *session, enum session_boot boot,
		  int *status_ret)
{
	bool is_kvm = g_str_equal(machine->parts.accelerator, "kvm");

	if (is_kvm && boot != SESSION_INTERRUPTED)
		remember_kvm(machine, boot == SESSION_BOOTED);
	if (boot == SESSION_NOT_BOOTED && is_kvm && !machine->request.accelerator)
		return false;
	if (boot == SESSION_NOT_BOOTED)
		session_report_boot(session);
	if (boot == SESSION_BOOTED)
		session_run(session, &machine->kernel);
	*status_ret = session_status(session);
	return true;
}

/* One attempt. False: try the next accelerator. */
static bool run_with(struct machine *machine, const char *accelerator, unsigned int limit,
		     int *status_ret)
{
	gint64 started = g_get_monotonic_time();
	struct session *session;
	enum session_boot boot;
	struct qemu qemu;
	bool is_final;

	machine->parts.accelerator = accelerator;
	if (!qemu_start(machine->arena, machine->diag, &machine->parts, &qemu)) {
		*status_ret = VM_STATUS_FAILED;
		return true;
	}
	session = session_new(machine->diag, &machine->request, &qemu);
	boot = session_boot(session, limit);
	if (boot == SESSION_BOOTED)
		tell_boot(machine, started);
	is_final = serve(machine, session, boot, status_ret);
	qemu_stop(&qemu);
	session_free(session);
	return is_final;
}

static int boot_and_run(struct machine *machine)
{
	const char *wanted = machine->request.accelerator;
	int status = VM_STATUS_FAILED;

	if (wanted) {
		run_with(machine, wanted, scaled_boot_limit(), &status);
		return status;
	}
	if (kvm_is_worth_a_try(machine) && run_with(machine, "kvm", KVM_BOOT_LIMIT, &status))
		return status;
	run_with(machine, "tcg", scaled_boot_limit(), &status);
	return status;
}

static bool find_parts(struct machine *machine)
{
	struct qemu_parts *parts = &machine->parts;
	struct utsname host;

	if (uname(&host) == 0 && strcmp(host.machine, "x86_64") != 0) {
		diag_error(machine->diag, no_span, "E-vm-architecture",
			   "machines are made on x86_64 only; this is %s", host.machine);
		return false;
	}
	parts->program = qemu_find(machine->arena, machine->diag);
	if (!parts->program)
		return false;
	machine->cache = cache_open(machine->arena, machine->diag,
				    machine->request.cache_directory);
	if (!machine->cache || !kernel_find(machine->arena, machine->diag, machine->request.release,
					    machine->cache, &machine->kernel))
		return false;
	parts->initramfs = initramfs_make(machine->arena, machine->diag, &machine->kernel,
					  machine->cache);
	parts->files = machine->kernel.files;
	parts->image = image_for_boot(machine->arena, &machine->kernel, machine->cache);
	return parts->initramfs != NULL;
}

int vm_run(struct arena *arena, struct diag *diag, const struct vm_request *request)
{
	struct machine machine = { .arena = arena, .diag = diag, .request = *request };

	fill_defaults(&machine);
	machine.parts.request = &machine.request;
	if (!find_parts(&machine))
		return VM_STATUS_FAILED;
	return boot_and_run(&machine);
}

const char *vm_pick_kernel(struct arena *arena, struct diag *diag,
			   const struct vm_request *request)
{
	const char *cache = cache_open(arena, diag, request->cache_directory);
	struct vm_kernel kernel;

	if (!cache || !kernel_find(arena, diag, request->release, cache, &kernel))
		return NULL;
	return kernel.release;
}
