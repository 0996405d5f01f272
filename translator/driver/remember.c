/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that a run came from is in its record: the command line and the environment, which start
 * of which machine this is, and the files that were read (base/inputs.h). Runs with a word of
 * diagnostics are not remembered, as it is to be said again; neither are those that leave something behind
 * or want to see how it is done.
 */
#include "driver/remember.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/inputs.h"
#include "base/paths.h"
#include "build/cache.h"
#include "launcher/record.h"

static void put(GString *record, const char *text)
{
	g_string_append_len(record, text, (gssize)strlen(text) + 1);
}

/* What can be done again by running the same module is a plain run, here and now. */
static bool is_plain(const struct diag *diag, const struct options *options, const struct run *run)
{
	return !diag->error_count && !diag->warning_count && !options->verbosity && !options->keep &&
	       !options->module_name && run->kept && run->kernel->is_running && !run->kernel->vmlinux &&
	       !run->kernel->module;
}

/* Ourselves, and the program that is to be started. */
static void add_programs(const char *loader)
{
	g_autofree char *translator = g_file_read_link("/proc/self/exe", NULL);

	if (translator)
		inputs_add(translator);
	inputs_add(loader);
}

static void put_inputs(GString *record)
{
	const GPtrArray *inputs = inputs_all();

	for (guint i = 0; i < inputs->len; i++) {
		const struct input *input = inputs->pdata[i];

		put(record, input->status);
		put(record, input->path);
	}
	put(record, "");
}

static bool put_module(GString *record, const struct run *run)
{
	g_autofree char *bytes = NULL, *sum = NULL;
	gsize length;

	if (!cache_read_module(run->kept, &bytes, &length))
		return false;
	sum = g_strdup_printf("%zu %" PRIx64, (size_t)length, record_hash(bytes, length));
	put(record, run->kept);
	put(record, run->built_name);
	put(record, sum);
	return true;
}

/* Without the module, which stands last. */
static void put_arguments(GString *record, const char *const *loader)
{
	guint count = g_strv_length((char **)loader) - 1;
	g_autofree char *number = g_strdup_printf("%u", count);

	put(record, number);
	for (guint i = 0; i < count; i++)
		put(record, loader[i]);
}

static void write_record(const struct record_key *key, const GString *record)
{
	g_autofree char *folder = g_build_filename(paths_cache_dir(), RECORD_FOLDER, NULL), *path = NULL;
	char name[32];

	record_name(key, name, sizeof(name));
	path = g_build_filename(folder, name, NULL);
	if (g_mkdir_with_parents(folder, 0700) == 0)
		g_file_set_contents(path, record->str, (gssize)record->len, NULL);
}

void remember_run(const struct diag *diag, const struct options *options, const struct run *run,
		  const char *const *loader)
{
	g_autoptr(GString) record = NULL;
	char system[RECORD_TEXT_MOST];
	struct record_key key;

	if (!is_plain(diag, options, run))
		return;
	add_programs(loader[0]);
	if (!inputs_are_known() || !record_system(system, sizeof(system)) || !record_key_make(&key, options->argv))
		return;
	record = g_string_new_len(key.bytes, (gssize)key.length);
	put(record, system);
	put_inputs(record);
	if (put_module(record, run)) {
		put_arguments(record, loader);
		write_record(&key, record);
	}
	free(key.bytes);
}
