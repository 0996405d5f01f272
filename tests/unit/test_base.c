/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * translator/base: memory, places in text, diagnostics to the letter, child processes, folders.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/paths.h"
#include "base/process.h"
#include "base/source.h"

/* ---- Memory ---- */

static void test_arena_memory_is_zeroed_and_aligned(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t size = 0; size < 3000; size += 7) {
		unsigned char *memory = arena_alloc(arena, size);

		assert_int_equal((uintptr_t)memory % sizeof(void *), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 0xff, size);
	}
	arena_free(arena);
	arena_free(NULL);
}

static void test_arena_strings(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(arena_strndup(arena, "abcdef", 3), "abc");
	assert_string_equal(arena_strndup(arena, "", 0), "");
	assert_string_equal(arena_printf(arena, "%d-%s", 7, "x"), "7-x");
	assert_ptr_equal(name_intern("same"), name_intern(arena_strndup(arena, "same!", 4)));
	arena_free(arena);
}

/* One thing that is to be freed, and the text that says in which order that happened. */
struct deferred_letter {
	GString *freed;
	char letter;
};

static void append_letter(void *object)
{
	const struct deferred_letter *deferred = object;

	g_string_append_c(deferred->freed, deferred->letter);
}

static void test_arena_frees_in_reverse_order(void **state)
{
	GString *freed = g_string_new(NULL);
	struct deferred_letter first = { freed, 'a' }, second = { freed, 'b' };
	struct arena *arena = arena_new();
	GPtrArray *array = arena_array(arena);

	(void)state;
	g_ptr_array_add(array, &first);
	arena_defer(arena, append_letter, &first);
	arena_defer(arena, append_letter, &second);
	arena_free(arena);
	assert_string_equal(freed->str, "ba");
	g_string_free(freed, TRUE);
}

/* ---- Places ---- */

static struct span span_of(const struct source *source, size_t start, size_t end)
{
	struct span span = { .source = source, .start = start, .end = end };

	return span;
}

static void assert_position(const struct source *source, size_t offset, unsigned int line,
			    unsigned int column)
{
	struct position position = span_position(span_of(source, offset, offset));

	assert_int_equal(position.line, line);
	assert_int_equal(position.column, column);
}

static void test_positions(void **state)
{
	struct arena *arena = arena_new();
	const char text[] = "ab\n\n\tc\nlast";
	const struct source *source = source_from_text(arena, "x.stp", text, strlen(text));
	const struct source *empty = source_from_text(arena, "empty.stp", "", 0);

	(void)state;
	assert_position(source, 0, 1, 1);
	assert_position(source, 2, 1, 3);
	assert_position(source, 3, 2, 1);
	assert_position(source, 4, 3, 1);
	assert_position(source, 5, 3, 2);
	assert_position(source, 7, 4, 1);
	assert_position(source, 11, 4, 5);
	assert_position(source, 999, 4, 5);
	assert_position(empty, 0, 1, 1);
	assert_string_equal(span_text(arena, span_of(source, 5, 6)), "x.stp:3:2");
	assert_string_equal(span_text(arena, no_span), "<generated>");
	arena_free(arena);
}

static void test_span_join(void **state)
{
	struct arena *arena = arena_new();
	const struct source *source = source_from_text(arena, "x", "0123456789", 10);
	struct span joined = span_join(span_of(source, 2, 3), span_of(source, 5, 8));

	(void)state;
	assert_int_equal(joined.start, 2);
	assert_int_equal(joined.end, 8);
	joined = span_join(span_of(source, 2, 9), span_of(source, 5, 8));
	assert_int_equal(joined.end, 9);
	assert_int_equal(span_join(no_span, span_of(source, 5, 8)).start, 5);
	assert_int_equal(span_join(span_of(source, 5, 8), no_span).end, 8);
	arena_free(arena);
}

static void assert_span(struct span span, size_t start, size_t end,
			const struct expansion *expansion)
{
	assert_int_equal(span.start, start);
	assert_int_equal(span.end, end);
	assert_ptr_equal(span.expansion, expansion);
}

