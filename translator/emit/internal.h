/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of emit/ share: the emitter's state and the few ways of writing text.
 *
 * An expression becomes a C expression, returned as text, and as many statements before it as
 * it takes, written to the current body. The text has no side effects, so it may be used once,
 * anywhere later, as long as nothing in between changes what it reads: who evaluates several
 * expressions in a row uses emit_values(), which copies where that could happen.
 *
 * Names in the generated C: g_ globals, l_ locals and parameters, f_ functions, p_ handlers,
 * t_ temporaries (f->t_ strings in the frame), r_ references to strings, k_ keys, v_ values in
 * maps, e_ elements of arrays, s_ statistics, i_ iterations, n_ lengths, a_ arguments, q_ typed pointers and conditions,
 * match_ regular expressions.
 */
#ifndef SPILE_EMIT_INTERNAL_H
#define SPILE_EMIT_INTERNAL_H

#include "analysis/program.h"
#include "emit/emit.h"

struct emitter {
	struct arena *arena;
	const struct program *program;

	/* The module. */
	GPtrArray *formats;		/* of char *: format strings by number */
	GPtrArray *orders;		/* of struct variable: the array of each foreach statement */
	GHashTable *listed;		/* of struct variable: arrays whose elements something goes through */
	GPtrArray *anchors;		/* of char *, "module section": where locations count from */
	GPtrArray *build_ids;		/* of char *, "module:hexadecimal": what has to run for locations to be right */
	GPtrArray *constants;		/* of struct generated_constant */
	GPtrArray *entered;		/* of struct entered: functions whose registers are kept */
	GPtrArray *keepers;		/* of struct probe: those that keep them */
	GPtrArray *probes;		/* of struct probe: the program's, then these */
	size_t deepest_frame;		/* strings that the deepest chain of calls needs */
	size_t *frame_depths;		/* the same from each function on, by its number */

	/* The C function being written. */
	GString *body;			/* its statements so far */
	GString *declarations;
	GPtrArray *frame_fields;	/* of char *: names of its strings */
	GPtrArray *called;		/* of struct function */
	GHashTable *known;		/* struct variable to e_N: the element that `in` found last */
	GPtrArray *saved;		/* of struct expr: what the handler keeps of the function's entry */
	int indent;
	int temporaries, labels;
	int first_iteration, iterations;/* numbers of its foreach statements */
	const char *fail_label;		/* where errors go: "out" or "catch_N" */
	bool fail_label_used, out_used, has_record_pointer;
	const char *continue_label;	/* where `continue` goes; NULL: C's own */
	bool continue_label_used;
	const struct function *function;	/* NULL in a handler */
	const struct probe *probe;	/* the handler's first */
	const struct source *source;	/* the file that it stands in */
	unsigned int last_line;		/* last place commented */
	const struct source *last_source;
	const char *outer_catching;	/* what c->catching was at the innermost loop, or at all, see emit_try */
	bool has_try;
};

/* ---- writer.c ---- */

