/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds a section of an ELF file that may be damaged. Who reads a kernel image or a module for
 * one section (BTF) comes here; whoever wants more of ELF takes a library.
 */
#include "knowledge/files/elf_section.h"

#include <elf.h>
#include <string.h>

struct image {
	const unsigned char *bytes;
	size_t size;
};

static bool lies_within(const struct image *image, uint64_t offset, uint64_t size)
{
	return offset <= image->size && size <= image->size - offset;
}

/* Copies, because nothing in a file need be aligned. */
static bool read_at(const struct image *image, uint64_t offset, void *to, size_t size)
{
	if (!lies_within(image, offset, size))
		return false;
	memcpy(to, image->bytes + offset, size);
	return true;
}

static bool read_header(const struct image *image, Elf64_Ehdr *header)
{
	return read_at(image, 0, header, sizeof(*header)) &&
	       memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
	       header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_ident[EI_DATA] == ELFDATA2LSB &&
	       header->e_shentsize == sizeof(Elf64_Shdr);
}

static bool read_section(const struct image *image, const Elf64_Ehdr *header, unsigned int index,
			 Elf64_Shdr *section)
{
	return read_at(image, header->e_shoff + (uint64_t)index * sizeof(*section), section,
		       sizeof(*section));
}

/* Whether the section's name, its NUL included, is `name`. */
static bool has_name(const struct image *image, const Elf64_Shdr *names, const Elf64_Shdr *section,
		     const char *name)
{
	size_t length = strlen(name) + 1;

	return section->sh_name <= names->sh_size && length <= names->sh_size - section->sh_name &&
	       lies_within(image, names->sh_offset, names->sh_size) &&
	       memcmp(image->bytes + names->sh_offset + section->sh_name, name, length) == 0;
}

/* The number of the section of that name that is in the file, and its header; 0: there is none. */
static unsigned int find(const struct image *image, const char *name, Elf64_Shdr *section)
{
	Elf64_Shdr names;
	Elf64_Ehdr header;

	if (!read_header(image, &header) || !read_section(image, &header, header.e_shstrndx, &names))
		return 0;
	for (unsigned int i = 1; i < header.e_shnum; i++) {
		if (!read_section(image, &header, i, section))
			return 0;
		if (section->sh_type != SHT_NOBITS && has_name(image, &names, section, name))
			return i;
	}
	return 0;
}

bool elf_section_find(const void *bytes, size_t size, const char *name, size_t *offset_ret,
		      size_t *size_ret)
{
	const struct image image = { bytes, size };
	Elf64_Shdr section;

	if (!find(&image, name, &section))
		return false;
	*offset_ret = section.sh_offset;
	*size_ret = section.sh_size;
	return lies_within(&image, section.sh_offset, section.sh_size);
}

unsigned int elf_section_number(const void *bytes, size_t size, const char *name)
{
	const struct image image = { bytes, size };
	Elf64_Shdr section;

	return find(&image, name, &section);
}
