/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts by name, for `spile doctor -v` and --json. Called by text.c and json.c. */
#include "doctor/report.h"

static void add(struct arena *arena, GPtrArray *facts, const char *name, const char *value)
{
	struct described_fact *fact = arena_new0(arena, struct described_fact);

	*fact = (struct described_fact){ name, value };
	g_ptr_array_add(facts, fact);
}

static void add_answer(struct arena *arena, GPtrArray *facts, const char *name, enum answer answer)
{
	static const char *const words[] = { [ANSWER_UNKNOWN] = NULL, [ANSWER_NO] = "no", [ANSWER_YES] = "yes" };

	add(arena, facts, name, words[answer]);
}

static void add_running(struct arena *arena, GPtrArray *ret, const struct running_facts *running)
{
	add(arena, ret, "kernel-version", running->version);
	add_answer(arena, ret, "modules-disabled", running->modules_disabled);
	add_answer(arena, ret, "signatures-enforced", running->sig_enforce);
	add_answer(arena, ret, "secure-boot", running->secure_boot);
	add(arena, ret, "lockdown", running->lockdown);
	add_answer(arena, ret, "kprobes-on", running->kprobes_on);
	add_answer(arena, ret, "function-tracer-on", running->ftrace_on);
	add(arena, ret, "kptr-restrict", running->kptr_restrict < 0 ? NULL :
	    arena_printf(arena, "%d", running->kptr_restrict));
	add_answer(arena, ret, "root", running->is_root);
	add_answer(arena, ret, "may-load-modules", running->may_load);
}

GPtrArray *report_facts(struct arena *arena, const struct facts *facts)
{
	GPtrArray *ret = arena_array(arena);
	bool has_tree = facts->tree_search.state == KERNEL_TREE_SOUND;

	add(arena, ret, "build-tree", has_tree ? facts->tree.build_dir : NULL);
	add(arena, ret, "build-tree-version", facts->tree_version);
	add(arena, ret, "kernel-compiler", facts->kernel_compiler);
	add(arena, ret, "compiler", facts->compiler.path);
	add(arena, ret, "compiler-version", facts->compiler.version);
	add(arena, ret, "make", facts->make.path);
	add(arena, ret, "linker", facts->linker.path);
	add(arena, ret, "configuration", facts->configuration_origin);
	add(arena, ret, "btf", facts->btf.origin);
	add(arena, ret, "debuginfo", facts->debuginfo.origin);
	add(arena, ret, "symbols", facts->symbols.origin);
	add_running(arena, ret, &facts->running);
	return ret;
}
