/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of source for a script that asks for them (symfileline() and the like): those of the places
 * that it probes and that debuginfo knows. Embedded C says by the pragma "lines" that it looks at the
 * table; without such a function debuginfo is not opened for it. Called by analyse.c when it is
 * settled which functions the program has.
 */
#include <string.h>

#include "analysis/internal.h"
#include "knowledge/variables.h"

static bool asks_for_lines(const struct program *program)
{
	for (unsigned int i = 0; i < program->functions->len; i++) {
		const struct function *function = g_ptr_array_index(program->functions, i);

		if (function->embedded_c && strstr(function->embedded_c, "/* lines */"))
			return true;
	}
	return false;
}

static bool is_there(const GPtrArray *places, const struct code_site *site)
{
	for (unsigned int i = 0; i < places->len; i++) {
		const struct program_place *place = g_ptr_array_index(places, i);

		if (place->site->address == site->address && place->site->module == site->module)
			return true;
	}
	return false;
}

static void add_place(struct analysis *analysis, const struct code_site *site)
{
	const struct location *address = knowledge_address_of(analysis->target.knowledge, site);
	struct program_place *place;

	if (!address || is_there(analysis->program->places, site))
		return;
	place = arena_new0(analysis->arena, struct program_place);
	place->site = site;
	place->address = address;
	g_ptr_array_add(analysis->program->places, place);
}

void find_lines(struct analysis *analysis)
{
	const GPtrArray *probes = analysis->program->probes;

	if (!asks_for_lines(analysis->program))
		return;
	analysis->program->asks_for_lines = true;
	for (unsigned int i = 0; i < probes->len; i++) {
		const struct probe *probe = g_ptr_array_index(probes, i);
		const struct code_site *site = probe->family->site ? probe->family->site(&analysis->target, probe) : NULL;

		if (site)
			add_place(analysis, site);
	}
}