void emit_line(struct emitter *x, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* A label, one step to the left. */
void emit_label(struct emitter *x, const char *label);
/* The comment that leads a reader, and the build's error messages, back to the script. */
void emit_place_comment(struct emitter *x, struct span span);
/* A C string literal, quotes included. */
const char *c_string(struct arena *arena, const char *text);
/* A C constant; in parentheses if it is negative. */
const char *c_number(struct arena *arena, int64_t number);
/* The literal "hello.stp:4:2" for messages. */
const char *place_string(struct emitter *x, struct span span);
/* RT_PLACE("hello.stp:4:2"), for what may happen there again and again without ending the session. */
const char *place_object(struct emitter *x, struct span span);
/* Drops the parentheses around a whole expression. */
const char *bare(struct emitter *x, const char *text);
/* Declares a C variable; the format holds the whole declaration but for the ';'. */
void emit_declaration(struct emitter *x, const char *format, ...) G_GNUC_PRINTF(2, 3);
const char *new_number(struct emitter *x);	/* t_N, declared s64 */
const char *new_string(struct emitter *x);	/* f->t_N, MAXSTRINGLEN bytes in the frame */
const char *new_reference(struct emitter *x);	/* r_N, declared const char * */
/* Writes the jump to where errors go; its condition is C text. */
void emit_fail_if(struct emitter *x, const char *condition);
/* C of the script among ours: with an `out` of its own to go to, and errors on to where ours go. */
void emit_embedded_c(struct emitter *x, const char *text, struct span span);
/* From here on statements go to a new buffer, one step further in; see capture_end. */
GString *capture_begin(struct emitter *x);
/* Back to the buffer from before; returns what was written since, owned by the arena. */
const char *capture_end(struct emitter *x, GString *saved);
void emit_text(struct emitter *x, const char *text);

/* ---- names.c ---- */

const char *variable_name(struct emitter *x, const struct variable *variable);
const char *function_name(struct emitter *x, const struct function *function);
/* Whether its C function returns a pointer to the string, which lives as long as the handler runs. */
bool returns_reference(const struct function *function);

/* ---- expression.c ---- */

const char *emit_value(struct emitter *x, struct expr *expr);
/* For its effects only. */
void emit_discarded(struct emitter *x, struct expr *expr);
/* All of a list of struct expr, in order, each unharmed by those behind it. */
const char **emit_values(struct emitter *x, GPtrArray *exprs);
/* The same for a use at once: a string may be a reference to memory that others write. */
const char **emit_references(struct emitter *x, GPtrArray *exprs);
/* Writes keys to a new k_N, and returns its name. */
const char *emit_keys(struct emitter *x, const struct variable *array, GPtrArray *keys);
/* The same where `value` is evaluated before they are used: nothing that it does changes them. */
const char *emit_keys_before(struct emitter *x, const struct variable *array, GPtrArray *keys, struct expr *value);
bool has_side_effects(struct expr *expr);
/* The e_N of what `in` has found of the array further up, wherever that is; NULL if there is none. */
const char *known_element(const struct emitter *x, const struct variable *array);
/* The same where `*` may stand for keys; *mask_ret has a bit for each key that is given. */
const char *emit_slice(struct emitter *x, const struct variable *array, GPtrArray *keys, unsigned int *mask_ret);

/* ---- assign.c, print.c, target.c, statistic.c: kinds of expressions with more to them ---- */

const char *emit_assign(struct emitter *x, struct expr *expr, bool discarded);
/* The C expression of a variable's value; the statement that gives it one. */
const char *variable_value(struct emitter *x, const struct variable *variable);
void emit_set_variable(struct emitter *x, const struct variable *variable, const char *value);
const char *emit_increment(struct emitter *x, struct expr *expr, bool discarded);
const char *emit_binary_operation(struct emitter *x, enum binary_operator operation, const char *left,
				  const char *right, struct expr *right_expr, struct span span);
const char *emit_print(struct emitter *x, struct expr *expr);
const char *emit_target(struct emitter *x, struct expr *expr);
/* Parts of that: the operand of a cast, if there is one, and behind it the indices, evaluated in this order. */
const char **emit_target_values(struct emitter *x, struct expr *expr, const struct access *access);
/* What the path begins with. NULL: it is the operand, which was evaluated before. */
const char *emit_target_base(struct emitter *x, const struct access *access, const char *place);
/* Moves `address`, a variable of C, one step on. */
void emit_target_step(struct emitter *x, const char *address, const struct access_step *step, const char *index,
		      const char *place);
/* Reads the number at the end of the path to `result`, a variable of C. */
void emit_number_read(struct emitter *x, const char *result, const char *address, const struct access *access,
		      const char *place);
/* A string, or "ERROR" where something in it cannot be read. */
const char *emit_pretty(struct emitter *x, struct expr *text);
const char *emit_statistic(struct emitter *x, struct expr *expr);

/* ---- target_assign.c ---- */

/* Of an assignment, and of ++ and --, whose place is a target variable. */
const char *emit_target_assign(struct emitter *x, struct expr *expr);
const char *emit_target_increment(struct emitter *x, struct expr *expr);

/* @hist_log(x)[bucket] */
const char *emit_bucket(struct emitter *x, struct expr *expr);
/*
 * Reads a statistic, with its histogram or without, into a new s_N; *type_ret becomes the C
 * expression of its type's address.
 */
const char *emit_statistic_read(struct emitter *x, struct expr *operand, bool with_buckets, const char **type_ret);

/* ---- location.c ---- */

/*
 * The result of a location's last step, an unsigned number of 64 bits; `place` is where a read of
 * memory on the way faults. What it takes is written before.
 */
const char *emit_location(struct emitter *x, const struct location *location, const char *place);
/* The C expression, an lvalue, of a register by DWARF's number. */
const char *emit_register(uint64_t number);
/* The code whose addresses were written is of the build "MODULE:BUILD-ID", and that has to run. */
void note_built_for(struct emitter *x, const char *built_for);
/* The table of lines, if the program asks for any; before the anchors that it takes are written. */
void emit_lines(struct emitter *x, GString *out);
/* What the locations that were written need to know of what runs. */
void emit_anchors(struct emitter *x, GString *out);

/* ---- entered.c: what registers held when a function was entered ---- */

/*
 * The number that a step LOCATE_ENTERED is; `frame` is C of where the return address lies. What it takes is
 * written before.
 */
const char *emit_entered(struct emitter *x, const struct location_step *step, const char *frame, const char *place);
/* Appends the probes of those functions; all handlers are written. */
void add_keepers(struct emitter *x);
/* The table, and what is run at the entries. */
void emit_entered_functions(struct emitter *x, GString *out);
/* The cases of their hits. */
void emit_keeper_cases(const struct emitter *x, GString *out);

/* ---- entry.c: what a return's handler keeps of the function's entry ---- */

const char *emit_entry_value(struct emitter *x, struct expr *saved);
/* struct p_N_saved; the statements that fill it; and what the module calls. */
void emit_saved_structure(struct emitter *x, const char *name, GString *out);
void emit_saves(struct emitter *x);
void emit_saved_callbacks(const char *name, int number, GString *out);

/* ---- statement.c ---- */

void emit_stmt(struct emitter *x, struct stmt *stmt);

/* ---- function.c ---- */

void emit_prototype(struct emitter *x, const struct function *function, GString *out);
void emit_function(struct emitter *x, const struct function *function, GString *out);
void emit_handler(struct emitter *x, const struct handler *handler, GString *out);

/* The functions that decide whether the probes of a condition run. */
void emit_condition(struct emitter *x, const struct condition *condition, GString *out);

/* ---- regex.c ---- */

struct regex;
/* A C function of that name that says whether a text holds a match. */
void emit_regex(struct arena *arena, const struct regex *regex, const char *name, GString *out);

/* ---- globals.c, tables.c ---- */

void emit_globals(struct emitter *x, GString *out);
/* How many numbers each context has a part of, and how many statistics and arrays. */
int counts_of_program(const struct program *program);
int parts_of_program(const struct program *program);
/* Whether a global needs memory that is taken at load: arrays and statistics do. */
bool has_allocated_globals(const struct program *program);
/* Whether a variable is a number that has a part in each context. */
bool is_count(const struct variable *variable);
/* The number of a format of records. */
int format_number(struct emitter *x, const char *format);

void emit_tables(struct emitter *x, const struct emit_options *options, GString *out);

/* ---- emit.c, parts.c ---- */

/* Whether a probe of the program is of that family. */
bool is_family_used(const struct program *program, const struct probe_family *family);

/* Whether a script whose C is that, but for its last table, has to be linked with module/hits.c. */
bool needs_hits(const struct program *program, const char *c_text);
/* The files of the objects that the module consists of besides script.c, whose text is `c_text`. */
GPtrArray *parts_of_module(struct arena *arena, const struct program *program, const char *c_text);
/* Those that any module may consist of. */
GPtrArray *parts_of_all(struct arena *arena);

#endif
