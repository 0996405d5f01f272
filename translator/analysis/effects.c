/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What running a piece of the program may do: fail, print, use globals, and in which way: a
 * function does what its text and all that it calls may do, a handler also what the conditions
 * read that it decides anew. sharing.c makes of it how the globals are kept and locked.
 */
#include <string.h>

#include "analysis/effects.h"
#include "regex/regex.h"
#include "script/walk.h"

struct touch {
	const struct program *program;
	struct effects *functions;	/* by number: what is known of them so far */
	struct effects effects;		/* of the text that is being looked at */
	GHashTable *added_to;		/* its places that are only added to, of struct expr */
};

static void touch_stmt(struct stmt *stmt, void *data);
static void touch_expr(struct expr *expr, void *data);

static unsigned int set_words(const struct program *program)
{
	return program->globals->len / 64 + 1;
}

static void effects_init(struct effects *effects, const struct program *program)
{
	memset(effects, 0, sizeof(*effects));
	effects->touched = g_new0(uint64_t, set_words(program));
	effects->written = g_new0(uint64_t, set_words(program));
	effects->otherwise = g_new0(uint64_t, set_words(program));
	effects->iterated = g_new0(uint64_t, set_words(program));
}

static void effects_clear(struct effects *effects)
{
	g_free(effects->touched);
	g_free(effects->written);
	g_free(effects->otherwise);
	g_free(effects->iterated);
}

static void add(uint64_t *set, int number)
{
	set[number / 64] |= UINT64_C(1) << (number % 64);
}

static bool set_merge(uint64_t *to, const uint64_t *from, unsigned int words)
{
	bool changed = false;

	for (unsigned int i = 0; i < words; i++) {
		changed |= (from[i] & ~to[i]) != 0;
		to[i] |= from[i];
	}
	return changed;
}

/* Adds what `from` does; true if that was not all known. */
static bool effects_merge(struct effects *to, const struct effects *from, unsigned int words)
{
	bool changed = (from->prints && !to->prints) || (from->fails && !to->fails) ||
		       (from->writes_global && !to->writes_global) || (from->asks_for_match && !to->asks_for_match) ||
		       (from->uses & ~to->uses);

	to->prints |= from->prints;
	to->fails |= from->fails;
	to->writes_global |= from->writes_global;
	to->asks_for_match |= from->asks_for_match;
	to->uses |= from->uses;
	changed |= set_merge(to->touched, from->touched, words);
	changed |= set_merge(to->written, from->written, words);
	changed |= set_merge(to->otherwise, from->otherwise, words);
	changed |= set_merge(to->iterated, from->iterated, words);
	return changed;
}

static void touch_variable(struct touch *touch, const struct variable *variable, bool writes, bool uses)
{
	if (!variable || variable->kind != VARIABLE_GLOBAL)
		return;
	add(touch->effects.touched, variable->number);
	if (uses)
		add(touch->effects.otherwise, variable->number);
	if (writes) {
		add(touch->effects.written, variable->number);
		touch->effects.writes_global = true;
	}
}

static void write_variable(struct touch *touch, const struct variable *variable)
{
	touch_variable(touch, variable, true, true);
}

static const struct variable *place_variable(const struct expr *place)
{
	return place->kind == EXPR_VARIABLE ? place->variable.variable :
	       place->kind == EXPR_INDEX ? place->index.variable : NULL;
}

static bool is_added_to(const struct touch *touch, const struct expr *place)
{
	return g_hash_table_contains(touch->added_to, place);
}

/* A place that is written to. */
static void touch_place(struct touch *touch, const struct expr *place)
{
	touch_variable(touch, place_variable(place), true, !is_added_to(touch, place));
	touch->effects.fails |= place->kind == EXPR_INDEX;
}

/* An expression whose value nobody wants: ++, --, += and -= then only add. */
static void note_discarded(struct touch *touch, struct expr *expr)
{
	if (!expr)
		return;
	if (expr->kind == EXPR_INCREMENT)
		g_hash_table_add(touch->added_to, expr->increment.target);
	else if (expr->kind == EXPR_ASSIGN && expr->assign.operator == ASSIGN_COMPOUND &&
		 (expr->assign.operation == BINARY_ADD || expr->assign.operation == BINARY_SUBTRACT))
		g_hash_table_add(touch->added_to, expr->assign.target);
}

