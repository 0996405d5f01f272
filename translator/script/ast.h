/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tree of a script, as the parser makes it and as analysis completes it.
 *
 * Nodes live in the session's arena and are never freed one by one. Fields marked [analysis]
 * are zero after parsing and filled in by translator/analysis/. Names are interned: compare
 * them by pointer. Lists are GPtrArrays owned by the arena.
 */
#ifndef SPILE_SCRIPT_AST_H
#define SPILE_SCRIPT_AST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/source.h"

struct c_type;
struct regex_use;

enum type {
	TYPE_UNKNOWN,
	TYPE_LONG,
	TYPE_STRING,
	TYPE_STATS,	/* a statistic: only a global or an array element can be one */
	TYPE_VOID,	/* what a function returns that never returns a value */
};

/* ---- Variables ---- */

enum variable_kind { VARIABLE_GLOBAL, VARIABLE_LOCAL, VARIABLE_PARAMETER };

#define MAX_KEYS 9

/* What those who hold a global's lock keep away from it. */
enum sharing {
	SHARING_UNLOCKED,	/* it needs no lock */
	SHARING_NONE,		/* everybody else */
	SHARING_ADDERS,		/* as above, but who only adds shares the lock with those who do the same */
	SHARING_READERS,	/* the same with those who only read */
};

enum histogram_kind { HISTOGRAM_NONE, HISTOGRAM_LOG, HISTOGRAM_LINEAR };

struct variable {
	enum variable_kind kind;
	const char *name;
	struct span span;		/* of its declaration; of its first use for a local */
	enum type type;			/* of the scalar, or of an array's elements */
	bool type_is_declared;		/* parameter with ":long" or ":string" */
	bool is_private;
	/* Globals only: */
	bool has_size;			/* global a[100] */
	int64_t size;
	bool wraps;			/* global a% */
	struct expr *initial;		/* EXPR_NUMBER or EXPR_STRING, or NULL */
	int key_count;			/* -1 unknown, 0 scalar, else array; [analysis] unless has_size */
	enum type key_types[MAX_KEYS];	/* [analysis] */
	struct span type_span;		/* [analysis] the use that decided the type */
	struct span key_spans[MAX_KEYS];/* [analysis] */
	enum histogram_kind histogram;	/* [analysis] TYPE_STATS: what must be collected */
	int64_t histogram_low, histogram_high, histogram_step;	/* [analysis] */
	struct span histogram_span;	/* [analysis] */
	bool with_variance;		/* [analysis] */
	bool is_read, is_written;	/* [analysis] */
	bool is_accumulated;		/* [analysis] each CPU adds to a part of its own */
	enum sharing sharing;		/* [analysis] */
	int lock_number;		/* [analysis] among those that are shared */
	const struct c_type *c_type;	/* [analysis] of a local: what all typed values have that it is given */
	const char *c_module;		/* [analysis] whose type that is, see struct access */
	bool has_c_types;		/* [analysis] they have several: c_type is NULL */
	bool is_reference;		/* [analysis] string parameter that is never assigned */
	int number;			/* [analysis] position among the globals that are emitted */
};

/* ---- Expressions ---- */

enum expr_kind {
	EXPR_NUMBER, EXPR_STRING, EXPR_VARIABLE, EXPR_INDEX, EXPR_TARGET, EXPR_UNARY, EXPR_BINARY,
	EXPR_TERNARY, EXPR_ASSIGN, EXPR_INCREMENT, EXPR_IN, EXPR_CALL, EXPR_PRINT, EXPR_STATISTIC,
	EXPR_HISTOGRAM, EXPR_OPERATOR, EXPR_EMBEDDED_C, EXPR_ANY_KEY,
};

enum unary_operator { UNARY_PLUS, UNARY_MINUS, UNARY_NOT, UNARY_COMPLEMENT };

