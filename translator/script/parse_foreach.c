/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The statement "foreach": over all elements of an array, over those that a slice selects, or over
 * the buckets of a histogram. Called by parse_statement.c.
 *
 * It sorts by one thing at most: one of the keys, the value, or an aggregate of it.
 */
#include "script/parse_internal.h"

/* ---- What is sorted by ---- */

/* [ "+" | "-" ] . What is sorted by column `column`; an error if something else was already. */
static bool parse_sort(struct parser *parser, struct stmt *stmt, int column)
{
	enum sort_direction direction = SORT_NONE;

	if (parse_at(parser, TOKEN_PLUS))
		direction = SORT_ASCENDING;
	else if (parse_at(parser, TOKEN_MINUS))
		direction = SORT_DESCENDING;
	else
		return true;
	if (stmt->foreach.direction != SORT_NONE) {
		parse_error(parser, parser->token.span, "E-syntax",
			    "'foreach' sorts by one key or by the value, not by two of them");
		return false;
	}
	parse_advance(parser);
	stmt->foreach.direction = direction;
	stmt->foreach.sort_column = column;
	return true;
}

/* [ [ statistic ] ( "+" | "-" ) ] behind the array. */
static bool parse_array_sort(struct parser *parser, struct stmt *stmt)
{
	struct span span = parser->token.span;

	if (!parse_accept_statistic(parser, &stmt->foreach.sort_statistic))
		return parse_sort(parser, stmt, 0);
	stmt->foreach.has_sort_statistic = true;
	if (stmt->foreach.histogram) {
		parse_error(parser, span, "E-syntax",
			    "buckets of a histogram hold one number each: write '+' or '-' alone to "
			    "sort by it");
		return false;
	}
	if (!parse_at(parser, TOKEN_PLUS) && !parse_at(parser, TOKEN_MINUS)) {
		parse_unexpected(parser, "'+' or '-' behind what 'foreach' sorts by");
		return false;
	}
	return parse_sort(parser, stmt, 0);
}

/* ---- Keys ---- */

/* foreach key = name [ "+" | "-" ] . */
static bool parse_key(struct parser *parser, struct stmt *stmt)
{
	struct foreach_key *key = arena_new0(parser->arena, struct foreach_key);

	key->name = parse_name(parser, "a name for the key", &key->span);
	if (!key->name)
		return false;
	if (stmt->foreach.keys->len == MAX_KEYS) {
		parse_error(parser, key->span, "E-key-count", "an array has at most %d keys",
			    MAX_KEYS);
		return false;
	}
	g_ptr_array_add(stmt->foreach.keys, key);
	return parse_sort(parser, stmt, (int)stmt->foreach.keys->len);
}

/* "[" foreach key { "," foreach key } "]" . The "[" is consumed. */
static bool parse_key_list(struct parser *parser, struct stmt *stmt)
{
	do {
		if (!parse_key(parser, stmt))
			return false;
	} while (parse_accept(parser, TOKEN_COMMA));
	if (parse_accept(parser, TOKEN_RIGHT_BRACKET))
		return true;
	parse_unexpected(parser, "',' or ']' behind a key of 'foreach'");
	return false;
}

/*
 * foreach keys = [ name [ "+" | "-" ] "=" ]
 *                ( foreach key | "[" foreach key { "," foreach key } "]" ) .
 */
static bool parse_foreach_keys(struct parser *parser, struct stmt *stmt)
{
	stmt->foreach.keys = arena_array(parser->arena);
	if (parse_accept(parser, TOKEN_LEFT_BRACKET))
		return parse_key_list(parser, stmt);
	if (!parse_key(parser, stmt))
		return false;
	if (!parse_accept(parser, TOKEN_ASSIGN))
		return true;
	/* What looked like a key is the name for the value, and so is what it sorts by. */
	stmt->foreach.value = g_ptr_array_index(stmt->foreach.keys, 0);
	stmt->foreach.sort_column = 0;
	g_ptr_array_set_size(stmt->foreach.keys, 0);
	if (parse_accept(parser, TOKEN_LEFT_BRACKET))
		return parse_key_list(parser, stmt);
	return parse_key(parser, stmt);
}

/* ---- What it goes over ---- */

static bool parse_buckets(struct parser *parser, struct stmt *stmt)
{
	const struct foreach_key *second;

	stmt->foreach.histogram = parse_histogram(parser);
	if (!stmt->foreach.histogram)
		return false;
	if (stmt->foreach.keys->len > 1) {
		second = g_ptr_array_index(stmt->foreach.keys, 1);
		parse_error(parser, second->span, "E-key-count",
			    "the buckets of a histogram have one key, their number");
		return false;
	}
	if (parse_at(parser, TOKEN_LEFT_BRACKET)) {
		parse_error(parser, parser->token.span, "E-syntax",
			    "'foreach' goes over all buckets of a histogram: ask for one of them "
			    "in an expression, as in '@hist_log(x)[5]'");
		return false;
	}
	return true;
}

/* name [ "[" keys "]" ] . */
static bool parse_array(struct parser *parser, struct stmt *stmt)
{
	stmt->foreach.name = parse_name(parser, "the name of an array behind 'in'",
					&stmt->foreach.name_span);
	if (!stmt->foreach.name)
		return false;
	if (!parse_accept(parser, TOKEN_LEFT_BRACKET))
		return true;
	stmt->foreach.slice = parse_keys(parser, true);
	return stmt->foreach.slice;
}

/* foreach array = ( array | histogram ) [ [ statistic ] ( "+" | "-" ) ] [ "limit" expression ] . */
static bool parse_foreach_array(struct parser *parser, struct stmt *stmt)
{
	bool is_histogram = parse_at(parser, TOKEN_AT_HISTOGRAM_LOG) ||
			    parse_at(parser, TOKEN_AT_HISTOGRAM_LINEAR);

	if (!(is_histogram ? parse_buckets : parse_array)(parser, stmt) ||
	    !parse_array_sort(parser, stmt))
		return false;
	if (!parse_accept(parser, TOKEN_LIMIT))
		return true;
	stmt->foreach.limit = parse_expression(parser);
	return stmt->foreach.limit;
}

static bool expect_foreach_end(struct parser *parser)
{
	static const char *const words[] = { "limit", NULL };

	if (parse_accept(parser, TOKEN_RIGHT_PARENTHESIS))
		return true;
	parse_unexpected_word(parser, "')' behind the array of 'foreach'", words);
	return false;
}

/* foreach = "foreach" "(" foreach keys "in" foreach array ")" statement . */
struct stmt *parse_foreach(struct parser *parser, struct span start)
{
	struct stmt *stmt = parse_new_stmt(parser, STMT_FOREACH, start);

	if (!parse_expect(parser, TOKEN_LEFT_PARENTHESIS, "behind 'foreach'") ||
	    !parse_foreach_keys(parser, stmt) ||
	    !parse_expect(parser, TOKEN_IN, "behind the keys of 'foreach'") ||
	    !parse_foreach_array(parser, stmt) || !expect_foreach_end(parser))
		return NULL;
	stmt->foreach.body = parse_statement(parser);
	stmt->span = parse_span(parser, start);
	return stmt->foreach.body ? stmt : NULL;
}
