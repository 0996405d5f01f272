/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A compilation of one small test is nearly all headers, even if those are compiled already: so tests
 * go together into one, each with a name of its own for its function. What the compiler complains of
 * is taken out, until it accepts the rest; only what it accepted in one piece is answered with yes.
 * What was taken out, and what could give to others or take from them, is compiled by itself.
 */
#include "build/feature_tests.h"

#include <string.h>

#define TOGETHER "together.c"
#define FUNCTION "spile_test"
/* A warning is an answer, but for one about the conditions of the kernel's own headers. */
#define STRICT "-Werror", "-Wno-undef"

/* ---- By itself ---- */

static void add_words(GPtrArray *argv, const char *const *words)
{
	for (; *words; words++)
		g_ptr_array_add(argv, (char *)*words);
}

/* With the kernel's headers compiled already, or else with the flags alone. */
static void compile(const struct test_room *room, const char *const *words, struct process_result *ret)
{
	GPtrArray *argv;

	if (!room->fast) {
		kernel_compile(room->flags, words, ret);
		return;
	}
	argv = g_ptr_array_new();
	for (guint i = 0; i < room->fast->len; i++)
		g_ptr_array_add(argv, room->fast->pdata[i]);
	add_words(argv, words);
	g_ptr_array_add(argv, NULL);
	process_run((const char *const *)argv->pdata, room->directory, ret);
	g_ptr_array_free(argv, TRUE);
}

static bool is_about_sizes(const struct feature_test *test)
{
	return strstr(test->text, "BUILD_BUG") != NULL;
}

bool feature_test_works(const struct test_room *room, const struct feature_test *test,
			struct process_result *ret)
{
	g_autofree char *object = g_strdup_printf("%s/%s.o", room->scratch, test->name);
	const char *const check[] = { STRICT, "-fsyntax-only", test->path, NULL };
	const char *const build[] = { STRICT, "-c", "-o", object, test->path, NULL };

	compile(room, is_about_sizes(test) ? build : check, ret);
	return ret->status == 0;
}

static void ask_one(gpointer data, gpointer user_data)
{
	struct feature_test *test = data;
	struct process_result result;

	test->works = feature_test_works(user_data, test, &result);
	process_result_clear(&result);
}

/* As many at a time as there are processors. */
static void ask_each(const struct test_room *room, const GPtrArray *tests)
{
	GThreadPool *pool = g_thread_pool_new(ask_one, (gpointer)room, (gint)g_get_num_processors(),
					      FALSE, NULL);

	for (guint i = 0; i < tests->len; i++)
		g_thread_pool_push(pool, tests->pdata[i], NULL);
	g_thread_pool_free(pool, FALSE, TRUE);
}

/* ---- Together ---- */

/*
 * A line that leaves nothing behind for another test: it is within a function or a comment, begins
 * the one function, or includes what all have.
 */
static bool is_own_line(const char *line, const char *headers)
{
	g_autofree char *include = NULL;

	if (!*line || strchr(" \t/{}", *line))
		return true;
	if (*line != '#')
		return strstr(line, FUNCTION "(") != NULL;
	include = g_strconcat(line, "\n", NULL);
	return g_str_has_prefix(line, "#include <") && strstr(headers, include) != NULL;
}

static bool can_share(const struct test_room *room, const struct feature_test *test)
{
	g_auto(GStrv) lines = g_strsplit(test->text, "\n", -1);

	if (is_about_sizes(test))
		return false;
	for (char **line = lines; *line; line++)
		if (!is_own_line(*line, room->headers))
			return false;
	return true;
}

/* The headers first, for a kernel that has none compiled. */
static bool write_together(const struct test_room *room, const GPtrArray *tests, const char *path)
{
	g_autoptr(GString) text = g_string_new(room->headers);

	for (guint i = 0; i < tests->len; i++) {
		const struct feature_test *test = tests->pdata[i];

		g_string_append_printf(text, "#define " FUNCTION " " FUNCTION "_%s\n#include \"%s\"\n"
				       "#undef " FUNCTION "\n", test->name, test->path);
	}
	return g_file_set_contents(path, text->str, (gssize)text->len, NULL);
}

/* Moves those that `errors` names to `alone`; all, if that is NULL. */
static void move_named(GPtrArray *tests, GPtrArray *alone, const char *errors)
{
	for (guint i = tests->len; i-- > 0;) {
		const struct feature_test *test = tests->pdata[i];

		if (!errors || strstr(errors, test->path))
			g_ptr_array_add(alone, g_ptr_array_remove_index(tests, i));
	}
}

/* Answers those of `tests` that work together; the others are moved to `alone`. */
static void ask_together(const struct test_room *room, GPtrArray *tests, GPtrArray *alone)
{
	g_autofree char *path = g_build_filename(room->scratch, TOGETHER, NULL);
	const char *const words[] = { STRICT, "-fsyntax-only", path, NULL };
	bool works = false;

	while (tests->len > 0 && !works) {
		struct process_result result = { .status = -1 };
		guint before = tests->len;

		if (write_together(room, tests, path))
			compile(room, words, &result);
		works = result.status == 0;
		if (!works && result.errors)
			move_named(tests, alone, result.errors);
		if (!works && tests->len == before)
			move_named(tests, alone, NULL);
		process_result_clear(&result);
	}
	for (guint i = 0; i < tests->len; i++)
		((struct feature_test *)tests->pdata[i])->works = true;
}

void feature_tests_run(const struct test_room *room, const GPtrArray *tests)
{
	GPtrArray *together = g_ptr_array_new(), *alone = g_ptr_array_new();

	for (guint i = 0; i < tests->len; i++)
		g_ptr_array_add(can_share(room, tests->pdata[i]) ? together : alone, tests->pdata[i]);
	ask_together(room, together, alone);
	ask_each(room, alone);
	g_ptr_array_free(together, TRUE);
	g_ptr_array_free(alone, TRUE);
}
