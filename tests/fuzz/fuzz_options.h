/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of a text for the fuzzer: the words of its first line, if that begins with "#!".
 * They are spile's own options, and "--symbols" if the kernel's functions shall be known; all other
 * words are arguments of the script.
 *
 *     #! -g -u -DMAXACTION=3 -Gx=5 one two
 */
#ifndef SPILE_TESTS_FUZZ_OPTIONS_H
#define SPILE_TESTS_FUZZ_OPTIONS_H

#include <string.h>

#include "script/parse.h"

struct fuzz_options {
	bool guru_mode, unoptimized, no_display, no_time_limits, suppress_handler_errors, stap_errors;
	bool knows_symbols;
	const char *const *limits;	/* -D, NULL-terminated */
	const char *const *globals;	/* -G */
	struct script_arguments arguments;
};

static inline bool *fuzz_options_switch(struct fuzz_options *options, const char *word)
{
	const struct {
		const char *word;
		bool *value;
	} switches[] = {
		{ "-g", &options->guru_mode },
		{ "-u", &options->unoptimized },
		{ "--no-global-var-display", &options->no_display },
		{ "--suppress-time-limits", &options->no_time_limits },
		{ "--suppress-handler-errors", &options->suppress_handler_errors },
		{ "--stap-errors", &options->stap_errors },
		{ "--symbols", &options->knows_symbols },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(switches); i++)
		if (strcmp(switches[i].word, word) == 0)
			return switches[i].value;
	return NULL;
}

/* The words of the first line behind its "#!"; NULL if there is no such line. */
static inline char **fuzz_options_words(const char *text, size_t size)
{
	const char *end = memchr(text, '\n', size);
	g_autofree char *line = NULL;

	if (size < 2 || memcmp(text, "#!", 2) != 0)
		return NULL;
	line = g_strndup(text + 2, (end ? (size_t)(end - text) : size) - 2);
	return g_strsplit(line, " ", -1);
}

/* Reads `size` bytes that hold no zero into *options, which was cleared. The arena's. */
static inline void fuzz_options_read(struct arena *arena, const char *text, size_t size,
				     struct fuzz_options *options)
{
	GPtrArray *limits = arena_array(arena), *globals = arena_array(arena);
	GPtrArray *arguments = arena_array(arena);
	g_auto(GStrv) words = fuzz_options_words(text, size);

	for (char **word = words; word && *word; word++) {
		bool *value = fuzz_options_switch(options, *word);

		if (value)
			*value = true;
		else if (g_str_has_prefix(*word, "-D"))
			g_ptr_array_add(limits, arena_printf(arena, "%s", *word + 2));
		else if (g_str_has_prefix(*word, "-G"))
			g_ptr_array_add(globals, arena_printf(arena, "%s", *word + 2));
		else if (**word)
			g_ptr_array_add(arguments, arena_printf(arena, "%s", *word));
	}
	g_ptr_array_add(limits, NULL);
	g_ptr_array_add(globals, NULL);
	options->limits = (const char *const *)limits->pdata;
	options->globals = (const char *const *)globals->pdata;
	options->arguments.count = (int)arguments->len;
	options->arguments.values = (const char *const *)arguments->pdata;
}

#endif
