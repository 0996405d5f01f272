/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader/module_file.c on a module file made here, whole, cut at every byte, and with every
 * byte of its headers changed. Each copy lies in memory of exactly its size, so that the
 * sanitizer sees any read beyond it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <elf.h>

#include "abi.h"
#include "module_file.h"
#include "text.h"

enum section {
	SECTION_NULL,
	SECTION_INFORMATION,
	SECTION_FORMATS,
	SECTION_MODULE,
	SECTION_SYMBOLS,
	SECTION_STRINGS,
	SECTION_NAMES,
	SECTION_COUNT,
};

static const char section_names[] =
	"\0.modinfo\0" SPILE_FORMAT_SECTION "\0.gnu.linkonce.this_module"
	"\0.symtab\0.strtab\0.shstrtab";
static const char information[] =
	"license=GPL\0\0\0spile_abi=5\0spile_probe=0 begin\0spile_probe=1 kprobe.function(\"x\")\0"
	"spile_probe=12 end\0spile_kprobe=0 - x";
static const char formats[] = "%d\n\0\0%s";
static const char strings[] = "\0printk\0own\0memcpy";

static uint32_t name_offset(const char *name)
{
	for (size_t i = 0; i < sizeof(section_names); i++)
		if (strcmp(section_names + i, name) == 0)
			return (uint32_t)i;
	fail_msg("no section name %s", name);
	return 0;
}

static void add_section(struct text *file, Elf64_Shdr *section, const char *name, uint32_t type,
			const void *bytes, size_t size)
{
	section->sh_name = name_offset(name);
	section->sh_type = type;
	section->sh_offset = file->length;
	section->sh_size = size;
	text_append(file, bytes, size);
}

static void add_symbols(struct text *file, Elf64_Shdr *section)
{
	Elf64_Sym symbols[4];

	memset(symbols, 0, sizeof(symbols));
	symbols[1].st_name = 1;		/* printk, undefined */
	symbols[2].st_name = 8;		/* own, defined */
	symbols[2].st_shndx = SECTION_MODULE;
	symbols[3].st_name = 12;	/* memcpy, undefined */
	add_section(file, section, ".symtab", SHT_SYMTAB, symbols, sizeof(symbols));
	section->sh_link = SECTION_STRINGS;
}

/* A small but complete module called "made_here". */
static struct text make_file(void)
{
	Elf64_Shdr sections[SECTION_COUNT];
	struct text file = { 0 };
	char module[128] = { 0 };
	Elf64_Ehdr header;

	memset(&header, 0, sizeof(header));
	memset(sections, 0, sizeof(sections));
	memcpy(header.e_ident, ELFMAG, SELFMAG);
	header.e_ident[EI_CLASS] = ELFCLASS64;
	header.e_ident[EI_DATA] = ELFDATA2LSB;
	header.e_type = ET_REL;
	header.e_machine = EM_X86_64;
	header.e_shentsize = sizeof(Elf64_Shdr);
	header.e_shnum = SECTION_COUNT;
	header.e_shstrndx = SECTION_NAMES;
	strcpy(module + 24, "made_here");
	text_append(&file, (const char *)&header, sizeof(header));
	add_section(&file, &sections[SECTION_INFORMATION], ".modinfo", SHT_PROGBITS, information,
		    sizeof(information));
	add_section(&file, &sections[SECTION_FORMATS], SPILE_FORMAT_SECTION, SHT_PROGBITS, formats,
		    sizeof(formats));
	add_section(&file, &sections[SECTION_MODULE], ".gnu.linkonce.this_module", SHT_PROGBITS,
		    module, sizeof(module));
	add_symbols(&file, &sections[SECTION_SYMBOLS]);
	add_section(&file, &sections[SECTION_STRINGS], ".strtab", SHT_STRTAB, strings,
		    sizeof(strings));
	add_section(&file, &sections[SECTION_NAMES], ".shstrtab", SHT_STRTAB, section_names,
		    sizeof(section_names));
	header.e_shoff = file.length;
	text_append(&file, (const char *)sections, sizeof(sections));
	memcpy(file.bytes, &header, sizeof(header));
	return file;
}

/* Touches every string that a sound result offers. */
static size_t use(const struct module_file *file)
{
	size_t sum = strlen(file->name);

	for (size_t i = 0; i < file->information.count; i++)
		sum += strlen(file->information.items[i]);
	for (size_t i = 0; i < file->formats.count; i++)
		sum += strlen(file->formats.items[i]);
	for (size_t i = 0; i < file->undefined.count; i++)
		sum += strlen(file->undefined.items[i]);
	return sum;
}

