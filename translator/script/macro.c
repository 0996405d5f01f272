/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Macros: their definitions, and what a use of one is replaced by. Called by the preprocessor for
 * each word behind '@'.
 *
 *     @define twice(x) %( (@x + @x) %)
 *     probe begin { print(@twice(3)) exit() }
 *
 * A macro's body and its arguments are kept as they are written and expanded where they are used:
 * the body in the scope of the macro, an argument in that of the use. So a macro sees its own
 * parameters, then the macros of its file, then the library's, and never those of whoever uses it.
 */
#include <string.h>

#include "script/preprocess_internal.h"

/* ---- Definitions ---- */

static void free_macros(void *macros)
{
	g_hash_table_destroy(macros);
}

struct macro_library *macro_library_new(struct arena *arena)
{
	struct macro_library *library = arena_new0(arena, struct macro_library);

	library->macros = g_hash_table_new(NULL, NULL);
	arena_defer(arena, free_macros, library->macros);
	return library;
}

static const char *with_at(const char *name)
{
	g_autofree char *text = g_strconcat("@", name, NULL);

	return name_intern(text);
}

/* What was found instead, and what of the malformed definition is on its line and a block. */
static void refuse_definition(struct token_stream *stream, struct token *found,
			      const char *expected)
{
	struct token token = *found;

	preprocess_error(stream, token.span, "E-syntax", "expected %s, found %s", expected,
			 token_describe(stream->context->arena, &token));
	diag_note(stream->context->diag, no_span,
		  "a macro is defined by '@define name(parameter, ...) %%( text %%)'");
	while (token.kind != TOKEN_END && token.kind != TOKEN_CONDITION && !token.is_first_on_line)
		token = preprocess_take(stream);
	if (token.kind == TOKEN_CONDITION)
		condition_skip(stream, false);
	else if (token.kind != TOKEN_END)
		preprocess_unread(stream, &token);
}

static bool has_parameter(const GPtrArray *parameters, const char *name)
{
	for (guint i = 0; i < parameters->len; i++) {
		if (g_ptr_array_index(parameters, i) == name)
			return true;
	}
	return false;
}

/* parameters = "(" name { "," name } ")" . The "(" has been taken. False: malformed (reported). */
static bool read_parameters(struct token_stream *stream, struct macro *macro)
{
	struct token token;

	macro->parameters = arena_array(stream->context->arena);
	do {
		const char *name;

		token = preprocess_take(stream);
		if (token.kind != TOKEN_IDENTIFIER) {
			refuse_definition(stream, &token, "the name of a parameter");
			return false;
		}
		name = with_at(token.text);
		if (has_parameter(macro->parameters, name))
			preprocess_error(stream, token.span, "E-duplicate-parameter",
					 "'%s' has two parameters '%s'", macro->name, token.text);
		g_ptr_array_add(macro->parameters, (char *)name);
		token = preprocess_take(stream);
	} while (token.kind == TOKEN_COMMA);
	if (token.kind == TOKEN_RIGHT_PARENTHESIS)
		return true;
	refuse_definition(stream, &token, "',' or ')' behind a parameter");
	return false;
}

/* Up to the "%)" that ends the macro. False if there is none (reported). */
static bool read_body(struct token_stream *stream, struct macro *macro)
{
	GArray *tokens = g_array_new(FALSE, FALSE, sizeof(struct token));
	int depth = 0;

	for (;;) {
		struct token token = preprocess_take(stream);

		if (token.kind == TOKEN_END) {
			preprocess_error(stream, macro->span, "E-preprocessor",
					 "the macro '%s' has no end: expected '%%)'", macro->name);
			stream->was_cut_short |= stream->frames->len == 1;
			g_array_free(tokens, TRUE);
			return false;
		}
		if (token.kind == TOKEN_CONDITION_END && depth-- == 0)
			break;
		depth += token.kind == TOKEN_CONDITION;
		token.span.expansion = NULL;
		g_array_append_val(tokens, token);
	}
	macro->body = preprocess_list(stream, tokens);
	return true;
}

/* macro = name [ parameters ] "%(" text "%)" . False if malformed (reported). */
static bool read_definition(struct token_stream *stream, struct macro *macro)
{
	struct token token = preprocess_take(stream);

	if (token.kind != TOKEN_IDENTIFIER) {
		refuse_definition(stream, &token, "the name of the macro behind '@define'");
		return false;
	}
	macro->name = with_at(token.text);
	macro->span = token.span;
	macro->is_public = stream->definitions;
	token = preprocess_take(stream);
	if (token.kind == TOKEN_LEFT_PARENTHESIS) {
		if (!read_parameters(stream, macro))
			return false;
		token = preprocess_take(stream);
	}
	if (token.kind != TOKEN_CONDITION) {
		refuse_definition(stream, &token,
				  macro->parameters ? "'%(' behind the parameters of a macro" :
						      "'(' or '%(' behind the name of a macro");
		return false;
	}
	return read_body(stream, macro);
}