/* <<< gives the value that it adds, and so never reads. */
static void touch_assignment(struct touch *touch, struct expr *expr)
{
	if (expr->assign.operator == ASSIGN_STATISTIC)
		g_hash_table_add(touch->added_to, expr->assign.target);
	touch_place(touch, expr->assign.target);
	touch->effects.fails |= expr->assign.operation == BINARY_DIVIDE || expr->assign.operation == BINARY_MODULO;
}

/* What embedded C looks at. If it does more than compute, it may call what looks at anything. */
static unsigned int uses_of_embedded(const char *text, bool pure)
{
	unsigned int uses = 0;

	if (!pure)
		return USES_ARGUMENTS | USES_REGISTERS | USES_FUNCTION;
	if (strstr(text, "reg"))
		uses |= strstr(text, "/* arguments */") ? USES_ARGUMENTS : USES_ARGUMENTS | USES_REGISTERS;
	if (strstr(text, "function"))
		uses |= USES_FUNCTION;
	return uses;
}

/*
 * Embedded C says of itself what it does: nothing but compute its result if it holds the pragma
 * "pure"; set no error if, besides, it does not mention STAP_ERROR or RT_FAULT; look at no register
 * but those of arguments if it holds the pragma "arguments".
 */
static void touch_embedded(struct touch *touch, const char *text)
{
	bool pure = strstr(text, "/* pure */") != NULL;

	touch->effects.uses |= uses_of_embedded(text, pure);
	touch->effects.fails |= !pure || strstr(text, "STAP_ERROR") || strstr(text, "RT_FAULT");
	touch->effects.writes_global |= !pure;
	touch->effects.prints |= !pure;
	touch->effects.asks_for_match |= strstr(text, "/* pragma:tagged_dfa */") != NULL;
}

/* A call: what is known of all functions that it may come to. */
static void touch_call(struct touch *touch, const struct function *function)
{
	for (; function; function = function->alternative) {
		effects_merge(&touch->effects, &touch->functions[function->number], set_words(touch->program));
		touch->effects.fails |= function->is_recursive || (function->declines && !function->alternative);
		touch->effects.uses |= function->is_recursive ? COUNTS_STATEMENTS : 0;
	}
}

static void touch_expr(struct expr *expr, void *data)
{
	struct touch *touch = data;

	switch (expr->kind) {
	case EXPR_VARIABLE:
	case EXPR_INDEX:
		touch_variable(touch, place_variable(expr), false, !is_added_to(touch, expr));
		break;
	case EXPR_IN:
		touch_variable(touch, expr->in.variable, false, true);
		break;
	case EXPR_ASSIGN:
		touch_assignment(touch, expr);
		break;
	case EXPR_INCREMENT:
		touch_place(touch, expr->increment.target);
		break;
	case EXPR_CALL:
		touch_call(touch, expr->call.function);
		break;
	case EXPR_PRINT:
		touch->effects.prints |= !expr->print.form.to_string;
		touch->effects.fails |= expr->print.form.has_format && strpbrk(expr->print.format, "mM");
		break;
	case EXPR_EMBEDDED_C:
		touch_embedded(touch, expr->embedded_c.text);
		break;
	case EXPR_OPERATOR:
		touch->effects.uses |= expr->operator.operation == AT_ENTRY ? USES_SAVED : 0;
		touch->effects.fails = true;
		break;
	case EXPR_HISTOGRAM:
		touch->effects.fails = true;
		break;
	case EXPR_BINARY:
		touch->effects.fails |= expr->binary.operation == BINARY_DIVIDE || expr->binary.operation == BINARY_MODULO;
		break;
	case EXPR_TARGET:
		touch->effects.uses |= ((struct access *)expr->target.access)->uses;
		touch->effects.fails = true;
		break;
	case EXPR_STATISTIC:
		touch->effects.fails = true;
		break;
	default:
		break;
	}
}

