/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judges facts: one function for each ability, and a table of them. Called by doctor.c; nothing here
 * reads a file, so that tests can make up any machine. What is not known to be wrong passes: the
 * kernel remains the judge.
 */
#include "doctor/abilities.h"

#include <stdlib.h>
#include <string.h>

struct judge {
	struct arena *arena;
	const struct facts *facts;
	struct ability *ability;	/* the one under judgement */
};

/* ---- Remarks ---- */

static void remark(struct judge *judge, enum ability_state makes, enum need need, const char *argument,
		   const char *format, ...) G_GNUC_PRINTF(5, 6);

static void remark(struct judge *judge, enum ability_state makes, enum need need, const char *argument,
		   const char *format, ...)
{
	struct remark *added = arena_new0(judge->arena, struct remark);
	g_autofree char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	*added = (struct remark){ makes, need, argument, arena_printf(judge->arena, "%s", text) };
	g_ptr_array_add(judge->ability->remarks, added);
	judge->ability->state = MAX(judge->ability->state, makes);
}

/* That something is missing, which no more than the need has to be said of. */
#define lacks(judge, need, ...) remark(judge, ABILITY_MISSING, need, NULL, __VA_ARGS__)

/* Remarks on an option that the kernel was built without, and what it would be good for. */
static void want_option(struct judge *judge, const char *option, const char *purpose)
{
	if (facts_option(judge->facts, option) == ANSWER_NO)
		lacks(judge, NEED_NOTHING, "the kernel was built without %s: %s", option, purpose);
}

static bool is_locked(const struct facts *facts, const char *level)
{
	return facts->running.lockdown && strcmp(facts->running.lockdown, level) == 0;
}

static void want_probes_allowed(struct judge *judge)
{
	if (is_locked(judge->facts, "confidentiality"))
		lacks(judge, NEED_NOTHING,
		      "the kernel is locked down to keep its memory confidential: it allows no "
		      "kprobes; start it with lockdown=integrity or without lockdown=");
}

/* ---- Building ---- */

/* "6.1.0-55-amd64 and 5 more" */
static const char *list_trees(struct judge *judge)
{
	const GPtrArray *trees = judge->facts->other_trees;
	const char *last = trees->pdata[trees->len - 1];

	return trees->len == 1 ? last : arena_printf(judge->arena, "%s and %u more", last, trees->len - 1);
}

static void judge_absent_tree(struct judge *judge)
{
	const struct facts *facts = judge->facts;
	const char *dangling = facts->tree_search.dangling;

	if (dangling)
		lacks(judge, NEED_BUILD_TREE,
		      "there is no build tree of kernel %s: the link %s leads to nothing",
		      facts->release, dangling);
	else
		lacks(judge, NEED_BUILD_TREE, "there is no build tree of kernel %s",
		      facts->release);
	if (facts->other_trees->len)
		lacks(judge, NEED_NOTHING,
		      "there is one of kernel %s, whose modules this kernel does not take; if that "
		      "kernel is installed, starting it is another way", list_trees(judge));
}

static void judge_tree(struct judge *judge)
{
	const struct facts *facts = judge->facts;
	const struct kernel_tree_finding *search = &facts->tree_search;

	switch (search->state) {
	case KERNEL_TREE_ABSENT:
		judge_absent_tree(judge);
		return;
	case KERNEL_TREE_UNUSABLE:
		lacks(judge, NEED_BUILD_TREE_AGAIN, "the build tree %s cannot be used: %s",
		      search->folder, search->defect);
		return;
	case KERNEL_TREE_OF_OTHER:
		lacks(judge, NEED_BUILD_TREE, "%s is the build tree of kernel %s, not of %s",
		      search->folder, search->other, facts->release);
		return;
	case KERNEL_TREE_SOUND:
		break;
	}
	if (!facts->has_modpost)
		lacks(judge, NEED_BUILD_TREE_AGAIN,
		      "the build tree %s has no program scripts/mod/modpost: it is not prepared, "
		      "or the package that the folder belongs to is missing",
		      facts->tree.build_dir);
	if (facts->tree_version && facts->running.version &&
	    strcmp(facts->tree_version, facts->running.version) != 0)
		remark(judge, ABILITY_PARTLY, NEED_NOTHING, NULL,
		       "the build tree was made with another build of this release (%s) than runs "
		       "(%s): modules may be refused until the installed kernel is started",
		       facts->tree_version, facts->running.version);
}

