/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints diagnostics the way compilers do: the place, what is wrong, the line, a marker below it.
 *
 * Called from every room of the translator. The source line is shown as it was written, with its
 * tabs, so that the marker lines up; only a very long line is cut to a window around the place.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"

#define COLOUR_ERROR "\033[1;31m"
#define COLOUR_WARNING "\033[1;35m"
#define COLOUR_NOTE "\033[1;36m"
#define COLOUR_MARKER "\033[1;32m"
#define COLOUR_END "\033[0m"

/* Longest source line that is shown whole, and what is shown before the place in a longer one. */
#define WINDOW_BYTES 200
#define WINDOW_BEFORE 60

/* How many of the macros that a place lies in are told. */
#define SHOWN_EXPANSIONS 5

const struct span no_span;

/* What one diagnostic is printed as. */
struct severity {
	const char *word;
	const char *colour;
};

static const struct severity severity_error = { "error", COLOUR_ERROR };
static const struct severity severity_warning = { "warning", COLOUR_WARNING };
static const struct severity severity_note = { "note", COLOUR_NOTE };

void diag_init(struct diag *diag)
{
	memset(diag, 0, sizeof(*diag));
	diag->out = stderr;
	diag->error_limit = 20;
	diag->colour = isatty(STDERR_FILENO) == 1;
}

void diag_init_silent(struct diag *diag)
{
	/* Counts beyond the limit: what comes now is not shown, nor that there is more. */
	*diag = (struct diag){ .error_count = 1, .shown_count = 1, .suppress_warnings = true };
}

static const char *colour(const struct diag *diag, const char *sequence)
{
	return diag->colour ? sequence : "";
}

static bool is_continuation_byte(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* The part of the span's first line that is shown. */
struct window {
	const char *text;
	size_t start, end;	/* what is shown: offsets into the source */
	size_t mark_end;	/* where the marker ends, at most `end` */
	bool cut_before, cut_after;
};

static struct window find_window(struct span span)
{
	const char *text = span.source->text;
	size_t mark = MIN(span.start, span.source->length);
	struct window window = { .text = text, .start = mark, .end = mark };

	while (window.start > 0 && text[window.start - 1] != '\n')
		window.start--;
	while (window.end < span.source->length && text[window.end] != '\n')
		window.end++;
	if (window.end - window.start > WINDOW_BYTES) {
		if (mark - window.start > WINDOW_BEFORE) {
			window.start = mark - WINDOW_BEFORE;
			window.cut_before = true;
		}
		if (window.end - window.start > WINDOW_BYTES) {
			window.end = window.start + WINDOW_BYTES;
			window.cut_after = true;
		}
		while (window.start < mark && is_continuation_byte(text[window.start]))
			window.start++;
		while (window.end > mark && is_continuation_byte(text[window.end]))
			window.end--;
	}
	window.mark_end = CLAMP(span.end, mark, window.end);
	return window;
}

static void print_source_line(const struct diag *diag, const struct window *window)
{
	fputs(window->cut_before ? "..." : "", diag->out);
	for (size_t i = window->start; i < window->end; i++) {
		char byte = window->text[i];

		/* No terminal should obey what stands in a script. */
		if (byte == '\r' && i + 1 == window->end)
			break;
		fputc(byte == '\t' || !g_ascii_iscntrl(byte) ? byte : '?', diag->out);
	}
	fputs(window->cut_after ? "...\n" : "\n", diag->out);
}

static void print_marker_line(const struct diag *diag, const struct window *window, size_t mark)
{
	fputs(window->cut_before ? "   " : "", diag->out);
	for (size_t i = window->start; i < mark; i++) {
		if (!is_continuation_byte(window->text[i]))
			fputc(window->text[i] == '\t' ? '\t' : ' ', diag->out);
	}
	fprintf(diag->out, "%s^", colour(diag, COLOUR_MARKER));
	for (size_t i = mark + 1; i < window->mark_end; i++) {
		if (!is_continuation_byte(window->text[i]))
			fputc('~', diag->out);
	}
	fprintf(diag->out, "%s\n", colour(diag, COLOUR_END));
}

static void print_place(const struct diag *diag, struct span span, const struct severity *severity)
{
	struct position position = span_position(span);

	if (span.source)
		fprintf(diag->out, "%s:%u:%u: ", span.source->name, position.line, position.column);
	else if (severity != &severity_note)
		fputs("spile: ", diag->out);
}

static void print_diagnostic(const struct diag *diag, struct span span,
			     const struct severity *severity, const char *tag, const char *message)
{
	print_place(diag, span, severity);
	fprintf(diag->out, "%s%s:%s %s", colour(diag, severity->colour), severity->word,
		colour(diag, COLOUR_END), message);
	if (tag)
		fprintf(diag->out, " [%s]", tag);
	fputc('\n', diag->out);
	if (span.source) {
		struct window window = find_window(span);

		print_source_line(diag, &window);
		print_marker_line(diag, &window, MIN(span.start, span.source->length));
	}
	fflush(diag->out);
}

/* Where the text at a place came from, innermost use first. */
static void print_expansions(const struct diag *diag, struct span span)
{
	const struct expansion *at = span.expansion;
	unsigned int more = 0;

	for (int i = 0; at && i < SHOWN_EXPANSIONS; i++, at = at->use.expansion) {
		g_autofree char *message = g_strdup_printf("in the expansion of %s", at->what);

		print_diagnostic(diag, at->use, &severity_note, NULL, message);
	}
	for (; at; at = at->use.expansion)
		more++;
	if (more > 0)
		fprintf(diag->out, "... and %u more\n", more);
	fflush(diag->out);
}

/* FNV-1a over some bytes, behind those that made `hash`. */
static guint64 hash_bytes(guint64 hash, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ at[i]) * G_GUINT64_CONSTANT(0x100000001b3);
	return hash;
}

