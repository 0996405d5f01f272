/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report as JSON, whose form docs/DOCTOR.md describes. */
#include "doctor/report.h"

#include "base/json.h"
#include "doctor/advice.h"

static const char *const state_words[] = {
	[ABILITY_WORKS] = "yes", [ABILITY_UNKNOWN] = "unknown", [ABILITY_PARTLY] = "partly", [ABILITY_MISSING] = "no",
	[ABILITY_NOT_YET] = "not-yet",
};

/* "name": "value" or null, behind whatever stands before it. */
static void append_member(GString *out, const char *before, const char *name, const char *value)
{
	g_string_append(out, before);
	json_append_string(out, name);
	g_string_append(out, ": ");
	if (value)
		json_append_string(out, value);
	else
		g_string_append(out, "null");
}

/* {"what": "...", "command": "..."} */
static void append_remark(GString *out, struct arena *arena, const struct facts *facts, const struct remark *remark)
{
	append_member(out, "{", "what", remark->what);
	append_member(out, ", ", "command", advice_command(arena, facts, remark));
	g_string_append_c(out, '}');
}

/* {"name": "locals", "title": "...", "works": "no", "source": null, "remarks": [...]} */
static void append_ability(GString *out, struct arena *arena, const struct facts *facts, const struct ability *ability)
{
	append_member(out, "  {", "name", ability->name);
	append_member(out, ", ", "title", ability->title);
	append_member(out, ", ", "works", state_words[ability->state]);
	append_member(out, ", ", "source", ability->state < ABILITY_MISSING ? ability->source : NULL);
	g_string_append(out, ", \"remarks\": [");
	for (unsigned int i = 0; i < ability->remarks->len; i++) {
		g_string_append(out, i ? ",\n    " : "\n    ");
		append_remark(out, arena, facts, ability->remarks->pdata[i]);
	}
	g_string_append(out, "]}");
}

static void append_facts(GString *out, struct arena *arena, const struct facts *facts)
{
	GPtrArray *described = report_facts(arena, facts);

	g_string_append(out, ",\n \"facts\": {");
	for (unsigned int i = 0; i < described->len; i++) {
		const struct described_fact *fact = described->pdata[i];

		append_member(out, i ? ",\n  " : "\n  ", fact->name, fact->value);
	}
	g_string_append(out, "}}\n");
}

void report_json(GString *out, struct arena *arena, const struct facts *facts, const GPtrArray *abilities)
{
	append_member(out, "{", "release", facts->release);
	g_string_append_printf(out, ", \"running\": %s", facts->is_running ? "true" : "false");
	append_member(out, ", ", "distribution", facts->distribution.id);
	append_member(out, ", ", "distribution-version", facts->distribution.version);
	g_string_append_printf(out, ", \"status\": %d,\n \"abilities\": [\n", abilities_status(abilities));
	for (unsigned int i = 0; i < abilities->len; i++) {
		g_string_append(out, i ? ",\n" : "");
		append_ability(out, arena, facts, abilities->pdata[i]);
	}
	g_string_append(out, "]");
	append_facts(out, arena, facts);
}
