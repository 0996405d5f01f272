/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report for people: a line for each ability, below it what is missing and the command that
 * brings it. A command that several abilities wait for is printed with the first of them.
 */
#include "doctor/report.h"

#include <string.h>

#include "doctor/advice.h"

static const char *const state_words[] = {
	[ABILITY_WORKS] = "yes", [ABILITY_UNKNOWN] = "?", [ABILITY_PARTLY] = "partly", [ABILITY_MISSING] = "no",
	[ABILITY_NOT_YET] = "not yet",
};

static void append_remarks(GString *out, struct arena *arena, const struct facts *facts, const struct ability *ability,
			   GHashTable *said)
{
	for (unsigned int i = 0; i < ability->remarks->len; i++) {
		const struct remark *remark = ability->remarks->pdata[i];
		const char *command = advice_command(arena, facts, remark);

		g_string_append_printf(out, "           %s\n", remark->what);
		if (command && g_hash_table_add(said, (char *)command))
			g_string_append_printf(out, "             -> %s\n", command);
	}
}

static void append_facts(GString *out, struct arena *arena, const struct facts *facts)
{
	GPtrArray *described = report_facts(arena, facts);

	g_string_append_c(out, '\n');
	for (unsigned int i = 0; i < described->len; i++) {
		const struct described_fact *fact = described->pdata[i];

		g_string_append_printf(out, "%-22s %s\n", fact->name, fact->value ? fact->value : "-");
	}
}

static const char *summary(const GPtrArray *abilities)
{
	switch (abilities_status(abilities)) {
	case 0:
		return "Scripts can run here.";
	case 2:
		return "No script can run here.";
	default:
		break;
	}
	if (abilities_find(abilities, "build")->state == ABILITY_MISSING)
		return "Only modules that were made elsewhere can run here.";
	if (abilities_find(abilities, "signing")->state == ABILITY_MISSING)
		return "Only modules that were signed can run here.";
	return "Scripts can run here, but for what is missing.";
}

void report_text(GString *out, struct arena *arena, const struct facts *facts, const GPtrArray *abilities,
		 bool verbose)
{
	g_autoptr(GHashTable) said = g_hash_table_new(g_str_hash, g_str_equal);

	g_string_append_printf(out, "kernel %s%s%s%s\n\n", facts->release, facts->is_running ? ", which runs here" : "",
			       *facts->distribution.name ? ", on " : "", facts->distribution.name);
	for (unsigned int i = 0; i < abilities->len; i++) {
		const struct ability *ability = abilities->pdata[i];
		bool works = ability->state < ABILITY_MISSING && ability->source;

		g_string_append_printf(out, "  %-8s %s%s%s%s\n", state_words[ability->state], ability->title,
				       works ? " (" : "", works ? ability->source : "", works ? ")" : "");
		append_remarks(out, arena, facts, ability, said);
	}
	g_string_append_printf(out, "\n%s\n", summary(abilities));
	if (verbose)
		append_facts(out, arena, facts);
}
