/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conditions: which of two texts a script holds, decided before it is parsed. Called by the
 * preprocessor for each of the marks "%(", "%?", "%:" and "%)".
 *
 *     %( kernel_v >= "5.10" && CONFIG_SMP == "y" %? text that is taken %: text that is not %)
 *
 * A condition stands in one frame, with all its marks. What it compares is read with arguments and
 * macros expanded; the branch that is not taken is passed as it is written.
 */
#include <fnmatch.h>
#include <string.h>

#include "script/preprocess_internal.h"

#define NESTED_CONDITIONS_MAX 100

bool condition_is_mark(enum token_kind kind)
{
	return kind == TOKEN_CONDITION || kind == TOKEN_CONDITION_THEN ||
	       kind == TOKEN_CONDITION_ELSE || kind == TOKEN_CONDITION_END;
}

/* ---- What is compared ---- */

/* How the value behind a name is compared. */
enum comparison { COMPARE_VERSIONS, COMPARE_PATTERN, COMPARE_FLAG, COMPARE_OPTION };

static const struct {
	const char *name;
	enum comparison comparison;
} world_names[] = {
	{ "kernel_v", COMPARE_VERSIONS },
	{ "kernel_vr", COMPARE_VERSIONS },
	{ "arch", COMPARE_PATTERN },
	{ "systemtap_v", COMPARE_VERSIONS },
	{ "systemtap_privilege", COMPARE_PATTERN },
	{ "runtime", COMPARE_PATTERN },
	{ "guru_mode", COMPARE_FLAG },
};

/* A condition that is being read: the token ahead is what comes next. */
struct reader {
	struct token_stream *stream;
	struct token ahead;
};

/* left operation right. */
struct comparison_text {
	struct token left, operation, right;
};

static void advance(struct reader *reader)
{
	reader->ahead = tokens_next(reader->stream);
}

static bool is_option_name(const struct token *token)
{
	return token->kind == TOKEN_IDENTIFIER && strncmp(token->text, "CONFIG_", 7) == 0;
}

static bool find_comparison(const struct token *token, enum comparison *comparison_ret)
{
	*comparison_ret = COMPARE_OPTION;
	if (is_option_name(token))
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(world_names); i++) {
		if (strcmp(world_names[i].name, token->text) == 0) {
			*comparison_ret = world_names[i].comparison;
			return true;
		}
	}
	return false;
}

/* An error where something else was expected; none where an error was reported already. */
static bool refuse(struct reader *reader, const char *expected)
{
	const struct token *found = &reader->ahead;

	if (found->kind != TOKEN_ERROR)
		preprocess_error(reader->stream, found->span, "E-preprocessor",
				 "expected %s, found %s", expected,
				 token_describe(reader->stream->context->arena, found));
	return false;
}

/* Which of the names the word may have been meant to be. */
static void suggest_name(struct diag *diag, const char *word)
{
	GPtrArray *names = g_ptr_array_new();
	const char *similar;

	for (size_t i = 0; i < G_N_ELEMENTS(world_names); i++)
		g_ptr_array_add(names, (char *)world_names[i].name);
	similar = did_you_mean(word, names);
	if (similar)
		diag_note(diag, no_span, "did you mean '%s'?", similar);
	else
		diag_note(diag, no_span,
			  "a string stands in quotes; a script argument as a string is @1");
	g_ptr_array_free(names, TRUE);
}

static bool refuse_operand(struct reader *reader)
{
	struct diag *diag = reader->stream->context->diag;
	const struct token *found = &reader->ahead;

	refuse(reader, "a name, a string or a number to compare");
	if (found->kind == TOKEN_LEFT_PARENTHESIS)
		diag_note(diag, no_span,
			  "conditions have no parentheses; '&&' binds tighter than '||'");
	else if (found->kind == TOKEN_IDENTIFIER)
		suggest_name(diag, found->text);
	else if (found->kind != TOKEN_ERROR)
		diag_note(diag, no_span,
			  "the names are kernel_v, kernel_vr, arch, CONFIG_..., systemtap_v, "
			  "systemtap_privilege, runtime and guru_mode");
	return false;
}

/* The value of a name, or NULL with the reason reported. */
static const char *ask_world(struct token_stream *stream, const struct token *name)
{
	const struct preprocessor_world *world = stream->context->world;
	const char *why = "nothing is known of the kernel here", *value = NULL;

	if (world)
		value = world->value(world->data, name->text, &why);
	if (!value)
		preprocess_error(stream, name->span, "E-preprocessor",
				 "the value of '%s' is not known: %s", name->text, why);
	return value;
}

/* ---- Comparing ---- */