/* True if the same has been said before of the same place; else remembers it. */
static bool is_repeated(struct diag *diag, struct span span, const char *tag, const char *message)
{
	guint64 hash = G_GUINT64_CONSTANT(0xcbf29ce484222325);

	if (!span.source)
		return false;
	hash = hash_bytes(hash, &span.source, sizeof(span.source));
	hash = hash_bytes(hash, &span.start, sizeof(span.start));
	hash = hash_bytes(hash, &span.end, sizeof(span.end));
	hash = hash_bytes(hash, tag, strlen(tag) + 1);
	hash = hash_bytes(hash, message, strlen(message));
	for (int i = 0; i < DIAG_REMEMBERED; i++) {
		if (diag->remembered[i] == hash)
			return true;
	}
	diag->remembered[diag->remembered_next++ % DIAG_REMEMBERED] = hash;
	return false;
}

/* Counts an error. False if it is not to be printed, since there were too many before it. */
static bool count_error(struct diag *diag, bool repeated)
{
	diag->error_count++;
	if (repeated)
		return false;
	diag->shown_count++;
	if (diag->shown_count == diag->error_limit + 1)
		fputs("spile: too many errors, the others are not shown\n", diag->out);
	return diag->shown_count <= diag->error_limit;
}

/* Counts a warning, as what it is treated as. False if it is not to be printed. */
static bool count_warning(struct diag *diag, bool repeated)
{
	if (diag->suppress_warnings)
		return false;
	if (diag->warnings_are_errors)
		return count_error(diag, repeated);
	diag->warning_count++;
	return !repeated && diag->shown_count <= diag->error_limit;
}

static void report(struct diag *diag, struct span span, const struct severity *severity,
		   const char *tag, const char *message)
{
	bool repeated = is_repeated(diag, span, tag, message);
	bool is_shown = severity == &severity_error ? count_error(diag, repeated) :
						      count_warning(diag, repeated);

	diag->last_was_dropped = !is_shown;
	if (!is_shown)
		return;
	if (diag->warnings_are_errors)
		severity = &severity_error;
	print_diagnostic(diag, span, severity, tag, message);
	print_expansions(diag, span);
}

void diag_error_list(struct diag *diag, struct span span, const char *tag, const char *format, va_list arguments)
{
	g_autofree char *message = g_strdup_vprintf(format, arguments);

	report(diag, span, &severity_error, tag, message);
}

void diag_error(struct diag *diag, struct span span, const char *tag, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	diag_error_list(diag, span, tag, format, arguments);
	va_end(arguments);
}

void diag_warning(struct diag *diag, struct span span, const char *tag, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list arguments;

	va_start(arguments, format);
	message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	report(diag, span, &severity_warning, tag, message);
}

void diag_note(struct diag *diag, struct span span, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list arguments;

	if (diag->last_was_dropped)
		return;
	va_start(arguments, format);
	message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	print_diagnostic(diag, span, &severity_note, NULL, message);
}

void bug_at(const char *file, int line, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "spile: bug at %s:%d: ", file, line);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}

/*
 * How many letters must be inserted, removed, replaced or swapped with their neighbour to make b
 * of a (Damerau-Levenshtein, each pair swapped once at most).
 */
static size_t edit_distance(const char *a, const char *b)
{
	size_t a_length = strlen(a), b_length = strlen(b), width = b_length + 1;
	g_autofree size_t *cells = g_new(size_t, (a_length + 1) * width);

	for (size_t j = 0; j <= b_length; j++)
		cells[j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t *row = cells + i * width, *above = row - width;

		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			size_t replaced = above[j - 1] + (a[i - 1] != b[j - 1]);

			row[j] = MIN(replaced, MIN(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = MIN(row[j], cells[(i - 2) * width + j - 2] + 1);
		}
	}
	return cells[a_length * width + b_length];
}

const char *did_you_mean(const char *word, const GPtrArray *candidates)
{
	size_t length = strlen(word);
	size_t best_distance = MAX(length / 3, 1) + 1;
	const char *best = NULL;

	/* A word of which nothing is left would be no suggestion but a guess. */
	best_distance = MIN(best_distance, length);
	for (guint i = 0; i < candidates->len; i++) {
		const char *candidate = g_ptr_array_index(candidates, i);
		size_t distance = edit_distance(word, candidate);

		if (distance > 0 && distance < best_distance) {
			best = candidate;
			best_distance = distance;
		}
	}
	return best;
}
