/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the doctor found, written down: for people, or as JSON. */
#ifndef SPILE_DOCTOR_REPORT_H
#define SPILE_DOCTOR_REPORT_H

#include "doctor/abilities.h"

/* Appends text for people; `verbose`: with the facts. */
void report_text(GString *out, struct arena *arena, const struct facts *facts, const GPtrArray *abilities,
		 bool verbose);

/* Appends one JSON object, docs/DOCTOR.md says of what. */
void report_json(GString *out, struct arena *arena, const struct facts *facts, const GPtrArray *abilities);

/* A fact in words; a value of NULL is unknown. */
struct described_fact {
	const char *name, *value;
};

/* All facts (struct described_fact), always the same in the same order. Owned by the arena. */
GPtrArray *report_facts(struct arena *arena, const struct facts *facts);

#endif