/* The digits at *text_ret without leading zeros; moves behind them. */
static size_t take_digits(const char **text_ret)
{
	size_t length;

	*text_ret += strspn(*text_ret, "0");
	length = strspn(*text_ret, "0123456789");
	*text_ret += length;
	return length;
}

/* The order of two versions: byte by byte, but digits as numbers. "5.10" is behind "5.9". */
static int compare_versions(const char *a, const char *b)
{
	while (*a && *b) {
		if (g_ascii_isdigit(*a) && g_ascii_isdigit(*b)) {
			size_t a_length = take_digits(&a), b_length = take_digits(&b);
			int order;

			if (a_length != b_length)
				return a_length < b_length ? -1 : 1;
			order = memcmp(a - a_length, b - b_length, a_length);
			if (order != 0)
				return order;
		} else if (*a != *b) {
			return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
		} else {
			a++;
			b++;
		}
	}
	return *a ? 1 : *b ? -1 : 0;
}

static bool is_comparison(enum token_kind kind)
{
	return kind == TOKEN_EQUAL || kind == TOKEN_NOT_EQUAL || kind == TOKEN_LESS ||
	       kind == TOKEN_LESS_EQUAL || kind == TOKEN_GREATER || kind == TOKEN_GREATER_EQUAL;
}

static bool is_equality(enum token_kind kind)
{
	return kind == TOKEN_EQUAL || kind == TOKEN_NOT_EQUAL;
}

/* Whether "left operation right" holds if left is smaller (-), equal (0) or greater (+). */
static bool order_fits(enum token_kind operation, int order)
{
	switch (operation) {
	case TOKEN_EQUAL:
		return order == 0;
	case TOKEN_NOT_EQUAL:
		return order != 0;
	case TOKEN_LESS:
		return order < 0;
	case TOKEN_LESS_EQUAL:
		return order <= 0;
	case TOKEN_GREATER:
		return order > 0;
	default:
		return order >= 0;
	}
}

