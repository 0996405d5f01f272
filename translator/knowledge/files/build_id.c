/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads build-ids. The search for debugging information asks for that of the kernel which is traced.
 * The kernel's image has to be decompressed for it, which takes a second: the number is kept in the
 * cache, named by the image's size and time.
 */
#include "knowledge/files/build_id.h"

#include <elf.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/inputs.h"
#include "knowledge/files/elf_section.h"
#include "knowledge/files/kernel_image.h"
#include "knowledge/files/module_file.h"

/* ---- Notes ---- */

static const char *hexadecimal(struct arena *arena, const unsigned char *bytes, size_t size)
{
	char *text = arena_alloc(arena, 2 * size + 1);

	for (size_t i = 0; i < size; i++)
		g_snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return text;
}

/* Name and content of a note begin at multiples of four. */
static size_t aligned(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

const char *build_id_of_notes(struct arena *arena, const void *notes, size_t size)
{
	const unsigned char *at = notes;
	Elf64_Nhdr header;

	while (size >= sizeof(header)) {
		size_t name, content;

		memcpy(&header, at, sizeof(header));
		at += sizeof(header);
		size -= sizeof(header);
		name = aligned(header.n_namesz);
		content = aligned(header.n_descsz);
		if (name > size || header.n_descsz > size - name)
			return NULL;
		if (header.n_type == NT_GNU_BUILD_ID && header.n_namesz == 4 && memcmp(at, "GNU", 4) == 0)
			return hexadecimal(arena, at + name, header.n_descsz);
		content = MIN(content, size - name);
		at += name + content;
		size -= name + content;
	}
	return NULL;
}

const char *build_id_of_elf(struct arena *arena, const void *image, size_t size)
{
	static const char *const sections[] = { ".note.gnu.build-id", ".notes" };
	const char *found = NULL;
	size_t offset, length;

	for (size_t i = 0; !found && i < G_N_ELEMENTS(sections); i++)
		if (elf_section_find(image, size, sections[i], &offset, &length))
			found = build_id_of_notes(arena, (const char *)image + offset, length);
	return found;
}

/* ---- Where they are ---- */

/* What the running kernel shows of itself, and of modules that are loaded. */
static const char *of_running(struct arena *arena, const char *root, const char *module)
{
	g_autofree char *path = module ?
		g_strdup_printf("%s/sys/module/%s/notes/.note.gnu.build-id", root, module) :
		g_strdup_printf("%s/sys/kernel/notes", root);
	g_autofree char *notes = NULL;
	gsize size;

	return g_file_get_contents(path, &notes, &size, NULL) ? build_id_of_notes(arena, notes, size) : NULL;
}

static const char *of_unpacked(struct arena *arena, GMappedFile *file)
{
	const char *found = file ? build_id_of_elf(arena, g_mapped_file_get_contents(file),
						   g_mapped_file_get_length(file)) : NULL;

	if (file)
		g_mapped_file_unref(file);
	return found;
}

/* Of the kernel within a bzImage, if that is of this release. */
static const char *of_image(struct arena *arena, const struct kernel_tree *tree, const char *file)
{
	g_autofree char *release = kernel_image_release(file);
	const char *why;

	if (!release || strcmp(release, tree->release) != 0)
		return NULL;
	return of_unpacked(arena, kernel_image_unpack(file, &why));
}

/* Where the number found in `file` is kept; NULL: nowhere, or there is no such file. */
static char *kept_path(struct arena *arena, const struct kernel_tree *tree, const char *what, const char *file)
{
	const char *folder = kernel_tree_cache(arena, tree);
	GStatBuf status;

	inputs_add(file);
	if (!folder || g_stat(file, &status) != 0)
		return NULL;
	return g_strdup_printf("%s/build-id-%s-%lld-%lld", folder, what, (long long)status.st_size,
			       (long long)status.st_mtime);
}

static const char *of_file(struct arena *arena, const struct kernel_tree *tree, const char *module, const char *file)
{
	g_autofree char *kept = kept_path(arena, tree, module ? module : "vmlinux", file), *text = NULL;
	const char *found, *why;

	if (kept && g_file_get_contents(kept, &text, NULL, NULL) && *text)
		return arena_printf(arena, "%s", text);
	found = module ? of_unpacked(arena, file_unpack(file, &why)) : of_image(arena, tree, file);
	if (kept && found)
		g_file_set_contents(kept, found, -1, NULL);
	return found;
}

const char *build_id_find(struct arena *arena, const char *root, const struct kernel_tree *tree, const char *module)
{
	static const char *const before[] = { "/boot/vmlinuz-", "/lib/modules/" };
	static const char *const after[] = { "", "/vmlinuz" };
	const char *found = tree->is_running && !tree->vmlinux ? of_running(arena, root, module) : NULL, *file;

	if (!module && tree->vmlinux)
		return of_unpacked(arena, g_mapped_file_new(tree->vmlinux, FALSE, NULL));
	if (!found && module) {
		file = module_file_find(arena, root, tree, module);
		return file ? of_file(arena, tree, module, file) : NULL;
	}
	for (size_t i = 0; !found && i < G_N_ELEMENTS(before); i++)
		found = of_file(arena, tree, NULL,
				arena_printf(arena, "%s%s%s%s", root, before[i], tree->release, after[i]));
	return found;
}
