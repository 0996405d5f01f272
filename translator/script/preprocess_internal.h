/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the preprocessor's files share: the stack of texts that tokens come from, and the open
 * conditions. preprocess.c moves between the texts, macro.c adds those of macros, argument.c those
 * of script arguments, condition.c leaves out what is not taken.
 */
#ifndef SPILE_SCRIPT_PREPROCESS_INTERNAL_H
#define SPILE_SCRIPT_PREPROCESS_INTERNAL_H

#include "script/lex.h"
#include "script/macro.h"
#include "script/preprocess.h"

struct token_list {
	const struct token *tokens;
	guint count;
};

struct macro {
	const char *name;		/* with its '@' */
	struct span span;		/* of the name where it is defined */
	GPtrArray *parameters;		/* of const char *, with their '@'; NULL: it takes none */
	struct token_list body;
	bool is_public;			/* the library's: its body sees no macros of scripts */
};

struct macro_library {
	GHashTable *macros;		/* name (by pointer) to struct macro */
};

/* A macro where it is used. */
struct macro_use {
	const struct macro *macro;
	struct token_list *arguments;	/* as written, one for each parameter */
	const struct macro_use *outer;	/* in whose body the use stands, and where arguments belong */
	struct expansion expansion;
};

/* A text that tokens are taken from: the file, or a list of tokens that stands for a token. */
struct frame {
	struct lexer *lexer;		/* of the file; NULL for a list */
	struct token_list list;
	guint at;
	const struct macro_use *use;	/* in whose scope its words are; NULL: the file's */
	const struct expansion *expansion;	/* of its tokens; NULL: they have theirs */
	struct token unread;		/* to be taken once more */
	bool has_unread;
};

/* A condition of which the "%)" has not been met. */
struct condition {
	struct span span;		/* of its "%(" */
	guint depth;			/* how many frames there are where it stands */
	bool is_being_read;		/* its "%?" has not been met either */
	bool is_behind_else;
};

/* Where the next token stands, from the blanks since the last one that was given out. */
struct layout {
	bool is_glued;
	bool is_first_on_line;
};

struct token_stream {
	const struct parse_context *context;
	const struct source *source;
	struct script_arguments arguments;
	bool *argument_used;		/* [arguments.count] */
	bool count_used;		/* $# or @# was asked for, so all arguments may be extra */
	struct lexer *lexer;		/* of the file */
	GHashTable *macros;		/* of the file */
	struct macro_library *definitions;	/* where @define adds to, if not to `macros` */
	GArray *frames;			/* of struct frame, the file's first */
	GArray *conditions;		/* of struct condition */
	struct layout layout;
	guint pasted_count;		/* tokens that came from lists, to bound the work */
	bool was_cut_short, gave_up;
};

/* ---- preprocess.c ---- */

/* An error at a place, unless the stream has given up. */
void preprocess_error(struct token_stream *stream, struct span span, const char *tag,
		      const char *format, ...) G_GNUC_PRINTF(4, 5);
struct frame *preprocess_frame(struct token_stream *stream);
/* Tokens in the place of what has just been taken. */
void preprocess_enter(struct token_stream *stream, struct token_list list,
		      const struct macro_use *use, const struct expansion *expansion);
/* The next token of this frame as it is written; TOKEN_END at the frame's end. */
struct token preprocess_take(struct token_stream *stream);
/* The same with conditions decided; the mark of a condition that is being read ends it, too. */
struct token preprocess_take_decided(struct token_stream *stream);
/* Puts the token back that was taken last. */
void preprocess_unread(struct token_stream *stream, const struct token *token);
/* Ends the frames behind the first `depth`, with the conditions in them. */
void preprocess_unwind(struct token_stream *stream, guint depth);
/* Tokens from an array to a list that lives in the arena. Frees the array. */
struct token_list preprocess_list(struct token_stream *stream, GArray *tokens);

/* ---- argument.c ---- */

/*
 * A script argument was taken. True if it is one token, which then replaces it; false if its
 * tokens are a frame of their own now.
 */
bool argument_digest(struct token_stream *stream, struct token *token);
/* The text that is left out mentions the argument: the script knows of it. */
void argument_mark_used(struct token_stream *stream, const struct token *token);

/* ---- macro.c ---- */

/* A word behind '@' was taken. True if it is the parser's (or an error), false if it is done. */
bool macro_digest(struct token_stream *stream, struct token *token);

/* ---- condition.c ---- */

bool condition_is_mark(enum token_kind kind);
/*
 * A mark of a condition was taken. True if the token is to be given out: as an error in the place
 * of a condition that makes no sense, or as itself to who reads a condition.
 */
bool condition_digest(struct token_stream *stream, struct token *token);
/* The end of a frame: reports conditions that are open in it. False if one is being read. */
bool condition_leave_frame(struct token_stream *stream);
/*
 * Passes what is left out up to the "%)" that ends it, or the "%:" if `stops_at_else`; returns
 * that mark, or TOKEN_END if there is none.
 */
struct token condition_skip(struct token_stream *stream, bool stops_at_else);

#endif
