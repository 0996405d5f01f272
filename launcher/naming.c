/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A name of the same length instead of the other, wherever it stands in the module. */
#define _GNU_SOURCE
#include "launcher/naming.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void naming_make_own(char *name, char *bytes, size_t length)
{
	size_t size = strlen(name), zeros = strlen(NAMING_ZEROS);
	char number[16], *at, *end = bytes + length;

	if (size < zeros || strcmp(name + size - zeros, NAMING_ZEROS) != 0 ||
	    snprintf(number, sizeof(number), "%07d", (int)getpid()) != (int)zeros - 1)
		return;
	for (at = bytes; (at = memmem(at, (size_t)(end - at), name, size)); at += size)
		memcpy(at + size - zeros + 1, number, zeros - 1);
	memcpy(name + size - zeros + 1, number, zeros - 1);
}
