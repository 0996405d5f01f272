/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads an object's symbol table and Module.symvers side by side. Used by the shortcut between
 * linking the objects and modpost.
 */
#include "build/symvers.h"

#include <string.h>

#include "build/object.h"

/* What modpost asks for besides: the version of struct module, by its names through the years. */
static const char *const always_needed[] = { "module_layout", "struct_module" };

/* Lines are "0xcrc<tab>symbol<tab>module<tab>kind[<tab>namespace]". */
static const char *symbol_of_line(const char *line, size_t *length_ret)
{
	const char *symbol = line + strcspn(line, "\t\n");

	if (*symbol != '\t')
		return NULL;
	symbol++;
	*length_ret = strcspn(symbol, "\t\n");
	return symbol;
}

static bool is_needed(GHashTable *symbols, const char *line)
{
	char name[256];
	size_t length;
	const char *symbol = symbol_of_line(line, &length);

	if (!symbol || length >= sizeof(name))
		return false;
	memcpy(name, symbol, length);
	name[length] = '\0';
	return g_hash_table_contains(symbols, name);
}

static GString *needed_lines(GHashTable *symbols, const char *text)
{
	GString *out = g_string_new(NULL);

	while (*text) {
		size_t length = strcspn(text, "\n");

		length += text[length] == '\n';
		if (is_needed(symbols, text))
			g_string_append_len(out, text, (gssize)length);
		text += length;
	}
	return out;
}

bool symvers_reduce(const char *build_dir, const char *object_path, const char *path)
{
	g_autofree char *symvers = g_build_filename(build_dir, "Module.symvers", NULL);
	g_autofree char *text = NULL;
	struct object object;
	GHashTable *symbols;
	GString *lines;
	bool ok;

	if (!g_file_get_contents(symvers, &text, NULL, NULL) || !object_open(object_path, &object))
		return false;
	symbols = object_undefined(&object);
	for (size_t i = 0; i < G_N_ELEMENTS(always_needed); i++)
		g_hash_table_add(symbols, g_strdup(always_needed[i]));
	lines = needed_lines(symbols, text);
	ok = g_file_set_contents(path, lines->str, (gssize)lines->len, NULL);
	g_string_free(lines, TRUE);
	g_hash_table_destroy(symbols);
	object_close(&object);
	return ok;
}
