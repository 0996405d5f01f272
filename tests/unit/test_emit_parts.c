/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which objects a module is linked with: by the names in its C, and by the families of its probes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "emit/internal.h"

/* A program of one probe, of that family. */
static const struct program *program_of(struct arena *arena, const struct probe_family *family)
{
	struct program *program = arena_alloc(arena, sizeof(*program));
	struct probe *probe = arena_alloc(arena, sizeof(*probe));

	probe->family = family;
	program->probes = arena_array(arena);
	g_ptr_array_add(program->probes, probe);
	return program;
}

/* The first family that has a header, and so a C file, or has none. */
static const struct probe_family *find_family(bool has_header)
{
	for (int i = 0; probe_families[i]; i++)
		if ((probe_families[i]->kernel_header != NULL) == has_header)
			return probe_families[i];
	fail_msg("no such family");
	return NULL;
}

static bool is_part(const GPtrArray *parts, const char *file)
{
	for (guint i = 0; i < parts->len; i++)
		if (strcmp(parts->pdata[i], file) == 0)
			return true;
	return false;
}

static const struct {
	const char *c_text;
	bool needs;
} texts[] = {
	{ "", false },
	{ "r = rt_put_string(r, \"hello\", rt_string_length(\"hello\"));", false },
	{ "rt_record_begin(c, 0, RT_STRING_SIZE(n_1))", false },
	{ "static RT_HANDLER void p_0(struct rt_context *c)", false },
	{ "if (rt_failed(c)) rt_session_exit(c);", false },
	{ "rt_error(c, \"division by zero\")", true },
	{ "rt_put_string(r, rt_format(c))", true },
	{ "if (!rt_loop(c, 1, \"a.stp:1:1\"))", true },
	{ "STAP_ERROR(\"no\");", true },
	{ "RT_FAULT(\"no\")", true },
	/* Whole names count, and only those of the runtime. */
	{ "rt_failed_again(c)", true },
	{ "start_error(c)", false },
	{ "l_rt_error + fort_error", false },
	{ "x = RT_PLACE(\"a.stp:1:1\");", false },
	{ "x = RT_PLACES;", true },
};

static void names_that_need_hits(void **state)
{
	struct arena *arena = arena_new();
	const struct program *program = program_of(arena, find_family(false));

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		if (needs_hits(program, texts[i].c_text) != texts[i].needs)
			fail_msg("%s: %s", texts[i].c_text, texts[i].needs ? "needs hits.c" : "needs no hits.c");
	arena_free(arena);
}

static void families_need_hits(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (int i = 0; probe_families[i]; i++)
		assert_int_equal(needs_hits(program_of(arena, probe_families[i]), ""),
				 probe_families[i]->kernel_header != NULL);
	arena_free(arena);
}

static void parts_by_names(void **state)
{
	struct arena *arena = arena_new();
	const struct program *program = program_of(arena, find_family(false));
	const GPtrArray *parts = parts_of_module(arena, program, "");

	(void)state;
	assert_int_equal(parts->len, 1);
	assert_true(is_part(parts, "module/main.c"));
	parts = parts_of_module(arena, program, ".hits = &mod_hits, .globals = { rt_globals_init }");
	assert_int_equal(parts->len, 3);
	assert_true(is_part(parts, "module/hits.c"));
	assert_true(is_part(parts, "runtime/arrays.c"));
	arena_free(arena);
}

static void parts_by_families(void **state)
{
	struct arena *arena = arena_new();
	const struct probe_family *family = find_family(true);
	const GPtrArray *parts = parts_of_module(arena, program_of(arena, family), ".hits = &mod_hits");
	g_autofree char *file = g_strdup(family->kernel_header);

	(void)state;
	strcpy(strrchr(file, '.'), ".c");
	assert_int_equal(parts->len, 3);
	assert_true(is_part(parts, file));
	arena_free(arena);
}

static void all_parts(void **state)
{
	struct arena *arena = arena_new();
	const GPtrArray *parts = parts_of_all(arena);

	(void)state;
	assert_true(is_part(parts, "module/hits.c"));
	assert_true(is_part(parts, "runtime/regex.c"));
	assert_true(is_part(parts, "module/families/kprobe.c"));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_need_hits),
		cmocka_unit_test(families_need_hits),
		cmocka_unit_test(parts_by_names),
		cmocka_unit_test(parts_by_families),
		cmocka_unit_test(all_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
