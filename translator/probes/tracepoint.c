/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel.trace("name"): tracepoints, wherever they are; module("m").trace("name"): those that a
 * module defines. Their arguments are known from the header
 * that defines them (target/tracepoint.h); the generated C includes that header, so that the
 * compiler checks our callback's prototype and finds the types behind $argument->member. Kernel
 * side: module/families/tracepoint.h.
 */
#include <fnmatch.h>
#include <string.h>

#include "probes/families.h"
#include "probes/typed_tracepoint.h"
#include "target/tracepoint.h"
#include "target/tracepoint_headers.h"

static const char *const forms[] = {
	"kernel.trace(\"name\")", "kernel.trace(\"system:name\")", "module(\"name\").trace(\"name\")",
	"module(\"name\").trace(\"system:name\")", NULL
};

struct tracepoint_details {
	const struct tracepoint *tracepoint;
	const char *module;	/* that the point names; NULL: whoever defines it */
	const char *owner;	/* whose types the prototype has; NULL: the kernel's */
	const char *tags;	/* declares what the parameters need; NULL: the tracepoint's header does */
};

static bool tracepoint_owns(const struct probe_point *point)
{
	const struct probe_component *first = point_component(point, 0);

	return (component_is(first, "kernel") || component_is(first, "module")) &&
	       component_is(point_component(point, 1), "trace");
}

static const struct c_type *callback_type(const struct probe_target *target, const struct tracepoint_details *details)
{
	const struct tracepoint *tracepoint = details->tracepoint;
	const struct c_type *type = tracepoint_callback_type(target, details->owner, tracepoint->name);

	return type && c_type_parameters(type)->len == tracepoint->parameters->len + 1 ? type : NULL;
}

static void add_details(const struct probe_target *target, const struct probe_declaration *declaration,
			const struct probe_point *point, struct tracepoint_details *details, GPtrArray *probes)
{
	const char *name = details->tracepoint->name;
	struct probe *probe = probe_new(target, &tracepoint_family, declaration, point);

	probe->text = details->module ? arena_printf(target->arena, "module(\"%s\").trace(\"%s\")", details->module, name) :
					arena_printf(target->arena, "kernel.trace(\"%s\")", name);
	probe->context = CONTEXT_ATOMIC;
	probe->details = details;
	g_ptr_array_add(probes, probe);
}

/* A tracepoint that a header declares. One of a module is declared by its types if they are known. */
static bool add_probe(const struct probe_target *target, const struct probe_declaration *declaration,
		      const struct probe_point *point, const char *module, const char *name, GPtrArray *probes)
{
	struct tracepoint_details *details = arena_new0(target->arena, struct tracepoint_details);
	const struct tracepoint *retyped;

	details->tracepoint = tracepoint_find(target->arena, target->diag, target->kernel, name,
					      point_component(point, 1)->span);
	if (!details->tracepoint)
		return false;
	details->module = details->owner = module;
	retyped = module ? tracepoint_retyped(target, module, details->tracepoint, &details->tags) : NULL;
	if (retyped)
		details->tracepoint = retyped;
	add_details(target, declaration, point, details, probes);
	return true;
}

/*
 * One that no header declares that could be included; false, without a message: the types of `owner` do
 * not tell of it either.
 */
static bool add_probe_by_type(const struct probe_target *target, const struct probe_declaration *declaration,
			      const struct probe_point *point, const char *owner, const char *name, GPtrArray *probes)
{
	struct tracepoint_details *details = arena_new0(target->arena, struct tracepoint_details);

	details->tracepoint = tracepoint_by_type(target, owner, name, &details->tags);
	if (!details->tracepoint)
		return false;
	details->module = component_is(point_component(point, 0), "module") ? owner : NULL;
	details->owner = owner;
	add_details(target, declaration, point, details, probes);
	return true;
}

/* The tracepoints in the target's headers that a pattern stands for; NULL after a reported error. */
static GPtrArray *matching_points(const struct probe_target *target, const char *pattern)
{
	GPtrArray *all = target->kernel->is_absent ? arena_array(target->arena) :
			 tracepoint_all(target->arena, target->diag, target->kernel);
	GPtrArray *matching = arena_array(target->arena);
	const char *colon = strchr(pattern, ':');

	for (unsigned int i = 0; all && i < all->len; i++) {
		struct tracepoint *tracepoint = g_ptr_array_index(all, i);
		const char *name = colon ? arena_printf(target->arena, "%s:%s", tracepoint->system,
							tracepoint->name) : tracepoint->name;

		/* Without a wildcard a pattern matches itself alone. */
		if (fnmatch(pattern, name, 0) == 0)
			g_ptr_array_add(matching, tracepoint);
	}
	return all ? matching : NULL;
}

