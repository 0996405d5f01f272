/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probe points: what a script may probe, one family of points per file of this folder.
 *
 * A family is a row in the table of families.c. It recognises its points, turns each into
 * probes, resolves the target variables that their handlers may use, and says which rows its
 * probes have in the module's tables. Nothing outside the family's own file and its kernel side
 * (module/families/) knows about it: to add a family, write those two files and add the row.
 */
#ifndef SPILE_PROBES_PROBE_H
#define SPILE_PROBES_PROBE_H

#include "base/diag.h"
#include "script/ast.h"
#include "target/kernel_tree.h"
#include "knowledge/knowledge.h"
#include "knowledge/location.h"
#include "target/symbols.h"

/* Where handlers run, and hence what they may do. */
enum handler_context {
	CONTEXT_ALONE,		/* begin, end, error: process context, no other handler runs */
	CONTEXT_PROCESS,	/* timers: process context, others run at the same time */
	CONTEXT_ATOMIC,		/* everything else: may be anywhere, NMI included */
};

/* What running a handler takes besides its own text; bits of a set. */
enum handler_use {
	USES_ARGUMENTS = 1,	/* the registers that hold a function's arguments */
	USES_REGISTERS = 2,	/* any register */
	USES_FUNCTION = 4,	/* the name of the probed function */
	USES_TARGETS = 8,	/* target variables */
	COUNTS_STATEMENTS = 16,	/* it has loops or calls itself: MAXACTION */
	USES_SAVED = 32,	/* values kept from the function's entry */
};

/* The list of the session a probe without a point in the kernel belongs to. */
enum session_list { LIST_NONE, LIST_BEGIN, LIST_END, LIST_ERROR };

/* A step on the way to a value in memory: what becomes of the address so far. */
struct access_step {
	uint64_t offset;		/* added first */
	struct expr *index;		/* NULL: a pointer is read there; else its multiple is added */
	uint64_t scale;			/* bytes of an element */
	const char *text;		/* what of the script that is: "->f_path->dentry" */
};

enum access_result {
	ACCESS_BASE,			/* the base is the value */
	ACCESS_ADDRESS,			/* where the steps lead to */
	ACCESS_NUMBER,			/* a number that stands there */
};

/*
 * How a handler gets at a target variable. The base is a C expression that the family's prologue
 * provides, of whatever C type, or the operand of a cast, or what a location says. Where its type is
 * known, analysis makes steps of the path behind it, and of a location the part that the path needs,
 * a value or memory; else the emitter follows the path and lets the compiler find the types. All
 * reads are fault-proof.
 */
struct access {
	const char *base;		/* "a->next"; NULL: a constant string, a location, or the operand */
	const struct location *location;/* where DWARF says that it is, instead of a base; NULL: none */
	const char *setter;		/* C of a call that writes the base, up to the value; NULL: nothing does */
	const char *constant_string;	/* the value of $$name and the like */
	const struct c_type *type;	/* of the base; at last of the value; NULL: unknown */
	const char *module;		/* whose types these are; NULL: the kernel's */
	unsigned int uses;		/* what the base takes: enum handler_use */
	bool is_of_compiler;		/* the base has a type of C, which makes a number of it */
	bool is_typed;			/* the rest is filled in */
	GPtrArray *steps;		/* of struct access_step */
	enum access_result result;
	uint64_t offset;		/* behind the last step */
	unsigned int size;		/* ACCESS_NUMBER: bytes to read, 1, 2, 4 or 8 */
	bool is_signed;
	unsigned int first_bit, bits;	/* of a bit-field within these; bits 0: all of them */
	const char *text;		/* the part of the path behind the last step, and its type */
};

struct probe {
	const struct probe_family *family;
	const struct probe_declaration *declaration;
	const struct probe_point *point;
	const char *text;		/* the point as pp() gives it, expanded */
	enum handler_context context;
	enum session_list list;
	int64_t sequence;		/* order within the list */
	bool has_entry;			/* sits on a function's return: values of its entry can be kept */
	bool exits;			/* oneshot: ask for the end after the handler */
	bool is_uncertain;		/* whether its point exists is found out at load */
	bool is_alternative;		/* stands behind a `!` whose point is uncertain */
	const struct location *only_if;	/* a number that is 0 where a hit is none; NULL: each is one */
	void *details;			/* the family's own */
	struct handler *handler;	/* [analysis]; NULL: it only keeps registers */
	const struct derivation *derivation;	/* [analysis] the aliases that led here */
	unsigned int uses;		/* [analysis] by its handler: enum handler_use */
	int number;			/* [analysis] index in the module's table of probes */
};

/* What families are given to resolve points with. */
struct probe_target {
	struct arena *arena;
	struct diag *diag;
	const struct kernel_tree *kernel;
	const struct symbol_table *symbols;	/* NULL: none known, found out at load */
	struct knowledge *knowledge;		/* of the kernel's functions and types */
	bool is_guru;		/* -g: what may harm the kernel is allowed */
	bool is_listing;	/* every function that a pattern matches is wanted by its name */
	bool wants_names;	/* what a pattern matches is wanted by its name alone */
	bool names_targets;	/* the handler uses $name: what that means differs between functions */
	bool at_entry;		/* what is asked for is a target variable's value at the function's entry */
	const GPtrArray *alias_names;		/* of char *: what a mistyped point may have meant, too */
};

