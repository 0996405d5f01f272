/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What scripts can do on a machine, and what is missing for it: facts judged, nothing read. */
#ifndef SPILE_DOCTOR_ABILITIES_H
#define SPILE_DOCTOR_ABILITIES_H

#include "doctor/facts.h"

/* In the order in which a remark makes an ability worse. */
enum ability_state {
	ABILITY_WORKS,
	ABILITY_UNKNOWN,	/* only the running kernel could tell, and it is another */
	ABILITY_PARTLY,
	ABILITY_MISSING,
	ABILITY_NOT_YET,	/* no version of spile has it so far: no fault of the machine */
};

/* What would help; advice.c makes a command of it. */
enum need {
	NEED_NOTHING,
	NEED_BUILD_TREE,
	NEED_BUILD_TREE_AGAIN,	/* a package that is installed, and damaged */
	NEED_DEBUGINFO,
	NEED_PROGRAM,		/* `argument` is its name */
	NEED_COMMAND,		/* `argument` is the command */
};

struct remark {
	enum ability_state makes;
	enum need need;
	const char *argument;	/* NULL but for NEED_PROGRAM and NEED_COMMAND */
	const char *what;	/* in words */
};

struct ability {
	const char *name;	/* for programs: "arguments" */
	const char *title;	/* for people */
	enum ability_state state;	/* the worst that a remark makes of it */
	const char *source;	/* what it works with; NULL: nothing to name */
	GPtrArray *remarks;	/* of struct remark */
};

/* All abilities (struct ability), always the same in the same order. Owned by the arena. */
GPtrArray *abilities_judge(struct arena *arena, const struct facts *facts);

/*
 * The exit status that they come to: 0, everything works; 1, something is missing; 2, no script can
 * run, not even a module that was made elsewhere.
 */
int abilities_status(const GPtrArray *abilities);

/* That of a name; a name that does not exist is a bug. */
const struct ability *abilities_find(const GPtrArray *abilities, const char *name);

#endif
