/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Script text in memory, and the way from a byte offset to a line and a column.
 *
 * Made by main (scripts) and by the tapset library; asked by diag and by whoever prints a place.
 * The line table is complete from the start: line_starts[0] is 0, and every later entry is the
 * offset behind a newline.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/inputs.h"
#include "base/source.h"

static void free_line_starts(void *line_starts)
{
	g_array_unref(line_starts);
}

static GArray *find_line_starts(const char *text, size_t length)
{
	GArray *starts = g_array_new(FALSE, FALSE, sizeof(size_t));
	size_t start = 0;

	g_array_append_val(starts, start);
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n') {
			start = i + 1;
			g_array_append_val(starts, start);
		}
	}
	return starts;
}

struct source *source_from_text(struct arena *arena, const char *name, const char *text,
				size_t length)
{
	struct source *source = arena_new0(arena, struct source);

	if (length > 0 && memchr(text, '\0', length))
		bug("the text of %s holds a zero byte", name);
	source->name = arena_strndup(arena, name, strlen(name));
	source->text = arena_strndup(arena, length ? text : "", length);
	source->length = length;
	source->line_starts = find_line_starts(source->text, length);
	arena_defer(arena, free_line_starts, source->line_starts);
	return source;
}

/* No text is that long; a device that never ends would take all memory. */
#define MOST_BYTES (64u << 20)

/* Appends everything that can be read from the descriptor. Returns 0 or an errno, EFBIG for too much. */
static int read_all(int descriptor, GString *text)
{
	char buffer[16384];

	for (;;) {
		ssize_t count = read(descriptor, buffer, sizeof(buffer));

		if (count > 0)
			g_string_append_len(text, buffer, count);
		else if (count == 0)
			return 0;
		else if (errno != EINTR)
			return errno;
		if (text->len > MOST_BYTES)
			return EFBIG;
	}
}

static int read_file(const char *path, GString *text)
{
	int descriptor, error;

	if (strcmp(path, "-") == 0) {
		inputs_add_unknown();
		return read_all(STDIN_FILENO, text);
	}
	inputs_add(path);
	descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return errno;
	error = read_all(descriptor, text);
	close(descriptor);
	return error;
}

/* "-" is standard input, and called "<input>" from then on. */
struct source *source_read(struct arena *arena, const char *path, const char **error_ret)
{
	const char *name = strcmp(path, "-") == 0 ? "<input>" : path;
	GString *text = g_string_new(NULL);
	struct source *source = NULL;
	int error = read_file(path, text);
	const char *zero = memchr(text->str, '\0', text->len);

	if (error == EFBIG)
		*error_ret = arena_printf(arena, "'%s' is too large: at most %u MB are read of a script; split it, or "
					  "move parts of it to tapsets (-I)", name, MOST_BYTES >> 20);
	else if (error)
		*error_ret = arena_printf(arena, "cannot read '%s': %s", name, g_strerror(error));
	else if (zero)
		*error_ret = arena_printf(arena, "'%s' is no text: byte %zu of it is zero", name,
					  (size_t)(zero - text->str) + 1);
	else
		source = source_from_text(arena, name, text->str, text->len);
	g_string_free(text, TRUE);
	return source;
}

/* The number (from 0) of the line that holds the offset. */
static guint find_line(const GArray *starts, size_t offset)
{
	guint low = 0, high = starts->len;

	while (high - low > 1) {
		guint middle = low + (high - low) / 2;

		if (g_array_index(starts, size_t, middle) <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

struct position span_position(struct span span)
{
	struct position position = { .line = 1, .column = 1 };

	if (span.source) {
		size_t offset = MIN(span.start, span.source->length);
		guint line = find_line(span.source->line_starts, offset);

		position.line = line + 1;
		position.column =
			offset - g_array_index(span.source->line_starts, size_t, line) + 1;
	}
	return position;
}

const char *span_text(struct arena *arena, struct span span)
{
	struct position position;

	if (!span.source)
		return "<generated>";
	position = span_position(span);
	return arena_printf(arena, "%s:%u:%u", span.source->name, position.line, position.column);
}

/* In how many expansions a span lies. */
static unsigned int expansion_depth(struct span span)
{
	unsigned int depth = 0;

	for (const struct expansion *at = span.expansion; at; at = at->use.expansion)
		depth++;
	return depth;
}

/* Replaces the spans by the uses that they come from until both lie in the same text. */
static void climb_to_common_text(struct span *a, struct span *b)
{
	unsigned int a_depth = expansion_depth(*a), b_depth = expansion_depth(*b);

	while (a->expansion != b->expansion) {
		bool climb_a = a_depth >= b_depth, climb_b = b_depth >= a_depth;

		if (climb_a) {
			*a = a->expansion->use;
			a_depth--;
		}
		if (climb_b) {
			*b = b->expansion->use;
			b_depth--;
		}
	}
}

struct span span_join(struct span a, struct span b)
{
	if (!a.source)
		return b;
	if (!b.source)
		return a;
	climb_to_common_text(&a, &b);
	if (b.source != a.source)
		bug("joined spans of %s and %s", a.source->name, b.source->name);
	a.end = MAX(a.end, b.end);
	return a;
}
