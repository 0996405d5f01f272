/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parser's entry and its tools: consuming tokens, expecting them, complaining, and the smallest
 * pieces of grammar (names, literals). The grammar proper is in the parse_*.c beside this file, by
 * recursive descent; each function there carries its rule.
 *
 * Depth is bounded (MAX_NESTING, MAX_OPERATORS), so that whoever walks the tree may recurse.
 */
#include <stdarg.h>
#include <string.h>

#include "script/parse_internal.h"

/* Of parse functions within each other: two per parenthesis, two per block. */
#define MAX_NESTING 600

static struct script *new_script(struct arena *arena, const struct source *source)
{
	struct script *script = arena_new0(arena, struct script);

	script->source = source;
	script->globals = arena_array(arena);
	script->functions = arena_array(arena);
	script->aliases = arena_array(arena);
	script->probes = arena_array(arena);
	script->embedded_c = arena_array(arena);
	return script;
}

struct script *parse_script(const struct parse_context *context, const struct source *source,
			    const struct script_arguments *arguments)
{
	struct parser parser = { .arena = context->arena, .diag = context->diag };
	unsigned int errors = context->diag->error_count;

	parser.script = new_script(context->arena, source);
	parser.tokens = tokens_new(context, source, arguments);
	parser.token = tokens_next(parser.tokens);
	parser.last = parser.token.span;
	parser.unexpected_at = no_span;
	parse_declarations(&parser);
	if (context->diag->error_count == errors)
		tokens_check_arguments(parser.tokens);
	return parser.script;
}

/* ---- Tokens ---- */

void parse_advance(struct parser *parser)
{
	switch (parser->token.kind) {
	case TOKEN_LEFT_PARENTHESIS:
	case TOKEN_LEFT_BRACKET:
		parser->depth++;
		break;
	case TOKEN_RIGHT_PARENTHESIS:
	case TOKEN_RIGHT_BRACKET:
		parser->depth--;
		break;
	default:
		break;
	}
	parser->last = parser->token.span;
	parser->last_kind = parser->token.kind;
	parser->token = tokens_next(parser->tokens);
}

bool parse_accept(struct parser *parser, enum token_kind kind)
{
	if (!parse_at(parser, kind))
		return false;
	parse_advance(parser);
	return true;
}

bool parse_expect(struct parser *parser, enum token_kind kind, const char *where)
{
	if (parse_accept(parser, kind))
		return true;
	parse_unexpected(parser, arena_printf(parser->arena, "%s %s",
					      token_kind_describe(parser->arena, kind), where));
	return false;
}

bool parse_at_declaration(const struct parser *parser)
{
	if ((parser->last_kind == TOKEN_DOT || parser->last_kind == TOKEN_ARROW) &&
	    !parser->token.is_first_on_line)
		return false;
	switch (parser->token.kind) {
	case TOKEN_PROBE:
	case TOKEN_GLOBAL:
	case TOKEN_FUNCTION:
	case TOKEN_PRIVATE:
		return true;
	default:
		return false;
	}
}

struct span parse_span(const struct parser *parser, struct span start)
{
	return span_join(start, parser->last);
}

/* ---- Errors ---- */

void parse_error(struct parser *parser, struct span span, const char *tag, const char *format, ...)
{
	va_list arguments;

	if (parser->gave_up)
		return;
	va_start(arguments, format);
	diag_error_list(parser->diag, span, tag, format, arguments);
	va_end(arguments);
}

/* Has been said already what is wrong here? */
static bool is_reported(const struct parser *parser)
{
	return parse_at(parser, TOKEN_ERROR) ||
	       (parse_at(parser, TOKEN_END) && tokens_was_cut_short(parser->tokens));
}

/* Tokens of a macro stand where others of its uses do: the use tells them apart. */
static bool is_same_place(struct span a, struct span b)
{
	return a.source == b.source && a.start == b.start && a.expansion == b.expansion;
}

bool parse_unexpected(struct parser *parser, const char *what)
{
	struct span span = parser->token.span;

	if (is_reported(parser) || parser->gave_up || is_same_place(parser->unexpected_at, span))
		return false;
	parser->unexpected_at = span;
	parse_error(parser, span, "E-syntax", "expected %s, found %s", what,
		    token_describe(parser->arena, &parser->token));
	return true;
}

void parse_suggest(struct parser *parser, const char *word, const char *const words[])
{
	GPtrArray *candidates = arena_array(parser->arena);
	const char *meant;

	for (size_t i = 0; words[i]; i++)
		g_ptr_array_add(candidates, (char *)words[i]);
	meant = did_you_mean(word, candidates);
	if (meant)
		diag_note(parser->diag, no_span, "did you mean '%s'?", meant);
}

void parse_unexpected_word(struct parser *parser, const char *what, const char *const words[])
{
	bool is_word = parse_at(parser, TOKEN_IDENTIFIER);

	if (parse_unexpected(parser, what) && is_word)
		parse_suggest(parser, parser->token.text, words);
}

static void give_up(struct parser *parser, const char *reason)
{
	parse_error(parser, parser->token.span, "E-nesting", "%s", reason);
	parser->gave_up = true;
	tokens_give_up(parser->tokens);
	parser->token = tokens_next(parser->tokens);
}

bool parse_enter(struct parser *parser)
{
	if (parser->nesting >= MAX_NESTING) {
		give_up(parser, "the script is nested too deeply to go on");
		return false;
	}
	parser->nesting++;
	return true;
}

void parse_leave(struct parser *parser)
{
	parser->nesting--;
}

/* ---- Names and literals ---- */

const char *parse_name(struct parser *parser, const char *what, struct span *span_ret)
{
	const char *name = parser->token.text;

	if (!parse_at(parser, TOKEN_IDENTIFIER)) {
		parse_unexpected(parser, what);
		return NULL;
	}
	*span_ret = parser->token.span;
	parse_advance(parser);
	return name;
}

const char *parse_string(struct parser *parser, struct span *span_ret)
{
	const char *text = parser->token.text;

	*span_ret = parser->token.span;
	parse_advance(parser);
	if (parse_at(parser, TOKEN_STRING)) {
		GString *joined = g_string_new(text);

		while (parse_at(parser, TOKEN_STRING)) {
			g_string_append(joined, parser->token.text);
			parse_advance(parser);
		}
		text = arena_strndup(parser->arena, joined->str, joined->len);
		g_string_free(joined, TRUE);
	}
	*span_ret = parse_span(parser, *span_ret);
	return text;
}

bool parse_signed_number(struct parser *parser, const char *what, int64_t *number_ret)
{
	bool is_negative = parse_accept(parser, TOKEN_MINUS);
	uint64_t number = parser->token.number;

	if (!parse_at(parser, TOKEN_NUMBER)) {
		parse_unexpected(parser, what);
		return false;
	}
	*number_ret = (int64_t)(is_negative ? -number : number);
	parse_advance(parser);
	return true;
}

/* literal = [ "-" ] number | string { string } . */
struct expr *parse_literal(struct parser *parser, const char *what)
{
	struct span start = parser->token.span;
	struct expr *expr = arena_new0(parser->arena, struct expr);

	if (parse_at(parser, TOKEN_STRING)) {
		expr->kind = EXPR_STRING;
		expr->type = TYPE_STRING;
		expr->string = parse_string(parser, &expr->span);
		return expr;
	}
	expr->kind = EXPR_NUMBER;
	expr->type = TYPE_LONG;
	if (!parse_signed_number(parser, what, &expr->number))
		return NULL;
	expr->span = parse_span(parser, start);
	return expr;
}