/* Text 0-9 is the body of "inner", 10-19 that of "outer", which uses it; both files differ. */
static void test_span_join_over_expansions(void **state)
{
	struct arena *arena = arena_new();
	const char text[] = "0123456789012345678901234567890123456789";
	struct source *library = source_from_text(arena, "library", text, sizeof(text) - 1);
	struct source *script = source_from_text(arena, "script", text, sizeof(text) - 1);
	const struct expansion outer = { "macro '@outer'", span_of(script, 20, 26) };
	struct expansion inner = { "macro '@inner'", span_of(library, 12, 18) };
	const struct expansion other = { "macro '@other'", span_of(script, 30, 36) };
	struct span in_inner = span_of(library, 2, 4), in_outer = span_of(library, 15, 16);
	struct span in_other = span_of(library, 5, 6);

	(void)state;
	inner.use.expansion = &outer;
	in_inner.expansion = &inner;
	in_outer.expansion = &outer;
	in_other.expansion = &other;
	/* Within one text; one level down; two levels down; two expansions side by side. */
	assert_span(span_join(in_outer, in_outer), 15, 16, &outer);
	assert_span(span_join(in_inner, in_outer), 12, 18, &outer);
	assert_span(span_join(in_outer, in_inner), 15, 18, &outer);
	assert_span(span_join(in_inner, span_of(script, 28, 29)), 20, 29, NULL);
	assert_span(span_join(span_of(script, 1, 2), in_inner), 1, 26, NULL);
	assert_span(span_join(in_inner, in_other), 20, 36, NULL);
	assert_span(span_join(in_other, in_inner), 30, 36, NULL);
	arena_free(arena);
}

static void test_names(void **state)
{
	char text[] = "name", other[] = "name";
	const char *first = name_intern(text);

	(void)state;
	text[0] = 'N';
	assert_string_equal(first, "name");
	assert_ptr_equal(name_intern(other), first);
	assert_ptr_not_equal(name_intern(text), first);
	for (int i = 0; i < 5000; i++) {
		g_autofree char *many = g_strdup_printf("name %d", i);

		assert_ptr_equal(name_intern(many), name_intern(many));
	}
	assert_ptr_equal(name_intern("name"), first);
}

