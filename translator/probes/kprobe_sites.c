/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Points that only debuginfo can place: functions by file and line, inlined copies, statements,
 * labels, calls. Each place becomes a probe of its own, at a symbol and an offset behind it, and the
 * module is bound to the build that these are of. Called by kprobe.c.
 */
#include "knowledge/variables.h"
#include "probes/families.h"
#include "probes/kprobe.h"

#include <string.h>

/* So many inlined copies come along with a pattern of functions unasked. */
#define MOST_INLINED 1000

/* ---- The question ---- */

bool kprobe_needs_sites(const struct kprobe_details *details)
{
	return details->is_statement || details->is_inlined || details->label || details->callee ||
	       code_pattern_has_file(details->pattern);
}

static bool make_query(const struct probe_target *target, const struct probe_point *point,
		       const struct kprobe_details *details, struct code_query *query)
{
	memset(query, 0, sizeof(*query));
	query->is_statement = details->is_statement;
	query->is_nearest = details->is_nearest;
	query->wants_calls = !details->is_inlined;
	query->wants_inlined = !details->is_call && !details->is_return && !details->is_exported;
	query->wants_exported = details->is_exported;
	query->callee = details->callee;
	query->callee_depth = details->callee_depth;
	query->label = details->label;
	query->wants_names = target->wants_names;
	return code_pattern_parse(target, point_component(point, details->function), details->pattern, query);
}

/* ---- The answer ---- */

/* "vfs_read@fs/read_write.c:450" */
static const char *site_text(struct arena *arena, const struct code_site *site)
{
	return site->file ? arena_printf(arena, "%s@%s:%u", site->function, site->file, site->line) : site->function;
}

static void add_site(const struct probe_target *target, const struct probe_declaration *declaration,
		     const struct probe_point *point, const struct kprobe_details *pattern,
		     const struct code_site *site, GPtrArray *probes)
{
	struct kprobe_details *details = arena_new0(target->arena, struct kprobe_details), shown = *pattern;

	*details = *pattern;
	details->site = site;
	details->pattern = site->function;
	shown.pattern = site_text(target->arena, site->called_in ? site->called_in : site);
	shown.callee = site->called_in ? site_text(target->arena, site) : NULL;
	shown.label = site->label;
	kprobe_add(target, declaration, kprobe_point_of(target->arena, point, &shown), details, probes);
	((struct probe *)g_ptr_array_index(probes, probes->len - 1))->only_if =
		knowledge_called_from(target->knowledge, site, pattern->is_return);
}

static bool add_sites(const struct probe_target *target, const struct probe_declaration *declaration,
		      const struct probe_point *point, const struct kprobe_details *pattern, const GPtrArray *sites,
		      GPtrArray *probes)
{
	struct kprobe_details details = *pattern;

	details.is_one_of_many |= sites->len > 1;
	for (unsigned int i = 0; i < sites->len; i++)
		add_site(target, declaration, point, &details, g_ptr_array_index(sites, i), probes);
	return true;
}

static bool report_no_debuginfo(const struct probe_target *target, const struct probe_point *point,
				const struct kprobe_details *details, const char *why)
{
	diag_error(target->diag, point_component(point, details->function)->span, "E-needs-debuginfo",
		   "this place in the code of %s is known to debuginfo only",
		   kprobe_place_text(target, details->module));
	if (why)
		diag_note(target->diag, no_span, "%s", why);
	diag_note(target->diag, no_span, "without it, functions can be probed by name: their entry and .return");
	return false;
}

