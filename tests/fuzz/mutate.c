/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes scripts by words and brackets, where libFuzzer of itself changes bytes: what comes of that
 * is far more often a script that parses, and so gets to analysis and emission. Linked into the
 * fuzzer alone, which calls the two functions at the end; half of the changes stay libFuzzer's.
 *
 * A piece is a word, a literal, a run of blanks or an operator; a group is what stands between two
 * brackets that belong together, with them. Nothing here knows the language any better than that.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <glib.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t first_size, const uint8_t *second,
				 size_t second_size, uint8_t *out, size_t max_out_size, unsigned int seed);

/* More pieces than that are left as they are. */
#define PIECES_MAX 4096

struct piece {
	const char *text;
	size_t length;
};

struct pieces {
	struct piece all[PIECES_MAX];
	size_t count;
};

/* Pieces [start, end). */
struct range {
	size_t start, end;
};

struct random {
	uint32_t state;
};

/* A number below `limit`, which is not 0. Marsaglia's xorshift: the same seed, the same change. */
static size_t below(struct random *random, size_t limit)
{
	random->state ^= random->state << 13;
	random->state ^= random->state >> 17;
	random->state ^= random->state << 5;
	return random->state % limit;
}

/* ---- Into pieces ---- */

static bool is_word_byte(char byte)
{
	return g_ascii_isalnum(byte) || byte == '_' || byte == '$' || byte == '@';
}

static size_t string_length(const char *text, size_t length)
{
	for (size_t i = 1; i < length; i++) {
		if (text[i] == '\\')
			i++;
		else if (text[i] == '"' || text[i] == '\n')
			return MIN(i + 1, length);
	}
	return length;
}

static size_t piece_length(const char *text, size_t length)
{
	size_t end = 1;

	if (*text == '"')
		return string_length(text, length);
	if (strchr("()[]{},;", *text))
		return 1;
	if (is_word_byte(*text))
		for (; end < length && is_word_byte(text[end]); end++)
			;
	else if (g_ascii_isspace(*text))
		for (; end < length && g_ascii_isspace(text[end]); end++)
			;
	else
		for (; end < length && end < 3 && g_ascii_ispunct(text[end]) && !strchr("()[]{},;\"$@_", text[end]); end++)
			;
	return end;
}

/* False if there are none, or too many. */
static bool split(struct pieces *pieces, const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	pieces->count = 0;
	while (size > 0 && pieces->count < PIECES_MAX) {
		size_t length = piece_length(text, size);

		pieces->all[pieces->count++] = (struct piece){ text, length };
		text += length;
		size -= length;
	}
	return size == 0 && pieces->count > 0;
}

/* The group that begins at a piece; the piece alone if it is no bracket or nothing ends it. */
static struct range group_at(const struct pieces *pieces, size_t start)
{
	static const char opening[] = "([{", closing[] = ")]}";
	const char *kind = strchr(opening, *pieces->all[start].text);
	int depth = 0;

	for (size_t i = start; kind && *kind && i < pieces->count; i++) {
		depth += *pieces->all[i].text == *kind;
		depth -= *pieces->all[i].text == closing[kind - opening];
		if (depth == 0)
			return (struct range){ start, i + 1 };
	}
	return (struct range){ start, start + 1 };
}

/* A place that is no blank, if a few tries find one; with the group that begins there. */
static struct range pick(struct random *random, const struct pieces *pieces)
{
	size_t at = below(random, pieces->count);

	for (int i = 0; i < 8 && g_ascii_isspace(*pieces->all[at].text); i++)
		at = below(random, pieces->count);
	return group_at(pieces, at);
}

static bool is_word(const struct piece *piece)
{
	return is_word_byte(*piece->text);
}

/* One that begins with the same bracket as `like`, or is a word as that is; else any. */
static struct range pick_alike(struct random *random, const struct pieces *pieces, const struct piece *like)
{
	struct range range = pick(random, pieces);

	for (int i = 0; i < 32; i++) {
		const struct piece *first = &pieces->all[range.start];

		if (*first->text == *like->text || (is_word(first) && is_word(like)))
			break;
		range = pick(random, pieces);
	}
	return range;
}

/* ---- Back into text ---- */

