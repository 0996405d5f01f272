/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections of a 64-bit little-endian ELF file in memory, by name. */
#ifndef SPILE_KNOWLEDGE_FILES_ELF_SECTION_H
#define SPILE_KNOWLEDGE_FILES_ELF_SECTION_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Where the section lies in `image`. False if there is none of that name, or if the file is no such
 * ELF file, or is cut off: nothing outside of [image, image + size) is looked at.
 */
bool elf_section_find(const void *image, size_t size, const char *name, size_t *offset_ret,
		      size_t *size_ret);

/* Its number, by which symbols say where they are; 0 if there is none. */
unsigned int elf_section_number(const void *image, size_t size, const char *name);

#endif