enum binary_operator {
	BINARY_ADD, BINARY_SUBTRACT, BINARY_MULTIPLY, BINARY_DIVIDE, BINARY_MODULO,
	BINARY_SHIFT_LEFT, BINARY_SHIFT_RIGHT, BINARY_AND, BINARY_OR, BINARY_XOR,
	BINARY_LOGICAL_AND, BINARY_LOGICAL_OR,	/* evaluate the right side only if needed */
	BINARY_EQUAL, BINARY_NOT_EQUAL, BINARY_LESS, BINARY_LESS_EQUAL, BINARY_GREATER,
	BINARY_GREATER_EQUAL,			/* numbers or strings */
	BINARY_CONCATENATE,
	BINARY_MATCH, BINARY_NOT_MATCH,		/* =~ !~; the right side is an EXPR_STRING */
};

enum assign_operator {
	ASSIGN_PLAIN,		/* = */
	ASSIGN_COMPOUND,	/* += and so on; `operation` says which, BINARY_CONCATENATE for .= */
	ASSIGN_STATISTIC,	/* <<< */
};

enum statistic_operator {
	STATISTIC_COUNT, STATISTIC_SUM, STATISTIC_MIN, STATISTIC_MAX, STATISTIC_AVERAGE,
	STATISTIC_VARIANCE,
};

/* Operators with a word behind '@' whose operands are expressions and strings. */
enum at_operator {
	AT_DEFINED,		/* @defined(expression): whether it could be resolved */
	AT_ENTRY,		/* @entry(expression): its value at the function's entry */
	AT_PERF,		/* @perf("counter") */
	AT_CONST,		/* @const("C expression") */
	AT_ENUM,		/* @enum("name"[, "module"]) */
	AT_ENUM_NAME,		/* @enumname(value, "type"[, "module"]): a string */
	AT_PROBE_WRITE,		/* @probewrite(variable) */
	AT_KERNEL_REGISTER,	/* @kregister(number) */
	AT_USER_REGISTER,	/* @uregister(number) */
	AT_KERNEL_READ,		/* @kderef(size, address) */
	AT_USER_READ,		/* @uderef(size, address) */
	AT_PRETTY,		/* [analysis] a sprintf, or "ERROR" where something in it cannot be read */
};

/* Where the path of an EXPR_TARGET begins. */
enum target_kind {
	TARGET_VARIABLE,	/* $name: `name`, with its '$' */
	TARGET_VAR,		/* @var("name@file"[, "module"]): `name` as written, `module` */
	TARGET_CAST,		/* @cast(operand, "type"[, "module"]) */
	TARGET_AUTOCAST,	/* operand->member, operand[index] of any other expression */
};

/* $x$: with its members; $x$$: with those of its members, too. */
enum pretty { PRETTY_NONE, PRETTY_MEMBERS, PRETTY_ALL };

/* print(...) is {format NULL, newline false}; println newline; printd/printdln have a delimiter. */
struct print_form {
	bool to_string;		/* the sprint family: a string is the result, nothing is printed */
	bool has_format;	/* printf, sprintf: `format` holds the literal */
	bool newline;		/* ...ln */
	bool has_delimiter;	/* printd, printdln: `format` holds the delimiter */
};

enum path_kind { PATH_MEMBER, PATH_INDEX };

struct path_step {		/* ->member or [index] behind a target variable */
	enum path_kind kind;
	struct span span;
	const char *member;
	struct expr *index;
};

