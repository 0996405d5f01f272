/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that the doctor knows of a machine: gathered once, only read afterwards. Strings are the
 * arena's, NULL where nothing tells.
 */
#ifndef SPILE_DOCTOR_FACTS_H
#define SPILE_DOCTOR_FACTS_H

#include "target/configuration.h"
#include "target/distribution.h"
#include "target/kernel_tree.h"

/* What a switch of the running kernel says. */
enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

/* What builds are made with. */
struct program {
	const char *name;	/* "gcc-12" */
	const char *path;	/* NULL: not installed */
	const char *version;	/* "12.2.0"; NULL: it was not asked */
};

/* Where something was found, or why it was not: one of both. */
struct found {
	const char *origin, *why;
};

/* What the running kernel says of itself; UNKNOWN and NULL where another one is examined. */
struct running_facts {
	enum answer modules_disabled;	/* sysctl kernel.modules_disabled */
	enum answer sig_enforce;	/* module.sig_enforce */
	enum answer kprobes_on;		/* debugfs kprobes/enabled */
	enum answer ftrace_on;		/* sysctl kernel.ftrace_enabled */
	enum answer secure_boot;	/* as the firmware has it */
	enum answer is_root, may_load;	/* user 0; the capability CAP_SYS_MODULE */
	const char *lockdown;		/* "none", "integrity", "confidentiality" */
	int kptr_restrict;		/* -1: unknown */
	const char *version;		/* "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)" */
};

struct facts {
	const char *root;		/* "" or a folder that stands for / */
	const char *release;
	bool is_running;		/* /proc and /sys are of that kernel */
	struct distribution distribution;

	struct kernel_tree_finding tree_search;
	struct kernel_tree tree;	/* one without a folder unless tree_search.state is SOUND */
	const char *tree_version;	/* as running.version: the build that the tree was made with */
	GPtrArray *other_trees;		/* releases (char *) of which there are build trees besides */
	bool has_modpost;		/* in the tree: scripts/mod/modpost */

	const char *kernel_compiler;	/* as it named itself: "gcc-12 (Debian 12.2.0-14) 12.2.0" */
	struct program compiler, linker, make;

	const struct configuration *configuration;
	const char *configuration_origin;
	struct found btf, debuginfo, symbols;
	const char *stub_symbols;	/* a System.map that only says where the real one is */
	bool has_debuginfo_server;	/* $DEBUGINFOD_URLS */

	struct running_facts running;
};

/*
 * Examines the kernel `request` (a release, the path of a build tree, NULL for the one that runs, or
 * where none does the only one installed) of the machine below `root`. False: nothing says which kernel is meant.
 */
bool facts_gather(struct arena *arena, const char *root, const char *request, struct facts *ret);

/* The rest of it, each in a file of its own: what the running kernel says, and what builds need. */
void facts_of_running(struct arena *arena, const char *root, struct running_facts *ret);
void facts_of_build(struct arena *arena, struct facts *facts);

/* The first number with dots in what a compiler says of itself, "12.2.0"; NULL: there is none. */
const char *facts_compiler_version(struct arena *arena, const char *text);

/* Whether the configuration has an option as y or m; UNKNOWN without a configuration. */
enum answer facts_option(const struct facts *facts, const char *option);

#endif
