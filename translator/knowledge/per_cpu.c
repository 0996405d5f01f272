/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF has a kernel's per-CPU variables, with their types and where they lie in the area that there is
 * one of for each CPU. Where that begins it does not say: so one that every kernel exports is what
 * the others are counted from.
 */
#include "knowledge/per_cpu.h"

#include "knowledge/btf/types.h"

#define ANCHOR "this_cpu_off"

/* So many bytes behind the anchor. */
static const struct location *locate(struct knowledge *knowledge, int64_t distance)
{
	struct location *location = location_new(knowledge_arena(knowledge), LOCATION_MEMORY);
	const char *build_id = knowledge_build_id(knowledge);
	struct location_step step = {
		.operation = LOCATE_ADDRESS, .symbol = ANCHOR, .number = (uint64_t)distance, .build_id = build_id,
	};

	step = (struct location_step){
		.operation = LOCATE_PER_CPU, .left = location_add(location, step), .build_id = build_id,
	};
	location->step = location_add(location, step);
	return location;
}

const struct code_variable *per_cpu_variable(struct knowledge *knowledge, const char *name)
{
	struct btf_types *types = knowledge_btf(knowledge);
	struct code_variable *variable;
	uint32_t offset, anchor;

	if (!types || !btf_types_per_cpu(types, name, &offset) || !btf_types_per_cpu(types, ANCHOR, &anchor))
		return NULL;
	variable = arena_new0(knowledge_arena(knowledge), struct code_variable);
	variable->name = name;
	variable->type = knowledge_variable(knowledge, NULL, name);
	variable->location = locate(knowledge, (int64_t)offset - (int64_t)anchor);
	return variable->type ? variable : NULL;
}

void per_cpu_names(struct knowledge *knowledge, GPtrArray *names)
{
	struct btf_types *types = knowledge_btf(knowledge);

	if (types)
		btf_types_variable_names(types, names);
}
