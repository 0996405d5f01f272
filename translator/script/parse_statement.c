/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statements and blocks. Called for the bodies of probes and functions.
 *
 * Statements need no separator: each takes all that it can, and a ';' behind a simple one belongs
 * to it. After an error the block goes on at the next statement; what was wrong is left out.
 */
#include "script/parse_internal.h"

struct stmt *parse_new_stmt(struct parser *parser, enum stmt_kind kind, struct span start)
{
	struct stmt *stmt = arena_new0(parser->arena, struct stmt);

	stmt->kind = kind;
	stmt->span = parse_span(parser, start);
	return stmt;
}

/* [ ";" ] behind a simple statement, whose span does not include it. */
static struct stmt *finish_simple(struct parser *parser, struct stmt *stmt)
{
	parse_accept(parser, TOKEN_SEMICOLON);
	return stmt;
}

/* ---- Resuming after an error ---- */

static bool at_statement_keyword(const struct parser *parser)
{
	switch (parser->token.kind) {
	case TOKEN_IF:
	case TOKEN_FOR:
	case TOKEN_FOREACH:
	case TOKEN_WHILE:
	case TOKEN_RETURN:
	case TOKEN_DELETE:
	case TOKEN_BREAK:
	case TOKEN_CONTINUE:
	case TOKEN_NEXT:
	case TOKEN_TRY:
		return true;
	default:
		return false;
	}
}

/* Does the line begin with what could be a statement, and not with the rest of one? */
static bool at_new_line_statement(const struct parser *parser)
{
	switch (parser->token.kind) {
	case TOKEN_IDENTIFIER:
	case TOKEN_TARGET:
	case TOKEN_INCREMENT:
	case TOKEN_DECREMENT:
	case TOKEN_EMBEDDED_C:
		return parser->token.is_first_on_line;
	default:
		return parser->token.is_first_on_line && at_statement_keyword(parser);
	}
}

static bool at_block_end(const struct parser *parser)
{
	return parse_at(parser, TOKEN_RIGHT_BRACE) || parse_at(parser, TOKEN_END) ||
	       parse_at_declaration(parser);
}

/* A block behind an error is looked at, for it may hold others; so is what "else" begins. */
static void skip_block(struct parser *parser)
{
	parse_block(parser, "");
	while (parse_accept(parser, TOKEN_ELSE) || parse_accept(parser, TOKEN_CATCH)) {
		while (!parse_at(parser, TOKEN_LEFT_BRACE) && !at_block_end(parser) &&
		       !parser->token.is_first_on_line)
			parse_advance(parser);
		if (parse_at(parser, TOKEN_LEFT_BRACE))
			parse_block(parser, "");
	}
}

/* Skips to the next statement. `depth` is that of the block. */
static void resume(struct parser *parser, int depth)
{
	for (bool is_first = true; !at_block_end(parser); is_first = false) {
		if (at_new_line_statement(parser) && (!is_first || at_statement_keyword(parser)))
			break;
		if (parse_at(parser, TOKEN_LEFT_BRACE)) {
			skip_block(parser);
			break;
		}
		if (parser->depth <= depth && parse_accept(parser, TOKEN_SEMICOLON))
			break;
		parse_advance(parser);
	}
	parser->depth = depth;
}

/* ---- Blocks ---- */

static void expect_block_end(struct parser *parser, struct span opening)
{
	if (!parse_accept(parser, TOKEN_RIGHT_BRACE) &&
	    parse_unexpected(parser, "a statement or '}'"))
		diag_note(parser->diag, opening, "to close this block");
}

/* block = "{" { statement } "}" . */
struct stmt *parse_block(struct parser *parser, const char *where)
{
	struct span start = parser->token.span;
	GPtrArray *statements = arena_array(parser->arena);
	int depth = parser->depth;
	struct stmt *block;

	if (!parse_expect(parser, TOKEN_LEFT_BRACE, where) || !parse_enter(parser))
		return NULL;
	while (!at_block_end(parser)) {
		struct stmt *stmt = parse_statement(parser);

		if (stmt)
			g_ptr_array_add(statements, stmt);
		else
			resume(parser, depth);
	}
	expect_block_end(parser, start);
	parse_leave(parser);
	block = parse_new_stmt(parser, STMT_BLOCK, start);
	block->block = statements;
	return block;
}

/* ---- Branches and loops ---- */

/* "(" expression ")" . */
static struct expr *parse_condition(struct parser *parser, const char *before, const char *behind)
{
	struct expr *condition;

