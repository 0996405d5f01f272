/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What analysis makes of the script and the tapset library: everything that will be in the
 * module and nothing else, names resolved, types known, points resolved to probes, locks
 * planned. The emitter writes it out without deciding anything.
 */
#ifndef SPILE_ANALYSIS_PROGRAM_H
#define SPILE_ANALYSIS_PROGRAM_H

#include "knowledge/code.h"
#include "probes/probe.h"

/*
 * How a probe of the script came to its point: through which aliases, from the declaration
 * (outer NULL) to the alias that names the point. All probes of one derivation run the same text.
 */
struct derivation {
	const struct probe_declaration *declaration;
	const struct script *script;		/* the file of the alias; of the declaration */
	const struct alias *alias;		/* NULL for the declaration itself */
	const struct derivation *outer;		/* who uses the alias */
	const struct probe_point *use;		/* the point by which it does, behind the aliases so far */
	struct expr *condition;			/* that stands behind that point, or NULL */
	const struct expansion *expansion;	/* for what the alias brings along */
	GPtrArray *suffix;			/* of struct probe_component: goes behind its points */
	bool is_optional, is_sufficient;	/* by some use on the way */
};

/* A stretch of a handler's text: the declaration's own, or a prologue or epilogue. */
struct handler_part {
	struct stmt *block;
	const struct script *script;	/* whose names it uses */
};

/* One `if (...)` behind a point. */
struct condition_part {
	struct expr *expr;
	const struct script *script;	/* whose names it uses */
};

/* What must hold for a handler to run: all that stands behind the points that lead to its probe. */
struct condition {
	struct expr *expr;		/* the parts, joined by && */
	GPtrArray *parts;		/* of struct condition_part */
	GPtrArray *probes;		/* of struct probe */
	GPtrArray *globals;		/* of struct variable: those that it reads */
	GPtrArray *locals;		/* of struct variable: there must be none */
	bool may_fail;
	int number;
};

/* One C function made of a probe's body, run by one or several probes. */
struct handler {
	struct stmt *body;		/* STMT_BLOCK of the parts' blocks */
	GPtrArray *parts;		/* of struct handler_part */
	GPtrArray *locals;		/* of struct variable */
	GPtrArray *locked;		/* of struct variable: globals locked while it runs, in order */
	GPtrArray *shared;		/* of struct variable: those whose locks it shares then */
	GPtrArray *probes;		/* of struct probe; their context and family are the same */
	const struct derivation *derivation;
	struct condition *condition;	/* of its probes, or NULL */
	GPtrArray *decides;		/* of struct condition: those whose globals it writes */
	bool uses_target_variables;
	bool asks_for_match;		/* matched() and its like are reached */
	bool prints;
	unsigned int uses;		/* enum handler_use */
	int number;			/* that of its first probe */
};

/* Limits by SystemTap's names; -D NAME=VALUE changes them. */
struct limits {
	int64_t maxstringlen, maxaction, maxaction_interruptible, maxnesting, maxmapentries,
		maxtrylock, trylockdelay, maxerrors, maxskipped, maxentered, overload_threshold, overload_interval;
	bool no_overload;		/* -D STP_NO_OVERLOAD */
	bool no_time_limits;		/* --suppress-time-limits */
	bool suppress_handler_errors;	/* --suppress-handler-errors */
	bool stap_errors;		/* --stap-errors */
	GPtrArray *defines;		/* of char *: "NAME VALUE" of all other -D */
};

/* Those of a script that no option changes. */
extern const struct limits limits_default;

/* Code that is probed, and where in the source it stands. */
struct program_place {
	const struct code_site *site;
	const struct location *address;	/* a LOCATION_MEMORY of one step, LOCATE_ADDRESS */
};

struct program {
	const struct script *script;	/* the user's */
	GPtrArray *embedded_c;		/* of struct embedded_c: top-level C of all files in use */
	GPtrArray *globals;		/* of struct variable, used ones only */
	GPtrArray *functions;		/* of struct function, callees before callers */
	GPtrArray *probes;		/* of struct probe, by number */
	GPtrArray *handlers;		/* of struct handler */
	GPtrArray *conditions;		/* of struct condition */
	GPtrArray *regexes;		/* of struct regex_use, by number */
	GPtrArray *places;		/* of struct program_place, if it asks for lines */
	struct limits limits;
	bool prints;			/* some handler writes to the stream of its CPU */
	int shared_locks;		/* of globals, each with a bit of its own */
	bool asks_for_match;		/* some function reads what a regular expression matched */
	bool asks_for_lines;		/* some function looks for lines of source */
};

/* A regular expression of the script; equal ones are one. */
struct regex_use {
	const char *pattern;
	struct span span;		/* of the first literal */
	struct regex *regex;
	int number;
};

#endif
