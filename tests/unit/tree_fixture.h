/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of what is read from files: a made-up root folder, below which a kernel's files may lie,
 * an arena, complaints that nobody prints, and a kernel tree that points there.
 */
#ifndef SPILE_TESTS_TREE_FIXTURE_H
#define SPILE_TESTS_TREE_FIXTURE_H

#include <string.h>

#include "target/kernel_tree.h"
#include "target/scratch.h"

#define RELEASE "6.1.0-made-up"

struct fixture {
	struct arena *arena;
	struct diag diag;
	const char *root;
	struct kernel_tree tree;
};

/* As a cmocka set-up function; not 0: there is no folder. */
static int fixture_set_up(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);

	fixture->arena = arena_new();
	diag_init_silent(&fixture->diag);
	fixture->root = scratch_new(fixture->arena, &fixture->diag);
	*state = fixture;
	if (!fixture->root)
		return -1;
	fixture->tree = (struct kernel_tree){
		.release = RELEASE, .build_dir = arena_printf(fixture->arena, "%s/build", fixture->root),
		.key = arena_printf(fixture->arena, "%s", strrchr(fixture->root, '/') + 1),
	};
	return 0;
}

static int fixture_tear_down(void **state)
{
	struct fixture *fixture = *state;

	scratch_remove(fixture->root);
	arena_free(fixture->arena);
	g_free(fixture);
	return 0;
}

#endif
