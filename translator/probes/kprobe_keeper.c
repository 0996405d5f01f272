/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes that no script has written: at the entry of a function in which a handler asks for what a
 * register held then (LOCATE_ENTERED). They run no handler but keep the registers (runtime/entered.h), and
 * are attached like other entries. Called by the emitter, through the family's row in kprobe.c.
 */
#include "probes/families.h"
#include "probes/kprobe.h"
#include "probes/variable.h"

/* Without it the script's own probes go on, and say where a value is missing. */
static const struct probe_point *optional_point(struct arena *arena)
{
	struct probe_point *point = arena_new0(arena, struct probe_point);

	point->components = arena_array(arena);
	point->is_optional = true;
	return point;
}

static const struct code_site *site_of(struct arena *arena, const struct location_entry *entry)
{
	struct code_site *site = arena_new0(arena, struct code_site);

	site->module = entry->module;
	site->build_id = entry->build_id;
	site->address = entry->address;
	site->symbol = entry->symbol;
	site->offset = entry->offset;
	site->function = entry->function;
	site->is_entry = true;
	return site;
}

struct probe *kprobe_keeper(struct arena *arena, const struct location_entry *entry, const struct probe *user,
			    unsigned int number, uint32_t registers)
{
	struct kprobe_details *details = arena_new0(arena, struct kprobe_details);
	struct probe *probe = arena_new0(arena, struct probe);

	details->module = entry->module;
	details->pattern = entry->function;
	details->site = site_of(arena, entry);
	details->is_keeper = true;
	details->kept = number;
	probe->family = &kprobe_family;
	probe->declaration = user->declaration;
	probe->point = optional_point(arena);
	probe->text = entry->module ?
		      arena_printf(arena, "entry values of module(\"%s\").function(\"%s\")", entry->module, entry->function) :
		      arena_printf(arena, "entry values of kernel.function(\"%s\")", entry->function);
	probe->context = CONTEXT_ATOMIC;
	probe->uses = uses_of_registers(registers);
	probe->details = details;
	return probe;
}
