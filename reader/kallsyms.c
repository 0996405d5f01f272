/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads /proc/kallsyms. The file has up to a few hundred thousand lines, more than what else
 * spilerun needs of memory, and the kernel makes each of them anew for whoever reads: so it is read
 * piece by piece, nothing is kept here, and whoever takes the lines says when there are enough.
 * The kernel's own symbols come first, in the order of their addresses, then those of its modules.
 */
#include "kallsyms.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

#define PIECE (64 * 1024)

/* ---- Lines ---- */

/* The module in "[name]"; cut out in place, NULL if it is not that. */
static const char *parse_module(char *word)
{
	size_t length = strlen(word);

	if (length < 3 || word[0] != '[' || word[length - 1] != ']')
		return NULL;
	word[length - 1] = '\0';
	return word + 1;
}

/* "ADDRESS TYPE NAME" or "ADDRESS TYPE NAME<tab>[MODULE]", cut up in place; false if it is not that. */
static bool parse_line(char *text, struct kallsyms_line *ret)
{
	char *end, *tab;

	ret->address = strtoull(text, &end, 16);
	if (end == text || end[0] != ' ' || !end[1] || end[2] != ' ' || !end[3])
		return false;
	ret->type = end[1];
	ret->name = end + 3;
	tab = strchr(ret->name, '\t');
	if (tab)
		*tab = '\0';
	ret->module = tab ? parse_module(tab + 1) : NULL;
	return true;
}

/* Hands on the whole lines in `pending` and keeps the rest; false when `take` has enough. */
static bool take_lines(struct text *pending, kallsyms_take take, void *context)
{
	char *line = pending->bytes, *end = line + pending->length, *newline;
	struct kallsyms_line parsed;
	bool goes_on = true;

	while (goes_on && (newline = memchr(line, '\n', (size_t)(end - line)))) {
		*newline = '\0';
		if (parse_line(line, &parsed))
			goes_on = take(context, &parsed);
		line = newline + 1;
	}
	pending->length = (size_t)(end - line);
	memmove(pending->bytes, line, pending->length);
	return goes_on;
}

bool kallsyms_each(int fd, kallsyms_take take, void *context)
{
	struct text pending = { 0 };
	bool goes_on = true;
	ssize_t length;
	int error;

	do {
		length = read(fd, text_reserve(&pending, PIECE), PIECE);
		error = errno;
		if (length <= 0)
			continue;
		pending.length += (size_t)length;
		goes_on = take_lines(&pending, take, context);
	} while (goes_on && (length > 0 || (length < 0 && error == EINTR)));
	text_fini(&pending);
	errno = error;
	return length >= 0;
}

bool kallsyms_each_here(kallsyms_take take, void *context)
{
	int fd = open(KALLSYMS_PATH, O_RDONLY | O_CLOEXEC), error;
	bool success;

	if (fd < 0)
		return false;
	success = kallsyms_each(fd, take, context);
	error = errno;
	close(fd);
	errno = error;
	return success;
}

/* ---- The beginning of the kernel ---- */

bool kallsyms_is_base(const struct kallsyms_line *line)
{
	return line->name[0] == '_' && !line->module &&
	       (strcmp(line->name, "_stext") == 0 || strcmp(line->name, "_text") == 0);
}

static bool take_base(void *context, const struct kallsyms_line *line)
{
	__u64 *base = context;

	if (kallsyms_is_base(line))
		*base = line->address;
	return !kallsyms_is_base(line) && !line->module;
}

bool kallsyms_find_base(int fd, __u64 *ret)
{
	*ret = 0;
	return kallsyms_each(fd, take_base, ret) && *ret;
}

/* ---- Missing symbols ---- */

struct search {
	const char **names;	/* sorted */
	bool *found;
	size_t count;
	bool has_lines;
};

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Where it is noted that the name was found; NULL if nobody looks for it. */
static bool *found_flag(const struct search *search, const char *name)
{
	const char **at = bsearch(&name, search->names, search->count, sizeof(*search->names), compare_names);

	return at ? &search->found[at - search->names] : NULL;
}

static bool note_found(void *context, const struct kallsyms_line *line)
{
	struct search *search = context;
	bool *found = found_flag(search, line->name);

	search->has_lines = true;
	if (found)
		*found = true;
	return true;
}

size_t kallsyms_missing(const char *const names[], size_t count, const char *ret[], size_t most)
{
	struct search search = { .count = count };
	size_t missing = 0;

	if (!count)
		return 0;
	search.names = memory_alloc(count * sizeof(*search.names));
	search.found = memory_alloc(count * sizeof(*search.found));
	memcpy(search.names, names, count * sizeof(*names));
	qsort(search.names, count, sizeof(*search.names), compare_names);
	if (kallsyms_each_here(note_found, &search) && search.has_lines)
		for (size_t i = 0; i < count && missing < most; i++)
			if (!*found_flag(&search, names[i]))
				ret[missing++] = names[i];
	free(search.names);
	free(search.found);
	return missing;
}
