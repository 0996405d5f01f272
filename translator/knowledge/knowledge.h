/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of the names of the kernel that is traced: its functions, their parameters, its
 * types. Several sources may know; they are asked in the order of what an answer costs, and none
 * is opened before there is a question to it. A question for which no source has an answer is no
 * error here: who asked says what it means, and knowledge_lack() what would help.
 *
 * `module` is a kernel module's name, or NULL for the kernel itself.
 */
#ifndef SPILE_TARGET_KNOWLEDGE_H
#define SPILE_TARGET_KNOWLEDGE_H

#include "target/kernel_tree.h"
#include "knowledge/types.h"
#include "target/symbols.h"

/* The sources, as bits of a set. */
enum knowledge_source {
	SOURCE_SYMBOLS = 1,	/* names of functions: /proc/kallsyms, System.map */
	SOURCE_BTF = 2,
	SOURCE_HEADERS = 4,	/* tracepoints */
	SOURCE_DWARF = 8,
};
#define SOURCES_ALL (SOURCE_SYMBOLS | SOURCE_BTF | SOURCE_HEADERS | SOURCE_DWARF)

struct knowledge;

struct knowledge_options {
	unsigned int sources;	/* bits of enum knowledge_source: those that may be asked */
	bool verbose;		/* say on standard error which source answered what */
	const char *root;	/* "", but in tests: stands before /boot, /lib/modules and the like */
};

/* `diag` takes complaints about a list of sources; nothing else is ever reported. */
struct knowledge *knowledge_new(struct arena *arena, const struct kernel_tree *tree,
				const struct knowledge_options *options);

/*
 * "symbols,btf" to bits. False after E-option: a word is no source.
 */
bool knowledge_sources(struct diag *diag, const char *list, unsigned int *ret);

/* Where its answers live. */
struct arena *knowledge_arena(const struct knowledge *knowledge);

bool knowledge_may_ask(const struct knowledge *knowledge, enum knowledge_source source);

/*
 * The kernel's modules (char *) by a shell pattern, sorted: those that are loaded if it is the kernel
 * that runs here, else those that are installed.
 */
GPtrArray *knowledge_modules(struct knowledge *knowledge, const char *pattern);
/* All that are installed (char *), for who wants to say which one was meant. */
GPtrArray *knowledge_module_names(struct knowledge *knowledge);
/* The functions of the kernel itself; NULL: they are not known here. */
const struct symbol_table *knowledge_kernel_symbols(struct knowledge *knowledge);
/* The functions of a module; NULL: they are not known here, but may be where it is loaded. */
const struct symbol_table *knowledge_symbols(struct knowledge *knowledge, const char *module);
/* The names of the tracepoints that a module defines; NULL: none are known. */
const struct symbol_table *knowledge_tracepoints(struct knowledge *knowledge, const char *module);
/* Of the functions of the kernel or of a module, those that it exports to modules; NULL: not known. */
const struct symbol_table *knowledge_exports(struct knowledge *knowledge, const char *module);

/* The type (C_FUNCTION) of a function; NULL: no source knows it. */
const struct c_type *knowledge_function(struct knowledge *knowledge, const char *module, const char *name);

/*
 * The functions whose parameters are known, by a shell pattern: names (char *), sorted, each once.
 * Empty if no source knows any.
 */
GPtrArray *knowledge_functions(struct knowledge *knowledge, const char *module, const char *pattern);

/*
 * A type by what C calls it: "struct file", "union x", "enum y", "size_t", "struct file *". A name
 * alone is a typedef's or, where there is none, a tag. NULL: no source knows it.
 */
const struct c_type *knowledge_type(struct knowledge *knowledge, const char *module, const char *text);

/* The record that a forward declaration stands for; any other type is given back as it is. */
const struct c_type *knowledge_whole(struct knowledge *knowledge, const char *module,
				     const struct c_type *type);

const struct c_type *knowledge_variable(struct knowledge *knowledge, const char *module, const char *name);
bool knowledge_enumerator(struct knowledge *knowledge, const char *module, const char *name,
			  int64_t *value_ret);

/* The names (char *) of known types, and of enumerators, for who wants to say which one was meant. */
GPtrArray *knowledge_type_names(struct knowledge *knowledge, const char *module);
GPtrArray *knowledge_enumerator_names(struct knowledge *knowledge, const char *module);

/*
 * What DWARF knows of the kernel or of a module, for files of this room. NULL, with the reason: it
 * is not here, or --sources leaves it out.
 */
struct dwarf_source;
struct dwarf_source *knowledge_dwarf(struct knowledge *knowledge, const char *module, const char **why_ret);

/* The kernel's BTF, likewise; NULL: there is none. And the number of the kernel's build, or NULL. */
struct btf_types;
struct btf_types *knowledge_btf(struct knowledge *knowledge);
const char *knowledge_build_id(struct knowledge *knowledge);

/* With -v, says that DWARF has answered a question: what was asked for, "statement", and its name. */
void knowledge_say_dwarf(struct knowledge *knowledge, const char *module, const char *what, const char *name);

/* Why types are not known and what would help; NULL if there is a source of types. */
const char *knowledge_lack(struct knowledge *knowledge, const char *module);

#endif
