/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `spile warm` does ahead of time what the first script for a kernel would have to do, for a boot
 * script or a package's trigger; `spile cache` shows what is kept, or throws it away. Called by main.
 */
#include "driver/upkeep.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/paths.h"
#include "build/build.h"
#include "build/cache.h"
#include "knowledge/knowledge.h"
#include "target/scratch.h"

static const char warm_help[] =
	"usage: spile warm [-r RELEASE|TREE] [-v]\n\n"
	"Examine a kernel's headers, compile ahead, and index its types and its debuginfo where that is\n"
	"installed, so that the first script is like any other.\n\n"
	"  -r, --kernel=RELEASE|TREE  that kernel instead of the running one\n"
	"  -v, --verbose              say what the kernel has\n"
	"  -h, --help                 this list\n";

static const char cache_help[] =
	"usage: spile cache [--list|--clean]\n\n"
	"  --list    what is kept, the last used first: bytes, day, kind, what it is of (default)\n"
	"  --clean   remove it all; kernels of `spile vm` stay\n"
	"  --help    this list\n\n"
	"Beyond SPILE_CACHE_MB megabytes (1024) the things used longest ago are removed.\n";

static int wrong(struct diag *diag, const char *command)
{
	diag_error(diag, no_span, "E-option", "wrong arguments for `spile %s`", command);
	diag_note(diag, no_span, "`spile %s --help` lists the options", command);
	return 1;
}

/* ---- warm ---- */

/* Unpacks and indexes what there is to know of the kernel's names: types, and debuginfo if it is there. */
static void warm_knowledge(struct arena *arena, const struct kernel_tree *tree)
{
	const struct knowledge_options options = { .sources = SOURCES_ALL, .root = "" };
	struct knowledge *knowledge = knowledge_new(arena, tree, &options);
	const char *why;

	knowledge_type(knowledge, NULL, "struct task_struct");
	knowledge_dwarf(knowledge, NULL, &why);
}

static int warm(struct diag *diag, const char *kernel, int verbosity)
{
	struct arena *arena = arena_new();
	struct kernel_tree tree;
	struct build_request request = {
		.name = "spile_warm", .code = emit_all_parts(arena), .verbosity = verbosity,
	};
	bool ok = kernel_tree_find(arena, diag, kernel, &tree) && (request.work_dir = scratch_new(arena, diag)) &&
		  build_warm(arena, diag, &tree, &request);

	if (ok)
		warm_knowledge(arena, &tree);
	if (request.work_dir)
		scratch_remove(request.work_dir);
	arena_free(arena);
	return ok ? 0 : 1;
}

int upkeep_warm(int argc, char **argv)
{
	static const struct option options[] = {
		{ "kernel", required_argument, NULL, 'r' }, { "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	const char *kernel = NULL;
	struct diag diag;
	int letter, verbosity = 0;

	diag_init(&diag);
	opterr = 0;
	while ((letter = getopt_long(argc, argv, "r:vh", options, NULL)) != -1) {
		if (letter == 'h') {
			fputs(warm_help, stdout);
			return 0;
		}
		if (letter == '?')
			return wrong(&diag, "warm");
		if (letter == 'r')
			kernel = optarg;
		else
			verbosity++;
	}
	return optind == argc ? warm(&diag, kernel, verbosity) : wrong(&diag, "warm");
}

/* ---- cache ---- */

static void print_entry(const struct cache_entry *entry)
{
	GDateTime *time = g_date_time_new_from_unix_local(entry->used);
	g_autofree char *day = time ? g_date_time_format(time, "%Y-%m-%d %H:%M") : g_strdup("-");

	printf("%10" G_GUINT64_FORMAT "  %s  %-7s  %s\n", entry->size, day, entry->kind, entry->what);
	if (time)
		g_date_time_unref(time);
}

static int list(struct diag *diag)
{
	struct arena *arena = arena_new();
	const char *folder = paths_cache_dir();
	GPtrArray *entries = cache_list(arena);
	guint64 sum = 0;

	for (guint i = 0; i < entries->len; i++) {
		const struct cache_entry *entry = entries->pdata[i];

		print_entry(entry);
		sum += entry->size;
	}
	if (folder)
		printf("%10" G_GUINT64_FORMAT "  in %s\n", sum, folder);
	else
		diag_error(diag, no_span, "E-cache-folder", "there is no cache folder that is ours alone");
	arena_free(arena);
	return folder ? 0 : 1;
}

static int clean(struct diag *diag)
{
	if (cache_clean())
		return 0;
	diag_error(diag, no_span, "E-cache-folder", "the cache folder cannot be cleaned");
	return 1;
}

int upkeep_cache(int argc, char **argv)
{
	struct diag diag;

	diag_init(&diag);
	if (argc > 2)
		return wrong(&diag, "cache");
	if (argc == 1 || strcmp(argv[1], "--list") == 0)
		return list(&diag);
	if (strcmp(argv[1], "--clean") == 0)
		return clean(&diag);
	if (strcmp(argv[1], "--help") != 0)
		return wrong(&diag, "cache");
	fputs(cache_help, stdout);
	return 0;
}
