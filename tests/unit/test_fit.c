/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reader/fit.c: which modules are refused on which hosts, and in what words. */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "abi.h"
#include "fit.h"
#include "message.h"
#include "text.h"

#define TEXT_OF(number) #number
#define VALUE_OF(name) TEXT_OF(name)

static struct text said;

static void hear(void *context, const char *bytes, size_t length)
{
	(void)context;
	text_append(&said, bytes, length);
}

static int set_up(void **state)
{
	(void)state;
	message_set_sink(hear, NULL);
	text_append_string(&said, "");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	message_set_sink(NULL, NULL);
	text_fini(&said);
	return 0;
}

static const char *information[] = {
	"spile_abi=" VALUE_OF(SPILE_ABI_VERSION), "spile_kernel=6.1.0", "vermagic=6.1.0 SMP mod_unload ",
};

static struct module_file a_module(void)
{
	return (struct module_file){
		.path = "x.ko", .machine = EM_X86_64, .name = "x",
		.information = { information, sizeof(information) / sizeof(information[0]) },
	};
}

static struct host a_host(void)
{
	return (struct host){ .release = "6.1.0", .machine = "x86_64", .is_root = true, .may_load = true, .lockdown = "none" };
}

static void a_fitting_module_passes(void **state)
{
	const struct module_file module = a_module();
	const struct host host = a_host();

	(void)state;
	assert_true(fit_check(&module, &host, true));
	assert_int_equal(said.length, 0);
}

/* Hosts that differ from the one above, and what they say of the module. */
static void hosts_refuse_in_words(void **state)
{
	const struct {
		struct host host;
		const char *words;
	} cases[] = {
		{ { "6.1.1", "x86_64", true, true, false, false, "" }, "was built for kernel 6.1.0, but 6.1.1 is running" },
		{ { "6.1.0", "aarch64", true, true, false, false, "" }, "is for x86_64 machines, but this one is aarch64" },
		{ { "6.1.0", "x86_64", false, false, false, false, "" }, "loading a module takes root" },
		{ { "6.1.0", "x86_64", true, false, false, false, "" }, "has no CAP_SYS_MODULE" },
		{ { "6.1.0", "x86_64", true, true, true, false, "" }, "loads no modules any more until it is restarted" },
		{ { "6.1.0", "x86_64", true, true, false, true, "none" }, "takes signed modules only (module.sig_enforce)" },
		{ { "6.1.0", "x86_64", true, true, false, false, "integrity" }, "locked down (integrity) and x.ko is not signed" },
		{ { "6.1.0", "x86_64", true, true, false, false, "confidentiality" }, "it allows no kprobes" },
	};
	const struct module_file module = a_module();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text_clear(&said);
		assert_false(fit_check(&module, &cases[i].host, false));
		assert_non_null(strstr(said.bytes, cases[i].words));
	}
}

static void a_signature_is_believed(void **state)
{
	struct module_file module = a_module();
	struct host host = a_host();

	(void)state;
	module.is_signed = true;
	host.signatures_enforced = true;
	strcpy(host.lockdown, "integrity");
	assert_true(fit_check(&module, &host, true));
}

static void all_is_said_if_asked_for(void **state)
{
	const struct module_file module = a_module();
	const struct host host = { "6.1.1", "x86_64", true, true, true, false, "" };

	(void)state;
	assert_false(fit_check(&module, &host, false));
	assert_null(strstr(said.bytes, "until it is restarted"));
	assert_false(fit_check(&module, &host, true));
	assert_non_null(strstr(said.bytes, "until it is restarted"));
}

/* ---- What the host says of itself ---- */

static void put(const char *root, const char *name, const char *bytes)
{
	char path[256];
	FILE *file;

	for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		snprintf(path, sizeof(path), "%s/%.*s", root, (int)(slash - name), name);
		mkdir(path, 0755);
	}
	snprintf(path, sizeof(path), "%s/%s", root, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(bytes, file);
	fclose(file);
}

static void a_host_is_read(void **state)
{
	char root[] = "/tmp/spile-fit.XXXXXX", command[64];
	struct host host;

	(void)state;
	assert_non_null(mkdtemp(root));
	fit_host_in(&host, root);
	assert_false(host.modules_disabled || host.signatures_enforced);
	assert_true(host.may_load);
	assert_string_equal(host.lockdown, "");
	put(root, "proc/self/status", "Name:\tspilerun\nCapEff:\t000001fffefeffff\n");
	put(root, "proc/cmdline", "quiet lockdown=integrity ro\n");
	put(root, "proc/sys/kernel/modules_disabled", "1\n");
	put(root, "sys/module/module/parameters/sig_enforce", "Y\n");
	fit_host_in(&host, root);
	assert_true(host.modules_disabled && host.signatures_enforced && !host.may_load);
	assert_string_equal(host.lockdown, "integrity");
	put(root, "sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
	fit_host_in(&host, root);
	assert_string_equal(host.lockdown, "confidentiality");
	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_fitting_module_passes),
		TEST(hosts_refuse_in_words),
		TEST(a_signature_is_believed),
		TEST(all_is_said_if_asked_for),
		TEST(a_host_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
