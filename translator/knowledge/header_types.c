/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compiles header files for their types: those of the kernel with the tree's own compiler and flags,
 * others with the system's. The object is kept in the cache, under the tree and the headers' names.
 */
#include "knowledge/header_types.h"

#include <string.h>

bool header_types_are_meant(const char *module)
{
	return module && strchr(module, '<');
}

#ifdef HAVE_LIBDW

#include <unistd.h>

#include <glib/gstdio.h>

#include "knowledge/dwarf/file.h"
#include "target/kernel_flags.h"
#include "target/scratch.h"

#define KERNEL_PREFIX "kernel"

/* Also types that the file itself makes no use of. */
#define DEBUGGING "-g", "-fno-eliminate-unused-debug-types"

struct making {
	struct arena *arena;
	struct diag silent;
	const struct kernel_tree *tree;
	bool is_kernel;
	const char *text;		/* the file to compile */
	const char **why_ret;
};

/* "<a.h><b.h>" to a line for each; false if it is not that. */
static bool make_text(struct making *making, const char *headers)
{
	g_autoptr(GString) text = g_string_new(NULL);

	while (*headers == '<') {
		const char *end = strchr(headers, '>');

		if (!end || end == headers + 1 || strcspn(headers, "\n\\\"") < (size_t)(end - headers))
			break;
		g_string_append_printf(text, "#include %.*s\n", (int)(end + 1 - headers), headers);
		headers = end + 1;
	}
	making->text = arena_strndup(making->arena, text->str, text->len);
	if (*headers)
		*making->why_ret = "header files are written as \"kernel<linux/fs.h>\", or \"<sys/stat.h>\" of this system";
	return !*headers;
}

/* ---- The compiler ---- */

static void run_compiler(struct making *making, const char *source, const char *object, struct process_result *ret)
{
	const char *const extra[] = { DEBUGGING, "-w", "-c", "-o", object, source, NULL };
	const char *const own[] = { "cc", DEBUGGING, "-w", "-c", "-o", object, source, NULL };
	const struct kernel_flags *flags;

	if (!making->is_kernel) {
		process_run(own, NULL, ret);
		return;
	}
	flags = kernel_flags_get(making->arena, &making->silent, making->tree);
	if (flags)
		kernel_compile(flags, extra, ret);
	else
		*ret = (struct process_result){ .status = -1, .output = g_strdup(""),
						.errors = g_strdup("the kernel's build tree has no working compiler\n") };
}

/* The first complaint, without the file that it is about. */
static const char *complaint(struct making *making, const char *errors)
{
	const char *at = strstr(errors, "error: ");

	at = at ? at + strlen("error: ") : errors;
	return arena_printf(making->arena, "the header cannot be compiled: %.*s", (int)strcspn(at, "\n"), at);
}

/* Compiles in a folder of its own; the object comes to `path` in one piece. */
static bool compile(struct making *making, const char *path)
{
	const char *folder = scratch_new(making->arena, &making->silent);
	const char *source = arena_printf(making->arena, "%s/headers.c", folder);
	const char *object = arena_printf(making->arena, "%s.%d", path, (int)getpid());
	struct process_result result;
	bool ok;

	*making->why_ret = "no temporary folder to compile headers in";
	if (!folder)
		return false;
	ok = scratch_write(&making->silent, folder, "headers.c", making->text);
	if (ok) {
		run_compiler(making, source, object, &result);
		ok = result.status == 0 && g_rename(object, path) == 0;
		if (!ok)
			*making->why_ret = complaint(making, result.errors);
		process_result_clear(&result);
		g_unlink(object);
	}
	scratch_remove(folder);
	return ok;
}

/* ---- The object ---- */

static void remove_folder(gpointer folder)
{
	scratch_remove(folder);
}

/* Where it is kept; without a cache, for this run alone. */
static const char *object_path(struct making *making)
{
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, making->text, -1);
	const char *folder = kernel_tree_cache(making->arena, making->tree);

	if (!folder) {
		folder = scratch_new(making->arena, &making->silent);
		if (folder)
			arena_defer(making->arena, remove_folder, (char *)folder);
	}
	return folder ? arena_printf(making->arena, "%s/%s-types-%.16s.o", folder, making->is_kernel ? "kernel" : "system",
				     hash) : NULL;
}

struct dwarf_source *header_types_open(struct arena *arena, const struct kernel_tree *tree, const char *module,
				       const char **why_ret)
{
	struct making making = { .arena = arena, .tree = tree, .why_ret = why_ret };
	struct dwarf_file *file;
	const char *path;

	diag_init_silent(&making.silent);
	making.is_kernel = g_str_has_prefix(module, KERNEL_PREFIX);
	if (!make_text(&making, making.is_kernel ? module + strlen(KERNEL_PREFIX) : module))
		return NULL;
	path = object_path(&making);
	if (!path || (!g_file_test(path, G_FILE_TEST_EXISTS) && !compile(&making, path)))
		return NULL;
	*why_ret = "the header has no types";
	file = dwarf_file_open(arena, path, NULL, why_ret);
	return file ? dwarf_source_of_file(arena, file, module, why_ret) : NULL;
}

#else

struct dwarf_source *header_types_open(struct arena *arena, const struct kernel_tree *tree, const char *module,
				       const char **why_ret)
{
	return dwarf_source_open(arena, "", tree, module, why_ret);
}

#endif /* HAVE_LIBDW */
