/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text into a tree. The parser knows the language and nothing of what is traced. */
#ifndef SPILE_SCRIPT_PARSE_H
#define SPILE_SCRIPT_PARSE_H

#include "base/diag.h"
#include "script/ast.h"

/* What the command line gives to a script: $1 @1 ... $# @# */
struct script_arguments {
	int count;
	const char *const *values;
};

/*
 * Parses one source. Reports every error it finds, resuming at the next statement or
 * declaration; returns the tree of what it understood, complete only if diag->error_count
 * did not grow. `arguments` may be NULL (tapsets). Never returns NULL.
 */
struct script *parse_script(struct arena *arena, struct diag *diag, const struct source *source,
			    const struct script_arguments *arguments);

/*
 * Writes a script back as text (-p1). Parsing that text gives the same tree, spans apart.
 */
void script_print(const struct script *script, GString *out);
void expr_print(const struct expr *expr, GString *out);
void probe_point_print(const struct probe_point *point, GString *out);
/* "string", "long" ...; never NULL */
const char *type_name(enum type type);

#endif