static int compare_numbers(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static bool pattern_fits(enum token_kind operation, const char *value, const char *pattern)
{
	return (fnmatch(pattern, value, 0) == 0) == (operation == TOKEN_EQUAL);
}

/* Checks what stands to the right of a comparison. False if it is not that (reported). */
static bool expect_right(struct token_stream *stream, const struct comparison_text *text,
			 enum token_kind kind)
{
	if (text->right.kind == kind)
		return true;
	preprocess_error(stream, text->right.span, "E-preprocessor",
			 "expected %s to compare %s with, found %s",
			 kind == TOKEN_STRING ? "a string" : "a number",
			 token_describe(stream->context->arena, &text->left),
			 token_describe(stream->context->arena, &text->right));
	return false;
}

static bool expect_equality(struct token_stream *stream, const struct comparison_text *text)
{
	if (is_equality(text->operation.kind))
		return true;
	preprocess_error(stream, text->operation.span, "E-preprocessor",
			 "expected '==' or '!=' behind '%s', found '%s': it has no order",
			 text->left.text, text->operation.text);
	return false;
}

static bool decide_literals(struct token_stream *stream, const struct comparison_text *text,
			    bool *value_ret)
{
	int order;

	if (!expect_right(stream, text, text->left.kind))
		return false;
	order = text->left.kind == TOKEN_NUMBER ?
			compare_numbers(text->left.number, text->right.number) :
			strcmp(text->left.text, text->right.text);
	*value_ret = order_fits(text->operation.kind, order);
	return true;
}

/* An option that is not set counts as 0. */
static bool decide_option_number(struct token_stream *stream, const struct comparison_text *text,
				 const char *value, bool *value_ret)
{
	char *end;
	int64_t number = (int64_t)g_ascii_strtoull(value, &end, 0);

	if (*end) {
		preprocess_error(stream, text->right.span, "E-preprocessor",
				 "the value of '%s' is \"%s\" and no number", text->left.text,
				 value);
		return false;
	}
	*value_ret = order_fits(text->operation.kind,
				compare_numbers(number, text->right.number));
	return true;
}

static bool decide_option(struct token_stream *stream, const struct comparison_text *text,
			  const char *value, bool *value_ret)
{
	const char *right = text->right.text;

	if (text->right.kind == TOKEN_NUMBER)
		return decide_option_number(stream, text, value, value_ret);
	if (!expect_equality(stream, text))
		return false;
	if (!is_option_name(&text->right)) {
		if (!expect_right(stream, text, TOKEN_STRING))
			return false;
		*value_ret = pattern_fits(text->operation.kind, value, right);
		return true;
	}
	right = ask_world(stream, &text->right);
	if (right)
		*value_ret = order_fits(text->operation.kind, strcmp(value, right));
	return right;
}

static bool refuse_pattern_order(struct token_stream *stream, const struct comparison_text *text)
{
	preprocess_error(stream, text->right.span, "E-preprocessor",
			 "a pattern has no order: compare it with '==' or '!=', or write a version");
	return false;
}

/* Compares the value behind a name as what it is. False if that makes no sense (reported). */
static bool decide_name(struct token_stream *stream, const struct comparison_text *text,
			enum comparison comparison, bool *value_ret)
{
	enum token_kind operation = text->operation.kind;
	const char *value;

	if (comparison != COMPARE_OPTION &&
	    !expect_right(stream, text, comparison == COMPARE_FLAG ? TOKEN_NUMBER : TOKEN_STRING))
		return false;
	if ((comparison == COMPARE_PATTERN || comparison == COMPARE_FLAG) &&
	    !expect_equality(stream, text))
		return false;
	value = ask_world(stream, &text->left);
	if (!value)
		return false;
	if (comparison == COMPARE_OPTION)
		return decide_option(stream, text, value, value_ret);
	if (comparison == COMPARE_FLAG)
		*value_ret = order_fits(operation,
					compare_numbers(g_ascii_strtoll(value, NULL, 10),
							text->right.number));
	else if (is_equality(operation))
		*value_ret = pattern_fits(operation, value, text->right.text);
	else if (strpbrk(text->right.text, "*?["))
		return refuse_pattern_order(stream, text);
	else
		*value_ret = order_fits(operation, compare_versions(value, text->right.text));
	return true;
}

/* ---- The grammar ---- */

/* simple = ( name | string | number ) comparison ( string | number | option ) . */
static bool read_simple(struct reader *reader, bool *value_ret)
{
	struct comparison_text text = { .left = reader->ahead };
	bool is_literal = text.left.kind == TOKEN_STRING || text.left.kind == TOKEN_NUMBER;
	enum comparison comparison = COMPARE_PATTERN;

	if (!is_literal && (text.left.kind != TOKEN_IDENTIFIER ||
			    !find_comparison(&text.left, &comparison)))
		return refuse_operand(reader);
	advance(reader);
	text.operation = reader->ahead;
	if (!is_comparison(text.operation.kind))
		return refuse(reader, "a comparison ('==', '!=', '<', '<=', '>' or '>=')");
	advance(reader);
	text.right = reader->ahead;
	if (text.right.kind != TOKEN_STRING && text.right.kind != TOKEN_NUMBER &&
	    !is_option_name(&text.right))
		return refuse(reader, "a string or a number");
	advance(reader);
	if (is_literal)
		return decide_literals(reader->stream, &text, value_ret);
	return decide_name(reader->stream, &text, comparison, value_ret);
}

/* conjunction = simple { "&&" simple } . */
static bool read_conjunction(struct reader *reader, bool *value_ret)
{
	if (!read_simple(reader, value_ret))
		return false;
	while (reader->ahead.kind == TOKEN_LOGICAL_AND) {
		bool right;

		advance(reader);
		if (!read_simple(reader, &right))
			return false;
		*value_ret &= right;
	}
	return true;
}

/* condition = conjunction { "||" conjunction } "%?" . */
static bool read_condition(struct reader *reader, bool *value_ret)
{
	advance(reader);
	if (!read_conjunction(reader, value_ret))
		return false;
	while (reader->ahead.kind == TOKEN_LOGICAL_OR) {
		bool right;

		advance(reader);
		if (!read_conjunction(reader, &right))
			return false;
		*value_ret |= right;
	}
	return reader->ahead.kind == TOKEN_CONDITION_THEN ||
	       refuse(reader, "'&&', '||' or '%?' behind a comparison");
}

/* ---- Branches ---- */

static struct condition *innermost(struct token_stream *stream)
{
	guint count = stream->conditions->len;

	return count > 0 ? &g_array_index(stream->conditions, struct condition, count - 1) : NULL;
}

static void pop_condition(struct token_stream *stream)
{
	g_array_set_size(stream->conditions, stream->conditions->len - 1);
}

static void report_no_end(struct token_stream *stream, struct span span)
{
	preprocess_error(stream, span, "E-preprocessor",
			 "this condition has no end: expected '%%)'");
}

static void report_second_else(struct token_stream *stream, struct span span)
{
	preprocess_error(stream, span, "E-preprocessor",
			 "this condition has a '%%:' already: expected '%%)'");
}

struct token condition_skip(struct token_stream *stream, bool stops_at_else)
{
	struct layout layout = stream->layout;
	struct token token;
	int depth = 0;

	lex_set_passing(stream->lexer, true);
	for (;;) {
		token = preprocess_take(stream);
		if (token.kind == TOKEN_END || (token.kind == TOKEN_CONDITION_END && depth == 0) ||
		    (token.kind == TOKEN_CONDITION_ELSE && depth == 0 && stops_at_else))
			break;
		if (token.kind == TOKEN_SCRIPT_ARGUMENT)
			argument_mark_used(stream, &token);
		depth += token.kind == TOKEN_CONDITION;
		depth -= token.kind == TOKEN_CONDITION_END;
	}
	lex_set_passing(stream->lexer, false);
	stream->was_cut_short |= token.kind == TOKEN_END && stream->frames->len == 1;
	stream->layout = layout;
	return token;
}

/* Passes the rest of the innermost condition from the "%:" on, and ends it. */
static void skip_else(struct token_stream *stream)
{
	struct span span = innermost(stream)->span;
	struct token token = condition_skip(stream, true);

	if (token.kind == TOKEN_CONDITION_ELSE) {
		report_second_else(stream, token.span);
		token = condition_skip(stream, false);
	}
	if (token.kind == TOKEN_END)
		report_no_end(stream, span);
	pop_condition(stream);
}

/* Passes the branch behind "%?", and ends the condition if there is no other. */
static void skip_then(struct token_stream *stream)
{
	struct condition *condition = innermost(stream);
	struct token token = condition_skip(stream, true);

	condition->is_behind_else = token.kind == TOKEN_CONDITION_ELSE;
	if (condition->is_behind_else)
		return;
	if (token.kind == TOKEN_END)
		report_no_end(stream, condition->span);
	pop_condition(stream);
}

/* Reads the condition behind a "%(". False if it makes no sense: then it is passed as a whole. */
static bool open_condition(struct token_stream *stream, const struct token *mark)
{
	struct condition condition = {
		.span = mark->span, .depth = stream->frames->len, .is_being_read = true,
	};
	struct layout layout = stream->layout;
	struct reader reader = { .stream = stream };
	bool makes_sense, value = false;

	g_array_append_val(stream->conditions, condition);
	makes_sense = read_condition(&reader, &value);
	stream->layout = layout;
	preprocess_unwind(stream, condition.depth);
	innermost(stream)->is_being_read = false;
	if (makes_sense) {
		if (!value)
			skip_then(stream);
		return true;
	}
	if (reader.ahead.kind != TOKEN_CONDITION_END)
		condition_skip(stream, false);
	pop_condition(stream);
	return false;
}

/* Why no condition can stand here, or NULL. */
static const char *find_obstacle(struct token_stream *stream)
{
	const struct condition *around = innermost(stream);

	if (around && around->is_being_read && around->depth == stream->frames->len)
		return "a condition cannot decide what another one compares";
	if (stream->conditions->len >= NESTED_CONDITIONS_MAX)
		return "conditions are nested more than " G_STRINGIFY(NESTED_CONDITIONS_MAX)
		       " deep";
	return NULL;
}

/* "%(" : true if there is an error to give out in its place. */
static bool digest_opening(struct token_stream *stream, struct token *token)
{
	const char *obstacle = find_obstacle(stream);
	bool is_good = !obstacle && open_condition(stream, token);

	if (obstacle) {
		preprocess_error(stream, token->span, "E-preprocessor", "%s", obstacle);
		condition_skip(stream, false);
	}
	token->kind = TOKEN_ERROR;
	return !is_good;
}

bool condition_digest(struct token_stream *stream, struct token *token)
{
	const struct condition *condition = innermost(stream);

	if (token->kind == TOKEN_CONDITION)
		return digest_opening(stream, token);
	if (!condition || condition->depth != stream->frames->len) {
		preprocess_error(stream, token->span, "E-preprocessor",
				 "there is no condition for this '%s': expected '%%(' before it",
				 token->text);
		return false;
	}
	if (condition->is_being_read)
		return true;
	if (token->kind == TOKEN_CONDITION_END) {
		pop_condition(stream);
		return false;
	}
	if (token->kind == TOKEN_CONDITION_THEN)
		preprocess_error(stream, token->span, "E-preprocessor",
				 "this condition has a '%%?' already: expected '%%:' or '%%)'");
	else if (condition->is_behind_else)
		report_second_else(stream, token->span);
	if (token->kind == TOKEN_CONDITION_ELSE)
		skip_else(stream);
	return false;
}

bool condition_leave_frame(struct token_stream *stream)
{
	const struct condition *condition;

	while ((condition = innermost(stream)) && condition->depth == stream->frames->len) {
		if (condition->is_being_read)
			return false;
		report_no_end(stream, condition->span);
		pop_condition(stream);
	}
	return true;
}