static void add_definition(struct token_stream *stream, struct macro *macro)
{
	GHashTable *macros = stream->definitions ? stream->definitions->macros : stream->macros;
	struct diag *diag = stream->context->diag;
	const struct macro *other = g_hash_table_lookup(macros, macro->name);

	if (strcmp(macro->name, "@define") == 0) {
		preprocess_error(stream, macro->span, "E-syntax",
				 "no macro can have the name 'define'");
		return;
	}
	if (other) {
		preprocess_error(stream, macro->span, "E-duplicate-macro",
				 "the macro '%s' is defined twice", macro->name);
		diag_note(diag, other->span, "the first definition is here");
		return;
	}
	if (token_find_word(macro->name) != TOKEN_END)
		diag_warning(diag, macro->span, "W-macro-hides-operator",
			     "the macro '%s' hides the operator of that name", macro->name);
	g_hash_table_insert(macros, (char *)macro->name, macro);
}

/* definition = "@define" macro . The "@define" has been taken. */
static void define_macro(struct token_stream *stream)
{
	struct macro *macro = arena_new0(stream->context->arena, struct macro);

	if (read_definition(stream, macro))
		add_definition(stream, macro);
}

void macro_library_add(const struct parse_context *context, const struct source *source)
{
	struct token_stream *stream = tokens_new(context, source, NULL);
	struct token token;

	stream->definitions = context->macros;
	do
		token = tokens_next(stream);
	while (token.kind == TOKEN_ERROR);
	if (token.kind != TOKEN_END)
		diag_error(context->diag, token.span, "E-syntax",
			   "expected '@define', found %s: a macro file holds nothing but macros",
			   token_describe(context->arena, &token));
}

/* ---- Uses ---- */

