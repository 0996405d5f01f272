/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds BTF. .BTF is a section that is loaded with the kernel, and so a compressed kernel image has
 * it too: no debuginfo is needed for a kernel that does not run here. What is copied out of an
 * image is named by the image's size and time, so that another image is another copy, and is
 * written to the cache in one step: who reads it at the same time sees all of it or nothing.
 */
#include "knowledge/btf/files.h"

#include <string.h>

#include <glib/gstdio.h>

#include "base/inputs.h"
#include "base/paths.h"
#include "knowledge/files/elf_section.h"
#include "knowledge/files/kernel_image.h"
#include "knowledge/files/module_file.h"
#include "target/scratch.h"

/* ---- The cache ---- */

/* Where a copy of the BTF in `file` belongs; without a cache a new file that goes with the arena. */
static const char *copy_path(struct arena *arena, const struct kernel_tree *tree, const char *what,
			     const char *file)
{
	const char *folder = kernel_tree_cache(arena, tree);
	GStatBuf status;

	if (folder && g_stat(file, &status) == 0)
		return arena_printf(arena, "%s/btf-%s-%lld-%lld", folder, what, (long long)status.st_size,
				    (long long)status.st_mtime);
	return scratch_file(arena, "btf");
}

/* Writes the .BTF section of an ELF file in memory to `path`. */
static bool copy_section(const void *image, size_t size, const char *path, const char **why_ret)
{
	size_t offset, length;

	if (!elf_section_find(image, size, ".BTF", &offset, &length)) {
		*why_ret = "it has no BTF (the kernel was built without CONFIG_DEBUG_INFO_BTF)";
		return false;
	}
	*why_ret = "a copy of its BTF cannot be written";
	return g_file_set_contents(path, (const char *)image + offset, (gssize)length, NULL);
}

/* ---- Images ---- */

static bool copy_from_mapped(GMappedFile *file, const char *path, const char **why_ret)
{
	bool ok = file && copy_section(g_mapped_file_get_contents(file), g_mapped_file_get_length(file), path, why_ret);

	if (file)
		g_mapped_file_unref(file);
	return ok;
}

/* The .BTF section of a vmlinux that is no compressed one. */
static bool copy_from_elf(const char *file, const char *path, const char **why_ret)
{
	*why_ret = "it cannot be read";
	return copy_from_mapped(g_mapped_file_new(file, FALSE, NULL), path, why_ret);
}

/* Out of a bzImage, which must be of the tree's kernel. */
static bool copy_from_image(struct arena *arena, const struct kernel_tree *tree, const char *file,
			    const char *path, const char **why_ret)
{
	g_autofree char *release = kernel_image_release(file);

	if (release && strcmp(release, tree->release) != 0) {
		*why_ret = arena_printf(arena, "it is kernel %s", release);
		return false;
	}
	return copy_from_mapped(kernel_image_unpack(file, why_ret), path, why_ret);
}

static bool copy_from_module(const char *file, const char *path, const char **why_ret)
{
	return copy_from_mapped(file_unpack(file, why_ret), path, why_ret);
}

/* ---- Places ---- */

enum holder { HOLDER_ELF, HOLDER_IMAGE, HOLDER_MODULE };

struct search {
	struct arena *arena;
	const char *root;
	const struct kernel_tree *tree;
	const char *what;		/* "vmlinux", or the module */
	struct btf_file *ret;
	const char *why;		/* the first reason why a file that is there was of no use */
};

static bool is_there(const char *path)
{
	GStatBuf status;

	return path && g_stat(path, &status) == 0 && status.st_size > 0;
}

static bool copy(const struct search *search, enum holder holder, const char *file, const char **why_ret)
{
	switch (holder) {
	case HOLDER_ELF:
		return copy_from_elf(file, search->ret->path, why_ret);
	case HOLDER_IMAGE:
		return copy_from_image(search->arena, search->tree, file, search->ret->path, why_ret);
	case HOLDER_MODULE:
		return copy_from_module(file, search->ret->path, why_ret);
	}
	return false;
}

/* Takes the BTF out of `file` (NULL: there is none), or out of the cache where it was copied to before. */
static bool use_file(struct search *search, enum holder holder, const char *file)
{
	const char *why = "no temporary file can be made";

	if (file)
		inputs_add(file);
	if (!is_there(file))
		return false;
	search->ret->origin = file;
	search->ret->path = copy_path(search->arena, search->tree, search->what, file);
	if (is_there(search->ret->path) || (search->ret->path && copy(search, holder, file, &why)))
		return true;
	if (!search->why)
		search->why = arena_printf(search->arena, "%s: %s", file, why);
	return false;
}

static bool use_file_of_release(struct search *search, enum holder holder, const char *before, const char *after)
{
	return use_file(search, holder, arena_printf(search->arena, "%s%s%s%s", search->root, before,
						     search->tree->release, after));
}

/* What the running kernel shows of itself and of the modules that are loaded. */
static bool use_running(struct search *search)
{
	const char *path = arena_printf(search->arena, "%s/sys/kernel/btf/%s", search->root, search->what);

	if (!search->tree->is_running || search->tree->vmlinux || !g_file_test(path, G_FILE_TEST_EXISTS))
		return false;
	search->ret->path = search->ret->origin = path;
	return true;
}

/* Kernels that `spile vm` unpacked for itself: installed nowhere else. */
static bool use_kernel_of_vm(struct search *search)
{
	const char *cache = paths_cache_dir(), *release = search->tree->release;

	return cache && use_file(search, HOLDER_IMAGE, arena_printf(search->arena,
				 "%s/vm/kernels/%s/boot/vmlinuz-%s", cache, release, release));
}

/* Files that need no decompression first; a tree's own before those of packages. */
static bool find_kernel(struct search *search)
{
	const char *build_dir = search->tree->build_dir;

	return use_file(search, HOLDER_ELF, search->tree->vmlinux) ||
	       use_file(search, HOLDER_ELF, arena_printf(search->arena, "%s/vmlinux", build_dir)) ||
	       use_file_of_release(search, HOLDER_ELF, "/usr/lib/debug/boot/vmlinux-", "") ||
	       use_file_of_release(search, HOLDER_ELF, "/usr/lib/debug/lib/modules/", "/vmlinux") ||
	       use_file_of_release(search, HOLDER_ELF, "/boot/vmlinux-", "") ||
	       use_file_of_release(search, HOLDER_IMAGE, "/boot/vmlinuz-", "") ||
	       use_file_of_release(search, HOLDER_IMAGE, "/lib/modules/", "/vmlinuz") ||
	       use_file(search, HOLDER_IMAGE,
			arena_printf(search->arena, "%s/arch/x86/boot/bzImage", build_dir)) ||
	       use_kernel_of_vm(search);
}

bool btf_file_find(struct arena *arena, const char *root, const struct kernel_tree *tree,
		   const char *module, struct btf_file *ret, const char **why_ret)
{
	struct search search = { arena, root, tree, module ? module : "vmlinux", ret, NULL };

	if (use_running(&search) ||
	    (module ? use_file(&search, HOLDER_MODULE, module_file_find(arena, root, tree, module)) : find_kernel(&search)))
		return true;
	*why_ret = search.why ? search.why :
		   module ? arena_printf(arena, "kernel %s has no module '%s' here", tree->release, module) :
			    arena_printf(arena, "there is no image of kernel %s here (/boot/vmlinuz-%s): "
					 "the package of the kernel itself brings it", tree->release, tree->release);
	return false;
}
