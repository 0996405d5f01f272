/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * translator/doctor: machines as tables of facts, and what is judged of them; files of a made-up root
 * folder, and what is read from them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "doctor/abilities.h"
#include "doctor/advice.h"
#include "doctor/report.h"
#include "tree_fixture.h"

#define SOUND_OPTIONS \
	"CONFIG_MODULES=y\nCONFIG_MODULE_UNLOAD=y\nCONFIG_RELAY=y\nCONFIG_PROC_FS=y\nCONFIG_KPROBES=y\n" \
	"CONFIG_KRETPROBES=y\nCONFIG_KALLSYMS=y\nCONFIG_TRACEPOINTS=y\nCONFIG_PERF_EVENTS=y\n" \
	"CONFIG_HAVE_HW_BREAKPOINT=y\nCONFIG_DYNAMIC_FTRACE=y\nCONFIG_UPROBES=y\n"

/* ---- Judgements ---- */

/* A machine on which everything works. */
static struct facts sound(struct fixture *fixture)
{
	return (struct facts){
		.root = fixture->root, .release = RELEASE, .is_running = true, .distribution = { "debian", "12", "Debian" },
		.tree_search = { .state = KERNEL_TREE_SOUND, .request = RELEASE, .folder = "/tree" },
		.tree = { .release = RELEASE, .build_dir = "/tree", .source_dir = "/tree", .key = "key" },
		.tree_version = "#1 build", .other_trees = arena_array(fixture->arena), .has_modpost = true,
		.kernel_compiler = "gcc-12 (Debian 12.2.0-14) 12.2.0", .compiler = { "gcc-12", "/usr/bin/gcc-12", "12.2.1" },
		.linker = { "ld", "/usr/bin/ld", NULL }, .make = { "make", "/usr/bin/make", NULL },
		.configuration = configuration_from_text(fixture->arena, arena_printf(fixture->arena, "%s", SOUND_OPTIONS)),
		.btf = { "/sys/kernel/btf/vmlinux", NULL }, .debuginfo = { "/usr/lib/debug/vmlinux", NULL },
		.symbols = { "/proc/kallsyms", NULL },
		.running = { ANSWER_NO, ANSWER_NO, ANSWER_YES, ANSWER_YES, ANSWER_NO, ANSWER_YES, ANSWER_YES, "none", 1, "#1 build" },
	};
}

static void without_options(struct fixture *fixture, struct facts *facts)
{
	facts->configuration = configuration_from_text(fixture->arena, arena_printf(fixture->arena, "CONFIG_X=y\n"));
}

static void no_answers(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->configuration = NULL;
	facts->running = (struct running_facts){ .kptr_restrict = -1 };
	facts->tree_version = facts->kernel_compiler = NULL;
}

static void another_kernel(struct fixture *fixture, struct facts *facts)
{
	no_answers(fixture, facts);
	facts->is_running = false;
}

static void no_tree(struct fixture *fixture, struct facts *facts)
{
	facts->tree_search = (struct kernel_tree_finding){ .state = KERNEL_TREE_ABSENT, .request = RELEASE };
	g_ptr_array_add(facts->other_trees, arena_printf(fixture->arena, "6.1.0-neighbour"));
}

static void dangling(struct fixture *fixture, struct facts *facts)
{
	no_tree(fixture, facts);
	facts->tree_search.dangling = "/lib/modules/" RELEASE "/build";
}

static void unusable_tree(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->tree_search.state = KERNEL_TREE_UNUSABLE;
	facts->tree_search.defect = "it has no Makefile";
}

static void tree_of_neighbour(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->tree_search.state = KERNEL_TREE_OF_OTHER;
	facts->tree_search.other = "6.1.0-neighbour";
}

static void no_modpost(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->has_modpost = false;
}

static void another_build(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->tree_version = "#2 build";
}

static void no_programs(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->compiler.path = facts->make.path = facts->linker.path = NULL;
}

static void other_compiler(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->compiler.version = "9.4.0";
}

