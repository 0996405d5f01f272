/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Searches for debugging information: by build-id, where distributions put it, in the build tree,
 * in the kernel or module itself, by .gnu_debuglink, and at last from a server of debuginfod if the
 * user has named one. The kernel's build-id is known in most cases; a file of another build would
 * answer wrongly and is refused, also where it lies in the right place.
 */
#include "knowledge/files/debuginfo.h"

#ifdef HAVE_LIBDW

#include <string.h>

#include "base/inputs.h"
#include "knowledge/files/build_id.h"
#include "knowledge/files/debuginfod.h"
#include "knowledge/files/elf_section.h"
#include "knowledge/files/kernel_image.h"
#include "knowledge/files/module_file.h"
#include "target/distribution.h"
#include "target/scratch.h"

struct search {
	struct arena *arena;
	const char *root;
	const struct kernel_tree *tree;
	const char *module;
	const char *relative;		/* of a module: "kernel/fs/ext4/ext4.ko", without what it is compressed by */
	const char *build_id;		/* NULL: not known, any will do */
	bool has_build_id;		/* it was looked for */
	GPtrArray *folders;		/* debuginfo folders and files (char *) */
	const char *why;		/* the first reason why a file that is there was of no use */
	struct dwarf_file *found;
};

/* Looked for when there is a file that may be the right one: of a kernel that does not run it takes a second. */
static const char *wanted_build_id(struct search *search)
{
	if (!search->has_build_id)
		search->build_id = build_id_find(search->arena, search->root, search->tree, search->module);
	search->has_build_id = true;
	return search->build_id;
}

/* ---- One file ---- */

static bool try_file(struct search *search, const char *path)
{
	const char *why;

	inputs_add(path);
	if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
		return false;
	search->found = dwarf_file_find(search->arena, path, wanted_build_id(search), &why);
	if (!search->found && !search->why)
		search->why = why;
	return search->found;
}