	if (!parse_expect(parser, TOKEN_LEFT_PARENTHESIS, before))
		return NULL;
	condition = parse_expression(parser);
	if (!condition || !parse_expect(parser, TOKEN_RIGHT_PARENTHESIS, behind))
		return NULL;
	return condition;
}

/* if = "if" "(" expression ")" statement [ "else" statement ] . */
static struct stmt *parse_if(struct parser *parser, struct span start)
{
	struct expr *condition = parse_condition(parser, "behind 'if'", "behind the condition");
	struct stmt *then = condition ? parse_statement(parser) : NULL;
	struct stmt *otherwise = NULL, *stmt;

	if (!then)
		return NULL;
	if (parse_accept(parser, TOKEN_ELSE)) {
		otherwise = parse_statement(parser);
		if (!otherwise)
			return NULL;
	}
	stmt = parse_new_stmt(parser, STMT_IF, start);
	stmt->branch.condition = condition;
	stmt->branch.then = then;
	stmt->branch.otherwise = otherwise;
	return stmt;
}

/* while = "while" "(" expression ")" statement . */
static struct stmt *parse_while(struct parser *parser, struct span start)
{
	struct expr *condition = parse_condition(parser, "behind 'while'", "behind the condition");
	struct stmt *body = condition ? parse_statement(parser) : NULL;
	struct stmt *stmt;

	if (!body)
		return NULL;
	stmt = parse_new_stmt(parser, STMT_WHILE, start);
	stmt->loop.condition = condition;
	stmt->loop.body = body;
	return stmt;
}

/* [ expression ] end . */
static bool parse_loop_part(struct parser *parser, enum token_kind end, const char *where,
			    struct expr **ret)
{
	if (parse_accept(parser, end))
		return true;
	*ret = parse_expression(parser);
	return *ret && parse_expect(parser, end, where);
}

/* for = "for" "(" [ expression ] ";" [ expression ] ";" [ expression ] ")" statement . */
static struct stmt *parse_for(struct parser *parser, struct span start)
{
	struct stmt *stmt = parse_new_stmt(parser, STMT_FOR, start);

	if (!parse_expect(parser, TOKEN_LEFT_PARENTHESIS, "behind 'for'") ||
	    !parse_loop_part(parser, TOKEN_SEMICOLON, "behind what 'for' starts with",
			     &stmt->loop.initial) ||
	    !parse_loop_part(parser, TOKEN_SEMICOLON, "behind the condition of 'for'",
			     &stmt->loop.condition) ||
	    !parse_loop_part(parser, TOKEN_RIGHT_PARENTHESIS, "behind the step of 'for'",
			     &stmt->loop.step))
		return NULL;
	stmt->loop.body = parse_statement(parser);
	stmt->span = parse_span(parser, start);
	return stmt->loop.body ? stmt : NULL;
}

/* ---- Simple statements ---- */

/* return = "return" [ expression ] [ ";" ] . */
static struct stmt *parse_return(struct parser *parser, struct span start)
{
	struct expr *value = NULL;
	struct stmt *stmt;

	if (!parse_at(parser, TOKEN_SEMICOLON) && !at_block_end(parser) &&
	    !token_is_keyword(parser->token.kind)) {
		value = parse_expression(parser);
		if (!value)
			return NULL;
	}
	stmt = parse_new_stmt(parser, STMT_RETURN, start);
	stmt->expr = value;
	return finish_simple(parser, stmt);
}

/* delete = "delete" ( variable | element | slice ) [ ";" ] . */
static struct stmt *parse_delete(struct parser *parser, struct span start)
{
	struct expr *target;
	struct stmt *stmt;

	parser->is_delete_target = true;
	target = parse_expression(parser);
	parser->is_delete_target = false;
	if (!target)
		return NULL;
	if (target->kind != EXPR_VARIABLE && target->kind != EXPR_INDEX) {
		parse_error(parser, target->span, "E-syntax",
			    "cannot delete this: expected a variable or an array element");
		return NULL;
	}
	stmt = parse_new_stmt(parser, STMT_DELETE, start);
	stmt->expr = target;
	return finish_simple(parser, stmt);
}

/* "(" name ")" behind "catch". */
static bool parse_catch_name(struct parser *parser, struct stmt *stmt)
{
	stmt->try_catch.name = parse_name(parser, "a name for the error message",
					  &stmt->try_catch.name_span);
	return stmt->try_catch.name &&
	       parse_expect(parser, TOKEN_RIGHT_PARENTHESIS, "behind the name of the message");
}

static bool expect_catch(struct parser *parser)
{
	static const char *const words[] = { "catch", NULL };

	if (parse_accept(parser, TOKEN_CATCH))
		return true;
	parse_unexpected_word(parser, "'catch' behind the block of 'try'", words);
	return false;
}

