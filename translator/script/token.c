/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tokens are called in messages, and which words are keywords and operators. Called by the
 * lexer, the preprocessor and the parser; knows nothing but token.h.
 */
#include <inttypes.h>

#include "base/diag.h"
#include "script/token.h"

static const char *const spellings[TOKEN_KIND_COUNT] = {
#define X(name, text) [TOKEN_##name] = text,
	TOKEN_KEYWORDS(X)
	TOKEN_AT_OPERATORS(X)
	TOKEN_OPERATORS(X)
#undef X
};

bool token_is_keyword(enum token_kind kind)
{
	switch (kind) {
#define X(name, text) case TOKEN_##name:
	TOKEN_KEYWORDS(X)
#undef X
		return true;
	default:
		return false;
	}
}

bool token_is_at_operator(enum token_kind kind)
{
	switch (kind) {
#define X(name, text) case TOKEN_##name:
	TOKEN_AT_OPERATORS(X)
#undef X
		return true;
	default:
		return false;
	}
}

const char *token_kind_describe(struct arena *arena, enum token_kind kind)
{
	switch (kind) {
	case TOKEN_END:
		return "the end of the script";
	case TOKEN_ERROR:
		return "something that is no part of the language";
	case TOKEN_IDENTIFIER:
		return "a name";
	case TOKEN_TARGET:
		return "a target variable";
	case TOKEN_NUMBER:
		return "a number";
	case TOKEN_STRING:
		return "a string";
	case TOKEN_EMBEDDED_C:
		return "embedded C";
	case TOKEN_AT_WORD:
		return "a word behind '@'";
	case TOKEN_SCRIPT_ARGUMENT:
		return "a script argument";
	default:
		return arena_printf(arena, "'%s'", spellings[kind]);
	}
}

const char *token_describe(struct arena *arena, const struct token *token)
{
	switch (token->kind) {
	case TOKEN_IDENTIFIER:
		return arena_printf(arena, "the name '%s'", token->text);
	case TOKEN_TARGET:
		return arena_printf(arena, "the target variable '%s'", token->text);
	case TOKEN_NUMBER:
		return arena_printf(arena, "the number %s", token->text);
	case TOKEN_AT_WORD:
	case TOKEN_SCRIPT_ARGUMENT:
		return arena_printf(arena, "'%s'", token->text);
	default:
		return token_kind_describe(arena, token->kind);
	}
}

enum token_kind token_find_word(const char *word)
{
	static GHashTable *kinds;

	if (!kinds) {
		kinds = g_hash_table_new(g_str_hash, g_str_equal);
#define X(name, text) g_hash_table_insert(kinds, (char *)text, GINT_TO_POINTER(TOKEN_##name));
		TOKEN_KEYWORDS(X)
		TOKEN_AT_OPERATORS(X)
#undef X
	}
	/* TOKEN_END is 0, what the table says of a word that it does not hold. */
	return GPOINTER_TO_INT(g_hash_table_lookup(kinds, word));
}

void token_list_at_operators(GPtrArray *words)
{
#define X(name, text) g_ptr_array_add(words, (char *)text);
	TOKEN_AT_OPERATORS(X)
#undef X
}
