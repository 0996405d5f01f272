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

/* operators.c */
void resolve_target(struct scope *scope, struct expr *expr);
void resolve_embedded_c(struct scope *scope, struct span span);
void resolve_operator(struct scope *scope, struct expr *expr);
void resolve_match(struct scope *scope, struct expr *expr);

#endif
