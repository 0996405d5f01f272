/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Target variables that stand for text: $$parms and its like, one "name=value" for each variable,
 * and $x$ and $x$$, the members of what $x leads to. Both become a sprintf, in the forms that
 * SystemTap gives them. Called by targets.c.
 *
 *	$$parms		sprintf("file=%#x count=%#x", $file, $count)
 *	$file$		sprintf("{.f_flags=%u, .f_path={...}}", $file->f_flags), or "ERROR"
 */
#include <string.h>

#include "analysis/scope.h"

/* So many members are printed; what more there is shows as "...". */
#define MOST_VALUES 32

/* Structures within structures; deeper ones only show that there is something. */
#define DEEPEST 8

/* A sprintf that is being made of an expression. */
struct text_maker {
	struct scope *scope;
	const struct expr *expr;	/* its path leads to where printing begins */
	GPtrArray *path;		/* of struct path_step: from there to what is printed now */
	GString *format;
	GPtrArray *arguments;		/* of struct expr */
};

static void print_value(struct text_maker *maker, const struct c_type *type, int depth);

bool target_is_text(const struct expr *expr)
{
	static const char *const lists[] = { "$$vars", "$$parms", "$$locals", "$$return" };

	if (expr->target.pretty != PRETTY_NONE)
		return true;
	for (size_t i = 0; expr->target.kind == TARGET_VARIABLE && i < G_N_ELEMENTS(lists); i++)
		if (strcmp(expr->target.name, lists[i]) == 0)
			return true;
	return false;
}

/* ---- Making trees ---- */

/* What is printed now, as the script would have written it. */
static struct expr *current_value(struct text_maker *maker)
{
	struct arena *arena = maker->scope->analysis->arena;
	struct expr *value = arena_new0(arena, struct expr);

	*value = *maker->expr;
	value->target.pretty = PRETTY_NONE;
	value->target.path = arena_array(arena);
	for (unsigned int i = 0; i < maker->expr->target.path->len; i++)
		g_ptr_array_add(value->target.path, g_ptr_array_index(maker->expr->target.path, i));
	for (unsigned int i = 0; i < maker->path->len; i++)
		g_ptr_array_add(value->target.path, g_ptr_array_index(maker->path, i));
	return value;
}

static struct expr *number(struct text_maker *maker, int64_t value)
{
	struct expr *expr = arena_new0(maker->scope->analysis->arena, struct expr);

	expr->kind = EXPR_NUMBER;
	expr->type = TYPE_LONG;
	expr->number = value;
	expr->span = maker->expr->span;
	return expr;
}

/* function(value[, size]) of the tapsets */
static struct expr *call(struct text_maker *maker, const char *function, struct expr *value, uint64_t size)
{
	struct arena *arena = maker->scope->analysis->arena;
	struct expr *expr = arena_new0(arena, struct expr);

	expr->kind = EXPR_CALL;
	expr->span = expr->call.name_span = maker->expr->span;
	expr->call.name = name_intern(function);
	expr->call.arguments = arena_array(arena);
	g_ptr_array_add(expr->call.arguments, value);
	if (size)
		g_ptr_array_add(expr->call.arguments, number(maker, (int64_t)size));
	return expr;
}

static void push_member(struct text_maker *maker, const char *name)
{
	struct path_step *step = arena_new0(maker->scope->analysis->arena, struct path_step);

	step->kind = PATH_MEMBER;
	step->span = maker->expr->span;
	step->member = name;
	g_ptr_array_add(maker->path, step);
}

static void push_first(struct text_maker *maker)
{
	struct path_step *step = arena_new0(maker->scope->analysis->arena, struct path_step);

	step->kind = PATH_INDEX;
	step->span = maker->expr->span;
	step->index = number(maker, 0);
	g_ptr_array_add(maker->path, step);
}

static void pop(struct text_maker *maker)
{
	g_ptr_array_set_size(maker->path, (gint)maker->path->len - 1);
}

/* ---- Values by their types ---- */

static void add(struct text_maker *maker, const char *conversion, struct expr *value)
{
	g_string_append(maker->format, conversion);
	g_ptr_array_add(maker->arguments, value);
}

static const char *conversion_of(const struct c_type *type)
{
	if (type->is_char)
		return "'%#c'";
	return type->is_signed || type->is_bool ? "%i" : "%u";
}

static bool is_char(const struct c_type *type)
{
	return c_type_plain(type)->is_char;
}

static void print_pointer(struct text_maker *maker, const struct c_type *type)
{
	if (is_char(type->target))
		add(maker, "%s", call(maker, "kernel_string_quoted", current_value(maker), 0));
	else
		add(maker, "%p", current_value(maker));
}

