/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the @const that a compiler's error is about: the one whose text stands in the line of C, and,
 * where there are several, the one that has the word which the compiler quotes. So a script's mistake is
 * told in terms of the script; all other errors are ours.
 */
#include "build/constants.h"

#include <stdlib.h>
#include <string.h>

#include "emit/emit.h"

/* A line of generated C, from 1; the caller's to free. */
static char *line_of(const char *c_text, unsigned int number)
{
	while (--number && *c_text)
		c_text += strcspn(c_text, "\n") + (c_text[strcspn(c_text, "\n")] == '\n');
	return g_strndup(c_text, strcspn(c_text, "\n"));
}

static bool stands_in(const struct generated_constant *constant, const char *line)
{
	g_autofree char *cast = g_strdup_printf("(s64)(%s)", constant->text);

	return strstr(line, cast) != NULL;
}

/* What the compiler says, with quotes as they are on keyboards; the caller's to free. */
static char *plain_words(GMatchInfo *match)
{
	g_autofree char *words = g_match_info_fetch(match, 2);
	g_auto(GStrv) opened = g_strsplit(words, "‘", -1);
	g_autofree char *half = g_strjoinv("'", opened);
	g_auto(GStrv) closed = g_strsplit(half, "’", -1);

	return g_strjoinv("'", closed);
}

/* The name in "'NAME' undeclared (first use in this function)", the caller's to free; NULL: that is not said. */
static char *undeclared_name(const char *words)
{
	const char *name = words;

	if (!strstr(words, "undeclared"))
		return NULL;
	while (*name && !g_ascii_isalpha(*name) && *name != '_')
		name++;
	return g_strndup(name, strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_"));
}

static const struct generated_constant *find(const GPtrArray *constants, const char *line, const char *name)
{
	const struct generated_constant *found = NULL;

	for (unsigned int i = 0; i < constants->len; i++) {
		const struct generated_constant *constant = g_ptr_array_index(constants, i);

		if (stands_in(constant, line) && (!found || (name && strstr(constant->text, name))))
			found = constant;
	}
	return found;
}

static void report(struct diag *diag, const struct generated_constant *constant, const char *name, const char *words)
{
	if (!name) {
		diag_error(diag, constant->span, "E-constant", "this is no number in C: %s", words);
		return;
	}
	diag_error(diag, constant->span, "E-constant", "the headers of the kernel that are included have no '%s'", name);
	diag_note(diag, no_span, "embedded C at the top of the script includes more: %%{ #include <linux/...> %%}");
}

/* Reports what an error in a line of script.c is about; false: nothing that is known. */
static bool report_error(struct diag *diag, const struct kbuild_request *request, GMatchInfo *match,
			 GHashTable *reported)
{
	g_autofree char *number = g_match_info_fetch(match, 1), *words = plain_words(match);
	g_autofree char *line = line_of(request->c_text, MAX((unsigned int)strtoul(number, NULL, 10), 1));
	g_autofree char *name = undeclared_name(words);
	const struct generated_constant *constant = find(request->constants, line, name);

	if (constant && g_hash_table_add(reported, (gpointer)constant))
		report(diag, constant, name, words);
	return constant != NULL;
}

bool constants_report(struct diag *diag, const struct kbuild_request *request, const char *errors)
{
	g_autoptr(GHashTable) reported = g_hash_table_new(NULL, NULL);
	GMatchInfo *match = NULL;
	bool found = false;
	GRegex *regex;

	if (!request->constants || !request->constants->len)
		return false;
	regex = g_regex_new("^[^:\\n]*" KBUILD_SCRIPT ":(\\d+):(?:\\d+:)? error: (.*)$", G_REGEX_RAW | G_REGEX_MULTILINE, 0,
			    NULL);
	for (g_regex_match(regex, errors, 0, &match); g_match_info_matches(match); g_match_info_next(match, NULL))
		found |= report_error(diag, request, match, reported);
	g_match_info_free(match);
	g_regex_unref(regex);
	return found;
}