static void touch_stmt(struct stmt *stmt, void *data)
{
	struct touch *touch = data;

	switch (stmt->kind) {
	case STMT_EXPR:
		note_discarded(touch, stmt->expr);
		break;
	case STMT_FOREACH:
		touch_variable(touch, stmt->foreach.variable, false, true);
		if (stmt->foreach.variable)
			add(touch->effects.iterated, stmt->foreach.variable->number);
		touch->effects.fails = true;
		touch->effects.uses |= COUNTS_STATEMENTS;
		for (unsigned int i = 0; i < stmt->foreach.keys->len; i++)
			write_variable(touch, ((struct foreach_key *)
				       g_ptr_array_index(stmt->foreach.keys, i))->variable);
		if (stmt->foreach.value)
			write_variable(touch, stmt->foreach.value->variable);
		break;
	case STMT_WHILE:
	case STMT_FOR:
		note_discarded(touch, stmt->loop.initial);
		note_discarded(touch, stmt->loop.step);
		touch->effects.fails = true;
		touch->effects.uses |= COUNTS_STATEMENTS;
		break;
	case STMT_DELETE:
		touch_place(touch, stmt->expr);
		break;
	case STMT_TRY:
		write_variable(touch, stmt->try_catch.variable);
		break;
	case STMT_EMBEDDED_C:
		touch_embedded(touch, stmt->embedded_c);
		break;
	default:
		break;
	}
}

/* ---- Functions ---- */

/* What the function's own text does, with what is known of those that it calls. */
static bool learn_function(struct touch *touch, struct function *function)
{
	bool changed;

	effects_init(&touch->effects, touch->program);
	if (function->embedded_c)
		touch_embedded(touch, function->embedded_c);
	else
		stmt_walk(function->body, touch_stmt, touch_expr, touch);
	touch->effects.fails |= function->is_recursive;
	changed = effects_merge(&touch->functions[function->number], &touch->effects, set_words(touch->program));
	effects_clear(&touch->effects);
	return changed;
}

/* Callees come first, so that a second round learns something of functions in a circle alone. */
static void touch_begin(struct touch *touch, const struct program *program)
{
	bool changed;

	touch->program = program;
	touch->added_to = g_hash_table_new(NULL, NULL);
	touch->functions = g_new0(struct effects, program->functions->len + 1);
	for (unsigned int i = 0; i < program->functions->len; i++)
		effects_init(&touch->functions[i], program);
	do {
		changed = false;
		for (unsigned int i = 0; i < program->functions->len; i++) {
			struct function *function = g_ptr_array_index(program->functions, i);

			changed |= learn_function(touch, function) && function->is_recursive;
		}
	} while (changed);
}

static void touch_end(struct touch *touch)
{
	for (unsigned int i = 0; i < touch->program->functions->len; i++)
		effects_clear(&touch->functions[i]);
	g_free(touch->functions);
	g_hash_table_destroy(touch->added_to);
}

static void judge_function(const struct touch *touch, struct function *function)
{
	const struct effects *effects = &touch->functions[function->number];

	function->may_fail = effects->fails;
	function->has_side_effects = effects->prints || effects->writes_global;
	for (unsigned int i = 0; i < function->parameters->len; i++) {
		struct variable *parameter = g_ptr_array_index(function->parameters, i);
		parameter->is_reference = parameter->type == TYPE_STRING && !parameter->is_written;
	}
}

static void judge_all(const struct touch *touch)
{
	for (unsigned int i = 0; i < touch->program->functions->len; i++)
		judge_function(touch, g_ptr_array_index(touch->program->functions, i));
}

void judge_functions(struct analysis *analysis)
{
	struct touch touch;

	touch_begin(&touch, analysis->program);
	judge_all(&touch);
	touch_end(&touch);
}

/* ---- Handlers ---- */

static bool reads_written(const struct condition *condition, const struct effects *effects)
{
	for (unsigned int i = 0; i < condition->globals->len; i++)
		if (set_has(effects->written, ((struct variable *)g_ptr_array_index(condition->globals, i))->number))
			return true;
	return false;
}