/* "gcc-12" of "gcc-12 (Debian 12.2.0-14) 12.2.0"; "clang" of "Debian clang version 14.0.6". */
static const char *compiler_name(struct judge *judge, const char *text)
{
	if (strstr(text, "clang"))
		return "clang";
	return g_str_has_prefix(text, "gcc-") ? arena_strndup(judge->arena, text, strcspn(text, " ")) : "gcc";
}

/* Flags of a kernel's compiler are those of its version; newer ones mostly know them too. */
static void judge_compiler(struct judge *judge)
{
	const struct facts *facts = judge->facts;
	const struct program *compiler = &facts->compiler;
	const char *text = facts->kernel_compiler;
	const char *wanted = text ? facts_compiler_version(judge->arena, text) : NULL;

	if (!compiler->path) {
		remark(judge, ABILITY_MISSING, NEED_PROGRAM, compiler->name,
		       "the compiler of the build tree, %s, is not installed", compiler->name);
		return;
	}
	if (!wanted || !compiler->version || facts->tree_search.state != KERNEL_TREE_SOUND)
		return;
	if (!strstr(text, "clang") != !strstr(compiler->name, "clang") ||
	    atoi(wanted) != atoi(compiler->version))
		remark(judge, ABILITY_PARTLY, NEED_PROGRAM, compiler_name(judge, text),
		       "the kernel was made by %s %s, modules would be by %s %s: mostly that "
		       "works, but flags or plugins of the one may be unknown to the other",
		       compiler_name(judge, text), wanted, compiler->name, compiler->version);
}

static void judge_build(struct judge *judge)
{
	const struct facts *facts = judge->facts;
	const struct program *const programs[] = { &facts->make, &facts->linker };

	judge_tree(judge);
	judge_compiler(judge);
	for (size_t i = 0; i < G_N_ELEMENTS(programs); i++)
		if (!programs[i]->path)
			remark(judge, ABILITY_MISSING, NEED_PROGRAM, programs[i]->name,
			       "the program %s is not installed", programs[i]->name);
	judge->ability->source = arena_printf(judge->arena, "%s, %s%s%s", facts->tree.build_dir,
					      facts->compiler.name, facts->compiler.version ? " " : "",
					      facts->compiler.version ? facts->compiler.version : "");
}

/* ---- Loading ---- */

static void judge_user(struct judge *judge)
{
	const struct running_facts *running = &judge->facts->running;

	if (running->may_load != ANSWER_NO)
		return;
	if (running->is_root == ANSWER_YES)
		lacks(judge, NEED_NOTHING,
		      "root alone is not enough here: this process has no CAP_SYS_MODULE, as in a "
		      "container; start it outside of that, or with the capability");
	else
		remark(judge, ABILITY_PARTLY, NEED_COMMAND, "sudo spile ...",
		       "only root may load modules");
}

static void judge_load(struct judge *judge)
{
	const struct facts *facts = judge->facts;

	want_option(judge, "CONFIG_MODULES", "it loads none");
	want_option(judge, "CONFIG_RELAY", "what scripts print has no way out");
	want_option(judge, "CONFIG_PROC_FS", "sessions have no control file");
	if (!facts->is_running) {
		remark(judge, ABILITY_UNKNOWN, NEED_NOTHING, NULL,
		       "kernel %s does not run here, so what it allows is not known",
		       facts->release);
		return;
	}
	if (facts->running.modules_disabled == ANSWER_YES)
		remark(judge, ABILITY_MISSING, NEED_COMMAND, "reboot",
		       "the kernel loads no modules any more (sysctl kernel.modules_disabled): "
		       "only a restart takes that back");
	if (is_locked(facts, "confidentiality"))
		lacks(judge, NEED_NOTHING,
		      "the kernel is locked down to keep its memory confidential "
		      "(lockdown=confidentiality)");
	judge_user(judge);
}

static void judge_unload(struct judge *judge)
{
	want_option(judge, "CONFIG_MODULE_UNLOAD", "a script's module stays until the machine is restarted");
}