struct expr {
	enum expr_kind kind;
	struct span span;
	enum type type;		/* [analysis] but for literals */
	union {
		int64_t number;
		const char *string;	/* escapes already replaced; NUL-terminated, holds no NUL */
		struct {
			const char *name;
			struct variable *variable;	/* [analysis] */
		} variable;
		struct {
			const char *name;		/* of the array */
			struct span name_span;
			GPtrArray *keys;		/* of struct expr */
			struct variable *variable;	/* [analysis] */
		} index;
		struct {
			enum target_kind kind;
			const char *name;		/* with its '$' ("$file", "$$vars"); TARGET_VAR: without */
			struct expr *operand;		/* of TARGET_CAST and TARGET_AUTOCAST */
			const char *type_name;		/* of TARGET_CAST */
			const char *module;		/* of TARGET_VAR and TARGET_CAST, or NULL */
			GPtrArray *path;		/* of struct path_step */
			enum pretty pretty;		/* the '$' or '$$' behind the name or the last member */
			bool address_of;		/* &$var->member */
			void *access;			/* [analysis] what the probe family resolved it to */
		} target;
		struct {
			enum unary_operator operation;
			struct expr *operand;
		} unary;
		struct {
			enum binary_operator operation;
			struct span operator_span;
			struct expr *left, *right;
			struct regex_use *regex;	/* [analysis] of =~ and !~ */
		} binary;
		struct {
			struct expr *condition, *yes, *no;
		} ternary;
		struct {
			enum assign_operator operator;
			enum binary_operator operation;	/* of ASSIGN_COMPOUND */
			struct span operator_span;
			struct expr *target;		/* EXPR_VARIABLE, EXPR_INDEX or EXPR_TARGET */
			struct expr *value;
		} assign;
		struct {
			bool is_prefix;
			int delta;			/* +1 or -1 */
			struct expr *target;
		} increment;
		struct {
			GPtrArray *keys;		/* [k1, k2] in array: of struct expr; may be EXPR_ANY_KEY */
			const char *name;
			struct span name_span;
			struct variable *variable;	/* [analysis] */
		} in;
		struct {
			const char *name;
			struct span name_span;
			GPtrArray *arguments;		/* of struct expr */
			struct function *function;	/* [analysis] */
		} call;
		struct {
			struct print_form form;
			const char *format;		/* literal with escapes replaced, or NULL */
			struct span format_span;
			GPtrArray *arguments;		/* of struct expr, without the format */
			const char *resolved_format;	/* [analysis] in the terms of include/format.h */
		} print;
		struct {				/* @count(x) ... */
			enum statistic_operator operation;
			struct expr *operand;		/* EXPR_VARIABLE or EXPR_INDEX */
			bool has_shift;			/* @variance(x, shift) */
			int64_t shift;
		} statistic;
		struct {				/* @hist_log(x), @hist_linear(x, low, high, step) */
			enum histogram_kind kind;
			struct expr *operand;
			int64_t low, high, step;
			struct expr *bucket;		/* @hist_log(x)[bucket], a number; or NULL */
		} histogram;
		struct {
			enum at_operator operation;
			GPtrArray *arguments;		/* of struct expr */
			const void *enumeration;	/* [analysis] of AT_ENUM_NAME: its type */
			} operator;
		struct {				/* %{ ... %} as a value */
			const char *text;
		} embedded_c;
	};
};

/* ---- Statements ---- */

enum stmt_kind {
	STMT_EMPTY, STMT_EXPR, STMT_BLOCK, STMT_IF, STMT_WHILE, STMT_FOR, STMT_FOREACH, STMT_RETURN,
	STMT_NEXT, STMT_BREAK, STMT_CONTINUE, STMT_DELETE, STMT_TRY, STMT_EMBEDDED_C,
};

enum sort_direction { SORT_NONE, SORT_ASCENDING, SORT_DESCENDING };

struct foreach_key {
	const char *name;
	struct span span;
	struct variable *variable;	/* [analysis] */
};