/* Their names alone. */
static GPtrArray *matching_names(const struct probe_target *target, const char *pattern)
{
	GPtrArray *points = matching_points(target, pattern);
	GPtrArray *names = arena_array(target->arena);

	for (unsigned int i = 0; points && i < points->len; i++)
		g_ptr_array_add(names, (char *)((struct tracepoint *)g_ptr_array_index(points, i))->name);
	return points ? names : NULL;
}

static bool is_among(const GPtrArray *names, const char *name)
{
	for (unsigned int i = 0; i < names->len; i++)
		if (strcmp(g_ptr_array_index(names, i), name) == 0)
			return true;
	return false;
}

/* The headers of tracepoints, each once. */
static GPtrArray *headers_of(const struct probe_target *target, const GPtrArray *points)
{
	GPtrArray *headers = arena_array(target->arena);

	for (unsigned int i = 0; i < points->len; i++) {
		const struct tracepoint *tracepoint = g_ptr_array_index(points, i);

		if (!is_among(headers, tracepoint->header))
			g_ptr_array_add(headers, (char *)tracepoint->header);
	}
	return headers;
}

/* Of what a pattern stands for, `left_out` are in headers of no use; `any` that others are not. */
static bool report_left_out(const struct probe_target *target, const struct probe_point *point, const char *pattern,
			    unsigned int left_out, const GPtrArray *broken, bool any)
{
	struct span span = point_component(point, 1)->span;
	GString *names = g_string_new(NULL);

	for (unsigned int i = 0; i < broken->len; i++)
		g_string_append_printf(names, "%s%s", i ? ", " : "", (char *)g_ptr_array_index(broken, i));
	if (any)
		diag_warning(target->diag, span, "W-tracepoint-header", "'%s' leaves out %u tracepoint%s whose headers cannot be "
			     "compiled outside of the kernel's sources", pattern, left_out, left_out == 1 ? "" : "s");
	else
		diag_error(target->diag, span, "E-tracepoint-header", "the headers that declare '%s' "
			   "cannot be compiled outside of the kernel's sources", pattern);
	diag_note(target->diag, no_span, "these are %s; what a module defines, its types tell of: module(\"name\").trace(\"%s\")",
		  names->str, pattern);
	g_string_free(names, TRUE);
	return any;
}

/* The module that defines a tracepoint: one with the name of its system in its own. NULL: none of these does. */
static const char *defining_module(const struct probe_target *target, const char *system, const char *name)
{
	GPtrArray *modules = knowledge_modules(target->knowledge, arena_printf(target->arena, "*%s*", system));

	for (unsigned int i = 0; *system && i < modules->len; i++) {
		const char *module = g_ptr_array_index(modules, i);
		const struct symbol_table *defined = knowledge_tracepoints(target->knowledge, module);

		if (defined && symbols_have(defined, name))
			return module;
	}
	return NULL;
}

/*
 * One without a header that could be included, by the types of the kernel or of the module that defines it;
 * false, without a message: they are not known either. A name mostly begins with that of its system.
 */
static bool add_without_header(const struct probe_target *target, const struct probe_declaration *declaration,
			       const struct probe_point *point, const char *system, const char *name, GPtrArray *probes)
{
	const char *owner;

	if (add_probe_by_type(target, declaration, point, NULL, name, probes))
		return true;
	if (!*system)
		system = arena_strndup(target->arena, name, strcspn(name, "_"));
	owner = defining_module(target, system, name);
	return owner && add_probe_by_type(target, declaration, point, owner, name, probes);
}

/* What a header declares, found without a look at all headers if possible; NULL: none does. */
static struct tracepoint *declared_point(const struct probe_target *target, const char *name)
{
	struct diag quiet;

	diag_init_silent(&quiet);
	return target->kernel->is_absent ? NULL : tracepoint_find(target->arena, &quiet, target->kernel, name, no_span);
}