/* What there is instead: the function elsewhere, or other lines of it. */
static void propose_sites(const struct probe_target *target, const struct kprobe_details *details,
			  const struct code_query *missed)
{
	struct code_query query = { .function = missed->function, .wants_calls = true, .wants_inlined = true };
	const struct symbol_table *symbols = kprobe_symbols_in(target, details->module);
	GPtrArray *sites = knowledge_sites(target->knowledge, details->module, &query, NULL);
	const struct code_site *site = sites && sites->len ? g_ptr_array_index(sites, 0) : NULL;
	const char *closed = site ? NULL : knowledge_why_closed(target->knowledge, details->module, missed->function);
	const char *similar = NULL;

	if (closed) {
		diag_note(target->diag, no_span, "'%s' is there, but no probe may be on it: %s", missed->function, closed);
		return;
	}
	if (site && !has_wildcard(missed->function)) {
		diag_note(target->diag, no_span, "'%s' is at %s:%u%s", missed->function, site->file, site->line,
			  missed->lines != LINES_NONE ? "; .nearest behind a statement takes the nearest line that has code" :
			  "");
		return;
	}
	if (!site && symbols && !has_wildcard(missed->function))
		similar = did_you_mean(missed->function, symbols_names(target->arena, symbols, NULL));
	if (similar && strcmp(similar, missed->function) != 0)
		diag_note(target->diag, no_span, "did you mean '%s'?", similar);
}

static bool report_no_site(const struct probe_target *target, const struct probe_point *point,
			   const struct kprobe_details *details, const struct code_query *query)
{
	diag_error(target->diag, point_component(point, details->function)->span,
		   details->is_statement ? "E-no-statement" : "E-no-function", "%s of %s matches this",
		   details->is_statement ? "no line with code" : details->label ? "no label" :
		   details->callee ? "no call" : details->is_inlined ? "no inlined function" : "no function",
		   kprobe_place_text(target, details->module));
	propose_sites(target, details, query);
	diag_note(target->diag, no_span, "a '?' behind the point makes it optional");
	return false;
}

bool kprobe_resolve_sites(const struct probe_target *target, const struct probe_declaration *declaration,
			  const struct probe_point *point, const struct kprobe_details *details, GPtrArray *probes)
{
	const char *why = NULL;
	struct code_query query;
	GPtrArray *sites;

	if (!make_query(target, point, details, &query))
		return false;
	sites = knowledge_sites(target->knowledge, details->module, &query, &why);
	if (sites && sites->len)
		return add_sites(target, declaration, point, details, sites, probes);
	if (point->is_optional || point->is_sufficient)
		return true;
	return sites ? report_no_site(target, point, details, &query) :
		       report_no_debuginfo(target, point, details, why);
}

/* ---- What debuginfo adds to symbols ---- */

bool kprobe_list_sites(const struct probe_target *target, const struct probe_declaration *declaration,
		       const struct probe_point *point, const struct kprobe_details *details, GPtrArray *probes)
{
	struct code_query query;
	GPtrArray *sites;

	if (!make_query(target, point, details, &query))
		return false;
	sites = knowledge_sites(target->knowledge, details->module, &query, NULL);
	return sites && sites->len && add_sites(target, declaration, point, details, sites, probes);
}

void kprobe_add_inlined(const struct probe_target *target, const struct probe_declaration *declaration,
			const struct probe_point *point, const struct kprobe_details *details, GPtrArray *probes)
{
	struct code_query query = { .function = details->pattern, .wants_inlined = true };
	GPtrArray *sites = knowledge_sites(target->knowledge, details->module, &query, NULL);
	struct kprobe_details inlined = *details;

	if (!sites)
		return;
	if (sites->len > MOST_INLINED) {
		diag_warning(target->diag, point_component(point, details->function)->span, "W-inlined",
			     "%u inlined copies of functions are left out", sites->len);
		diag_note(target->diag, no_span, ".inline behind the function probes them, .call says that none are meant");
		return;
	}
	inlined.is_one_of_many = true;
	add_sites(target, declaration, point, &inlined, sites, probes);
}

const struct code_site *kprobe_entry_site(const struct probe_target *target, const struct kprobe_details *details)
{
	struct code_query query = { .function = details->pattern, .wants_calls = true };
	GPtrArray *sites;

	if (details->site)
		return details->site;
	sites = knowledge_sites(target->knowledge, details->module, &query, NULL);
	return sites && sites->len == 1 ? g_ptr_array_index(sites, 0) : NULL;
}