static void clang_kernel(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->kernel_compiler = "Debian clang version 12.0.1";
}

static void modules_disabled(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->running.modules_disabled = ANSWER_YES;
}

static void integrity(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->running.lockdown = "integrity";
}

static void confidentiality(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->running.lockdown = "confidentiality";
}

static void signatures(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->running.sig_enforce = ANSWER_YES;
}

static void secure_boot(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->running.sig_enforce = ANSWER_UNKNOWN;
	facts->running.secure_boot = ANSWER_YES;
}

static void container(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->running.may_load = ANSWER_NO;
}

static void ordinary_user(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->running.is_root = facts->running.may_load = ANSWER_NO;
}

static void kprobes_off(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->running.kprobes_on = ANSWER_NO;
}

static void tracer_off(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->running.ftrace_on = ANSWER_NO;
}

static void both_off(struct fixture *fixture, struct facts *facts)
{
	kprobes_off(fixture, facts);
	tracer_off(fixture, facts);
}

static void hidden_addresses(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->running.kptr_restrict = 2;
}

static void stub_map(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->symbols = (struct found){ NULL, "there is no list" };
	facts->stub_symbols = "/boot/System.map-" RELEASE;
}

static void no_btf(struct fixture *fixture, struct facts *facts)
{
	(void)fixture;
	facts->btf = (struct found){ NULL, "it has no BTF" };
}

static void no_types(struct fixture *fixture, struct facts *facts)
{
	no_btf(fixture, facts);
	facts->debuginfo = (struct found){ NULL, "it is of another build" };
}

static void server(struct fixture *fixture, struct facts *facts)
{
	no_types(fixture, facts);
	facts->has_debuginfo_server = true;
}