/* A target variable that handlers of a probe have. */
struct target_variable {
	const char *name;		/* with its '$' */
	const struct c_type *type;	/* NULL: not known but as text */
	const char *type_text;		/* "struct file*" */
	bool is_local;			/* else a parameter, or $return */
	bool is_nowhere;		/* the compiler has left nothing of it there */
};

struct probe_family {
	const char *name;
	/* A NULL-terminated list of points for --help and for did-you-mean, as "timer.ms(N)". */
	const char *const *forms;

	/* Whether the point is of this family, by its first components. */
	bool (*owns)(const struct probe_point *point);
	/*
	 * Appends the probes that the point stands for: one or many, none for `never` or an
	 * optional point without a match. False after an error was reported.
	 */
	bool (*resolve)(const struct probe_target *target, const struct probe_declaration *declaration,
			const struct probe_point *point, GPtrArray *probes);
	/*
	 * What the name of `expr` (EXPR_TARGET) is in a handler of the probe; NULL after an error was
	 * reported. A family without target variables leaves this NULL.
	 */
	struct access *(*resolve_target)(const struct probe_target *target, const struct probe *probe,
					 struct expr *expr);

	/*
	 * The target variables of the probe, of struct target_variable; NULL if they are not known. A
	 * family without leaves this NULL.
	 */
	GPtrArray *(*target_variables)(const struct probe_target *target, const struct probe *probe);

	/* Where debuginfo has the code that the probe is on; NULL: nowhere, or it is on none. May be NULL. */
	const struct code_site *(*site)(const struct probe_target *target, const struct probe *probe);

	/*
	 * The probe that keeps registers (a bit for each of DWARF's numbers) of a function's entry for handlers
	 * within the function, such as that of `user`; it is the module's number `number` of these. NULL where no
	 * location asks for any.
	 */
	struct probe *(*keeper)(struct arena *arena, const struct location_entry *entry, const struct probe *user,
				unsigned int number, uint32_t registers);

	/* The rest is for the emitter; NULL where the family has no table in the module. */
	const char *kernel_header;	/* "module/families/kprobe.h" */
	const char *table_type;		/* "struct mod_kprobe_specification" */
	const char *table_name;		/* "mod_kprobe_specifications" */
	const char *table_operations;	/* "mod_kprobe_ops" */
	/* The probe's row, an initialiser without braces. */
	char *(*row)(struct arena *arena, const struct probe *probe);
	/* A modinfo entry for the reader, "" for none. `index` is the row's. */
	char *(*modinfo)(struct arena *arena, const struct probe *probe, int index);
	/* "MODULE:BUILD-ID" of the code whose addresses the probe has, MODULE "" for the kernel; NULL: it has none. May be NULL. */
	const char *(*built_for)(struct arena *arena, const struct probe *probe);
	/* Headers of the traced kernel that the generated C has to include; may be NULL. */
	char *(*includes)(struct arena *arena, const struct probe *probe);
	/* C before and after the handler function, whose name is given; may be NULL. */
	const char *(*before_handler)(struct arena *arena, const struct probe *probe, const char *handler);
	const char *(*after_handler)(struct arena *arena, const struct probe *probe, const char *handler);
	/* The declaration, first in the handler, that gives access expressions their names. */
	const char *(*handler_prologue)(struct arena *arena, const struct probe *probe, const char *handler);
};

extern const struct probe_family *const probe_families[];	/* NULL-terminated */

/* Points without arguments that a wildcard for component names stands for: "b*" for begin. */
GPtrArray *probe_points_matching(struct arena *arena, const struct probe_point *pattern);
/* Whether some family has points that begin as this one does. */
bool probe_point_is_known(const struct probe_point *point);
/*
 * Resolves one point by asking the families in turn. False after an error was reported.
 */
bool probe_point_resolve(const struct probe_target *target, const struct probe_declaration *declaration,
			 const struct probe_point *point, GPtrArray *probes);

/* ---- Helpers for families ---- */

const struct probe_component *point_component(const struct probe_point *point, unsigned int index);
bool component_is(const struct probe_component *component, const char *name);
/* The component's number or string argument; false after E-probe-argument was reported. */
bool component_number(struct diag *diag, const struct probe_component *component, int64_t *ret);
bool component_string(struct diag *diag, const struct probe_component *component, const char **ret);
/* The name of a kernel module, or a pattern of names, as the kernel writes it. False after E-probe-argument. */
bool component_module(const struct probe_target *target, const struct probe_component *component, const char **ret);
bool component_no_argument(struct diag *diag, const struct probe_component *component);
/* Reports E-unknown-probe at the component, with the closest of the NULL-terminated known ones. */
bool component_unknown(struct diag *diag, const struct probe_component *component,
		       const char *const *known);
bool has_wildcard(const char *text);

struct probe *probe_new(const struct probe_target *target, const struct probe_family *family,
			const struct probe_declaration *declaration, const struct probe_point *point);

#endif
