/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The passes, in order: parse, analyse, emit, build, run. Each is a function that fills in its
 * part of the session, prints its result if it is the last one asked for, and returns false to
 * stop the run. -v says what each took.
 */
#define _GNU_SOURCE
#include "driver/passes.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "analysis/analyse.h"
#include "base/paths.h"
#include "build/build.h"
#include "driver/run.h"
#include "driver/world.h"
#include "emit/emit.h"
#include "launcher/naming.h"
#include "script/parse.h"
#include "script/tapset.h"
#include "target/scratch.h"
#include "vm/vm.h"

struct session {
	struct arena *arena;
	struct diag *diag;
	const struct options *options;
	struct script *script;
	GPtrArray *library;
	struct kernel_tree kernel;
	bool has_kernel;
	struct world world;		/* for the preprocessor */
	struct program *program;
	const char *module_name;
	const struct generated *code;
	const char *work_dir;		/* temporary */
	const char *module;		/* path of the .ko */
	const char *kept;		/* the file in the cache that begins with it, NULL: none */
	int status;			/* of the run */
};

/* ---- Pass 1: parse ---- */

/* -l: a script of one probe, whose handler does not matter. */
static struct source *source_of_list(struct session *session)
{
	const char *text = arena_printf(session->arena, "probe %s {}\n", session->options->list);

	return source_from_text(session->arena, session->options->list_variables ? "-L" : "-l", text, strlen(text));
}

static struct source *read_script(struct session *session)
{
	const struct options *options = session->options;
	const char *error = NULL;
	struct source *source;

	if (options->list)
		return source_of_list(session);
	if (options->script_text)
		return source_from_text(session->arena, "-e", options->script_text, strlen(options->script_text));
	source = source_read(session->arena, options->script_file, &error);
	if (!source)
		diag_error(session->diag, no_span, "E-no-script", "%s", error);
	return source;
}

static const char *const *tapset_directories(struct session *session)
{
	GPtrArray *directories = arena_array(session->arena);

	g_ptr_array_add(directories, arena_printf(session->arena, "%s/tapsets", paths_data_dir()));
	for (int i = 0; session->options->tapset_dirs[i]; i++)
		g_ptr_array_add(directories, (char *)session->options->tapset_dirs[i]);
	g_ptr_array_add(directories, NULL);
	return (const char *const *)directories->pdata;
}

/* --vm builds for the machine's kernel; without it, for -r or the running one. */
static bool find_kernel(struct session *session)
{
	const struct options *options = session->options;
	const char *request = options->kernel;
	struct vm_request machine;

	if (session->has_kernel)
		return true;
	if (options->vm) {
		vm_request_init(&machine);
		machine.release = options->vm_release;
		machine.verbose = options->verbosity > 1;
		request = vm_pick_kernel(session->arena, session->diag, &machine);
		if (!request)
			return false;
	}
	return session->has_kernel = kernel_tree_find(session->arena, session->diag, request, &session->kernel);
}

static const struct kernel_tree *kernel_of_world(void *data, const char **why_ret)
{
	struct session *session = data;

	if (find_kernel(session))
		return &session->kernel;
	*why_ret = "there is no build tree of the kernel";
	return NULL;
}

static bool pass_parse(struct session *session)
{
	const struct options *options = session->options;
	struct script_arguments arguments = { options->argument_count, options->arguments };
	struct source *source = read_script(session);
	struct preprocessor_world world;
	struct parse_context context = { .arena = session->arena, .diag = session->diag, .world = &world };
	g_autoptr(GString) text = NULL;

	if (!source)
		return false;
	session->world = (struct world){
		.arena = session->arena, .options = options, .kernel = kernel_of_world, .data = session,
	};
	world = world_for_preprocessor(&session->world);
	session->library = tapset_library_load(&context, tapset_directories(session));
	session->script = parse_script(&context, source, &arguments);
	if (session->diag->error_count)
		return false;
	if (options->last_pass == 1) {
		text = g_string_new(NULL);
		script_print(session->script, text);
		fputs(text->str, stdout);
	}
	return true;
}

/* ---- Pass 2: analyse ---- */