/* A change of the sound machine, what becomes of which ability, some words of its remark, the exit status. */
static const struct {
	void (*change)(struct fixture *fixture, struct facts *facts);
	const char *ability;
	enum ability_state state;
	const char *words, *command;
	int status;
} machines[] = {
	{ no_answers, "load", ABILITY_WORKS, NULL, NULL, 0 },
	{ no_answers, "functions", ABILITY_WORKS, NULL, NULL, 0 },
	{ another_kernel, "load", ABILITY_UNKNOWN, "does not run here", NULL, 0 },
	{ without_options, "load", ABILITY_MISSING, "without CONFIG_MODULES", NULL, 2 },
	{ without_options, "unload", ABILITY_MISSING, "without CONFIG_MODULE_UNLOAD", NULL, 2 },
	{ without_options, "functions", ABILITY_MISSING, "without CONFIG_KPROBES", NULL, 2 },
	{ without_options, "returns", ABILITY_MISSING, "without CONFIG_KPROBES", NULL, 2 },
	{ without_options, "tracepoints", ABILITY_MISSING, "without CONFIG_TRACEPOINTS", NULL, 2 },
	{ without_options, "watchpoints", ABILITY_MISSING, "without CONFIG_PERF_EVENTS", NULL, 2 },
	{ without_options, "user", ABILITY_NOT_YET, "without CONFIG_UPROBES", NULL, 2 },
	{ no_tree, "build", ABILITY_MISSING, "no build tree of kernel " RELEASE, "apt-get install linux-headers-" RELEASE, 1 },
	{ no_tree, "tracepoints", ABILITY_MISSING, "headers", "apt-get install linux-headers-" RELEASE, 1 },
	{ no_tree, "functions", ABILITY_WORKS, NULL, NULL, 1 },
	{ dangling, "build", ABILITY_MISSING, "build leads to nothing", "apt-get install linux-headers-" RELEASE, 1 },
	{ unusable_tree, "build", ABILITY_MISSING, "it has no Makefile", "apt-get install --reinstall linux-headers-" RELEASE, 1 },
	{ tree_of_neighbour, "build", ABILITY_MISSING, "is the build tree of kernel 6.1.0-neighbour, not of " RELEASE,
	  "apt-get install linux-headers-" RELEASE, 1 },
	{ no_modpost, "build", ABILITY_MISSING, "scripts/mod/modpost", "apt-get install --reinstall linux-headers-" RELEASE, 1 },
	{ another_build, "build", ABILITY_PARTLY, "another build of this release (#2 build) than runs (#1 build)", NULL, 0 },
	{ no_programs, "build", ABILITY_MISSING, "gcc-12, is not installed", "apt-get install gcc-12", 1 },
	{ other_compiler, "build", ABILITY_PARTLY, "made by gcc-12 12.2.0, modules would be by gcc-12 9.4.0",
	  "apt-get install gcc-12", 0 },
	{ clang_kernel, "build", ABILITY_PARTLY, "made by clang 12.0.1", "apt-get install clang", 0 },
	{ modules_disabled, "load", ABILITY_MISSING, "kernel.modules_disabled", "reboot", 2 },
	{ integrity, "load", ABILITY_WORKS, NULL, NULL, 1 },
	{ integrity, "signing", ABILITY_MISSING, "lockdown: integrity",
	  "/tree/scripts/sign-file sha256 KEY.priv KEY.der MODULE.ko", 1 },
	{ integrity, "functions", ABILITY_WORKS, NULL, NULL, 1 },
	{ confidentiality, "load", ABILITY_MISSING, "locked down", NULL, 2 },
	{ confidentiality, "functions", ABILITY_MISSING, "no kprobes", NULL, 2 },
	{ signatures, "signing", ABILITY_MISSING, "module.sig_enforce",
	  "/tree/scripts/sign-file sha256 KEY.priv KEY.der MODULE.ko", 1 },
	{ secure_boot, "signing", ABILITY_PARTLY, "Secure Boot", NULL, 0 },
	{ container, "load", ABILITY_MISSING, "CAP_SYS_MODULE", NULL, 2 },
	{ ordinary_user, "load", ABILITY_PARTLY, "only root", "sudo spile ...", 0 },
	{ kprobes_off, "functions", ABILITY_PARTLY, "kprobes are switched off",
	  "echo 1 > /sys/kernel/debug/kprobes/enabled", 1 },
	{ kprobes_off, "returns", ABILITY_MISSING, "kprobes are switched off",
	  "echo 1 > /sys/kernel/debug/kprobes/enabled", 1 },
	{ tracer_off, "functions", ABILITY_PARTLY, "tracer is switched off", "sysctl kernel.ftrace_enabled=1", 1 },
	{ tracer_off, "returns", ABILITY_MISSING, "tracer is switched off", "sysctl kernel.ftrace_enabled=1", 1 },
	{ both_off, "functions", ABILITY_MISSING, "nothing is hit", "echo 1 > /sys/kernel/debug/kprobes/enabled", 1 },
	{ hidden_addresses, "functions", ABILITY_PARTLY, "kptr_restrict", "sysctl kernel.kptr_restrict=1", 0 },
	{ stub_map, "functions", ABILITY_PARTLY, "only says in which package the real one is",
	  "apt-get install linux-image-" RELEASE "-dbg", 0 },
	{ no_btf, "arguments", ABILITY_WORKS, NULL, NULL, 0 },
	{ no_types, "arguments", ABILITY_MISSING, "it has no BTF", NULL, 1 },
	{ no_types, "locals", ABILITY_MISSING, "it is of another build", "apt-get install linux-image-" RELEASE "-dbg", 1 },
	{ server, "arguments", ABILITY_PARTLY, "it has no BTF", NULL, 0 },
	{ server, "locals", ABILITY_PARTLY, "it is of another build", "apt-get install linux-image-" RELEASE "-dbg", 0 },
};

