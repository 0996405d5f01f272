/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel.data(ADDRESS) and kernel.data("name"): accesses to variables, by the debug registers of the
 * CPUs. An address is written into the row; a name, "[module:]name[+OFFSET]", is resolved by the
 * reader when the module is loaded. Kernel side: module/families/watchpoint.h.
 */
#include <string.h>

#include "probes/families.h"

static const char *const forms[] = {
	"kernel.data(\"name\").write", "kernel.data(\"name\").rw", "kernel.data(\"name\").length(N).write",
	"kernel.data(\"name\").length(N).rw", "kernel.data(N).write", "kernel.data(N).rw",
	"kernel.data(N).length(N).write", "kernel.data(N).length(N).rw", NULL
};

struct watchpoint_details {
	const char *name;	/* NULL: by its address */
	uint64_t address;
	int64_t length;
	bool is_for_reads;	/* too */
};

static bool watchpoint_owns(const struct probe_point *point)
{
	return component_is(point_component(point, 0), "kernel") && component_is(point_component(point, 1), "data");
}

static bool refuse_argument(const struct probe_target *target, const struct probe_component *component, const char *why)
{
	diag_error(target->diag, component->span, "E-probe-argument", "%s", why);
	return false;
}

/* "[module:]name[+OFFSET]" as the reader takes it; NULL: it is no such thing. */
static const char *name_for_reader(struct arena *arena, const char *text)
{
	const char *plus = strchr(text, '+'), *colon = strchr(text, ':');
	guint64 offset;
	char *end;

	if (!*text || strpbrk(text, " \t\n\"\\*?[-") || colon == text || (colon && !colon[1]))
		return NULL;
	if (!plus)
		return text;
	offset = g_ascii_strtoull(plus + 1, &end, 0);
	if (plus == text || end == plus + 1 || *end || offset > G_MAXUINT32)
		return NULL;
	return arena_printf(arena, "%.*s+0x%" G_GINT64_MODIFIER "x", (int)(plus - text), text, offset);
}

/* data(ADDRESS) or data("[module:]name[+OFFSET]") */
static bool read_place(const struct probe_target *target, const struct probe_component *data,
		       struct watchpoint_details *details)
{
	if (data->argument && data->argument->kind == EXPR_NUMBER) {
		details->address = (uint64_t)data->argument->number;
		return data->argument->number < 0 || refuse_argument(target, data, "this is no address of the kernel");
	}
	if (!data->argument || data->argument->kind != EXPR_STRING)
		return refuse_argument(target, data, "'data' needs an address or a name: data(ADDRESS), data(\"name\")");
	details->name = name_for_reader(target->arena, data->argument->string);
	if (details->name)
		return true;
	diag_error(target->diag, data->span, "E-probe-argument", "'%s' cannot be the name of a variable",
		   data->argument->string);
	return false;
}

static bool read_length(const struct probe_target *target, const struct probe_component *component,
			struct watchpoint_details *details)
{
	if (!component_number(target->diag, component, &details->length))
		return false;
	if (details->length != 1 && details->length != 2 && details->length != 4 && details->length != 8)
		return refuse_argument(target, component, "a debug register watches 1, 2, 4 or 8 bytes");
	if (details->name || details->address % (uint64_t)details->length == 0)
		return true;
	return refuse_argument(target, component, "the address must be a multiple of the length");
}

/* Behind the place: [.length(N)].(write|rw) */
static bool read_suffixes(const struct probe_target *target, const struct probe_point *point,
			  struct watchpoint_details *details)
{
	static const char *const behind_data[] = { "length", "rw", "write", NULL };
	static const char *const behind_length[] = { "rw", "write", NULL };
	static const char *const nothing[] = { NULL };
	unsigned int index = 2;
	const struct probe_component *component = point_component(point, index);

	details->length = 1;
	if (component_is(component, "length")) {
		if (!read_length(target, component, details))
			return false;
		component = point_component(point, ++index);
	}
	if (!component) {
		diag_error(target->diag, point->span, "E-unknown-probe", "what is to be watched for: .write or .rw?");
		return false;
	}
	details->is_for_reads = component_is(component, "rw");
	if (!details->is_for_reads && !component_is(component, "write"))
		return component_unknown(target->diag, component, index == 2 ? behind_data : behind_length);
	if (!component_no_argument(target->diag, component))
		return false;
	component = point_component(point, index + 1);
	return !component || component_unknown(target->diag, component, nothing);
}

/* Addresses are read as people write them. */
static const char *text_of(struct arena *arena, const struct probe *probe, const struct watchpoint_details *details)
{
	const char *behind = strchr(probe->text, ')');

	if (details->name)
		return probe->text;
	return arena_printf(arena, "kernel.data(0x%" G_GINT64_MODIFIER "x%s", details->address, behind);
}

static bool watchpoint_resolve(const struct probe_target *target, const struct probe_declaration *declaration,
			       const struct probe_point *point, GPtrArray *probes)
{
	struct watchpoint_details *details = arena_new0(target->arena, struct watchpoint_details);
	struct probe *probe;

	if (!read_place(target, point_component(point, 1), details) || !read_suffixes(target, point, details))
		return false;
	probe = probe_new(target, &watchpoint_family, declaration, point);
	probe->text = text_of(target->arena, probe, details);
	probe->context = CONTEXT_ATOMIC;
	probe->details = details;
	g_ptr_array_add(probes, probe);
	return true;
}

static bool is_optional(const struct probe *probe)
{
	return probe->point->is_optional || probe->point->is_sufficient;
}

static char *watchpoint_row(struct arena *arena, const struct probe *probe)
{
	const struct watchpoint_details *details = probe->details;

	return arena_printf(arena, ".probe = &rt_probes[%d], .address = 0x%" G_GINT64_MODIFIER "xUL, .type = %s, "
			    ".length = %d%s", probe->number, details->address,
			    details->is_for_reads ? "HW_BREAKPOINT_RW" : "HW_BREAKPOINT_W", (int)details->length,
			    is_optional(probe) ? ", .is_optional = 1" : "");
}

static char *watchpoint_modinfo(struct arena *arena, const struct probe *probe, int index)
{
	const struct watchpoint_details *details = probe->details;

	if (!details->name)
		return arena_printf(arena, "%s", "");
	return arena_printf(arena, "MODULE_INFO(spile_data, \"%d %s %s\");\n", index, is_optional(probe) ? "o" : "-",
			    details->name);
}

const struct probe_family watchpoint_family = {
	.name = "watchpoint",
	.forms = forms,
	.owns = watchpoint_owns,
	.resolve = watchpoint_resolve,
	.kernel_header = "module/families/watchpoint.h",
	.table_type = "struct mod_watchpoint",
	.table_name = "mod_watchpoints",
	.table_operations = "mod_watchpoint_ops",
	.row = watchpoint_row,
	.modinfo = watchpoint_modinfo,
};