/* The conditions that the handler decides anew, for it writes what they read. */
static void plan_conditions(struct touch *touch, struct program *program, struct handler *handler)
{
	for (unsigned int i = 0; i < program->conditions->len; i++) {
		struct condition *condition = g_ptr_array_index(program->conditions, i);

		if (reads_written(condition, &touch->effects))
			g_ptr_array_add(handler->decides, condition);
	}
	for (unsigned int i = 0; i < handler->decides->len; i++)
		expr_walk(((struct condition *)g_ptr_array_index(handler->decides, i))->expr, touch_expr, touch);
}

/* Whether it may write to the stream of its CPU. The one error that ends a session goes by mail. */
static bool writes_where_it_runs(const struct program *program, const struct handler *handler,
				 const struct effects *effects)
{
	return context_of(handler) == CONTEXT_ATOMIC &&
	       (effects->prints || (effects->fails && program->limits.maxerrors > 0));
}

static void learn_handler(struct touch *touch, struct program *program, struct handler *handler, struct effects *ret)
{
	effects_init(&touch->effects, program);
	stmt_walk(handler->body, touch_stmt, touch_expr, touch);
	program->prints |= writes_where_it_runs(program, handler, &touch->effects);
	program->asks_for_match |= touch->effects.asks_for_match;
	handler->prints = touch->effects.prints;
	plan_conditions(touch, program, handler);
	handler->uses = touch->effects.uses | (handler->uses_target_variables ? USES_TARGETS : 0);
	if (((const struct probe *)g_ptr_array_index(handler->probes, 0))->only_if)
		handler->uses |= USES_ARGUMENTS;
	for (unsigned int i = 0; i < handler->probes->len; i++)
		((struct probe *)g_ptr_array_index(handler->probes, i))->uses = handler->uses;
	*ret = touch->effects;
}

static void plan_handlers(struct analysis *analysis, struct touch *touch)
{
	struct program *program = analysis->program;
	g_autofree struct effects *effects = g_new0(struct effects, program->handlers->len + 1);

	for (unsigned int i = 0; i < program->handlers->len; i++)
		learn_handler(touch, program, g_ptr_array_index(program->handlers, i), &effects[i]);
	plan_sharing(program, effects);
	for (unsigned int i = 0; i < program->handlers->len; i++)
		effects_clear(&effects[i]);
}

/* With groups the matchers cost more, and an expression may only then have too many states. */
static bool compile_groups(struct analysis *analysis)
{
	const GPtrArray *regexes = analysis->program->regexes;
	bool ok = true;

	for (unsigned int i = 0; analysis->program->asks_for_match && i < regexes->len; i++) {
		struct regex_use *use = g_ptr_array_index(regexes, i);
		const char *error;
		size_t at;

		use->regex = regex_compile(analysis->arena, use->pattern, true, &error, &at);
		if (use->regex)
			continue;
		ok = false;
		diag_error(analysis->diag, use->span, "E-regex", "%s, at byte %zu of the regular expression \"%s\"",
			   error, at + 1, use->pattern);
		diag_note(analysis->diag, no_span, "it has to find groups, too, because the script uses matched()");
	}
	return ok;
}

/* Top-level C of the script, and of the tapset files that functions in use stand in. */
static void collect_embedded_c(struct analysis *analysis)
{
	struct program *program = analysis->program;
	g_autoptr(GHashTable) used = g_hash_table_new(NULL, NULL);

	g_hash_table_add(used, (gpointer)program->script->source);
	for (unsigned int i = 0; i < program->functions->len; i++)
		g_hash_table_add(used, (gpointer)((struct function *)
				 g_ptr_array_index(program->functions, i))->span.source);
	for (unsigned int i = 0; i <= analysis->input->library->len; i++) {
		const struct script *script = i < analysis->input->library->len ?
			g_ptr_array_index(analysis->input->library, i) : program->script;

		for (unsigned int j = 0; g_hash_table_contains(used, script->source) && j < script->embedded_c->len; j++)
			g_ptr_array_add(program->embedded_c, g_ptr_array_index(script->embedded_c, j));
	}
}

bool plan_effects(struct analysis *analysis)
{
	struct touch touch;

	touch_begin(&touch, analysis->program);
	judge_all(&touch);
	plan_handlers(analysis, &touch);
	touch_end(&touch);
	collect_embedded_c(analysis);
	return compile_groups(analysis);
}
