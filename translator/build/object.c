/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small reader of ELF files in memory. Used to shorten Module.symvers to what an object needs,
 * and to hold a module made by the shortcut against kbuild's.
 */
#include "build/object.h"

#include <string.h>

static bool is_object(const Elf64_Ehdr *header, size_t size)
{
	return size >= sizeof(*header) && memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
	       header->e_ident[EI_CLASS] == ELFCLASS64 &&
	       header->e_ident[EI_DATA] == (G_BYTE_ORDER == G_LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB) &&
	       header->e_shentsize == sizeof(Elf64_Shdr) && header->e_shoff <= size &&
	       header->e_shoff % 8 == 0 &&
	       header->e_shnum <= (size - header->e_shoff) / sizeof(Elf64_Shdr);
}

static bool lies_within(const struct object *object, const Elf64_Shdr *section)
{
	return section->sh_type == SHT_NOBITS ||
	       (section->sh_offset <= object->size && section->sh_size <= object->size - section->sh_offset);
}

/* The strings of section `index`, which end with a NUL; NULL if they do not. */
static const char *strings_at(const struct object *object, size_t index, size_t *size_ret)
{
	const Elf64_Shdr *section = index < object->count ? &object->sections[index] : NULL;

	if (!section || section->sh_type != SHT_STRTAB || !lies_within(object, section) ||
	    !section->sh_size || object->bytes[section->sh_offset + section->sh_size - 1])
		return NULL;
	*size_ret = section->sh_size;
	return object->bytes + section->sh_offset;
}

bool object_open(const char *path, struct object *ret)
{
	const Elf64_Ehdr *header;

	memset(ret, 0, sizeof(*ret));
	if (!g_file_get_contents(path, &ret->bytes, &ret->size, NULL))
		return false;
	header = (const void *)ret->bytes;
	if (is_object(header, ret->size)) {
		ret->sections = (const void *)(ret->bytes + header->e_shoff);
		ret->count = header->e_shnum;
		ret->names = strings_at(ret, header->e_shstrndx, &ret->names_size);
	}
	if (!ret->names)
		object_close(ret);
	return ret->names != NULL;
}

void object_close(struct object *object)
{
	g_free(object->bytes);
	memset(object, 0, sizeof(*object));
}

/* ---- Symbols ---- */

static void add_undefined(GHashTable *set, const struct object *object, const Elf64_Shdr *table)
{
	const Elf64_Sym *symbols = (const void *)(object->bytes + table->sh_offset);
	size_t size = 0;
	const char *strings = strings_at(object, table->sh_link, &size);

	if (!strings || !lies_within(object, table) || table->sh_offset % 8)
		return;
	for (size_t i = 1; i < table->sh_size / sizeof(*symbols); i++)
		if (symbols[i].st_shndx == SHN_UNDEF && symbols[i].st_name < size)
			g_hash_table_add(set, g_strdup(strings + symbols[i].st_name));
}

GHashTable *object_undefined(const struct object *object)
{
	GHashTable *set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t i = 0; i < object->count; i++)
		if (object->sections[i].sh_type == SHT_SYMTAB)
			add_undefined(set, object, &object->sections[i]);
	return set;
}

/* ---- Comparison ---- */

static const char *section_name(const struct object *object, const Elf64_Shdr *section)
{
	return section->sh_name < object->names_size ? object->names + section->sh_name : "";
}

/* The next section from *at on that the kernel loads; NULL behind the last. */
static const Elf64_Shdr *next_loaded(const struct object *object, size_t *at)
{
	while (*at < object->count) {
		const Elf64_Shdr *section = &object->sections[(*at)++];

		if ((section->sh_flags & SHF_ALLOC) &&
		    strcmp(section_name(object, section), ".note.gnu.build-id") != 0)
			return section;
	}
	return NULL;
}

static bool same_section(const struct object *a, const Elf64_Shdr *in_a, const struct object *b,
			 const Elf64_Shdr *in_b)
{
	if (strcmp(section_name(a, in_a), section_name(b, in_b)) != 0 ||
	    in_a->sh_type != in_b->sh_type || in_a->sh_flags != in_b->sh_flags ||
	    in_a->sh_size != in_b->sh_size || !lies_within(a, in_a) || !lies_within(b, in_b))
		return false;
	return in_a->sh_type == SHT_NOBITS ||
	       memcmp(a->bytes + in_a->sh_offset, b->bytes + in_b->sh_offset, in_a->sh_size) == 0;
}

bool object_same(const struct object *a, const struct object *b)
{
	const Elf64_Shdr *in_a, *in_b;
	size_t at_a = 0, at_b = 0;

	do {
		in_a = next_loaded(a, &at_a);
		in_b = next_loaded(b, &at_b);
		if (!in_a || !in_b)
			return in_a == in_b;
	} while (same_section(a, in_a, b, in_b));
	return false;
}
