/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What effects.c learns of a piece of the program, for sharing.c. */
#ifndef SPILE_ANALYSIS_EFFECTS_H
#define SPILE_ANALYSIS_EFFECTS_H

#include "analysis/internal.h"

/* What running some text may do. Sets of globals are bits by their numbers. */
struct effects {
	uint64_t *touched, *written;
	uint64_t *otherwise;		/* touched in another way than by adding to it */
	uint64_t *iterated;		/* by foreach */
	bool prints, fails, writes_global, asks_for_match;
	unsigned int uses;		/* enum handler_use */
};

static inline bool set_has(const uint64_t *set, int number)
{
	return set[number / 64] >> (number % 64) & 1;
}

/* Where the handler runs: all of its probes are of one kind. */
static inline enum handler_context context_of(const struct handler *handler)
{
	return ((struct probe *)g_ptr_array_index(handler->probes, 0))->context;
}

/*
 * sharing.c: how each global is kept and which handlers lock it, given what the handlers do, in
 * their order.
 */
void plan_sharing(struct program *program, const struct effects *effects);

#endif