/* Only the first element, and whether there are more. */
static void print_array(struct text_maker *maker, const struct c_type *type, int depth)
{
	if (depth == 0) {
		g_string_append(maker->format, "[...]");
	} else if (is_char(type->target) && type->count) {
		add(maker, "%s", call(maker, "kernel_string_quoted", current_value(maker), type->count));
	} else {
		g_string_append_c(maker->format, '[');
		if (type->count) {
			push_first(maker);
			print_value(maker, type->target, depth - 1);
			pop(maker);
		}
		g_string_append(maker->format, type->count > 1 ? ", ...]" : "]");
	}
}

static void print_member(struct text_maker *maker, const struct c_member *member, int depth)
{
	if (member->name) {
		g_string_append_printf(maker->format, ".%s=", member->name);
		push_member(maker, member->name);
		print_value(maker, member->type, depth);
		pop(maker);
	} else {
		/* The names within are those of the record itself. */
		g_string_append(maker->format, c_type_plain(member->type)->kind == C_UNION ? "<union>=" : "<class>=");
		print_value(maker, member->type, depth);
	}
}

static void print_record(struct text_maker *maker, const struct c_type *type, int depth)
{
	const GPtrArray *members = c_type_members(type);
	const char *separator = "";

	if (depth == 0) {
		g_string_append(maker->format, "{...}");
		return;
	}
	g_string_append_c(maker->format, '{');
	for (unsigned int i = 0; i < members->len; i++) {
		const struct c_member *member = g_ptr_array_index(members, i);

		if (!member->name && !c_type_is_record(member->type))
			continue;
		g_string_append(maker->format, separator);
		separator = ", ";
		if (maker->arguments->len >= MOST_VALUES) {
			g_string_append(maker->format, "...");
			break;
		}
		print_member(maker, member, depth - 1);
	}
	g_string_append_c(maker->format, '}');
}

static void print_value(struct text_maker *maker, const struct c_type *type, int depth)
{
	type = c_type_plain(type);
	switch (type->kind) {
	case C_INTEGER:
	case C_ENUMERATION:
		if (type->size <= 8)
			add(maker, conversion_of(type), current_value(maker));
		else
			g_string_append_c(maker->format, '?');
		break;
	case C_POINTER:
		print_pointer(maker, type);
		break;
	case C_ARRAY:
		print_array(maker, type, depth);
		break;
	case C_STRUCTURE:
	case C_UNION:
		print_record(maker, type, depth);
		break;
	default:
		g_string_append_c(maker->format, '?');
		break;
	}
}

/* The variable itself: a pointer shows what it leads to. */
static void print_top(struct text_maker *maker, const struct c_type *type, const char *module, int depth)
{
	const struct c_type *plain = c_type_plain(type), *target;

	if (plain->kind != C_POINTER || is_char(plain->target)) {
		print_value(maker, plain, depth);
		return;
	}
	target = c_type_plain(knowledge_whole(maker->scope->analysis->target.knowledge, module, plain->target));
	if (target->kind == C_FUNCTION) {
		add(maker, "<function>:%p", current_value(maker));
	} else if (target->kind == C_VOID || target->kind == C_FORWARD) {
		add(maker, "%p", current_value(maker));
	} else {
		push_first(maker);
		print_value(maker, target, depth);
		pop(maker);
	}
}

/* ---- The sprintf ---- */

/* Ends the making: `expr` becomes the sprintf, with "ERROR" for what cannot be read if `guarded`. */
static void become_sprintf(struct text_maker *maker, struct expr *expr, bool guarded)
{
	struct arena *arena = maker->scope->analysis->arena;
	struct expr *print = guarded ? arena_new0(arena, struct expr) : expr;
	struct span span = expr->span;

	memset(print, 0, sizeof(*print));
	print->kind = EXPR_PRINT;
	print->span = print->print.format_span = span;
	print->print.form = (struct print_form){ .to_string = true, .has_format = true };
	print->print.format = arena_strndup(arena, maker->format->str, maker->format->len);
	print->print.arguments = maker->arguments;
	if (!guarded)
		return;
	memset(expr, 0, sizeof(*expr));
	expr->kind = EXPR_OPERATOR;
	expr->span = span;
	expr->operator.operation = AT_PRETTY;
	expr->operator.arguments = arena_array(arena);
	g_ptr_array_add(expr->operator.arguments, print);
}

