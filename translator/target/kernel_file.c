/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the release out of a kernel's ELF file, which has it in its banner, or out of a module's, which
 * has it in what it demands of a kernel (vermagic). Neither text depends on how the rest is laid out.
 * Called by kernel_tree.c.
 */
#define _GNU_SOURCE	/* memmem */
#include "target/kernel_file.h"

#include <elf.h>
#include <string.h>

#include <glib.h>

/* Longer than any release that the kernel can have. */
#define RELEASE_MOST 64

/* The word behind the first `before` that a digit follows; NULL: there is none. */
static const char *word_behind(struct arena *arena, const char *bytes, size_t size, const char *before)
{
	size_t length = strlen(before);
	const char *end = bytes + size;

	for (const char *at = bytes; (at = memmem(at, (size_t)(end - at), before, length)); at++) {
		const char *word = at + length, *last = word;

		while (last < end && last < word + RELEASE_MOST && g_ascii_isgraph(*last))
			last++;
		if (last > word && last < end && g_ascii_isdigit(*word))
			return arena_strndup(arena, word, (size_t)(last - word));
	}
	return NULL;
}

static const char *read_mapped(struct arena *arena, GMappedFile *mapped, struct kernel_file *ret)
{
	const char *bytes = g_mapped_file_get_contents(mapped);
	size_t size = g_mapped_file_get_length(mapped);

	if (size < sizeof(Elf64_Ehdr) || memcmp(bytes, ELFMAG, SELFMAG) != 0 || bytes[EI_CLASS] != ELFCLASS64)
		return "it is no ELF file of 64 bits";
	ret->is_module = ((const Elf64_Ehdr *)bytes)->e_type == ET_REL;
	ret->release = word_behind(arena, bytes, size, ret->is_module ? "vermagic=" : "Linux version ");
	return ret->release ? NULL : "it does not say which kernel it is of";
}

bool kernel_file_read(struct arena *arena, const char *path, struct kernel_file *ret, const char **why_ret)
{
	GMappedFile *mapped = g_mapped_file_new(path, FALSE, NULL);

	*why_ret = "it cannot be read";
	if (!mapped)
		return false;
	*why_ret = read_mapped(arena, mapped, ret);
	g_mapped_file_unref(mapped);
	return !*why_ret;
}
