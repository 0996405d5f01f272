/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The world of the fuzzer's scripts; see fuzz_world.h. The kernel's tracepoints are where the
 * translator looks before it asks the headers: in the cache, of which there is one of our own, in a
 * temporary folder that goes when the program ends in peace.
 *
 * The library's files are read once, in the order of their names; parsing them is left to each run.
 */
#include "fuzz_world.h"

#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/paths.h"
#include "fuzz_options.h"
#include "script/macro.h"
#include "target/prototype.h"
#include "target/scratch.h"

#define KERNEL_KEY "fuzz"

/* As the preprocessor leaves them of trace headers. */
static const char tracepoint_markers[] =
	PROTOTYPE_MARKER " { \"include/trace/events/sched.h\" } { sched } { sched_switch } "
	"{ bool preempt, struct task_struct *prev, struct task_struct *next, unsigned int prev_state }\n"
	PROTOTYPE_MARKER " { \"include/trace/events/sched.h\" } { sched } { sched_process_exec } "
	"{ struct task_struct *p, pid_t old_pid, struct linux_binprm *bprm }\n"
	PROTOTYPE_MARKER " { \"include/trace/events/irq.h\" } { irq } { irq_handler_entry } "
	"{ int irq, struct irqaction *action }\n";

static const char system_map[] =
	"ffffffff81000000 T vfs_read\n"
	"ffffffff81000100 T vfs_write\n"
	"ffffffff81000200 T do_sys_openat2\n"
	"ffffffff81000300 T wake_up_new_task\n"
	"ffffffff81000400 t schedule\n"
	"ffffffff81000500 t schedule.cold\n";

struct library_file {
	char *name, *text;
	size_t length;
};

static GPtrArray *library_files;	/* of struct library_file */
static char *folder;			/* temporary */

static void remove_folder(void)
{
	scratch_remove(folder);
}

/* The folder, with the cache of the kernel in it. */
static bool open_folder(void)
{
	g_autofree char *cache = NULL, *all = NULL;

	folder = g_dir_make_tmp("spile-fuzz-XXXXXX", NULL);
	if (!folder)
		return false;
	atexit(remove_folder);
	g_setenv("XDG_CACHE_HOME", folder, TRUE);
	cache = g_build_filename(folder, "spile", "kernel", KERNEL_KEY, "tracepoints", NULL);
	all = g_build_filename(cache, "all", NULL);
	return g_mkdir_with_parents(cache, 0700) == 0 && g_file_set_contents(all, tracepoint_markers, -1, NULL);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	const struct library_file *const *left = a, *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

static bool open_library(void)
{
	g_autofree char *tapsets = g_build_filename(paths_data_dir(), "tapsets", NULL);
	g_autoptr(GDir) dir = g_dir_open(tapsets, 0, NULL);
	const char *name;

	if (!dir)
		return false;
	library_files = g_ptr_array_new();
	while ((name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(tapsets, name, NULL);
		struct library_file *file;

		if (!g_str_has_suffix(name, ".stp") && !g_str_has_suffix(name, ".stpm"))
			continue;
		file = g_new0(struct library_file, 1);
		file->name = g_strdup(name);
		if (!g_file_get_contents(path, &file->text, &file->length, NULL))
			return false;
		g_ptr_array_add(library_files, file);
	}
	g_ptr_array_sort(library_files, by_name);
	return library_files->len > 0;
}

bool fuzz_world_open(void)
{
	return open_folder() && open_library();
}

/* ---- For the preprocessor ---- */

static const char *world_value(void *data, const char *name, const char **why_ret)
{
	static const struct {
		const char *name, *value;
	} values[] = {
		{ "kernel_v", "6.1.0" }, { "kernel_vr", FUZZ_RELEASE }, { "arch", "x86_64" },
		{ "systemtap_v", "4.8" }, { "systemtap_privilege", "stapdev" }, { "runtime", "kernel" },
		{ "CONFIG_SMP", "y" }, { "CONFIG_NR_CPUS", "8192" }, { "CONFIG_LOCALVERSION", "-fuzz" },
	};
	const struct fuzz_options *options = data;

	for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
		if (strcmp(values[i].name, name) == 0)
			return values[i].value;
	if (strcmp(name, "guru_mode") == 0)
		return options->guru_mode ? "1" : "0";
	if (g_str_has_prefix(name, "CONFIG_"))
		return "";
	*why_ret = "nothing is known by that name";
	return NULL;
}

struct preprocessor_world fuzz_world_for_preprocessor(struct fuzz_options *options)
{
	return (struct preprocessor_world){ world_value, options };
}

/* ---- The library ---- */

static const struct source *new_source(const struct parse_context *context, const struct library_file *file)
{
	struct source *source = source_from_text(context->arena, file->name, file->text, file->length);

	source->is_tapset = true;
	return source;
}

void fuzz_world_add_macros(const struct parse_context *context)
{
	for (guint i = 0; i < library_files->len; i++) {
		const struct library_file *file = g_ptr_array_index(library_files, i);

		if (g_str_has_suffix(file->name, ".stpm"))
			macro_library_add(context, new_source(context, file));
	}
}

GPtrArray *fuzz_world_library(const struct parse_context *context)
{
	GPtrArray *scripts = arena_array(context->arena);

	for (guint i = 0; i < library_files->len; i++) {
		const struct library_file *file = g_ptr_array_index(library_files, i);

		if (g_str_has_suffix(file->name, ".stp"))
			g_ptr_array_add(scripts, parse_script(context, new_source(context, file), NULL));
	}
	return scripts;
}

/* ---- The kernel ---- */

struct kernel_tree fuzz_world_kernel(void)
{
	return (struct kernel_tree){
		.release = FUZZ_RELEASE, .build_dir = folder, .source_dir = folder, .key = KERNEL_KEY,
	};
}

struct symbol_table *fuzz_world_symbols(struct arena *arena)
{
	return symbols_from_text(arena, system_map);
}