static void append(GString *out, const struct pieces *pieces, struct range range)
{
	for (size_t i = range.start; i < range.end; i++)
		g_string_append_len(out, pieces->all[i].text, (gssize)pieces->all[i].length);
}

static void append_before(GString *out, const struct pieces *pieces, struct range range)
{
	append(out, pieces, (struct range){ 0, range.start });
}

static void append_behind(GString *out, const struct pieces *pieces, struct range range)
{
	append(out, pieces, (struct range){ range.end, pieces->count });
}

/* ---- Changes ---- */

static void remove_one(struct random *random, const struct pieces *pieces, GString *out)
{
	struct range range = pick(random, pieces);

	append_before(out, pieces, range);
	append_behind(out, pieces, range);
}

/* One takes the place of another that looks alike. */
static void replace_one(struct random *random, const struct pieces *pieces, GString *out)
{
	struct range range = pick(random, pieces);

	append_before(out, pieces, range);
	append(out, pieces, pick_alike(random, pieces, &pieces->all[range.start]));
	append_behind(out, pieces, range);
}

static void insert_one(struct random *random, const struct pieces *pieces, GString *out)
{
	struct range range = pick(random, pieces);

	append_before(out, pieces, range);
	append(out, pieces, pick(random, pieces));
	g_string_append_c(out, ' ');
	append(out, pieces, range);
	append_behind(out, pieces, range);
}

/* Something of the language around it, or in its place where the form has no "#". */
static void dress_one(struct random *random, const struct pieces *pieces, GString *out)
{
	static const char *const forms[] = {
		"(#)", "-#", "!#", "#++", "(# ? # : 0)", "(# . \"x\")", "(# + 1)", "(# && #)", "(# =~ \"a(b|c)*\")",
		"if (1) #", "while (0) #", "try { # } catch (e) { # }", "foreach (k in a) #", "{ # next }",
		"sprintf(\"%d\", #)", "@count(#)", "@hist_log(#)", "@defined(#)", "#[0]", "#[*]", "[#, 1] in a", "f(#)",
		"delete #", "# <<< 1", "# .= #", "return #", "#, #", "0", "1", "-1", "\"\"", "9223372036854775807",
		"$prev->pid", "matched(0)", "probe begin { # }", "function g(x) { return # }", "global n = 1",
		"$1", "@define m(x) %( @x # %) @m(1)", "%( 1 == 1 %? # %: # %)",
	};
	const char *form = forms[below(random, G_N_ELEMENTS(forms))];
	struct range range = pick(random, pieces);

	append_before(out, pieces, range);
	for (; *form; form++) {
		if (*form == '#')
			append(out, pieces, range);
		else
			g_string_append_c(out, *form);
	}
	append_behind(out, pieces, range);
}

static void (*const changes[])(struct random *random, const struct pieces *pieces, GString *out) = {
	remove_one, replace_one, replace_one, insert_one, dress_one,
};

/* ---- What the fuzzer calls ---- */

static size_t give(GString *text, uint8_t *out, size_t max_size)
{
	size_t size = MIN(text->len, max_size);

	memcpy(out, text->str, size);
	g_string_free(text, TRUE);
	return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	static struct pieces pieces;
	struct random random = { seed | 1 };

	if (below(&random, 2) || !split(&pieces, data, size))
		return LLVMFuzzerMutate(data, size, max_size);
	for (size_t left = 1 + below(&random, 3); left > 0 && split(&pieces, data, size); left--) {
		GString *text = g_string_new(NULL);

		changes[below(&random, G_N_ELEMENTS(changes))](&random, &pieces, text);
		size = give(text, data, max_size);
	}
	return size;
}

/* The second one's group in the place of one of the first. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t first_size, const uint8_t *second,
				 size_t second_size, uint8_t *out, size_t max_out_size, unsigned int seed)
{
	static struct pieces ours, theirs;
	struct random random = { seed | 1 };
	GString *text;
	struct range range;

	if (!split(&ours, first, first_size) || !split(&theirs, second, second_size))
		return 0;
	text = g_string_new(NULL);
	range = pick(&random, &ours);
	append_before(text, &ours, range);
	append(text, &theirs, pick_alike(&random, &theirs, &ours.all[range.start]));
	append_behind(text, &ours, range);
	return give(text, out, max_out_size);
}
