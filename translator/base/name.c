/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of the process, each once, so that whoever holds two may compare pointers. Called by
 * the lexer and the parser for all that is a name in a script.
 *
 * GLib's own table (g_intern_string) leaks its old index when it grows. Ours grows in place and
 * stays reachable to the end.
 */
#include "base/arena.h"

#define CHUNK_BYTES 4096

const char *name_intern(const char *text)
{
	static GStringChunk *names;

	if (!names)
		names = g_string_chunk_new(CHUNK_BYTES);
	return g_string_chunk_insert_const(names, text);
}