static void test_source_read(void **state)
{
	struct arena *arena = arena_new();
	g_autofree char *folder = g_dir_make_tmp("spile-base-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "a.stp", NULL);
	const char *error = NULL;
	const struct source *source;

	(void)state;
	assert_null(source_read(arena, path, &error));
	assert_non_null(strstr(error, "a.stp': No such file or directory"));
	assert_null(source_read(arena, folder, &error));
	assert_non_null(strstr(error, "Is a directory"));
	assert_true(g_file_set_contents(path, "ab\0c", 4, NULL));
	assert_null(source_read(arena, path, &error));
	assert_non_null(strstr(error, "byte 3 of it is zero"));
	assert_true(g_file_set_contents(path, "probe\n", 6, NULL));
	source = source_read(arena, path, &error);
	assert_non_null(source);
	assert_string_equal(source->text, "probe\n");
	assert_string_equal(source->name, path);
	assert_int_equal(source->length, 6);
	assert_false(source->is_tapset);
	assert_int_equal(g_unlink(path), 0);
	assert_int_equal(g_rmdir(folder), 0);
	arena_free(arena);
}

/* ---- Diagnostics ---- */

struct capture {
	struct arena *arena;
	struct diag diag;
	char *text;
	size_t length;
};

static int start_capture(void **state)
{
	struct capture *capture = g_new0(struct capture, 1);

	capture->arena = arena_new();
	diag_init(&capture->diag);
	capture->diag.out = open_memstream(&capture->text, &capture->length);
	capture->diag.colour = false;
	*state = capture;
	return capture->diag.out ? 0 : -1;
}

static int stop_capture(void **state)
{
	struct capture *capture = *state;

	fclose(capture->diag.out);
	free(capture->text);
	arena_free(capture->arena);
	g_free(capture);
	return 0;
}

static void assert_printed(struct capture *capture, const char *expected)
{
	fflush(capture->diag.out);
	assert_string_equal(capture->text, expected);
}

static struct span place(struct capture *capture, const char *text, const char *word)
{
	const struct source *source =
		source_from_text(capture->arena, "a.stp", text, strlen(text));
	size_t start = strstr(text, word) - text;

	return span_of(source, start, start + strlen(word));
}

static void test_error_with_place(void **state)
{
	struct capture *capture = *state;

	diag_error(&capture->diag, place(capture, "one\n\tx = foo(1)\nthree\n", "foo"),
		   "E-unknown-function", "unknown function '%s'", "foo");
	diag_note(&capture->diag, no_span, "did you mean '%s'?", "for");
	assert_printed(capture, "a.stp:2:6: error: unknown function 'foo' [E-unknown-function]\n"
				"\tx = foo(1)\n"
				"\t    ^~~\n"
				"note: did you mean 'for'?\n");
	assert_int_equal(capture->diag.error_count, 1);
}

static void test_error_without_place(void **state)
{
	struct capture *capture = *state;

	diag_error(&capture->diag, no_span, "E-x", "no such thing");
	diag_warning(&capture->diag, no_span, "W-x", "odd");
	assert_printed(capture, "spile: error: no such thing [E-x]\n"
				"spile: warning: odd [W-x]\n");
	assert_int_equal(capture->diag.error_count, 1);
	assert_int_equal(capture->diag.warning_count, 1);
}

static void test_note_with_place(void **state)
{
	struct capture *capture = *state;

	diag_error(&capture->diag, no_span, "E-x", "two of them");
	diag_note(&capture->diag, place(capture, "first", "first"), "the first one");
	assert_printed(capture, "spile: error: two of them [E-x]\n"
				"a.stp:1:1: note: the first one\n"
				"first\n"
				"^~~~~\n");
}

static void test_marker_in_odd_places(void **state)
{
	struct capture *capture = *state;

	/* The end of the text, a span over two lines, letters of two bytes, a control byte. */
	diag_error(&capture->diag, place(capture, "abc", ""), "E-1", "start");
	diag_error(&capture->diag, span_of(place(capture, "abc\n", "abc").source, 4, 4), "E-2",
		   "end");
	diag_error(&capture->diag, place(capture, "ab{\n}\n", "{\n}"), "E-3", "lines");
	diag_error(&capture->diag, place(capture, "\"\303\244\" + \303\244x\r\n", "\303\244x"),
		   "E-4", "umlaut");
	diag_error(&capture->diag, place(capture, "a\033[1mb", "b"), "E-5", "escape");
	assert_printed(capture, "a.stp:1:1: error: start [E-1]\nabc\n^\n"
				"a.stp:2:1: error: end [E-2]\n\n^\n"
				"a.stp:1:3: error: lines [E-3]\nab{\n  ^\n"
				"a.stp:1:8: error: umlaut [E-4]\n\"\303\244\" + \303\244x\n"
				"      ^~\n"
				"a.stp:1:6: error: escape [E-5]\na?[1mb\n     ^\n");
}

static void test_long_lines_are_cut(void **state)
{
	struct capture *capture = *state;
	g_autofree char *before = g_strnfill(500, 'b'), *after = g_strnfill(500, 'a');
	g_autofree char *text = g_strdup_printf("%sMARK%s", before, after);
	g_autofree char *expected = g_strdup_printf("a.stp:1:501: error: far [E-x]\n"
						    "...%.60sMARK%.136s...\n%63s^~~~\n",
						    before, after, "");

	diag_error(&capture->diag, place(capture, text, "MARK"), "E-x", "far");
	assert_printed(capture, expected);
}

static void test_error_limit(void **state)
{
	struct capture *capture = *state;

	capture->diag.error_limit = 2;
	for (int i = 1; i <= 4; i++) {
		diag_error(&capture->diag, no_span, "E-x", "number %d", i);
		diag_note(&capture->diag, no_span, "of number %d", i);
	}
	diag_warning(&capture->diag, no_span, "W-x", "late");
	assert_printed(capture, "spile: error: number 1 [E-x]\nnote: of number 1\n"
				"spile: error: number 2 [E-x]\nnote: of number 2\n"
				"spile: too many errors, the others are not shown\n");
	assert_int_equal(capture->diag.error_count, 4);
}

/* Macros within macros: as many notes as there are levels, or five. */
static void test_notes_of_expansions(void **state)
{
	struct capture *capture = *state;
	struct expansion levels[7];
	struct span span = place(capture, "abcdefgh\n", "h");

	for (int i = 0; i < 7; i++) {
		levels[i].what = "macro '@m'";
		levels[i].use = span_of(span.source, i, i + 1);
		levels[i].use.expansion = i > 0 ? &levels[i - 1] : NULL;
	}
	span.expansion = &levels[1];
	diag_error(&capture->diag, span, "E-x", "wrong");
	diag_note(&capture->diag, no_span, "why");
	assert_printed(capture,
			"a.stp:1:8: error: wrong [E-x]\nabcdefgh\n       ^\n"
			"a.stp:1:2: note: in the expansion of macro '@m'\nabcdefgh\n ^\n"
			"a.stp:1:1: note: in the expansion of macro '@m'\nabcdefgh\n^\n"
			"note: why\n");
}

static void test_notes_of_many_expansions(void **state)
{
	struct capture *capture = *state;
	struct expansion levels[7];
	struct span span = place(capture, "a\n", "a");
	GString *expected = g_string_new("a.stp:1:1: error: wrong [E-x]\na\n^\n");

	for (int i = 0; i < 7; i++) {
		levels[i].what = "macro '@m'";
		levels[i].use = span;
		levels[i].use.expansion = i > 0 ? &levels[i - 1] : NULL;
	}
	for (int i = 0; i < 5; i++)
		g_string_append(expected,
				"a.stp:1:1: note: in the expansion of macro '@m'\na\n^\n");
	g_string_append(expected, "... and 2 more\n");
	span.expansion = &levels[6];
	diag_error(&capture->diag, span, "E-x", "wrong");
	assert_printed(capture, expected->str);
	g_string_free(expected, TRUE);
}

/* The same of the same place comes once, but counts; all else comes again. */
static void test_repeated_messages(void **state)
{
	struct capture *capture = *state;
	struct span a = place(capture, "ab\n", "a"), b = span_of(a.source, 1, 2);
	const struct expansion expansion = { "macro '@m'", b };
	struct span again = a;

	again.expansion = &expansion;
	diag_error(&capture->diag, a, "E-x", "wrong");
	diag_error(&capture->diag, again, "E-x", "wrong");
	diag_note(&capture->diag, no_span, "about a repeated one");
	diag_error(&capture->diag, a, "E-y", "wrong");
	diag_error(&capture->diag, a, "E-y", "wrong, too");
	diag_error(&capture->diag, b, "E-x", "wrong");
	diag_error(&capture->diag, no_span, "E-x", "wrong");
	diag_error(&capture->diag, no_span, "E-x", "wrong");
	assert_printed(capture, "a.stp:1:1: error: wrong [E-x]\nab\n^\n"
				 "a.stp:1:1: error: wrong [E-y]\nab\n^\n"
				 "a.stp:1:1: error: wrong, too [E-y]\nab\n^\n"
				 "a.stp:1:2: error: wrong [E-x]\nab\n ^\n"
				 "spile: error: wrong [E-x]\nspile: error: wrong [E-x]\n");
	assert_int_equal(capture->diag.error_count, 7);
}

/* Twenty of the same leave room for others. */
static void test_repeated_messages_and_limit(void **state)
{
	struct capture *capture = *state;
	struct span span = place(capture, "a\n", "a");

	for (int i = 0; i < 25; i++)
		diag_error(&capture->diag, span, "E-x", "wrong");
	diag_error(&capture->diag, no_span, "E-x", "other");
	assert_printed(capture, "a.stp:1:1: error: wrong [E-x]\na\n^\nspile: error: other [E-x]\n");
}

static void test_warnings_suppressed(void **state)
{
	struct capture *capture = *state;

	capture->diag.suppress_warnings = true;
	diag_warning(&capture->diag, no_span, "W-x", "odd");
	diag_note(&capture->diag, no_span, "about it");
	diag_error(&capture->diag, no_span, "E-x", "wrong");
	diag_note(&capture->diag, no_span, "about that");
	assert_printed(capture, "spile: error: wrong [E-x]\nnote: about that\n");
	assert_int_equal(capture->diag.warning_count, 0);
}

static void test_warnings_are_errors(void **state)
{
	struct capture *capture = *state;

	capture->diag.warnings_are_errors = true;
	diag_warning(&capture->diag, no_span, "W-x", "odd");
	assert_printed(capture, "spile: error: odd [W-x]\n");
	assert_int_equal(capture->diag.error_count, 1);
	assert_int_equal(capture->diag.warning_count, 0);
}

static void test_colour(void **state)
{
	struct capture *capture = *state;

	capture->diag.colour = true;
	diag_error(&capture->diag, place(capture, "ab", "b"), "E-x", "wrong");
	assert_printed(capture, "a.stp:1:2: \033[1;31merror:\033[0m wrong [E-x]\n"
				"ab\n \033[1;32m^\033[0m\n");
}

static void test_did_you_mean(void **state)
{
	static const struct {
		const char *word, *expected;
	} cases[] = {
		{ "execnmae", "execname" },	/* two letters swapped count once */
		{ "excename", "execname" },
		{ "pdi", "pid" },
		{ "prnitf", "printf" },
		{ "println", "printf" },	/* two of seven */
		{ "foreach_", NULL },
		{ "x", NULL },			/* nothing of it would be left */
		{ "pid", NULL },		/* is no mistake */
		{ "", NULL },
	};
	GPtrArray *candidates = g_ptr_array_new();

	(void)state;
	g_ptr_array_add(candidates, (char *)"execname");
	g_ptr_array_add(candidates, (char *)"pid");
	g_ptr_array_add(candidates, (char *)"printf");
	g_ptr_array_add(candidates, (char *)"y");
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *meant = did_you_mean(cases[i].word, candidates);

		if (cases[i].expected)
			assert_string_equal(meant, cases[i].expected);
		else
			assert_null(meant);
	}
	g_ptr_array_unref(candidates);
}