static bool try_printf(struct search *search, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool try_printf(struct search *search, const char *format, ...)
{
	g_autofree char *path = NULL;
	va_list arguments;

	va_start(arguments, format);
	path = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	return try_file(search, path);
}

/* ---- Folders of debuginfo ---- */

static bool try_build_id(struct search *search, const char *folder)
{
	g_autofree char *index = g_strconcat(folder, "/.build-id", NULL);
	const char *id;

	inputs_add(index);
	id = g_file_test(index, G_FILE_TEST_IS_DIR) ? wanted_build_id(search) : NULL;
	return id && strlen(id) > 2 && try_printf(search, "%s/.build-id/%.2s/%s.debug", folder, id, id + 2);
}

static bool try_kernel_in(struct search *search, const char *folder)
{
	static const struct {
		const char *before, *after;
	} places[] = {
		{ "/boot/vmlinux-", "" }, { "/boot/vmlinux-", ".debug" },
		{ "/lib/modules/", "/vmlinux" }, { "/lib/modules/", "/vmlinux.debug" },
		{ "/usr/lib/modules/", "/vmlinux" }, { "/usr/lib/modules/", "/vmlinux.debug" },
		{ "/vmlinux-", "" }, { "/vmlinux-", ".debug" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		if (try_printf(search, "%s%s%s%s", folder, places[i].before, search->tree->release, places[i].after))
			return true;
	return try_printf(search, "%s/vmlinux", folder);
}

static bool try_module_in(struct search *search, const char *folder)
{
	static const char *const before[] = { "/lib/modules/", "/usr/lib/modules/" };
	static const char *const after[] = { ".debug", "" };

	for (size_t i = 0; search->relative && i < G_N_ELEMENTS(before); i++)
		for (size_t j = 0; j < G_N_ELEMENTS(after); j++)
			if (try_printf(search, "%s%s%s/%s%s", folder, before[i], search->tree->release,
				       search->relative, after[j]))
				return true;
	return try_printf(search, "%s/%s.ko.debug", folder, search->module) ||
	       try_printf(search, "%s/%s.ko", folder, search->module);
}

/* One of $SPILE_DEBUGINFO may be a file: a module's by its name, any other the kernel's. */
static bool try_named_file(struct search *search, const char *path)
{
	g_autofree char *name = g_path_get_basename(path), *wanted = NULL;

	if (!search->module)
		return !strstr(name, ".ko") && try_file(search, path);
	wanted = g_strdup_printf("%s.ko", search->module);
	return g_str_has_prefix(g_strdelimit(name, "-", '_'), wanted) && try_file(search, path);
}

static bool try_folder(struct search *search, const char *folder)
{
	inputs_add(folder);
	if (g_file_test(folder, G_FILE_TEST_IS_REGULAR))
		return try_named_file(search, folder);
	return try_build_id(search, folder) ||
	       (search->module ? try_module_in(search, folder) : try_kernel_in(search, folder));
}

/* ---- The kernel or module itself ---- */

/* Where a file's .gnu_debuglink leads: beside it, or to the same path below a debuginfo folder. */
static bool try_link(struct search *search, const char *path, const char *link)
{
	g_autofree char *folder = g_path_get_dirname(path);
	const char *inner = folder + strlen(search->root);

	if (try_printf(search, "%s/%s", folder, link) || try_printf(search, "%s/.debug/%s", folder, link))
		return true;
	for (unsigned int i = 0; i < search->folders->len; i++)
		if (try_printf(search, "%s%s/%s", (char *)g_ptr_array_index(search->folders, i), inner, link))
			return true;
	return false;
}

/* DWARF within a module that is compressed as a whole: by way of a file that goes with the arena. */
static bool try_bytes(struct search *search, const char *bytes, size_t size)
{
	const char *path = scratch_file(search->arena, "module");

	return path && g_file_set_contents(path, bytes, (gssize)size, NULL) && try_file(search, path);
}

static bool try_unpacked(struct search *search, const char *path, const char *bytes, size_t size)
{
	size_t offset, length;

	if (elf_section_find(bytes, size, ".gnu_debuglink", &offset, &length) &&
	    memchr(bytes + offset, '\0', length) && try_link(search, path, bytes + offset))
		return true;
	return !g_str_has_suffix(path, ".ko") && elf_section_find(bytes, size, ".debug_info", &offset, &length) &&
	       try_bytes(search, bytes, size);
}

static bool try_code(struct search *search, const char *path)
{
	GMappedFile *file;
	const char *why;
	bool ok;

	inputs_add(path);
	if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
		return false;
	if (try_file(search, path))
		return true;
	file = file_unpack(path, &why);
	if (!file)
		return false;
	ok = try_unpacked(search, path, g_mapped_file_get_contents(file), g_mapped_file_get_length(file));
	g_mapped_file_unref(file);
	return ok;
}

static bool try_kernel_itself(struct search *search)
{
	const char *root = search->root, *release = search->tree->release;

	return (search->tree->vmlinux && try_code(search, search->tree->vmlinux)) ||
	       try_printf(search, "%s/vmlinux", search->tree->build_dir) ||
	       try_code(search, arena_printf(search->arena, "%s/boot/vmlinux-%s", root, release)) ||
	       try_code(search, arena_printf(search->arena, "%s/lib/modules/%s/vmlinux", root, release));
}

/* "kernel/fs/ext4/ext4.ko" was built as fs/ext4/ext4.ko. */
static bool try_module_itself(struct search *search)
{
	const char *file = module_file_find(search->arena, search->root, search->tree, search->module);
	const char *relative = search->relative;

	if (!file)
		return false;
	if (!relative)
		return try_code(search, file);
	relative += g_str_has_prefix(relative, "kernel/") ? strlen("kernel/") : 0;
	return try_printf(search, "%s/%s", search->tree->build_dir, relative) || try_code(search, file);
}

static bool try_server(struct search *search)
{
	const char *id = debuginfod_is_wanted() ? wanted_build_id(search) : NULL, *why = NULL;
	const char *path = id ? debuginfod_fetch(search->arena, id, &why) : NULL;

	/* What a server has may be more the next time. */
	if (id)
		inputs_add_unknown();
	search->why = search->why ? search->why : why;
	return path && try_file(search, path);
}

/* ---- All of it ---- */

/* The module's path as it was before a package compressed it. */
static const char *uncompressed(struct arena *arena, const char *relative)
{
	const char *end = relative ? strstr(relative, ".ko") : NULL;

	return end ? arena_printf(arena, "%.*s.ko", (int)(end - relative), relative) : NULL;
}

static void add_folders(struct search *search)
{
	const char *asked = g_getenv("SPILE_DEBUGINFO");
	g_auto(GStrv) words = g_strsplit(asked ? asked : "", ":", -1);

	for (char **word = words; *word; word++)
		if (**word)
			g_ptr_array_add(search->folders, arena_printf(search->arena, "%s", *word));
	g_ptr_array_add(search->folders, arena_printf(search->arena, "%s/usr/lib/debug", search->root));
}

static bool find_here(struct search *search)
{
	for (unsigned int i = 0; i < search->folders->len; i++)
		if (try_folder(search, g_ptr_array_index(search->folders, i)))
			return true;
	return search->module ? try_module_itself(search) : try_kernel_itself(search);
}

static bool find(struct search *search)
{
	return find_here(search) || try_server(search);
}

/* *is_module_ret: there is not even the module, and no package would bring its debuginfo alone. */
static const char *reason(struct search *search, bool *is_module_ret)
{
	const char *release = search->tree->release;

	*is_module_ret = !search->why && search->module && !search->relative && !wanted_build_id(search);
	if (search->why)
		return search->why;
	if (*is_module_ret)
		return arena_printf(search->arena, "kernel %s has no module '%s' here", release, search->module);
	return arena_printf(search->arena, "there is no debuginfo (DWARF) of %s%s%s here",
			    search->module ? search->module : "kernel ", search->module ? " of kernel " : "", release);
}

/* The reason with the command that helps. */
static const char *reason_and_command(struct search *search)
{
	const char *release = search->tree->release;
	const char *command = distribution_debuginfo_command(search->arena, search->root, release);
	bool is_module;
	const char *why = reason(search, &is_module);

	if (search->why)
		return arena_printf(search->arena, "%s; what fits kernel %s comes with: %s", why, release, command);
	return is_module ? why : arena_printf(search->arena, "%s; it comes with: %s", why, command);
}

struct dwarf_file *debuginfo_open(struct arena *arena, const char *root, const struct kernel_tree *tree,
				  const char *module, const char **why_ret)
{
	struct search search = {
		.arena = arena, .root = root, .tree = tree, .module = module, .folders = arena_array(arena),
	};

	if (module)
		search.relative = uncompressed(arena, module_file_relative(arena, root, tree, module));
	add_folders(&search);
	if (!find(&search))
		*why_ret = reason_and_command(&search);
	return search.found;
}

const char *debuginfo_of_kernel(struct arena *arena, const char *root, const struct kernel_tree *tree,
				const char **why_ret)
{
	struct search search = { .arena = arena, .root = root, .tree = tree, .folders = arena_array(arena) };
	bool is_module;

	add_folders(&search);
	if (find_here(&search))
		return search.found->path;
	*why_ret = reason(&search, &is_module);
	return NULL;
}

#endif /* HAVE_LIBDW */
