/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A text as a file, for tests of what reads the kernel's. Included behind cmocka.h. */
#ifndef SPILE_TESTS_TEXT_FILE_H
#define SPILE_TESTS_TEXT_FILE_H

#include <stdio.h>

/* A file with that text, at its beginning; goes with fclose(). */
static FILE *file_of(const char *text)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fflush(file), 0);
	rewind(file);
	return file;
}

#endif