/* ---- Processes ---- */

static void run_shell(const char *script, const char *directory, struct process_result *ret)
{
	const char *const argv[] = { "sh", "-c", script, NULL };

	process_run(argv, directory, ret);
}

static void test_process_output_and_status(void **state)
{
	struct process_result result;

	(void)state;
	run_shell("echo out; echo err >&2; exit 3", NULL, &result);
	assert_int_equal(result.status, 3);
	assert_string_equal(result.output, "out\n");
	assert_string_equal(result.errors, "err\n");
	process_result_clear(&result);
	assert_null(result.output);
	run_shell("kill -KILL $$", NULL, &result);
	assert_int_equal(result.status, 128 + SIGKILL);
	process_result_clear(&result);
}

static void test_process_input_and_directory(void **state)
{
	struct process_result result;

	(void)state;
	run_shell("cat; pwd", "/", &result);
	assert_int_equal(result.status, 0);
	assert_string_equal(result.output, "/\n");
	process_result_clear(&result);
}

static void test_process_fills_both_pipes(void **state)
{
	struct process_result result;

	(void)state;
	run_shell("head -c 3000000 /dev/zero | tr '\\0' e >&2;"
		  "head -c 3000000 /dev/zero | tr '\\0' o", NULL, &result);
	assert_int_equal(result.status, 0);
	assert_int_equal(strlen(result.output), 3000000);
	assert_int_equal(strlen(result.errors), 3000000);
	process_result_clear(&result);
}