/* Parses a copy of exactly `size` bytes; true if it was taken for a module. */
static bool try_bytes(const char *bytes, size_t size)
{
	void *copy = malloc(size ? size : 1);
	struct module_file file;
	const char *why = NULL;
	bool success;

	memcpy(copy, bytes, size);
	success = module_file_parse(&file, "x.ko", copy, size, &why);
	if (success)
		assert_true(use(&file) > 0);
	else
		assert_non_null(why);
	if (success)
		module_file_fini(&file);
	free(copy);
	return success;
}

static void whole_file(void **state)
{
	struct text bytes = make_file();
	struct module_file file;
	const char *why;

	(void)state;
	assert_true(module_file_parse(&file, "x.ko", bytes.bytes, bytes.length, &why));
	assert_string_equal(file.name, "made_here");
	assert_int_equal(file.machine, EM_X86_64);
	assert_false(file.is_signed);
	assert_string_equal(module_file_value(&file, "spile_abi"), "5");
	assert_string_equal(module_file_value(&file, "license"), "GPL");
	assert_null(module_file_value(&file, "spile"));
	assert_string_equal(module_file_probe(&file, 1), "kprobe.function(\"x\")");
	assert_string_equal(module_file_probe(&file, 12), "end");
	assert_string_equal(module_file_probe(&file, 2), "?");
	assert_true(module_file_has_probe(&file, 12));
	assert_false(module_file_has_probe(&file, 2));
	assert_int_equal(file.formats.count, 3);
	assert_string_equal(file.formats.items[0], "%d\n");
	assert_string_equal(file.formats.items[1], "");
	assert_string_equal(file.formats.items[2], "%s");
	assert_int_equal(file.undefined.count, 2);
	assert_string_equal(file.undefined.items[0], "printk");
	assert_string_equal(file.undefined.items[1], "memcpy");
	module_file_fini(&file);
	text_fini(&bytes);
}

static void truncated_files(void **state)
{
	struct text bytes = make_file();

	(void)state;
	for (size_t size = 0; size < bytes.length; size++)
		assert_false(try_bytes(bytes.bytes, size));
	assert_true(try_bytes(bytes.bytes, bytes.length));
	text_fini(&bytes);
}

/* Whatever the changed byte does, nothing outside the file is read. */
static void corrupt_bytes(void **state)
{
	static const unsigned char changes[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	struct text bytes = make_file();
	size_t refused = 0;

	(void)state;
	for (size_t i = 0; i < bytes.length; i++) {
		char old = bytes.bytes[i];

		for (size_t j = 0; j < sizeof(changes); j++) {
			bytes.bytes[i] = (char)changes[j];
			refused += !try_bytes(bytes.bytes, bytes.length);
		}
		bytes.bytes[i] = old;
	}
	assert_true(refused > 0);
	assert_true(try_bytes(bytes.bytes, bytes.length));
	text_fini(&bytes);
}

static void expect_refusal(const char *bytes, size_t size, const char *why_part)
{
	struct module_file file;
	const char *why = NULL;

	assert_false(module_file_parse(&file, "x.ko", bytes, size, &why));
	assert_non_null(strstr(why, why_part));
}

static void other_files(void **state)
{
	struct text bytes = make_file();

	(void)state;
	expect_refusal("\xfd" "7zXZ", 5, "compressed");
	expect_refusal("\x1f\x8b\x08", 3, "compressed");
	expect_refusal("#!/bin/sh\n", 10, "no ELF file");
	bytes.bytes[EI_CLASS] = ELFCLASS32;
	expect_refusal(bytes.bytes, bytes.length, "64-bit");
	bytes.bytes[EI_CLASS] = ELFCLASS64;
	((Elf64_Ehdr *)(void *)bytes.bytes)->e_type = ET_EXEC;
	expect_refusal(bytes.bytes, bytes.length, "no kernel module");
	text_fini(&bytes);
}

static void name_from_the_path(void **state)
{
	struct text bytes = make_file();
	struct module_file file;
	const char *why;

	(void)state;
	/* Without the section of struct module, the path has to do. */
	for (size_t i = 0; i + 5 < bytes.length; i++)
		if (memcmp(bytes.bytes + i, ".gnu.", 5) == 0)
			bytes.bytes[i] = '_';
	assert_true(module_file_parse(&file, "some/where/my-script.ko", bytes.bytes, bytes.length,
				      &why));
	assert_string_equal(file.name, "my_script");
	module_file_fini(&file);
	text_fini(&bytes);
}

static void signature_is_seen(void **state)
{
	struct text bytes = make_file();
	struct module_file file;
	const char *why;

	(void)state;
	text_append_string(&bytes, "~Module signature appended~\n");
	assert_true(module_file_parse(&file, "x.ko", bytes.bytes, bytes.length, &why));
	assert_true(file.is_signed);
	module_file_fini(&file);
	text_fini(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_file),
		cmocka_unit_test(truncated_files),
		cmocka_unit_test(corrupt_bytes),
		cmocka_unit_test(other_files),
		cmocka_unit_test(name_from_the_path),
		cmocka_unit_test(signature_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
