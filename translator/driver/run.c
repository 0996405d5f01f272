/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starts spilerun on a finished module and passes its exit status on. The loader is a child, not
 * a replacement of us, because the temporary folder has to be removed after it.
 */
#include "driver/run.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/paths.h"
#include "driver/remember.h"
#include "launcher/foreground.h"
#include "vm/vm.h"

bool run_allowed(struct diag *diag, const struct options *options)
{
	if (options->vm || geteuid() == 0)
		return true;
	diag_error(diag, no_span, "E-not-root", "only root may load kernel modules");
	diag_note(diag, no_span, "try `sudo spile ...`, or `spile --vm ...` for a throw-away machine, or -p4 to build only");
	return false;
}

static void add_option(GPtrArray *argv, const char *option, const char *value)
{
	if (!value)
		return;
	g_ptr_array_add(argv, (char *)option);
	g_ptr_array_add(argv, (char *)value);
}

/* The command line of spilerun, NULL-terminated, owned by the arena. */
static const char *const *loader_arguments(struct arena *arena, struct diag *diag,
					   const struct options *options, const char *module)
{
	GPtrArray *argv = arena_array(arena);
	const char *loader = paths_spilerun();

	if (!loader) {
		diag_error(diag, no_span, "E-no-loader", "the loader 'spilerun' is neither beside spile nor installed");
		return NULL;
	}
	g_ptr_array_add(argv, (char *)loader);
	add_option(argv, "-c", options->command);
	add_option(argv, "-x", options->target);
	add_option(argv, "-o", options->output);
	add_option(argv, "-S", options->file_size);
	add_option(argv, "-s", options->buffer_megabytes);
	add_option(argv, "--budget", options->budget);
	if (options->bulk)
		g_ptr_array_add(argv, (char *)"-b");
	if (options->stats)
		g_ptr_array_add(argv, (char *)(*options->stats ? "--stats=json" : "--stats"));
	if (options->verbosity)
		g_ptr_array_add(argv, (char *)"-v");
	if (options->quiet)
		g_ptr_array_add(argv, (char *)"-q");
	g_ptr_array_add(argv, (char *)module);
	g_ptr_array_add(argv, NULL);
	return (const char *const *)argv->pdata;
}

static int run_here(struct diag *diag, const struct options *options, const struct run *run, const char *const *argv)
{
	int status;

	remember_run(diag, options, run, argv);
	status = foreground_run(argv);
	if (status >= 0)
		return status;
	diag_error(diag, no_span, "E-no-loader", "cannot start %s: %s", argv[0], strerror(errno));
	return 1;
}

static int run_in_machine(struct arena *arena, struct diag *diag, const struct options *options,
			  const char *const *argv, const char *release)
{
	const char *writable[2] = { NULL, NULL };
	struct vm_request request;
	g_autofree char *folder = NULL, *absolute = NULL, *current = g_get_current_dir();

	vm_request_init(&request);
	request.release = release;
	request.command = argv;
	request.timeout_seconds = VM_NO_TIMEOUT;
	request.verbose = options->verbosity > 1;
	if (options->output) {
		absolute = g_path_is_absolute(options->output) ? g_strdup(options->output) :
			   g_build_filename(current, options->output, NULL);
		folder = g_path_get_dirname(absolute);
		writable[0] = folder;
		request.writable_directories = writable;
	}
	return vm_run(arena, diag, &request);
}

int run_module(struct arena *arena, struct diag *diag, const struct options *options, const struct run *run)
{
	const char *const *argv = loader_arguments(arena, diag, options, run->module);

	if (!argv)
		return 1;
	if (options->vm)
		return run_in_machine(arena, diag, options, argv, run->kernel->release);
	return run_here(diag, options, run, argv);
}
