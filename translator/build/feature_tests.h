/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The answers to feature tests, by the compiler. A test is only parsed and checked; one that says
 * BUILD_BUG in its text is compiled to the end, since such an assertion fails in the code generator.
 */
#ifndef SPILE_BUILD_FEATURE_TESTS_H
#define SPILE_BUILD_FEATURE_TESTS_H

#include "build/steps.h"

struct feature_test {
	const char *name;	/* "proc_ops" */
	const char *path;
	const char *text;
	bool works;
};

/* What all tests of one run share; only read by the threads. */
struct test_room {
	const struct kernel_flags *flags;
	const char *scratch;		/* a folder for what comes to be meanwhile */
	const char *directory;		/* of the fast command */
	GPtrArray *fast;		/* its words: with headers that are compiled already; or NULL */
	const char *headers;		/* headers_of_scripts() */
};

/*
 * Sets `works` of each of `tests`. Those that can be are compiled together; none is answered with no
 * but by itself, and none with yes because of another.
 */
void feature_tests_run(const struct test_room *room, const GPtrArray *tests);

/*
 * Whether a single test works, as part of a module would; the caller clears the result, which has the
 * compiler's words if it does not.
 */
bool feature_test_works(const struct test_room *room, const struct feature_test *test,
			struct process_result *ret);

#endif
