/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the family of function probes know of each other. kprobe.c reads points and
 * writes the module's rows; between the two, kprobe_symbols.c resolves names, kprobe_sites.c places
 * that need debuginfo, and kprobe_variables.c target variables.
 */
#ifndef SPILE_PROBES_KPROBE_H
#define SPILE_PROBES_KPROBE_H

#include "probes/code_pattern.h"
#include "probes/probe.h"

struct kprobe_details {
	unsigned int function;	/* which component of the point that is, or its statement("...") */
	uint64_t address;	/* of statement(N).absolute; 0: it has a name */
	const char *module;	/* pattern of modules' names; NULL: the kernel itself */
	const char *pattern;
	bool by_symbol_only;	/* kprobe.function */
	bool is_statement;
	bool is_nearest;
	bool is_call, is_inlined;	/* only functions that are called, or only inlined copies */
	bool is_exported;	/* only functions that are */
	bool is_return;
	const char *label;	/* pattern of labels within the functions; NULL: none */
	const char *callee;	/* pattern of functions that they call; NULL: none */
	unsigned int callee_depth;
	int64_t max_active;	/* 0: the module's default */
	bool is_one_of_many;	/* stands for one function that a pattern meant */
	const struct code_site *site;	/* where debuginfo has it; NULL: by its symbol */
	bool is_keeper;		/* keeps registers, for handlers within the function */
	unsigned int kept;	/* its number among those */
};

/* Appends a probe of these details, which it keeps. */
void kprobe_add(const struct probe_target *target, const struct probe_declaration *declaration,
		const struct probe_point *point, struct kprobe_details *details, GPtrArray *probes);

/* The point with the names of one function, and its module, in place of the patterns. */
struct probe_point *kprobe_point_of(struct arena *arena, const struct probe_point *point,
				    const struct kprobe_details *one);

/* "kernel 6.1.0", "module 'ext4' of kernel 6.1.0" */
const char *kprobe_place_text(const struct probe_target *target, const char *module);

/* ---- kprobe_symbols.c: by symbol ---- */

/* The functions that there are in the kernel or in one module; NULL: not known here. */
const struct symbol_table *kprobe_symbols_in(const struct probe_target *target, const char *module);

/* Appends the probes of one name or pattern of the kernel, or of one module; false after an error. */
bool kprobe_resolve_symbols(const struct probe_target *target, const struct probe_declaration *declaration,
			    const struct probe_point *point, struct kprobe_details *details, GPtrArray *probes);

/* The same in each of the modules that a pattern means. */
bool kprobe_resolve_modules(const struct probe_target *target, const struct probe_declaration *declaration,
			    const struct probe_point *point, const struct kprobe_details *pattern, GPtrArray *probes);

/* ---- kprobe_sites.c: by debuginfo ---- */

/* Whether symbols do not suffice for the point. */
bool kprobe_needs_sites(const struct kprobe_details *details);

/* Appends the probes of such a point; false after an error. */
bool kprobe_resolve_sites(const struct probe_target *target, const struct probe_declaration *declaration,
			  const struct probe_point *point, const struct kprobe_details *details, GPtrArray *probes);

/* The same for a list of points that symbols could make, too; false: debuginfo knows none, or there is none. */
bool kprobe_list_sites(const struct probe_target *target, const struct probe_declaration *declaration,
		       const struct probe_point *point, const struct kprobe_details *details, GPtrArray *probes);

/* Appends the inlined copies of a function or pattern, if debuginfo knows of any. */
void kprobe_add_inlined(const struct probe_target *target, const struct probe_declaration *declaration,
			const struct probe_point *point, const struct kprobe_details *details, GPtrArray *probes);

/* Where debuginfo has the probe; NULL: nowhere, or in several places. */
const struct code_site *kprobe_entry_site(const struct probe_target *target, const struct kprobe_details *details);

/* ---- kprobe_keeper.c, kprobe_variables.c: as of struct probe_family ---- */

struct probe *kprobe_keeper(struct arena *arena, const struct location_entry *entry, const struct probe *user,
			    unsigned int number, uint32_t registers);

struct access *kprobe_resolve_target(const struct probe_target *target, const struct probe *probe, struct expr *expr);
GPtrArray *kprobe_target_variables(const struct probe_target *target, const struct probe *probe);

#endif
