/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text into a tree. The parser knows the language and nothing of what is traced. */
#ifndef SPILE_SCRIPT_PARSE_H
#define SPILE_SCRIPT_PARSE_H

#include "base/diag.h"
#include "script/ast.h"

/* What the command line gives to a script: $1 @1 ... $# @# $* @* */
struct script_arguments {
	int count;
	const char *const *values;
};

/*
 * What the preprocessor asks of the world: the value of "kernel_v", "kernel_vr", "arch",
 * "systemtap_v", "systemtap_privilege", "runtime", "guru_mode" ("0" or "1") or "CONFIG_X" (as in
 * .config without quotes; "" if it is not set). Asked only for what a condition names. NULL: not
 * known, with the reason in *why_ret. Results live as long as the arena.
 */
struct preprocessor_world {
	const char *(*value)(void *data, const char *name, const char **why_ret);
	void *data;
};

/* All that text becomes a tree with, besides the text. */
struct parse_context {
	struct arena *arena;
	struct diag *diag;
	const struct preprocessor_world *world;		/* NULL: conditions on it are errors */
	struct macro_library *macros;			/* of all *.stpm files; may be NULL */
};

/*
 * Parses one source. Reports every error it finds, resuming at the next statement or
 * declaration; returns the tree of what it understood, complete only if diag->error_count
 * did not grow. `arguments` may be NULL (tapsets). Never returns NULL.
 */
struct script *parse_script(const struct parse_context *context, const struct source *source,
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