static void pretty_begin(struct text_maker *maker, struct scope *scope, const struct expr *expr)
{
	*maker = (struct text_maker){ .scope = scope, .expr = expr };
	maker->path = arena_array(scope->analysis->arena);
	maker->arguments = arena_array(scope->analysis->arena);
	maker->format = g_string_new(NULL);
}

static int depth_of(const struct expr *expr)
{
	return expr->target.pretty == PRETTY_ALL ? DEEPEST : 1;
}

/* $x$ of a variable whose type is known; false after an error. */
static bool resolve_pretty(struct scope *scope, struct expr *expr)
{
	struct expr *plain = arena_new0(scope->analysis->arena, struct expr);
	const struct access *access;
	struct text_maker maker;

	*plain = *expr;
	plain->target.pretty = PRETTY_NONE;
	access = resolve_access(scope, plain, true);
	if (!access)
		return false;
	if (!access->type) {
		scope_error(scope, expr->span, "E-needs-debuginfo", "'%s$' needs type information, and nothing tells what it is",
			    expr->target.name ? expr->target.name : "...");
		return false;
	}
	pretty_begin(&maker, scope, plain);
	print_top(&maker, access->type, access->module, depth_of(expr));
	become_sprintf(&maker, expr, true);
	g_string_free(maker.format, TRUE);
	return true;
}

/* ---- $$parms and the like ---- */

static bool belongs(const struct expr *expr, const struct target_variable *variable)
{
	bool is_result = strcmp(variable->name, "$return") == 0;

	if (strcmp(expr->target.name, "$$return") == 0 || is_result)
		return is_result && strcmp(expr->target.name, "$$return") == 0;
	if (strcmp(expr->target.name, "$$locals") == 0)
		return variable->is_local;
	return !variable->is_local || strcmp(expr->target.name, "$$vars") == 0;
}

static struct expr *variable_expr(struct scope *scope, const struct expr *list, const char *name)
{
	struct expr *expr = arena_new0(scope->analysis->arena, struct expr);

	expr->kind = EXPR_TARGET;
	expr->span = list->span;
	expr->target.kind = TARGET_VARIABLE;
	expr->target.name = name_intern(name);
	expr->target.path = arena_array(scope->analysis->arena);
	expr->target.pretty = list->target.pretty;
	return expr;
}

/* name=value: a number in hexadecimal, or pretty if the list is. */
static void print_variable(struct text_maker *maker, const struct target_variable *variable)
{
	const struct c_type *type = c_type_plain(variable->type);
	struct expr *value = variable_expr(maker->scope, maker->expr, variable->name);

	/* Of tracepoints that are in modules only the compiler knows the types. */
	if (!variable->type)
		value->target.pretty = PRETTY_NONE;
	g_string_append_printf(maker->format, "%s%s=", maker->format->len ? " " : "", variable->name + 1);
	if (variable->is_nowhere)
		g_string_append_c(maker->format, '?');
	else if (variable->type && c_type_is_record(type))
		g_string_append(maker->format, "{...}");
	else if (variable->type && (type->kind == C_FLOAT || type->size > 8))
		g_string_append_c(maker->format, '?');
	else
		add(maker, value->target.pretty == PRETTY_NONE ? "%#x" : "%s", value);
}

static bool resolve_list(struct scope *scope, struct expr *expr)
{
	const struct probe *probe = scope_probe(scope);
	GPtrArray *variables;
	struct text_maker maker;

	if (!probe || !probe->family->target_variables || expr->target.path->len || expr->target.address_of) {
		scope_error(scope, expr->span, "E-target-variable", "'%s' means nothing in %s", expr->target.name,
			    scope->function ? "a function" : probe ? probe->text : "a condition");
		return false;
	}
	variables = probe->family->target_variables(&scope->analysis->target, probe);
	if (!variables) {
		/* The family says why it does not know. */
		probe->family->resolve_target(&scope->analysis->target, probe, expr);
		scope->ok = false;
		return false;
	}
	pretty_begin(&maker, scope, expr);
	for (unsigned int i = 0; i < variables->len; i++)
		if (belongs(expr, g_ptr_array_index(variables, i)))
			print_variable(&maker, g_ptr_array_index(variables, i));
	become_sprintf(&maker, expr, false);
	g_string_free(maker.format, TRUE);
	return true;
}

void resolve_text(struct scope *scope, struct expr *expr)
{
	bool is_list = expr->target.kind == TARGET_VARIABLE && g_str_has_prefix(expr->target.name, "$$") &&
		       strcmp(expr->target.name, "$$name") != 0;

	if (is_list ? resolve_list(scope, expr) : resolve_pretty(scope, expr))
		resolve_expr(expr, scope);
}
