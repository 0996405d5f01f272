/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader/build_id.c: the build-id among ELF notes, whole or damaged. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "build_id.h"
#include "text.h"

static void add_note(struct text *notes, uint32_t type, const char *name, const char *description, size_t size)
{
	static const char zeros[4];
	Elf64_Nhdr head = { .n_namesz = (uint32_t)strlen(name) + 1, .n_descsz = (uint32_t)size, .n_type = type };

	text_append(notes, (const char *)&head, sizeof(head));
	text_append(notes, name, head.n_namesz);
	text_append(notes, zeros, -head.n_namesz % 4);
	text_append(notes, description, size);
	text_append(notes, zeros, -head.n_descsz % 4);
}

static void is_found_among_others(void **state)
{
	struct text notes = { 0 };
	char id[2 * BUILD_ID_BYTES_MOST + 1];

	(void)state;
	add_note(&notes, 0x101, "Linux", "abc", 3);
	add_note(&notes, NT_GNU_BUILD_ID, "Xen", "abcd", 4);
	assert_false(notes_build_id(notes.bytes, notes.length, id));
	add_note(&notes, NT_GNU_BUILD_ID, "GNU", "\x01\xab\xff\x10\x20", 5);
	assert_true(notes_build_id(notes.bytes, notes.length, id));
	assert_string_equal(id, "01abff1020");
	text_fini(&notes);
}

/* Cut anywhere, there is no build-id, and nothing behind the end is read. */
static void cut_notes(void **state)
{
	struct text notes = { 0 };
	char id[2 * BUILD_ID_BYTES_MOST + 1];

	(void)state;
	add_note(&notes, 6, "stapsdt", "x", 1);
	add_note(&notes, NT_GNU_BUILD_ID, "GNU", "\x01\x02\x03\x04", 4);
	for (size_t size = 0; size < notes.length; size++) {
		char *copy = malloc(size ? size : 1);

		memcpy(copy, notes.bytes, size);
		assert_false(notes_build_id(copy, size, id));
		free(copy);
	}
	text_fini(&notes);
}

static void strange_sizes(void **state)
{
	const Elf64_Nhdr huge = { .n_namesz = 0xfffffffd, .n_descsz = 0xffffffff, .n_type = NT_GNU_BUILD_ID };
	char description[BUILD_ID_BYTES_MOST + 1] = "x", id[2 * BUILD_ID_BYTES_MOST + 1];
	struct text notes = { 0 };

	(void)state;
	assert_false(notes_build_id(&huge, sizeof(huge), id));
	add_note(&notes, NT_GNU_BUILD_ID, "GNU", description, sizeof(description));
	assert_false(notes_build_id(notes.bytes, notes.length, id));
	text_clear(&notes);
	add_note(&notes, NT_GNU_BUILD_ID, "GNU", description, 0);
	assert_false(notes_build_id(notes.bytes, notes.length, id));
	text_fini(&notes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_found_among_others),
		cmocka_unit_test(cut_notes),
		cmocka_unit_test(strange_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