/* What has the kernel refuse modules without a signature, or NULL. */
static const char *why_signed(struct judge *judge)
{
	const struct facts *facts = judge->facts;

	if (is_locked(facts, "integrity") || is_locked(facts, "confidentiality"))
		return arena_printf(judge->arena, "lockdown: %s", facts->running.lockdown);
	if (facts->running.sig_enforce == ANSWER_YES)
		return "module.sig_enforce";
	return facts_option(facts, "CONFIG_MODULE_SIG_FORCE") == ANSWER_YES ?
	       "CONFIG_MODULE_SIG_FORCE" : NULL;
}

static void judge_signing(struct judge *judge)
{
	const struct facts *facts = judge->facts;
	const char *why = why_signed(judge);

	if (why)
		remark(judge, ABILITY_MISSING, NEED_COMMAND,
		       arena_printf(judge->arena, "%s/scripts/sign-file sha256 KEY.priv KEY.der "
				    "MODULE.ko", facts->tree.build_dir),
		       "the kernel takes signed modules only (%s): build with spile -p4, sign with "
		       "a machine owner key that was enrolled by `mokutil --import KEY.der`, load "
		       "with spilerun", why);
	else if (facts->running.secure_boot == ANSWER_YES &&
		 facts->running.sig_enforce == ANSWER_UNKNOWN)
		remark(judge, ABILITY_PARTLY, NEED_NOTHING, NULL,
		       "Secure Boot is on and the kernel does not say whether it takes unsigned "
		       "modules");
	else
		judge->ability->source = facts->is_running ? "none is asked for" : NULL;
}

/* ---- Probes ---- */

static void want_kprobes(struct judge *judge)
{
	want_option(judge, "CONFIG_KPROBES", "it has no kprobes");
	want_probes_allowed(judge);
}

#define KPROBES_ON "echo 1 > /sys/kernel/debug/kprobes/enabled"
#define TRACER_ON "sysctl kernel.ftrace_enabled=1"

/* Entries of functions are hit by the function tracer or by kprobes: each can do without the other. */
static void judge_switches(struct judge *judge)
{
	const struct running_facts *running = &judge->facts->running;
	bool has_tracer = facts_option(judge->facts, "CONFIG_DYNAMIC_FTRACE") != ANSWER_NO &&
			  running->ftrace_on != ANSWER_NO;

	if (running->kprobes_on == ANSWER_NO)
		remark(judge, has_tracer ? ABILITY_PARTLY : ABILITY_MISSING, NEED_COMMAND,
		       KPROBES_ON, "kprobes are switched off: %s",
		       has_tracer ? "entries of functions alone are hit, by the function tracer" :
		       "nothing is hit");
	if (running->ftrace_on == ANSWER_NO)
		remark(judge, ABILITY_PARTLY, NEED_COMMAND, TRACER_ON,
		       "the function tracer is switched off: entries of functions are left to "
		       "kprobes, which cost more");
}

static void judge_functions(struct judge *judge)
{
	const struct facts *facts = judge->facts;

	want_kprobes(judge);
	want_option(judge, "CONFIG_KALLSYMS", "it does not know its functions by name");
	judge_switches(judge);
	if (facts->running.kptr_restrict == 2)
		remark(judge, ABILITY_PARTLY, NEED_COMMAND, "sysctl kernel.kptr_restrict=1",
		       "the kernel hides the addresses of its functions, also from root (sysctl "
		       "kernel.kptr_restrict): names that several functions have cannot be told "
		       "apart, and its variables are not found");
	judge->ability->source = facts->symbols.origin;
	if (facts->symbols.origin)
		return;
	if (facts->stub_symbols)
		remark(judge, ABILITY_PARTLY, NEED_DEBUGINFO, NULL,
		       "%s only says in which package the real one is: misspelt names are found "
		       "when a module is loaded, not before", facts->stub_symbols);
	else
		remark(judge, ABILITY_PARTLY, NEED_NOTHING, NULL,
		       "%s: misspelt names are found when a module is loaded, not before",
		       facts->symbols.why);
}

static void judge_arguments(struct judge *judge)
{
	const struct facts *facts = judge->facts;

	judge->ability->source = facts->btf.origin ? facts->btf.origin : facts->debuginfo.origin;
	if (judge->ability->source)
		return;
	remark(judge, facts->has_debuginfo_server ? ABILITY_PARTLY : ABILITY_MISSING, NEED_NOTHING,
	       NULL, "there is no BTF: %s", facts->btf.why);
	remark(judge, ABILITY_PARTLY, NEED_DEBUGINFO, NULL, "and no DWARF: %s",
	       facts->debuginfo.why);
}

