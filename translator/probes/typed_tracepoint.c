/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The prototypes of tracepoints by BTF. Headers of modules' tracepoints want those of the modules
 * themselves, which nobody installs, and many of them are not installed either (kvm). For each
 * tracepoint NAME the kernel's macros make a type btf_trace_NAME, of its callback, and a function
 * __traceiter_NAME (since Linux 5.10) whose parameters have the names that its header gives them.
 */
#include "probes/typed_tracepoint.h"

#include <string.h>

#include "probes/callback.h"

const struct c_type *tracepoint_callback_type(const struct probe_target *target, const char *module, const char *name)
{
	const struct c_type *type = c_type_plain(knowledge_type(target->knowledge, module,
								arena_printf(target->arena, "btf_trace_%s", name)));

	type = c_type_plain(type->target);
	return type->kind == C_FUNCTION && c_type_parameters(type)->len ? type : NULL;
}

const struct c_type *tracepoint_argument_type(const struct c_type *callback, unsigned int index)
{
	return callback ? ((struct c_parameter *)g_ptr_array_index(c_type_parameters(callback), index + 1))->type : NULL;
}

/* What the header calls argument `index`, by the function that passes all of them on; else "arg1". */
static const char *argument_name(const struct probe_target *target, const struct c_type *iterator, unsigned int index)
{
	const GPtrArray *parameters = iterator ? c_type_parameters(iterator) : NULL;
	const struct c_parameter *parameter = parameters && parameters->len > index + 1 ?
					      g_ptr_array_index(parameters, index + 1) : NULL;

	return parameter && parameter->name ? parameter->name : arena_printf(target->arena, "arg%u", index + 1);
}

/* An argument, declared by its type; NULL: C has no way to. */
static struct tracepoint_parameter *make_parameter(const struct probe_target *target, const struct c_type *type,
						   const char *name, GString *tags)
{
	struct tracepoint_parameter *parameter = arena_new0(target->arena, struct tracepoint_parameter);

	parameter->name = name;
	parameter->type = type ? c_type_text(target->arena, type) : NULL;
	parameter->declaration = callback_parameter(target->arena, type, name, tags);
	return parameter->declaration ? parameter : NULL;
}

static bool add_parameter(GPtrArray *parameters, struct tracepoint_parameter *parameter)
{
	if (parameter)
		g_ptr_array_add(parameters, parameter);
	return parameter != NULL;
}

const struct tracepoint *tracepoint_by_type(const struct probe_target *target, const char *module, const char *name,
					    const char **tags_ret)
{
	const struct c_type *callback = tracepoint_callback_type(target, module, name), *iterator;
	struct tracepoint *tracepoint = arena_new0(target->arena, struct tracepoint);
	g_autoptr(GString) tags = g_string_new(NULL);

	if (!callback)
		return NULL;
	iterator = knowledge_function(target->knowledge, module, arena_printf(target->arena, "__traceiter_%s", name));
	*tracepoint = (struct tracepoint){ .name = name, .system = "", .parameters = arena_array(target->arena) };
	for (unsigned int i = 0; i + 1 < c_type_parameters(callback)->len; i++)
		if (!add_parameter(tracepoint->parameters,
				   make_parameter(target, tracepoint_argument_type(callback, i),
						  argument_name(target, iterator, i), tags)))
			return NULL;
	*tags_ret = arena_strndup(target->arena, tags->str, tags->len);
	return tracepoint;
}

const struct tracepoint *tracepoint_retyped(const struct probe_target *target, const char *module,
					    const struct tracepoint *tracepoint, const char **tags_ret)
{
	const struct c_type *callback = tracepoint_callback_type(target, module, tracepoint->name);
	struct tracepoint *retyped = arena_new0(target->arena, struct tracepoint);
	g_autoptr(GString) tags = g_string_new(NULL);

	if (!callback || c_type_parameters(callback)->len != tracepoint->parameters->len + 1)
		return NULL;
	*retyped = *tracepoint;
	retyped->parameters = arena_array(target->arena);
	for (unsigned int i = 0; i < tracepoint->parameters->len; i++) {
		const struct tracepoint_parameter *parameter = g_ptr_array_index(tracepoint->parameters, i);

		if (!add_parameter(retyped->parameters,
				   make_parameter(target, tracepoint_argument_type(callback, i), parameter->name, tags)))
			return NULL;
	}
	*tags_ret = arena_strndup(target->arena, tags->str, tags->len);
	return retyped;
}