/* The macro that a word names where it stands, or NULL. */
static const struct macro *find_macro(const struct token_stream *stream,
				      const struct macro_use *use, const char *name)
{
	const struct macro_library *library = stream->context->macros;
	const struct macro *macro = NULL;

	if (!use || !use->macro->is_public)
		macro = g_hash_table_lookup(stream->macros, name);
	if (!macro && library)
		macro = g_hash_table_lookup(library->macros, name);
	return macro;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_names(GPtrArray *names, GHashTable *macros)
{
	GHashTableIter iter;
	void *name;

	g_hash_table_iter_init(&iter, macros);
	while (g_hash_table_iter_next(&iter, &name, NULL))
		g_ptr_array_add(names, name);
}

/* What the word may have been meant to be: a parameter, a macro, an operator. */
static void suggest_name(struct token_stream *stream, const struct macro_use *use,
			 const char *name)
{
	GPtrArray *names = g_ptr_array_new();
	const char *similar;

	for (guint i = 0; use && use->macro->parameters && i < use->macro->parameters->len; i++)
		g_ptr_array_add(names, g_ptr_array_index(use->macro->parameters, i));
	add_names(names, stream->macros);
	if (stream->context->macros)
		add_names(names, stream->context->macros->macros);
	token_list_at_operators(names);
	g_ptr_array_add(names, (char *)"@define");
	g_ptr_array_sort(names, compare_names);
	similar = did_you_mean(name, names);
	if (similar)
		diag_note(stream->context->diag, no_span, "did you mean '%s'?", similar);
	g_ptr_array_free(names, TRUE);
}

/* A list of arguments under way. */
struct argument_reader {
	struct token_stream *stream;
	struct token_list *lists;	/* [limit] */
	guint count, limit;
	GArray *tokens;			/* of the argument that is being read */
	int depth, brace_depth;
};

static void end_argument(struct argument_reader *reader)
{
	if (reader->count < reader->limit)
		reader->lists[reader->count] = preprocess_list(reader->stream, reader->tokens);
	else
		g_array_free(reader->tokens, TRUE);
	reader->count++;
	reader->tokens = g_array_new(FALSE, FALSE, sizeof(struct token));
}

/* True if the token shows that a ")" is missing before it. */
static bool is_behind_arguments(struct argument_reader *reader, enum token_kind kind)
{
	if (kind == TOKEN_LEFT_BRACE)
		reader->brace_depth++;
	if (kind == TOKEN_RIGHT_BRACE && reader->brace_depth-- == 0)
		return true;
	return kind == TOKEN_END || condition_is_mark(kind);
}

/* arguments = { token } { "," { token } } ")" . False if there is no ")"; sets the last token. */
static bool read_argument_tokens(struct argument_reader *reader, struct token *last)
{
	for (;;) {
		struct token token = *last = preprocess_take_decided(reader->stream);

		if (is_behind_arguments(reader, token.kind))
			return false;
		if (reader->depth == 0 && token.kind == TOKEN_RIGHT_PARENTHESIS)
			return true;
		if (reader->depth == 0 && token.kind == TOKEN_COMMA) {
			end_argument(reader);
			continue;
		}
		if (token.kind == TOKEN_LEFT_PARENTHESIS || token.kind == TOKEN_LEFT_BRACKET)
			reader->depth++;
		if (reader->depth > 0 &&
		    (token.kind == TOKEN_RIGHT_PARENTHESIS || token.kind == TOKEN_RIGHT_BRACKET))
			reader->depth--;
		g_array_append_val(reader->tokens, token);
	}
}

/*
 * The arguments of a use, up to `limit` of them; the "(" has been taken. Returns how many there
 * are, or 0 if they have no end (reported). The span grows by them.
 */
static guint read_arguments(struct token_stream *stream, const char *name,
			    struct token_list *lists, guint limit, struct span *span)
{
	struct argument_reader reader = { .stream = stream, .lists = lists, .limit = limit };
	struct layout layout = stream->layout;
	struct token last;
	bool has_end;

	reader.tokens = g_array_new(FALSE, FALSE, sizeof(struct token));
	has_end = read_argument_tokens(&reader, &last);
	end_argument(&reader);
	g_array_free(reader.tokens, TRUE);
	stream->layout = layout;
	if (has_end) {
		*span = span_join(*span, last.span);
		return reader.count;
	}
	preprocess_error(stream, *span, "E-macro-arguments",
			 "the arguments of '%s' have no end: expected ')'", name);
	if (last.kind != TOKEN_END)
		preprocess_unread(stream, &last);
	return 0;
}

/* Takes the "(" of a use, or takes nothing. */
static bool take_parenthesis(struct token_stream *stream)
{
	struct layout layout = stream->layout;
	struct token token = preprocess_take(stream);

	stream->layout = layout;
	if (token.kind == TOKEN_LEFT_PARENTHESIS)
		return true;
	preprocess_unread(stream, &token);
	return false;
}

static void refuse_unknown(struct token_stream *stream, const struct macro_use *use,
			   struct token *token)
{
	struct span span = token->span;

	preprocess_error(stream, span, "E-unknown-macro", "unknown macro '%s'", token->text);
	suggest_name(stream, use, token->text);
	token->kind = TOKEN_ERROR;
	if (take_parenthesis(stream))
		read_arguments(stream, token->text, NULL, 0, &span);
}

static bool refuse_recursion(struct token_stream *stream, const struct macro *macro,
			     const struct macro_use *outer, const struct token *token)
{
	const struct macro_use *use = outer;

	while (use && use->macro != macro)
		use = use->outer;
	if (!use)
		return false;
	preprocess_error(stream, token->span, "E-macro-recursion", "the macro '%s' uses itself",
			 token->text);
	return true;
}

/* Reads what the macro takes. False if that is not there (reported). */
static bool take_arguments(struct token_stream *stream, struct macro_use *use, struct span *span)
{
	const struct macro *macro = use->macro;
	guint expected = macro->parameters ? macro->parameters->len : 0, count;

	if (!macro->parameters)
		return true;
	use->arguments = arena_alloc(stream->context->arena, expected * sizeof(*use->arguments));
	if (!take_parenthesis(stream)) {
		preprocess_error(stream, *span, "E-macro-arguments",
				 "the macro '%s' takes %u argument%s: expected '(' behind it",
				 macro->name, expected, expected == 1 ? "" : "s");
		diag_note(stream->context->diag, macro->span, "it is defined here");
		return false;
	}
	count = read_arguments(stream, macro->name, use->arguments, expected, span);
	if (count != expected && count != 0) {
		preprocess_error(stream, *span, "E-macro-arguments",
				 "the macro '%s' takes %u argument%s, not %u", macro->name,
				 expected, expected == 1 ? "" : "s", count);
		diag_note(stream->context->diag, macro->span, "it is defined here");
	}
	return count == expected;
}

/* Enters the body of a macro. False with the token made an error if that cannot be. */
static bool use_macro(struct token_stream *stream, const struct macro *macro,
		      const struct macro_use *outer, struct token *token)
{
	struct macro_use *use = arena_new0(stream->context->arena, struct macro_use);
	struct span span = token->span;

	use->macro = macro;
	use->outer = outer;
	if (refuse_recursion(stream, macro, outer, token) || !take_arguments(stream, use, &span)) {
		token->kind = TOKEN_ERROR;
		return false;
	}
	use->expansion.what = arena_printf(stream->context->arena, "macro '%s'", macro->name);
	use->expansion.use = span;
	preprocess_enter(stream, macro->body, use, &use->expansion);
	return true;
}

/* Enters the argument if the word is a parameter of the macro whose body is being read. */
static bool use_parameter(struct token_stream *stream, const struct macro_use *use,
			  const char *name)
{
	const GPtrArray *parameters = use ? use->macro->parameters : NULL;

	for (guint i = 0; parameters && i < parameters->len; i++) {
		if (g_ptr_array_index(parameters, i) == name) {
			preprocess_enter(stream, use->arguments[i], use->outer, NULL);
			return true;
		}
	}
	return false;
}

bool macro_digest(struct token_stream *stream, struct token *token)
{
	const struct macro_use *use = preprocess_frame(stream)->use;
	const struct macro *macro;

	if (strcmp(token->text, "@define") == 0) {
		define_macro(stream);
		return false;
	}
	if (use_parameter(stream, use, token->text))
		return false;
	macro = find_macro(stream, use, token->text);
	if (macro)
		return !use_macro(stream, macro, use, token);
	if (token->kind == TOKEN_AT_WORD)
		refuse_unknown(stream, use, token);
	return true;
}
