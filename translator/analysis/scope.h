/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files share that find out what names stand for, from names.c on. */
#ifndef SPILE_ANALYSIS_SCOPE_H
#define SPILE_ANALYSIS_SCOPE_H

#include "analysis/internal.h"

struct scope {
	struct analysis *analysis;
	const struct script *script;	/* the file that is being looked at */
	GPtrArray *locals;
	GHashTable *names;		/* of locals and parameters, to struct variable */
	const struct function *function;/* NULL in a probe */
	struct handler *handler;	/* NULL in a function and in a condition */
	const struct condition *condition;	/* NULL elsewhere */
	GHashTable *visiting;		/* functions on the way from the handler to here */
	bool ok;
};

/* names.c */
void resolve_expr(struct expr *expr, void *data);
void resolve_stmt(struct stmt *stmt, void *data);
void warn_never_assigned(struct scope *scope);
void scope_error(struct scope *scope, struct span span, const char *tag, const char *format, ...)
	G_GNUC_PRINTF(4, 5);
/* The probe whose target variables mean something here; NULL if there is none. */
const struct probe *scope_probe(const struct scope *scope);

/* calls.c */
void resolve_call(struct scope *scope, struct expr *expr);

/* conditions.c */
bool resolve_condition(struct analysis *analysis, struct condition *condition);

/* targets.c */
void resolve_target(struct scope *scope, struct expr *expr);
/* The same of one that is assigned to. */
void resolve_target_place(struct scope *scope, struct expr *place);
/* The type of C of a value, where it is known: behind such a value members can be named. */
const struct c_type *value_type(const struct expr *expr, const char **module_ret);
/* A local variable that is given such a value has its type, if all of them have the same. */
void note_value_type(struct expr *place, const struct expr *value);

/*
 * How to get at what a target expression names; NULL after an error. With `whole` it may be a
 * structure, which is no value: only its type is then told.
 */
struct access *resolve_access(struct scope *scope, struct expr *expr, bool whole);

/* Says that there is no such type, and which one was meant. */
void report_unknown_type(struct scope *scope, struct span span, const char *text, const char *module);

/* path.c: the path behind a target variable whose type is known; false after an error. */
bool resolve_path(struct scope *scope, struct expr *expr, struct access *access, bool whole);

/* entry.c: @entry(...), and what becomes that: parameters in the handler of a function's return. */
void resolve_entry(struct scope *scope, struct expr *expr);
bool become_entry(struct scope *scope, struct expr *expr);
/* Whether the expression names a parameter in the handler of a function's return. */
bool is_parameter_at_return(struct scope *scope, const struct expr *expr);

/* pretty.c: $$parms, $x$ and the like become a sprintf. */
bool target_is_text(const struct expr *expr);
void resolve_text(struct scope *scope, struct expr *expr);

/* operators.c */
void resolve_embedded_c(struct scope *scope, struct span span);
void resolve_operator(struct scope *scope, struct expr *expr);
void resolve_match(struct scope *scope, struct expr *expr);

/* enumerations.c: @enum, @enumname */
void resolve_enumerator(struct scope *scope, struct expr *expr);
void resolve_enumerator_name(struct scope *scope, struct expr *expr);

#endif
