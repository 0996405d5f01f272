/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report for people: a line for each ability, below it what is missing and the command that
 * brings it, with each ability that waits for it.
 */
#include "doctor/report.h"

#include <string.h>

#include "doctor/advice.h"

static const char *const state_words[] = {
	[ABILITY_WORKS] = "yes", [ABILITY_UNKNOWN] = "?", [ABILITY_PARTLY] = "partly", [ABILITY_MISSING] = "no",
	[ABILITY_NOT_YET] = "not yet",
};

#define REMARK_INDENT 11
#define COLUMNS_MOST 100

/* The text in lines that do not go beyond COLUMNS_MOST, unless a word does. */
static void append_wrapped(GString *out, const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	size_t column = 0;

	for (char **word = words; *word; word++) {
		size_t length = (size_t)g_utf8_strlen(*word, -1);

		if (column && column + 1 + length > COLUMNS_MOST) {
			g_string_append_c(out, '\n');
			column = 0;
		}
		g_string_append_printf(out, "%*s%s", column ? 1 : REMARK_INDENT, "", *word);
		column += length + (column ? 1 : REMARK_INDENT);
	}
	g_string_append_c(out, '\n');
}

static void append_remarks(GString *out, struct arena *arena, const struct facts *facts, const struct ability *ability)
{
	for (unsigned int i = 0; i < ability->remarks->len; i++) {
		const struct remark *remark = ability->remarks->pdata[i];
		const char *command = advice_command(arena, facts, remark);

		append_wrapped(out, remark->what);
		if (command)
			g_string_append_printf(out, "%*s-> %s\n", REMARK_INDENT + 2, "", command);
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

static bool is_missing(const GPtrArray *abilities, const char *name)
{
	return abilities_find(abilities, name)->state == ABILITY_MISSING;
}

/* Of a kernel that does not run here. */
static const char *summary_of_building(const GPtrArray *abilities)
{
	if (is_missing(abilities, "build"))
		return "No module can be made for that kernel here.";
	return abilities_status(abilities) ? "Modules for that kernel can be made here, but for what is missing." :
	       "Modules for that kernel can be made here.";
}

static const char *summary(const struct facts *facts, const GPtrArray *abilities)
{
	int status = abilities_status(abilities);

	if (status == 2)
		return "No script can run here.";
	if (!facts->is_running)
		return summary_of_building(abilities);
	if (is_missing(abilities, "build"))
		return "Only modules that were made elsewhere can run here.";
	if (is_missing(abilities, "signing"))
		return "Only modules that were signed can run here.";
	return status ? "Scripts can run here, but for what is missing." : "Scripts can run here.";
}

void report_text(GString *out, struct arena *arena, const struct facts *facts, const GPtrArray *abilities,
		 bool verbose)
{
	g_string_append_printf(out, "kernel %s%s%s%s\n\n", facts->release, facts->is_running ? ", which runs here" : "",
			       *facts->distribution.name ? ", on " : "", facts->distribution.name);
	for (unsigned int i = 0; i < abilities->len; i++) {
		const struct ability *ability = abilities->pdata[i];
		bool works = ability->state < ABILITY_MISSING && ability->source;

		g_string_append_printf(out, "  %-8s %s%s%s%s\n", state_words[ability->state], ability->title,
				       works ? " (" : "", works ? ability->source : "", works ? ")" : "");
		append_remarks(out, arena, facts, ability);
	}
	g_string_append_printf(out, "\n%s\n", summary(facts, abilities));
	if (verbose)
		append_facts(out, arena, facts);
}
