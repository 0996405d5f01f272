/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sets of bytes: "[...]" with ranges and named classes, and what a backslash means.
 *
 * Called by the parser with its place on the '[' or the backslash. Bytes are bytes: a letter that
 * UTF-8 writes with two of them is two members. The NUL is in no set, since it ends the text.
 */
#include <ctype.h>
#include <string.h>

#include "regex/internal.h"

static const struct {
	const char *name;
	struct {
		guint8 first, last;
	} ranges[4];
} named_classes[] = {
	{ "alnum", { { '0', '9' }, { 'A', 'Z' }, { 'a', 'z' } } },
	{ "alpha", { { 'A', 'Z' }, { 'a', 'z' } } },
	{ "blank", { { ' ', ' ' }, { '\t', '\t' } } },
	{ "cntrl", { { 1, 31 }, { 127, 127 } } },
	{ "digit", { { '0', '9' } } },
	{ "graph", { { '!', '~' } } },
	{ "lower", { { 'a', 'z' } } },
	{ "print", { { ' ', '~' } } },
	{ "punct", { { '!', '/' }, { ':', '@' }, { '[', '`' }, { '{', '~' } } },
	{ "space", { { ' ', ' ' }, { '\t', '\r' } } },
	{ "upper", { { 'A', 'Z' } } },
	{ "xdigit", { { '0', '9' }, { 'A', 'F' }, { 'a', 'f' } } },
};

void byte_set_add(struct byte_set *set, unsigned int first, unsigned int last)
{
	for (unsigned int byte = first; byte <= last; byte++)
		set->words[byte / 32] |= 1U << byte % 32;
}

bool byte_set_has(const struct byte_set *set, unsigned int byte)
{
	return set->words[byte / 32] >> byte % 32 & 1;
}

static void byte_set_invert(struct byte_set *set)
{
	for (int i = 0; i < 8; i++)
		set->words[i] = ~set->words[i];
	set->words[0] &= ~1U;
}

/* What people mean by \d, \s and \w, as it is written here. */
static const char *class_members(unsigned char letter)
{
	switch (tolower(letter)) {
	case 'd':
		return "0-9";
	case 's':
		return "[:space:]";
	}
	return "_[:alnum:]";
}

int parse_escape(struct compilation *compilation)
{
	size_t start = compilation->at;
	unsigned char byte = compilation->pattern[start + 1];

	if (!byte)
		regex_fail(compilation, start, "nothing follows the backslash");
	else if (byte >= '1' && byte <= '9')
		regex_fail(compilation, start, "there are no back-references such as '\\%c'", byte);
	else if (strchr("dDsSwW", byte))
		regex_fail(compilation, start, "'\\%c' is no class here; write [%s%s]", byte,
			   isupper(byte) ? "^" : "", class_members(byte));
	if (compilation->error)
		return -1;
	compilation->at += 2;
	return byte;
}

/* "[:name:]", with the place on the inner '['. */
static bool parse_named_class(struct compilation *compilation, struct byte_set *set)
{
	size_t start = compilation->at;
	const char *name = compilation->pattern + start + 2;
	const char *end = strstr(name, ":]");
	size_t length = end ? (size_t)(end - name) : 0;

	if (!end)
		return regex_fail(compilation, start, "the ':]' that ends this '[:' is missing");
	compilation->at = start + 2 + length + 2;
	for (size_t i = 0; i < G_N_ELEMENTS(named_classes); i++) {
		if (strlen(named_classes[i].name) != length ||
		    memcmp(named_classes[i].name, name, length))
			continue;
		for (int j = 0; j < 4 && named_classes[i].ranges[j].first; j++)
			byte_set_add(set, named_classes[i].ranges[j].first,
				     named_classes[i].ranges[j].last);
		return true;
	}
	return regex_fail(compilation, start,
			  "unknown class '[:%.*s:]'; there are alnum alpha blank cntrl digit graph "
			  "lower print punct space upper xdigit",
			  (int)MIN(length, 40), name);
}

/* "[.x.]" and "[=x=]": the byte itself, as in the C locale. */
static int parse_collating(struct compilation *compilation)
{
	const char *text = compilation->pattern + compilation->at;

	if (!text[2] || text[3] != text[1] || text[4] != ']') {
		regex_fail(compilation, compilation->at,
			   "only a single byte may stand between '[%c' and '%c]'", text[1],
			   text[1]);
		return -1;
	}
	compilation->at += 5;
	return (unsigned char)text[2];
}

/* One byte of a bracket, or one end of a range; -1 after an error. */
static int parse_member(struct compilation *compilation)
{
	const char *text = compilation->pattern + compilation->at;

	if (text[0] == '\\')
		return parse_escape(compilation);
	if (text[0] == '[' && (text[1] == '.' || text[1] == '='))
		return parse_collating(compilation);
	compilation->at++;
	return (unsigned char)text[0];
}

/* member [ "-" member ], with the place on the first one. */
static bool parse_range(struct compilation *compilation, struct byte_set *set)
{
	const char *pattern = compilation->pattern;
	size_t start = compilation->at;
	int first = parse_member(compilation), last = first;

	if (first < 0)
		return false;
	if (pattern[compilation->at] == '-' && pattern[compilation->at + 1] &&
	    pattern[compilation->at + 1] != ']') {
		compilation->at++;
		if (g_str_has_prefix(pattern + compilation->at, "[:"))
			return regex_fail(compilation, compilation->at,
					  "a class cannot be the end of a range");
		last = parse_member(compilation);
	}
	if (last >= 0 && last < first)
		return regex_fail(compilation, start, "the range '%.*s' is backwards",
				  (int)(compilation->at - start), pattern + start);
	if (last >= 0)
		byte_set_add(set, first, last);
	return last >= 0;
}

bool parse_bracket(struct compilation *compilation, struct byte_set *set)
{
	const char *pattern = compilation->pattern;
	size_t start = compilation->at++;
	bool is_negated = pattern[compilation->at] == '^';
	size_t first;

	if (is_negated)
		compilation->at++;
	first = compilation->at;
	while (pattern[compilation->at] != ']' || compilation->at == first) {
		bool is_named = g_str_has_prefix(pattern + compilation->at, "[:");

		if (!pattern[compilation->at])
			return regex_fail(compilation, start,
					  "the ']' that ends this '[' is missing");
		if (!(is_named ? parse_named_class : parse_range)(compilation, set))
			return false;
	}
	compilation->at++;
	if (is_negated)
		byte_set_invert(set);
	return true;
}