static void judge_locals(struct judge *judge)
{
	const struct facts *facts = judge->facts;

	judge->ability->source = facts->debuginfo.origin;
	if (facts->debuginfo.origin)
		return;
	remark(judge, facts->has_debuginfo_server ? ABILITY_PARTLY : ABILITY_MISSING,
	       NEED_DEBUGINFO, NULL, "%s", facts->debuginfo.why);
	if (facts->has_debuginfo_server)
		remark(judge, ABILITY_PARTLY, NEED_NOTHING, NULL,
		       "the servers of $DEBUGINFOD_URLS will be asked for it when a script needs "
		       "it");
}

static void judge_returns(struct judge *judge)
{
	want_kprobes(judge);
	want_option(judge, "CONFIG_KRETPROBES", "it has no kprobes at returns");
	if (judge->facts->running.kprobes_on == ANSWER_NO)
		remark(judge, ABILITY_MISSING, NEED_COMMAND, KPROBES_ON,
		       "kprobes are switched off");
	if (judge->facts->running.ftrace_on == ANSWER_NO)
		remark(judge, ABILITY_MISSING, NEED_COMMAND, TRACER_ON,
		       "the function tracer is switched off, by which the kernel carries kprobes "
		       "at entries");
}

static void judge_tracepoints(struct judge *judge)
{
	const struct facts *facts = judge->facts;

	want_option(judge, "CONFIG_TRACEPOINTS", "it has none");
	judge->ability->source = arena_printf(judge->arena, "headers of %s", facts->tree.build_dir);
	if (facts->tree_search.state != KERNEL_TREE_SOUND)
		lacks(judge, NEED_BUILD_TREE,
		      "what they pass on is read from the headers of the build tree");
}

static void judge_watchpoints(struct judge *judge)
{
	want_option(judge, "CONFIG_PERF_EVENTS", "it has no watchpoints");
	want_option(judge, "CONFIG_HAVE_HW_BREAKPOINT", "it has no watchpoints");
}

static void judge_user_probes(struct judge *judge)
{
	want_option(judge, "CONFIG_UPROBES", "it has no probes of user programs");
	remark(judge, ABILITY_NOT_YET, NEED_NOTHING, NULL, "this version of spile has none");
}

/* ---- All of them ---- */

static const struct {
	const char *name, *title;
	void (*judge)(struct judge *judge);
} table[] = {
	{ "build", "making modules", judge_build },
	{ "load", "loading modules", judge_load },
	{ "unload", "unloading modules", judge_unload },
	{ "signing", "modules without a signature", judge_signing },
	{ "functions", "probes of functions by name", judge_functions },
	{ "returns", "return probes", judge_returns },
	{ "arguments", "arguments by name", judge_arguments },
	{ "locals", "locals, lines, inlined functions", judge_locals },
	{ "tracepoints", "tracepoints", judge_tracepoints },
	{ "watchpoints", "watchpoints", judge_watchpoints },
	{ "user", "user programs", judge_user_probes },
};

GPtrArray *abilities_judge(struct arena *arena, const struct facts *facts)
{
	GPtrArray *abilities = arena_array(arena);

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
		struct ability *ability = arena_new0(arena, struct ability);
		struct judge judge = { arena, facts, ability };

		ability->name = table[i].name;
		ability->title = table[i].title;
		ability->remarks = arena_array(arena);
		table[i].judge(&judge);
		g_ptr_array_add(abilities, ability);
	}
	return abilities;
}

const struct ability *abilities_find(const GPtrArray *abilities, const char *name)
{
	for (unsigned int i = 0; i < abilities->len; i++) {
		const struct ability *ability = abilities->pdata[i];

		if (strcmp(ability->name, name) == 0)
			return ability;
	}
	bug("there is no ability '%s'", name);
}

int abilities_status(const GPtrArray *abilities)
{
	int status = 0;

	if (abilities_find(abilities, "load")->state == ABILITY_MISSING)
		return 2;
	for (unsigned int i = 0; i < abilities->len; i++) {
		const struct ability *ability = abilities->pdata[i];

		if (ability->state == ABILITY_MISSING)
			status = 1;
	}
	return status;
}