/* The result, if it is wanted, and for -v how globals are kept. */
static void print_program(const struct session *session)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (session->options->verbosity)
		program_print_sharing(session->program, text);
	fputs(text->str, stderr);
	g_string_truncate(text, 0);
	if (session->options->last_pass == 2)
		program_print(session->program, text);
	fputs(text->str, stdout);
}

static bool print_list(const struct analysis_input *input, const struct options *options)
{
	struct list_options list = { .with_variables = options->list_variables, .as_json = options->as_json };
	g_autoptr(GString) text = g_string_new(NULL);

	if (!list_points(input, &list, text))
		return false;
	fputs(text->str, stdout);
	return true;
}

static bool pass_analyse(struct session *session)
{
	const struct options *options = session->options;
	struct analysis_input input = {
		.arena = session->arena, .diag = session->diag, .script = session->script,
		.library = session->library, .kernel = &session->kernel,
		.limit_settings = options->limits, .global_settings = options->globals,
		.guru_mode = options->guru_mode, .unoptimized = options->unoptimized,
		.no_display = options->no_display, .no_time_limits = options->no_time_limits,
		.suppress_handler_errors = options->suppress_handler_errors, .stap_errors = options->stap_errors,
	};
	struct knowledge_options known = {
		.sources = options->sources, .verbose = options->verbosity > 0, .root = "",
	};

	if (!find_kernel(session))
		return false;
	input.knowledge = knowledge_new(session->arena, &session->kernel, &known);
	input.symbols = knowledge_kernel_symbols(input.knowledge);
	if (options->list)
		return print_list(&input, options);
	session->program = analyse(&input);
	if (!session->program || (options->warnings_are_errors && session->diag->warning_count))
		return false;
	print_program(session);
	return true;
}

/* ---- Pass 3: emit ---- */

/* A module that is run and not left to the user gets its own name then: see launcher/naming.h. */
static const char *make_module_name(struct session *session)
{
	const struct options *options = session->options;
	const struct source *source = session->script->source;
	g_autofree char *hash = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)source->text,
							    source->length);

	if (options->module_name)
		return options->module_name;
	if (options->last_pass < 5)
		return arena_printf(session->arena, "spile_%.8s", hash);
	return arena_printf(session->arena, "spile_%.8s" NAMING_ZEROS, hash);
}

static bool pass_emit(struct session *session)
{
	struct emit_options options = { .kernel_release = session->kernel.release };

	session->module_name = options.module_name = make_module_name(session);
	session->code = emit_program(session->arena, session->program, &options);
	for (unsigned int i = 0; session->options->verbosity && i < session->code->keepers->len; i++)
		fprintf(stderr, "Added: a probe that keeps %s\n",
			((const struct probe *)g_ptr_array_index(session->code->keepers, i))->text);
	if (session->options->last_pass == 3)
		fputs(session->code->c_text, stdout);
	return true;
}

/* ---- Pass 4: build ---- */

/* With -m or -p4 the module is the user's: moved to the current folder. */
static bool leave_module(struct session *session)
{
	g_autofree char *contents = NULL, *directory = g_get_current_dir();
	const char *path = arena_printf(session->arena, "%s/%s.ko", directory, session->module_name);
	GError *error = NULL;
	gsize length;

	if (g_file_get_contents(session->module, &contents, &length, &error) &&
	    g_file_set_contents(path, contents, length, &error)) {
		session->module = path;
		return true;
	}
	diag_error(session->diag, no_span, "E-output", "cannot leave the module: %s", error->message);
	g_error_free(error);
	return false;
}

/* A module that cannot be run need not be built. */
static bool kernel_runs_here(struct session *session)
{
	if (session->options->vm || session->kernel.is_running)
		return true;
	diag_error(session->diag, no_span, "E-other-kernel",
		   "the module would be for kernel %s, which is not running here", session->kernel.release);
	diag_note(session->diag, no_span, "-p4 leaves the module, for spilerun on a host with that kernel; "
		  "--vm=%s runs it in a throw-away machine", session->kernel.release);
	return false;
}

