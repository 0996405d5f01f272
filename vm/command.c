/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The subcommand `spile vm`: options to a request. Called by the translator's main.c. */
#include "vm.h"

#include <stdlib.h>
#include <string.h>

#include "terminal.h"

static const char *const summary =
	"Boots a kernel in a throw-away QEMU machine and runs COMMAND in it, or a shell. The\n"
	"machine sees the files of this host; what it writes is gone when it ends.";

static const char *const description =
	"Exit status: that of COMMAND, 128+N if signal N ended it; 124 if the time was up; 125 if\n"
	"there was no machine, or it panicked or hung; 126 or 127 if COMMAND could not be\n"
	"started.\n"
	"\n"
	"SIGINT and its like reach COMMAND; three of one kind end the machine. On a terminal the\n"
	"keys Ctrl-] Ctrl-] Ctrl-] do that.\n"
	"\n"
	"Environment: SPILE_VM_ACCELERATOR (kvm or tcg), SPILE_VM_FILES (9p or fuse: how the host's\n"
	"files get into the machine) and SPILE_VM_AGENT (the guest's agent).\n";

/* What the options are read into; freed by options_fini(). */
struct options {
	char *release, *append, *cache;
	char **writable, **qemu, **command;
	int memory, cpus, timeout;
	gboolean rescue, verbose;
};

static void options_fini(struct options *options)
{
	g_free(options->release);
	g_free(options->append);
	g_free(options->cache);
	g_strfreev(options->writable);
	g_strfreev(options->qemu);
	g_strfreev(options->command);
}

static GOptionContext *make_context(struct options *options)
{
	const GOptionEntry entries[] = {
		{ "kernel", 'k', 0, G_OPTION_ARG_STRING, &options->release,
		  "Boot this kernel (default: the newest installed)", "RELEASE" },
		{ "memory", 'm', 0, G_OPTION_ARG_INT, &options->memory,
		  "Memory (default: 1024)", "MB" },
		{ "cpus", 'n', 0, G_OPTION_ARG_INT, &options->cpus,
		  "Processors (default: 2)", "N" },
		{ "timeout", 't', 0, G_OPTION_ARG_INT, &options->timeout,
		  "Time for COMMAND, 0 for any (default: 600; a shell has any)", "SECONDS" },
		{ "writable", 'w', 0, G_OPTION_ARG_FILENAME_ARRAY, &options->writable,
		  "Let the machine write to this folder of the host (repeatable)", "FOLDER" },
		{ "append", 'a', 0, G_OPTION_ARG_STRING, &options->append,
		  "Add words to the kernel's command line", "WORDS" },
		{ "qemu", 'q', 0, G_OPTION_ARG_STRING_ARRAY, &options->qemu,
		  "Add an argument to QEMU's command line (repeatable)", "ARGUMENT" },
		{ "cache", 0, 0, G_OPTION_ARG_FILENAME, &options->cache,
		  "Keep kernels and images here (default: ~/.cache/spile/vm)", "FOLDER" },
		{ "rescue", 0, 0, G_OPTION_ARG_NONE, &options->rescue,
		  "Run in the initramfs, without the host's files", NULL },
		{ "verbose", 'v', 0, G_OPTION_ARG_NONE, &options->verbose,
		  "Show QEMU's command line and the machine's console", NULL },
		{ G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->command,
		  NULL, NULL },
		{ .long_name = NULL },
	};
	GOptionContext *context = g_option_context_new("[-- COMMAND ARGUMENTS...]");

	g_option_context_add_main_entries(context, entries, NULL);
	g_option_context_set_strict_posix(context, TRUE);
	g_option_context_set_summary(context, summary);
	g_option_context_set_description(context, description);
	return context;
}

static bool fail(struct diag *diag, const char *message)
{
	diag_error(diag, no_span, "E-vm-usage", "%s", message);
	diag_note(diag, no_span, "spile vm --help lists the options");
	return false;
}

static bool parse(struct diag *diag, struct options *options, int argc, char **argv)
{
	GOptionContext *context = make_context(options);
	GError *error = NULL;
	bool is_well = g_option_context_parse(context, &argc, &argv, &error);

	g_option_context_free(context);
	if (!is_well) {
		fail(diag, error->message);
		g_error_free(error);
	}
	return is_well;
}

/* G_OPTION_REMAINING keeps the "--" in front of the command when options came before it. */
static char **skip_dashes(char **command)
{
	if (command && command[0] && strcmp(command[0], "--") == 0)
		command++;
	return command && command[0] ? command : NULL;
}

static bool check(struct diag *diag, const struct options *options)
{
	char *const *folder = options->writable;

	if (options->memory < 128)
		return fail(diag, "--memory needs at least 128 (MB)");
	if (options->cpus < 1 || options->cpus > 255)
		return fail(diag, "--cpus needs a number from 1 to 255");
	if (options->timeout < -1)
		return fail(diag, "--timeout needs a number of seconds, or 0 for none");
	for (; folder && *folder; folder++)
		if (!g_file_test(*folder, G_FILE_TEST_IS_DIR))
			return fail(diag, "--writable needs a folder that exists");
	return true;
}

static unsigned int choose_timeout(const struct options *options, bool has_command)
{
	if (options->timeout >= 0)
		return options->timeout;
	return has_command ? VM_DEFAULT_TIMEOUT : VM_NO_TIMEOUT;
}

static int run(struct arena *arena, struct diag *diag, const struct options *options)
{
	char **command = skip_dashes(options->command);
	struct vm_request request;

	vm_request_init(&request);
	request.release = options->release;
	request.memory_mb = options->memory;
	request.cpus = options->cpus;
	request.timeout_seconds = choose_timeout(options, command != NULL);
	request.command = (const char *const *)command;
	request.writable_directories = (const char *const *)options->writable;
	request.extra_qemu = (const char *const *)options->qemu;
	request.extra_append = options->append;
	request.cache_directory = options->cache;
	request.interactive = terminal_is_ours();
	request.rescue = options->rescue;
	request.verbose = options->verbose;
	return vm_run(arena, diag, &request);
}

int vm_main(int argc, char **argv)
{
	struct options options = { .memory = 1024, .cpus = 2, .timeout = -1 };
	struct arena *arena = arena_new();
	struct diag diag;
	int status = VM_STATUS_FAILED;

	diag_init(&diag);
	g_set_prgname("spile vm");
	if (parse(&diag, &options, argc, argv) && check(&diag, &options))
		status = run(arena, &diag, &options);
	options_fini(&options);
	arena_free(arena);
	return status;
}