/* One that has to be there. */
static bool add_single(const struct probe_target *target, const struct probe_declaration *declaration,
		       const struct probe_point *point, const char *name, GPtrArray *probes)
{
	struct tracepoint *declared = declared_point(target, name);
	GPtrArray *points = arena_array(target->arena), *broken;

	if (!declared)
		return add_without_header(target, declaration, point, "", name, probes) ||
		       add_probe(target, declaration, point, NULL, name, probes);
	g_ptr_array_add(points, declared);
	broken = tracepoint_headers_broken(target->arena, target->diag, target->kernel, headers_of(target, points));
	if (!broken)
		return false;
	if (!broken->len)
		return add_probe(target, declaration, point, NULL, name, probes);
	return add_without_header(target, declaration, point, declared->system, declared->name, probes) ||
	       report_left_out(target, point, name, 1, broken, false);
}

/* All that a pattern stands for, without those whose headers no module can include. */
static bool add_matching(const struct probe_target *target, const struct probe_declaration *declaration,
			 const struct probe_point *point, const char *pattern, const GPtrArray *points, GPtrArray *probes)
{
	GPtrArray *broken = tracepoint_headers_broken(target->arena, target->diag, target->kernel,
						      headers_of(target, points));
	unsigned int left_out = 0;

	for (unsigned int i = 0; broken && i < points->len; i++) {
		const struct tracepoint *tracepoint = g_ptr_array_index(points, i);

		if (!is_among(broken, tracepoint->header)) {
			if (!add_probe(target, declaration, point, NULL, tracepoint->name, probes))
				return false;
		} else if (!add_without_header(target, declaration, point, tracepoint->system, tracepoint->name,
					       probes)) {
			left_out++;
		}
	}
	if (broken && left_out)
		return report_left_out(target, point, pattern, left_out, broken, left_out < points->len ||
				       point->is_optional || point->is_sufficient);
	return broken != NULL;
}

/* kernel.trace("[system:]name") */
static bool resolve_anywhere(const struct probe_target *target, const struct probe_declaration *declaration,
			     const struct probe_point *point, const char *pattern, GPtrArray *probes)
{
	bool optional = point->is_optional || point->is_sufficient;
	GPtrArray *points;

	if (!has_wildcard(pattern) && !optional)
		return add_single(target, declaration, point, pattern, probes);
	points = matching_points(target, pattern);
	if (!points)
		return false;
	if (!points->len && !optional) {
		diag_error(target->diag, point_component(point, 1)->span, "E-unknown-tracepoint",
			   "no tracepoint of kernel %s matches '%s'", target->kernel->release, pattern);
		return false;
	}
	return !points->len || add_matching(target, declaration, point, pattern, points, probes);
}

/* Says what the module has instead. */
static void report_not_of_module(const struct probe_target *target, const struct probe_point *point,
				 const char *module, const char *pattern)
{
	const struct symbol_table *defined = has_wildcard(module) ? NULL : knowledge_tracepoints(target->knowledge, module);
	const char *similar = NULL;

	diag_error(target->diag, point_component(point, 1)->span, "E-unknown-tracepoint",
		   "no tracepoint '%s' of module '%s' is declared in a header of kernel %s", pattern, module,
		   target->kernel->release);
	if (!defined && !has_wildcard(module)) {
		diag_note(target->diag, no_span, "that module is not installed here, or has no tracepoint");
		return;
	}
	if (defined && symbols_have(defined, pattern)) {
		diag_note(target->diag, no_span, "the module has it, but neither a header with its prototype nor the module's BTF is here");
		return;
	}
	if (defined && !has_wildcard(pattern))
		similar = did_you_mean(pattern, symbols_names(target->arena, defined, NULL));
	if (similar)
		diag_note(target->diag, no_span, "did you mean '%s'?", similar);
}

/* The tracepoints of one module: those that headers declare (`names`), and those that match and types tell of. */
static bool resolve_in_module(const struct probe_target *target, const struct probe_declaration *declaration,
			      const struct probe_point *point, const char *module, const char *pattern,
			      const GPtrArray *names, GPtrArray *probes)
{
	const struct symbol_table *defined = knowledge_tracepoints(target->knowledge, module);
	GPtrArray *others = defined ? symbols_names(target->arena, defined, pattern) : arena_array(target->arena);

	for (unsigned int i = 0; defined && i < names->len; i++)
		if (symbols_have(defined, g_ptr_array_index(names, i)) &&
		    !add_probe(target, declaration, point, module, g_ptr_array_index(names, i), probes))
			return false;
	for (unsigned int i = 0; i < others->len; i++)
		if (!is_among(names, g_ptr_array_index(others, i)))
			add_probe_by_type(target, declaration, point, module, g_ptr_array_index(others, i), probes);
	return true;
}

