/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The operators behind '@', embedded C, and the patterns of regular expressions. Called by names.c.
 */
#include <string.h>

#include "analysis/scope.h"
#include "regex/regex.h"
#include "script/walk.h"

/* ---- Embedded C ---- */

static bool refuse_embedded_c(struct analysis *analysis, struct span span)
{
	diag_error(analysis->diag, span, "E-guru", "embedded C needs guru mode: run spile with -g");
	return false;
}

void resolve_embedded_c(struct scope *scope, struct span span)
{
	if (!scope->script->source->is_tapset && !scope->analysis->input->guru_mode)
		scope->ok = refuse_embedded_c(scope->analysis, span);
}

bool check_declared_embedded_c(struct analysis *analysis)
{
	const struct script *script = analysis->input->script;
	bool ok = true;

	for (unsigned int i = 0; !analysis->input->guru_mode && i < script->embedded_c->len; i++)
		ok = refuse_embedded_c(analysis, ((struct embedded_c *)
				       g_ptr_array_index(script->embedded_c, i))->span);
	for (unsigned int i = 0; !analysis->input->guru_mode && i < script->functions->len; i++) {
		const struct function *function = g_ptr_array_index(script->functions, i);

		if (function->embedded_c)
			ok = refuse_embedded_c(analysis, function->embedded_c_span);
	}
	return ok;
}

/* ---- Regular expressions ---- */

static struct regex_use *regex_use_of(struct scope *scope, const char *pattern, struct span span)
{
	GPtrArray *regexes = scope->analysis->program->regexes;
	struct regex_use *use;

	for (unsigned int i = 0; i < regexes->len; i++) {
		use = g_ptr_array_index(regexes, i);
		if (strcmp(use->pattern, pattern) == 0)
			return use;
	}
	use = arena_new0(scope->analysis->arena, struct regex_use);
	use->pattern = pattern;
	use->span = span;
	use->number = regexes->len;
	g_ptr_array_add(regexes, use);
	return use;
}

void resolve_match(struct scope *scope, struct expr *expr)
{
	struct expr *pattern = expr->binary.right;
	const char *error;
	size_t at;

	expr->binary.regex = regex_use_of(scope, pattern->string, pattern->span);
	if (expr->binary.regex->regex)
		return;
	expr->binary.regex->regex = regex_compile(scope->analysis->arena, pattern->string, false, &error, &at);
	if (expr->binary.regex->regex)
		return;
	scope_error(scope, pattern->span, "E-regex", "%s, at byte %zu of the regular expression \"%s\"", error,
		    at + 1, pattern->string);
}

/* ---- @defined, @probewrite ---- */

static void become_number(struct expr *expr, bool value)
{
	expr->kind = EXPR_NUMBER;
	expr->type = TYPE_LONG;
	expr->number = value;
}

/* Whether the expression can be resolved; what stands in the way is not reported. */
static bool is_defined(struct scope *scope, struct expr *expr)
{
	struct diag *reported = scope->analysis->diag, quiet;
	struct scope tried = *scope;

	diag_init_silent(&quiet);
	tried.ok = true;
	scope->analysis->diag = &quiet;
	scope->analysis->target.diag = &quiet;
	resolve_expr(expr, &tried);
	scope->analysis->diag = reported;
	scope->analysis->target.diag = reported;
	return tried.ok;
}

struct written {
	const char *name;
	bool found;
};

static void note_target_write(struct expr *expr, void *data)
{
	struct written *written = data;
	const struct expr *place = expr->kind == EXPR_ASSIGN ? expr->assign.target :
				   expr->kind == EXPR_INCREMENT ? expr->increment.target : NULL;

	if (place && place->kind == EXPR_TARGET && place->target.kind == TARGET_VARIABLE &&
	    strcmp(place->target.name, written->name) == 0)
		written->found = true;
}

/* Whether the script's own part of the handler assigns to the target variable. */
static bool is_probe_written(struct scope *scope, const struct expr *target)
{
	struct written written = { .name = target->target.name };

	if (scope->handler)
		stmt_walk(scope->handler->body, NULL, note_target_write, &written);
	return written.found;
}

/* ---- The operators ---- */

static void check_guru(struct scope *scope, const struct expr *expr, const char *name)
{
	if (scope->script->source->is_tapset || scope->analysis->input->guru_mode)
		return;
	scope_error(scope, expr->span, "E-guru", "%s needs guru mode: run spile with -g", name);
}

static void check_read_size(struct scope *scope, const struct expr *size)
{
	if (size->kind == EXPR_NUMBER && (size->number == 1 || size->number == 2 || size->number == 4 ||
					  size->number == 8))
		return;
	scope_error(scope, size->span, "E-number-range", "the size of a memory access is 1, 2, 4 or 8");
}

static void refuse_operator(struct scope *scope, const struct expr *expr)
{
	static const char *const names[] = {
		[AT_PERF] = "@perf", [AT_KERNEL_REGISTER] = "@kregister", [AT_USER_REGISTER] = "@uregister",
	};

	scope_error(scope, expr->span, "E-not-supported", "'%s' is not resolved by this version of spile",
		    names[expr->operator.operation]);
}

void resolve_operator(struct scope *scope, struct expr *expr)
{
	GPtrArray *arguments = expr->operator.arguments;

	switch (expr->operator.operation) {
	case AT_DEFINED:
		become_number(expr, is_defined(scope, g_ptr_array_index(arguments, 0)));
		break;
	case AT_PROBE_WRITE:
		become_number(expr, is_probe_written(scope, g_ptr_array_index(arguments, 0)));
		break;
	case AT_CONST:
		check_guru(scope, expr, "@const");
		break;
	case AT_KERNEL_READ:
	case AT_USER_READ:
		check_guru(scope, expr, expr->operator.operation == AT_USER_READ ? "@uderef" : "@kderef");
		check_read_size(scope, g_ptr_array_index(arguments, 0));
		resolve_expr(g_ptr_array_index(arguments, 1), scope);
		break;
	case AT_ENUM:
		resolve_enumerator(scope, expr);
		break;
	case AT_ENUM_NAME:
		resolve_enumerator_name(scope, expr);
		break;
	case AT_ENTRY:
		resolve_entry(scope, expr);
		break;
	case AT_PRETTY:
		resolve_expr(g_ptr_array_index(arguments, 0), scope);
		break;
	default:
		refuse_operator(scope, expr);
		break;
	}
}