/* Gives the module this run's own name. */
static bool name_for_run(struct session *session)
{
	char *own = arena_printf(session->arena, "%s", session->module_name);
	g_autofree char *bytes = NULL;
	gsize length;

	if (!g_file_get_contents(session->module, &bytes, &length, NULL))
		return true;
	naming_make_own(own, bytes, length);
	session->module = arena_printf(session->arena, "%s/%s.ko", session->work_dir, own);
	if (g_file_set_contents(session->module, bytes, (gssize)length, NULL))
		return true;
	diag_error(session->diag, no_span, "E-write", "%s cannot be written", session->module);
	return false;
}

static bool pass_build(struct session *session)
{
	const struct options *options = session->options;
	struct build_request request = {
		.name = session->module_name, .script = session->script->source->name,
		.code = session->code, .plain = options->kbuild, .verbosity = options->verbosity,
	};

	if (options->last_pass == 5 && !(run_allowed(session->diag, options) && kernel_runs_here(session)))
		return false;
	request.work_dir = session->work_dir = scratch_new(session->arena, session->diag);
	if (!session->work_dir)
		return false;
	session->module = build_module(session->arena, session->diag, &session->kernel, &request,
				       &session->kept);
	if (!session->module)
		return false;
	if ((options->module_name || options->last_pass == 4) && !leave_module(session))
		return false;
	if (options->last_pass == 4)
		printf("%s\n", session->module);
	return options->last_pass == 4 || options->module_name || name_for_run(session);
}

/* ---- Pass 5: run ---- */

static bool pass_run(struct session *session)
{
	const struct run run = {
		.module = session->module, .built_name = session->module_name, .kept = session->kept,
		.kernel = &session->kernel,
	};

	session->status = run_module(session->arena, session->diag, session->options, &run);
	return session->status == 0;
}

/* ---- The list ---- */

static const struct {
	const char *what;
	bool (*run)(struct session *session);
} passes[] = {
	{ "parsed the script and the tapsets", pass_parse },
	{ "analysed it", pass_analyse },
	{ "wrote C", pass_emit },
	{ "built the module", pass_build },
	{ "ran it", pass_run },
};

static double seconds(struct timeval time)
{
	return time.tv_sec + time.tv_usec / 1e6;
}

/* CPU time so far, ours and that of the children we waited for; *memory_kb is the most used. */
static double cpu_seconds(long *memory_kb)
{
	struct rusage own, children;

	getrusage(RUSAGE_SELF, &own);
	getrusage(RUSAGE_CHILDREN, &children);
	*memory_kb = MAX(own.ru_maxrss, children.ru_maxrss);
	return seconds(own.ru_utime) + seconds(own.ru_stime) + seconds(children.ru_utime) +
	       seconds(children.ru_stime);
}

static bool run_timed(struct session *session, int pass)
{
	gint64 start = g_get_monotonic_time();
	long memory_kb;
	double cpu = cpu_seconds(&memory_kb);
	bool ok = passes[pass].run(session);

	cpu = cpu_seconds(&memory_kb) - cpu;
	if (session->options->verbosity)
		fprintf(stderr, "Pass %d: %s%s in %.0f ms real, %.0f ms CPU, %ld MB at most\n", pass + 1,
			passes[pass].what, ok ? "" : " (failed)", (g_get_monotonic_time() - start) / 1000.0,
			cpu * 1000, memory_kb / 1024);
	return ok;
}

/* The temporary folder goes, unless somebody wants to look at it, or at what is left in it. */
static void clean_up(struct session *session, bool build_failed)
{
	if (!session->work_dir)
		return;
	if (!g_file_test(session->work_dir, G_FILE_TEST_IS_DIR))
		return;
	if (session->options->keep)
		fprintf(stderr, "Keeping temporary folder \"%s\"\n", session->work_dir);
	else if (build_failed)
		rmdir(session->work_dir);
	else
		scratch_remove(session->work_dir);
}

int passes_run(struct arena *arena, struct diag *diag, const struct options *options)
{
	struct session session = { .arena = arena, .diag = diag, .options = options };
	bool ok = true;

	for (int i = 0; ok && i < (options->list ? 2 : options->last_pass); i++) {
		ok = run_timed(&session, i);
		fflush(stdout);
	}
	clean_up(&session, session.code && session.work_dir && !session.module);
	if (session.status)
		return session.status;
	return ok ? 0 : 1;
}