/* module("name").trace("[system:]name"), both with wildcards */
static bool resolve_in_modules(const struct probe_target *target, const struct probe_declaration *declaration,
			       const struct probe_point *point, const char *pattern, GPtrArray *probes)
{
	unsigned int before = probes->len;
	GPtrArray *names, *modules = arena_array(target->arena);
	const char *module;

	if (!component_module(target, point_component(point, 0), &module))
		return false;
	names = matching_names(target, pattern);
	if (!names)
		return false;
	if (has_wildcard(module))
		modules = knowledge_modules(target->knowledge, module);
	else
		g_ptr_array_add(modules, (char *)module);
	for (unsigned int i = 0; i < modules->len; i++)
		if (!resolve_in_module(target, declaration, point, g_ptr_array_index(modules, i), pattern, names, probes))
			return false;
	if (probes->len > before || point->is_optional || point->is_sufficient)
		return true;
	report_not_of_module(target, point, module, pattern);
	return false;
}

static bool tracepoint_resolve(const struct probe_target *target,
			       const struct probe_declaration *declaration,
			       const struct probe_point *point, GPtrArray *probes)
{
	static const char *const nothing[] = { NULL };
	const struct probe_component *trace = point_component(point, 1);
	const char *pattern;

	if (!component_string(target->diag, trace, &pattern))
		return false;
	if (point->components->len > 2)
		return component_unknown(target->diag, point_component(point, 2), nothing);
	if (component_is(point_component(point, 0), "module"))
		return resolve_in_modules(target, declaration, point, pattern, probes);
	return resolve_anywhere(target, declaration, point, pattern, probes);
}

static void report_unknown_argument(const struct probe_target *target, const struct tracepoint *tracepoint,
				    const struct expr *expr)
{
	g_autoptr(GString) list = g_string_new(NULL);

	for (unsigned int i = 0; i < tracepoint->parameters->len; i++) {
		const struct tracepoint_parameter *parameter = g_ptr_array_index(tracepoint->parameters, i);
		g_string_append_printf(list, " $%s", parameter->name);
	}
	diag_error(target->diag, expr->span, "E-target-variable", "tracepoint '%s' has no argument '%s'",
		   tracepoint->name, expr->target.name);
	diag_note(target->diag, no_span, "its arguments are:%s", list->len ? list->str : " none");
}

static struct access *tracepoint_resolve_target(const struct probe_target *target,
						const struct probe *probe, struct expr *expr)
{
	const struct tracepoint_details *details = probe->details;
	const struct tracepoint *tracepoint = details->tracepoint;
	struct access *access = arena_new0(target->arena, struct access);

	if (strcmp(expr->target.name, "$$name") == 0) {
		access->constant_string = tracepoint->name;
		return access;
	}
	for (unsigned int i = 0; i < tracepoint->parameters->len; i++) {
		const struct tracepoint_parameter *parameter = g_ptr_array_index(tracepoint->parameters, i);

		if (strcmp(expr->target.name + 1, parameter->name) == 0) {
			access->base = arena_printf(target->arena, "a->%s", parameter->name);
			access->type = tracepoint_argument_type(callback_type(target, details), i);
			access->module = details->owner;
			access->is_of_compiler = true;
			return access;
		}
	}
	report_unknown_argument(target, tracepoint, expr);
	return NULL;
}

static GPtrArray *tracepoint_target_variables(const struct probe_target *target, const struct probe *probe)
{
	const struct tracepoint_details *details = probe->details;
	const struct tracepoint *tracepoint = details->tracepoint;
	const struct c_type *callback = callback_type(target, details);
	GPtrArray *variables = arena_array(target->arena);

	for (unsigned int i = 0; i < tracepoint->parameters->len; i++) {
		const struct tracepoint_parameter *parameter = g_ptr_array_index(tracepoint->parameters, i);
		struct target_variable *variable = arena_new0(target->arena, struct target_variable);

		variable->name = arena_printf(target->arena, "$%s", parameter->name);
		variable->type = tracepoint_argument_type(callback, i);
		variable->type_text = variable->type ? c_type_text(target->arena, variable->type) : parameter->type;
		g_ptr_array_add(variables, variable);
	}
	return variables;
}

static char *tracepoint_row(struct arena *arena, const struct probe *probe)
{
	const struct tracepoint_details *details = probe->details;

	const char *module = details->module ? arena_printf(arena, ".module = \"%s\", ", details->module) : "";

	return arena_printf(arena, ".probe = &rt_probes[%d], .name = \"%s\", %s.callback = p_%d_enter, .is_optional = %d",
			    probe->number, details->tracepoint->name, module, probe->number,
			    probe->point->is_optional || probe->point->is_sufficient ||
			    has_wildcard(point_component(probe->point, 1)->argument->string) ||
			    (details->module && has_wildcard(point_component(probe->point, 0)->argument->string)));
}