static void test_process_that_does_not_start(void **state)
{
	static const char *const argv[] = { "no-such-program-of-spile", NULL };
	struct process_result result;

	(void)state;
	process_run(argv, NULL, &result);
	assert_int_equal(result.status, -1);
	assert_string_equal(result.output, "");
	assert_non_null(strstr(result.errors, "no-such-program-of-spile"));
	process_result_clear(&result);
	run_shell("true", "/no/such/folder", &result);
	assert_int_equal(result.status, -1);
	process_result_clear(&result);
}

/* ---- Folders ---- */

static void test_cache_dir(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("spile-base-XXXXXX", NULL);
	g_autofree char *base = g_build_filename(folder, "deep", "cache", NULL);
	g_autofree char *expected = g_build_filename(base, "spile", NULL);
	g_autofree char *deep = g_path_get_dirname(base);
	g_autofree char *home_cache = g_build_filename(folder, ".cache", NULL);
	struct stat status;

	(void)state;
	assert_true(g_setenv("XDG_CACHE_HOME", base, TRUE));
	assert_string_equal(paths_cache_dir(), expected);
	assert_int_equal(stat(expected, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	assert_string_equal(paths_cache_dir(), expected);

	assert_int_equal(g_chmod(expected, 0777), 0);
	assert_null(paths_cache_dir());
	assert_int_equal(errno, EPERM);

	assert_int_equal(g_rmdir(expected), 0);
	assert_true(g_file_set_contents(expected, "", 0, NULL));
	assert_null(paths_cache_dir());
	assert_int_not_equal(errno, 0);

	assert_int_equal(g_unlink(expected), 0);
	assert_true(g_setenv("XDG_CACHE_HOME", "relative", TRUE));
	assert_true(g_setenv("HOME", folder, TRUE));
	assert_true(g_str_has_suffix(paths_cache_dir(), "/.cache/spile"));
	assert_true(g_str_has_prefix(paths_cache_dir(), folder));
	assert_int_equal(g_rmdir(paths_cache_dir()), 0);
	g_unsetenv("XDG_CACHE_HOME");
	assert_int_equal(g_rmdir(base), 0);
	assert_int_equal(g_rmdir(deep), 0);
	assert_int_equal(g_rmdir(home_cache), 0);
	assert_int_equal(g_rmdir(folder), 0);
}

static void test_own_files(void **state)
{
	(void)state;
	assert_true(g_path_is_absolute(paths_data_dir()));
	assert_null(paths_helper("no-such-helper-of-spile"));
}

int main(void)
{
#define diag_test(test) cmocka_unit_test_setup_teardown(test, start_capture, stop_capture)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arena_memory_is_zeroed_and_aligned),
		cmocka_unit_test(test_arena_strings),
		cmocka_unit_test(test_arena_frees_in_reverse_order),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_span_join),
		cmocka_unit_test(test_span_join_over_expansions),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_source_read),
		diag_test(test_error_with_place),
		diag_test(test_error_without_place),
		diag_test(test_note_with_place),
		diag_test(test_marker_in_odd_places),
		diag_test(test_long_lines_are_cut),
		diag_test(test_error_limit),
		diag_test(test_notes_of_expansions),
		diag_test(test_notes_of_many_expansions),
		diag_test(test_repeated_messages),
		diag_test(test_repeated_messages_and_limit),
		diag_test(test_warnings_suppressed),
		diag_test(test_warnings_are_errors),
		diag_test(test_colour),
		cmocka_unit_test(test_did_you_mean),
		cmocka_unit_test(test_process_output_and_status),
		cmocka_unit_test(test_process_input_and_directory),
		cmocka_unit_test(test_process_fills_both_pipes),
		cmocka_unit_test(test_process_that_does_not_start),
		cmocka_unit_test(test_cache_dir),
		cmocka_unit_test(test_own_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