static void put(struct fixture *fixture, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(fixture->root, name, NULL), *folder = g_path_get_dirname(path);

	assert_int_equal(g_mkdir_with_parents(folder, 0755), 0);
	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void nothing_is_said_of_a_sound_machine(void **state)
{
	struct fixture *fixture = *state;
	const struct facts facts = sound(fixture);
	GPtrArray *abilities = abilities_judge(fixture->arena, &facts);

	assert_int_equal(abilities_status(abilities), 0);
	for (unsigned int i = 0; i < abilities->len; i++) {
		const struct ability *ability = abilities->pdata[i];
		bool is_user = strcmp(ability->name, "user") == 0;

		assert_int_equal(ability->state, is_user ? ABILITY_NOT_YET : ABILITY_WORKS);
		assert_int_equal(ability->remarks->len, is_user ? 1 : 0);
	}
	assert_string_equal(abilities_find(abilities, "build")->source, "/tree, gcc-12 12.2.1");
	assert_string_equal(abilities_find(abilities, "arguments")->source, "/sys/kernel/btf/vmlinux");
}

static void machines_are_judged(void **state)
{
	struct fixture *fixture = *state;

	put(fixture, "etc/os-release", "ID=debian\n");
	for (size_t i = 0; i < G_N_ELEMENTS(machines); i++) {
		struct facts facts = sound(fixture);
		const struct ability *ability;
		const struct remark *remark;
		GPtrArray *abilities;

		machines[i].change(fixture, &facts);
		abilities = abilities_judge(fixture->arena, &facts);
		ability = abilities_find(abilities, machines[i].ability);
		if (ability->state != machines[i].state || abilities_status(abilities) != machines[i].status)
			fail_msg("machine %zu: %s is %d, the status %d", i, ability->name, ability->state,
				 abilities_status(abilities));
		assert_int_equal(!machines[i].words, !ability->remarks->len);
		if (!machines[i].words)
			continue;
		remark = ability->remarks->pdata[0];
		if (!strstr(remark->what, machines[i].words))
			fail_msg("machine %zu: %s: %s", i, ability->name, remark->what);
		assert_int_equal(!machines[i].command, !advice_command(fixture->arena, &facts, remark));
		if (machines[i].command)
			assert_string_equal(advice_command(fixture->arena, &facts, remark), machines[i].command);
	}
}

static void neighbours_are_named(void **state)
{
	struct fixture *fixture = *state;
	struct facts facts = sound(fixture);
	const struct ability *build;

	no_tree(fixture, &facts);
	build = abilities_find(abilities_judge(fixture->arena, &facts), "build");
	assert_int_equal(build->remarks->len, 2);
	assert_non_null(strstr(((struct remark *)build->remarks->pdata[1])->what, "there is one of kernel 6.1.0-neighbour"));
}

/* ---- Facts ---- */

static void compilers_say_their_version(void **state)
{
	static const char *const cases[][2] = {
		{ "gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0", "12.2.0" },
		{ "gcc version 4.8.5 20150623 (Red Hat 4.8.5-44) (GCC)", "4.8.5" },
		{ "gcc (SUSE Linux) 7.5.0", "7.5.0" },
		{ "x86_64-linux-gnu-gcc-13 (Ubuntu 13.2.0-4) 13.2.0", "13.2.0" },
		{ "Debian clang version 14.0.6", "14.0.6" },
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_string_equal(facts_compiler_version(fixture->arena, cases[i][0]), cases[i][1]);
	assert_null(facts_compiler_version(fixture->arena, "gcc, version 12."));
}

static void the_running_kernel_is_asked(void **state)
{
	struct fixture *fixture = *state;
	struct running_facts running = { .kptr_restrict = -1 };

	put(fixture, "proc/sys/kernel/modules_disabled", "1\n");
	put(fixture, "proc/sys/kernel/ftrace_enabled", "0\n");
	put(fixture, "proc/sys/kernel/kptr_restrict", "2\n");
	put(fixture, "proc/sys/kernel/version", "#1 SMP\n");
	put(fixture, "proc/self/status", "Name:\tx\nUid:\t0\t0\t0\t0\nCapEff:\t0000000000010000\n");
	put(fixture, "sys/module/module/parameters/sig_enforce", "Y\n");
	put(fixture, "sys/kernel/debug/kprobes/enabled", "0\n");
	put(fixture, "sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	facts_of_running(fixture->arena, fixture->root, &running);
	assert_int_equal(running.modules_disabled, ANSWER_YES);
	assert_int_equal(running.ftrace_on, ANSWER_NO);
	assert_int_equal(running.kptr_restrict, 2);
	assert_string_equal(running.version, "#1 SMP");
	assert_int_equal(running.is_root, ANSWER_YES);
	assert_int_equal(running.may_load, ANSWER_YES);
	assert_int_equal(running.sig_enforce, ANSWER_YES);
	assert_int_equal(running.kprobes_on, ANSWER_NO);
	assert_int_equal(running.secure_boot, ANSWER_UNKNOWN);
	assert_string_equal(running.lockdown, "integrity");
}

static void what_cannot_be_read_is_unknown(void **state)
{
	struct fixture *fixture = *state;
	struct running_facts running = { .kptr_restrict = -1 };

	facts_of_running(fixture->arena, fixture->root, &running);
	assert_int_equal(running.modules_disabled, ANSWER_UNKNOWN);
	assert_int_equal(running.may_load, ANSWER_UNKNOWN);
	assert_int_equal(running.kptr_restrict, -1);
	assert_null(running.lockdown);
	put(fixture, "proc/cmdline", "quiet lockdown=confidentiality\n");
	facts_of_running(fixture->arena, fixture->root, &running);
	assert_string_equal(running.lockdown, "confidentiality");
}

static void no_kernel_is_guessed(void **state)
{
	struct fixture *fixture = *state;
	struct facts facts;

	assert_false(facts_gather(fixture->arena, fixture->root, NULL, &facts));
	put(fixture, "lib/modules/5.0.0/modules.dep", "");
	assert_true(facts_gather(fixture->arena, fixture->root, NULL, &facts));
	assert_string_equal(facts.release, "5.0.0");
	assert_false(facts.is_running);
	put(fixture, "lib/modules/5.1.0/modules.dep", "");
	assert_false(facts_gather(fixture->arena, fixture->root, NULL, &facts));
	put(fixture, "proc/sys/kernel/osrelease", "5.1.0\n");
	assert_true(facts_gather(fixture->arena, fixture->root, NULL, &facts));
	assert_string_equal(facts.release, "5.1.0");
	assert_true(facts.is_running);
}

/* ---- The report ---- */

static void commands_stand_with_all_that_wait_for_them(void **state)
{
	struct fixture *fixture = *state;
	struct facts facts = sound(fixture);
	g_autoptr(GString) out = g_string_new(NULL);
	const char *first;

	put(fixture, "etc/os-release", "ID=debian\n");
	no_tree(fixture, &facts);
	report_text(out, fixture->arena, &facts, abilities_judge(fixture->arena, &facts), false);
	first = strstr(out->str, "-> apt-get install linux-headers-" RELEASE "\n");
	assert_non_null(first);
	assert_non_null(strstr(strstr(first, "  tracepoints"), "-> apt-get install linux-headers-" RELEASE "\n"));
	assert_non_null(strstr(out->str, "\nOnly modules that were made elsewhere can run here.\n"));
}

static void long_remarks_are_broken(void **state)
{
	struct fixture *fixture = *state;
	struct facts facts = sound(fixture);
	g_autoptr(GString) out = g_string_new(NULL);
	g_auto(GStrv) lines = NULL;

	put(fixture, "etc/os-release", "ID=debian\n");
	dangling(fixture, &facts);
	integrity(fixture, &facts);
	report_text(out, fixture->arena, &facts, abilities_judge(fixture->arena, &facts), false);
	lines = g_strsplit(out->str, "\n", -1);
	for (char **line = lines; *line; line++)
		assert_true(strlen(*line) <= 100);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_said_of_a_sound_machine),
		TEST(machines_are_judged),
		TEST(neighbours_are_named),
		TEST(compilers_say_their_version),
		TEST(the_running_kernel_is_asked),
		TEST(what_cannot_be_read_is_unknown),
		TEST(no_kernel_is_guessed),
		TEST(commands_stand_with_all_that_wait_for_them),
		TEST(long_remarks_are_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