static char *tracepoint_includes(struct arena *arena, const struct probe *probe)
{
	const struct tracepoint_details *details = probe->details;

	if (details->tags)
		return arena_printf(arena, "%s", details->tags);
	return arena_printf(arena, "#include <%s>\n", details->tracepoint->header);
}

/*
 *	struct p_2_arguments {
 *		struct task_struct *prev;
 *	};
 */
static const char *tracepoint_before(struct arena *arena, const struct probe *probe, const char *handler)
{
	const struct tracepoint_details *details = probe->details;
	g_autoptr(GString) text = g_string_new(NULL);

	(void)handler;
	if (!(probe->uses & USES_TARGETS))
		return "";
	g_string_append_printf(text, "struct p_%d_arguments {\n", probe->number);
	for (unsigned int i = 0; i < details->tracepoint->parameters->len; i++) {
		const struct tracepoint_parameter *parameter =
			g_ptr_array_index(details->tracepoint->parameters, i);
		g_string_append_printf(text, "\t%s;\n", parameter->declaration);
	}
	g_string_append(text, "};\n\n");
	return arena_strndup(arena, text->str, text->len);
}

static const char *tracepoint_prologue(struct arena *arena, const struct probe *probe, const char *handler)
{
	(void)handler;
	if (!(probe->uses & USES_TARGETS))
		return "";
	return arena_printf(arena, "\tconst struct p_%d_arguments *a __maybe_unused = c->arguments;\n",
			    probe->number);
}

static void tracepoint_keep_arguments(const GPtrArray *parameters, GString *text)
{
	for (unsigned int i = 0; i < parameters->len; i++) {
		const char *name = ((struct tracepoint_parameter *)g_ptr_array_index(parameters, i))->name;

		g_string_append_printf(text, "\trt_a.%s = %s;\n", name, name);
	}
	g_string_append(text, "\trt_c->arguments = &rt_a;\n");
}

/*
 *	static RT_HANDLER void p_2_enter(void *rt_data, struct task_struct *prev)
 *	{
 *		struct rt_context *rt_c = rt_enter(2);
 *		...
 */
static const char *tracepoint_after(struct arena *arena, const struct probe *probe, const char *handler)
{
	const struct tracepoint_details *details = probe->details;
	GPtrArray *parameters = details->tracepoint->parameters;
	g_autoptr(GString) text = g_string_new(NULL);

	g_string_append_printf(text, "static RT_HANDLER void p_%d_enter(void *rt_data", probe->number);
	for (unsigned int i = 0; i < parameters->len; i++)
		g_string_append_printf(text, ", %s",
			((struct tracepoint_parameter *)g_ptr_array_index(parameters, i))->declaration);
	g_string_append_printf(text, ")\n{\n\tstruct rt_context *rt_c = rt_enter(%d);\n", probe->number);
	if (probe->uses & USES_TARGETS)
		g_string_append_printf(text, "\tstruct p_%d_arguments rt_a;\n", probe->number);
	g_string_append(text, "\n\tif (!rt_c)\n\t\treturn;\n");
	if (probe->uses & USES_TARGETS)
		tracepoint_keep_arguments(parameters, text);
	if (probe->uses & USES_ARGUMENTS)
		g_string_append(text, "\trt_c->regs = NULL;\n");
	if (probe->uses & USES_FUNCTION)
		g_string_append(text, "\trt_c->function = NULL;\n");
	g_string_append_printf(text, "\t%s(rt_c);\n\trt_leave(rt_c);\n}\n\n", handler);
	return arena_strndup(arena, text->str, text->len);
}

const struct probe_family tracepoint_family = {
	.name = "tracepoint",
	.forms = forms,
	.owns = tracepoint_owns,
	.resolve = tracepoint_resolve,
	.resolve_target = tracepoint_resolve_target,
	.target_variables = tracepoint_target_variables,
	.kernel_header = "module/families/tracepoint.h",
	.table_type = "struct mod_tracepoint",
	.table_name = "mod_tracepoints",
	.table_operations = "mod_tracepoint_ops",
	.row = tracepoint_row,
	.includes = tracepoint_includes,
	.before_handler = tracepoint_before,
	.handler_prologue = tracepoint_prologue,
	.after_handler = tracepoint_after,
};