struct stmt {
	enum stmt_kind kind;
	struct span span;
	union {
		struct expr *expr;		/* STMT_EXPR; STMT_RETURN (NULL: no value); STMT_DELETE */
		GPtrArray *block;		/* of struct stmt */
		struct {
			struct expr *condition;
			struct stmt *then, *otherwise;	/* otherwise may be NULL */
		} branch;			/* STMT_IF */
		struct {
			struct expr *initial, *condition, *step;	/* each may be NULL */
			struct stmt *body;
		} loop;				/* STMT_FOR; STMT_WHILE uses condition and body */
		struct {
			GPtrArray *keys;	/* of struct foreach_key */
			struct foreach_key *value;	/* foreach (v = k in a), or NULL */
			const char *name;	/* NULL: over the buckets of `histogram` */
			struct span name_span;
			GPtrArray *slice;	/* in array[*, 5]: of struct expr, may be EXPR_ANY_KEY; or NULL */
			struct expr *histogram;	/* EXPR_HISTOGRAM without a bucket, or NULL */
			struct variable *variable;	/* [analysis] the array */
			enum sort_direction direction;
			int sort_column;	/* 0: by value; 1..n: by that key */
			bool has_sort_statistic;	/* a @sum -: sorts by that, else by @count */
			enum statistic_operator sort_statistic;
			struct expr *limit;	/* or NULL */
			struct stmt *body;
		} foreach;
		struct {
			struct stmt *body, *handler;
			const char *name;		/* catch (name), or NULL */
			struct span name_span;
			struct variable *variable;	/* [analysis] */
		} try_catch;
		const char *embedded_c;			/* STMT_EMBEDDED_C */
	};
};

/* ---- Declarations ---- */

struct function {
	const char *name;
	struct span span;		/* of the name */
	bool is_private;
	GPtrArray *parameters;		/* of struct variable */
	bool has_priority;		/* function f(...):2; without one 0, of the library 1 */
	int64_t priority;
	enum type type;			/* of its result; declared or [analysis] */
	bool type_is_declared;
	struct span type_span;		/* [analysis] the return that decided it */
	struct stmt *body;		/* NULL if it is embedded C */
	const char *embedded_c;		/* text between %{ and %} */
	struct span embedded_c_span;
	GPtrArray *locals;		/* [analysis] of struct variable */
	bool is_used;			/* [analysis] reachable from a probe */
	bool is_recursive;		/* [analysis] on a cycle of calls */
	bool may_fail;			/* [analysis] can set an error, so that callers must check */
	bool has_side_effects;		/* [analysis] prints, writes globals, or says nothing of its C */
	bool declines;			/* [analysis] may leave by `next` */
	struct function *alternative;	/* [analysis] asked when this one declines; NULL: none is left */
	int number;			/* [analysis] */
};

struct probe_component {
	const char *name;		/* "timer", "s", "function"; may hold wildcards */
	struct span span;		/* of the component with its argument */
	struct expr *argument;		/* EXPR_NUMBER or EXPR_STRING, or NULL */
};

struct probe_point {
	GPtrArray *components;		/* of struct probe_component */
	bool is_optional;		/* ? */
	bool is_sufficient;		/* ! */
	struct expr *condition;		/* if (...) behind the point, or NULL */
	struct span span;
};

struct probe_declaration {
	GPtrArray *points;		/* of struct probe_point */
	struct stmt *body;		/* STMT_BLOCK */
	struct span span;		/* from "probe" to before the body */
};

/*
 * probe name = points { prologue }, { epilogue }
 * probe name += points { epilogue }
 */
struct alias {
	GPtrArray *name;		/* of struct probe_component without arguments */
	GPtrArray *points;		/* of struct probe_point */
	struct stmt *prologue;		/* STMT_BLOCK before the handler of whoever probes it, or NULL */
	struct stmt *epilogue;		/* behind it, or NULL */
	bool is_private;
	struct span span;		/* from "probe" to before the body */
};

struct script {			/* one file */
	const struct source *source;
	GPtrArray *globals;		/* of struct variable */
	GPtrArray *functions;		/* of struct function */
	GPtrArray *aliases;		/* of struct alias */
	GPtrArray *probes;		/* of struct probe_declaration */
	GPtrArray *embedded_c;		/* of struct embedded_c: %{ %} at top level */
};

struct embedded_c {
	const char *text;
	struct span span;
};

#endif