/* try = "try" block "catch" [ "(" name ")" ] block . */
static struct stmt *parse_try(struct parser *parser, struct span start)
{
	struct stmt *stmt = parse_new_stmt(parser, STMT_TRY, start);

	stmt->try_catch.body = parse_block(parser, "behind 'try'");
	if (!stmt->try_catch.body || !expect_catch(parser))
		return NULL;
	if (parse_accept(parser, TOKEN_LEFT_PARENTHESIS) && !parse_catch_name(parser, stmt))
		return NULL;
	stmt->try_catch.handler = parse_block(parser, "behind 'catch'");
	stmt->span = parse_span(parser, start);
	return stmt->try_catch.handler ? stmt : NULL;
}

/* Behind an error in what was read as a call: a keyword with a slip looks like one. */
static void suggest_keyword(struct parser *parser, const struct token *first)
{
	static const char *const words[] = { "foreach", "for", "while", "if", NULL };

	if (first->kind == TOKEN_IDENTIFIER)
		parse_suggest(parser, first->text, words);
}

/* expression [ ";" ] . Embedded C that is all of it is a statement in C. */
static struct stmt *parse_expression_statement(struct parser *parser, struct span start)
{
	struct token first = parser->token;
	unsigned int errors = parser->diag->error_count;
	struct expr *expr = parse_expression(parser);
	struct stmt *stmt;

	if (!expr) {
		if (parser->diag->error_count > errors)
			suggest_keyword(parser, &first);
		return NULL;
	}
	stmt = parse_new_stmt(parser, STMT_EXPR, start);
	stmt->expr = expr;
	if (first.kind == TOKEN_EMBEDDED_C && expr->kind == EXPR_EMBEDDED_C) {
		stmt->kind = STMT_EMBEDDED_C;
		stmt->embedded_c = expr->embedded_c.text;
	}
	return finish_simple(parser, stmt);
}

/* ---- All of them ---- */

/* What has no keyword, and what is no statement. */
static struct stmt *parse_other(struct parser *parser, struct span start)
{
	switch (parser->token.kind) {
	case TOKEN_LEFT_BRACE:
		return parse_block(parser, "");
	case TOKEN_ERROR:
		parse_advance(parser);
		return parse_new_stmt(parser, STMT_EMPTY, start);
	case TOKEN_ELSE:
		parse_error(parser, start, "E-syntax", "'else' without an 'if' before it");
		return NULL;
	case TOKEN_CATCH:
		parse_error(parser, start, "E-syntax", "'catch' without a 'try' before it");
		return NULL;
	case TOKEN_END:
	case TOKEN_RIGHT_BRACE:
		parse_unexpected(parser, "a statement");
		return NULL;
	default:
		return parse_expression_statement(parser, start);
	}
}

static struct stmt *parse_statement_unbounded(struct parser *parser)
{
	struct span start = parser->token.span;

	if (parse_accept(parser, TOKEN_SEMICOLON))
		return parse_new_stmt(parser, STMT_EMPTY, start);
	if (parse_accept(parser, TOKEN_IF))
		return parse_if(parser, start);
	if (parse_accept(parser, TOKEN_WHILE))
		return parse_while(parser, start);
	if (parse_accept(parser, TOKEN_FOR))
		return parse_for(parser, start);
	if (parse_accept(parser, TOKEN_FOREACH))
		return parse_foreach(parser, start);
	if (parse_accept(parser, TOKEN_RETURN))
		return parse_return(parser, start);
	if (parse_accept(parser, TOKEN_DELETE))
		return parse_delete(parser, start);
	if (parse_accept(parser, TOKEN_TRY))
		return parse_try(parser, start);
	if (parse_accept(parser, TOKEN_NEXT))
		return finish_simple(parser, parse_new_stmt(parser, STMT_NEXT, start));
	if (parse_accept(parser, TOKEN_BREAK))
		return finish_simple(parser, parse_new_stmt(parser, STMT_BREAK, start));
	if (parse_accept(parser, TOKEN_CONTINUE))
		return finish_simple(parser, parse_new_stmt(parser, STMT_CONTINUE, start));
	return parse_other(parser, start);
}

/*
 * statement = ";" | block | if | while | for | foreach | return | delete | try
 *             | ( "next" | "break" | "continue" ) [ ";" ] | expression [ ";" ] .
 */
struct stmt *parse_statement(struct parser *parser)
{
	struct stmt *stmt;

	parser->operators = 0;
	if (!parse_enter(parser))
		return NULL;
	stmt = parse_statement_unbounded(parser);
	parse_leave(parser);
	return stmt;
}
