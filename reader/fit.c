/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compares a module with the running kernel before the kernel is asked to load it, because
 * the kernel's own answer is one errno. Called by check.c; reads the file's .modinfo and the
 * host's state, changes nothing. The kernel remains the judge: what is not known to be wrong
 * passes.
 */
#include "fit.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "abi.h"
#include "message.h"
#include "text.h"

#define CAP_SYS_MODULE_BIT 16

static bool read_file(struct text *ret, const char *root, const char *path)
{
	struct text whole = { 0 };
	bool found;

	text_printf(&whole, "%s%s", root, path);
	found = text_read_file(ret, whole.bytes) && ret->length;
	text_fini(&whole);
	return found;
}

/* Copies what begins at `start` up to one of the characters in `ends`. */
static void copy_word(const char *start, const char *ends, char *ret, size_t size)
{
	snprintf(ret, size, "%.*s", (int)strcspn(start, ends), start);
}

/*
 * The word in brackets of "none [integrity] confidentiality"; where securityfs is not mounted, what
 * the kernel was started with.
 */
static void read_lockdown(const char *root, char *ret, size_t size)
{
	struct text state = { 0 }, line = { 0 };
	const char *word;

	ret[0] = '\0';
	if (read_file(&state, root, "/sys/kernel/security/lockdown"))
		word = strchr(state.bytes, '[');
	else
		word = read_file(&line, root, "/proc/cmdline") ? strstr(line.bytes, "lockdown=") : NULL;
	if (word)
		copy_word(*word == '[' ? word + 1 : word + strlen("lockdown="), "] \n", ret, size);
	text_fini(&state);
	text_fini(&line);
}

/* A file that holds one of the characters 1 and Y at its beginning. */
static bool is_switched_on(const char *root, const char *path)
{
	struct text text = { 0 };
	bool is_on = read_file(&text, root, path) && strchr("1Yy", text.bytes[0]);

	text_fini(&text);
	return is_on;
}

/* Without /proc/self/status nothing tells; then the kernel will. */
static bool may_load(const char *root)
{
	struct text status = { 0 };
	const char *line = read_file(&status, root, "/proc/self/status") ? strstr(status.bytes, "\nCapEff:") : NULL;
	bool may = !line || strtoull(line + strlen("\nCapEff:"), NULL, 16) >> CAP_SYS_MODULE_BIT & 1;

	text_fini(&status);
	return may;
}

void fit_host_in(struct host *ret, const char *root)
{
	struct utsname name;

	memset(ret, 0, sizeof(*ret));
	if (uname(&name) == 0) {
		snprintf(ret->release, sizeof(ret->release), "%s", name.release);
		snprintf(ret->machine, sizeof(ret->machine), "%s", name.machine);
	}
	ret->is_root = geteuid() == 0;
	ret->may_load = may_load(root);
	ret->modules_disabled = is_switched_on(root, "/proc/sys/kernel/modules_disabled");
	ret->signatures_enforced = is_switched_on(root, "/sys/module/module/parameters/sig_enforce");
	read_lockdown(root, ret->lockdown, sizeof(ret->lockdown));
}

void fit_host(struct host *ret)
{
	fit_host_in(ret, "");
}

static bool check_interface(const struct module_file *file, const struct host *host)
{
	const char *value = module_file_value(file, "spile_abi");

	(void)host;
	if (!value) {
		message_error("%s was not made by spile", file->path);
		message_note("spilerun loads script modules only; others are loaded with insmod");
		return false;
	}
	if (strtoul(value, NULL, 10) == SPILE_ABI_VERSION)
		return true;
	message_error("%s has module interface %s, this spilerun has %d", file->path, value,
		      SPILE_ABI_VERSION);
	message_note("use the spilerun that came with spile %s, or translate the script again",
		     module_file_value(file, "spile_version") ?: "that made it");
	return false;
}

/* Does `release` stand at the start of vermagic, as a whole word? */
static bool vermagic_is_for(const char *vermagic, const char *release)
{
	size_t length = strcspn(vermagic, " ");

	return strlen(release) == length && strncmp(vermagic, release, length) == 0;
}

static bool check_release(const struct module_file *file, const struct host *host)
{
	const char *built_for = module_file_value(file, "spile_kernel");
	const char *vermagic = module_file_value(file, "vermagic");

	if (built_for && strcmp(built_for, host->release) != 0) {
		message_error("%s was built for kernel %s, but %s is running", file->path,
			      built_for, host->release);
	} else if (vermagic && !vermagic_is_for(vermagic, host->release)) {
		message_error("%s was compiled by kernel %.*s's build tree, but %s is running",
			      file->path, (int)strcspn(vermagic, " "), vermagic, host->release);
	} else {
		return true;
	}
	message_note("translate the script again for it: spile -r %s -p4 SCRIPT", host->release);
	return false;
}

struct machine {
	uint16_t number;	/* EM_* */
	const char *name;	/* as uname -m says */
};

static const struct machine machines[] = {
	{ EM_X86_64, "x86_64" },
	{ EM_AARCH64, "aarch64" },
	{ EM_PPC64, "ppc64le" },
	{ 243 /* EM_RISCV; not in the <elf.h> of old distributions */, "riscv64" },
	{ 0, NULL },
};

static bool check_machine(const struct module_file *file, const struct host *host)
{
	const struct machine *machine = machines;

	while (machine->name && machine->number != file->machine)
		machine++;
	if (machine->name && strcmp(machine->name, host->machine) == 0)
		return true;
	message_error("%s is for %s machines, but this one is %s", file->path,
		      machine->name ? machine->name : "other", host->machine);
	message_note("translate the script on or for a machine of this kind");
	return false;
}

static bool check_user(const struct module_file *file, const struct host *host)
{
	if (host->is_root && host->may_load)
		return true;
	if (host->is_root) {
		message_error("root alone is not enough here: this process has no CAP_SYS_MODULE");
		message_note("a container has taken it away: run spilerun outside of that");
	} else {
		message_error("loading a module takes root");
		message_note("run it again as: sudo spilerun %s ...", file->path);
	}
	return false;
}

static bool check_permission(const struct module_file *file, const struct host *host)
{
	(void)file;
	if (host->modules_disabled) {
		message_error("this kernel loads no modules any more until it is restarted");
		message_note("kernel.modules_disabled was set to 1; only a reboot takes it back");
		return false;
	}
	return true;
}

static bool check_lockdown(const struct module_file *file, const struct host *host)
{
	(void)file;
	if (strcmp(host->lockdown, "confidentiality") == 0) {
		message_error("the kernel is locked down to keep its memory confidential: "
			      "it allows no kprobes");
		message_note("start it with lockdown=integrity or without lockdown=");
		return false;
	}
	return true;
}

static bool check_signature(const struct module_file *file, const struct host *host)
{
	bool is_locked = host->lockdown[0] && strcmp(host->lockdown, "none") != 0;

	if (file->is_signed || (!is_locked && !host->signatures_enforced))
		return true;
	if (is_locked)
		message_error("the kernel is locked down (%s) and %s is not signed", host->lockdown, file->path);
	else
		message_error("the kernel takes signed modules only (module.sig_enforce) and %s is not signed",
			      file->path);
	message_note("sign it with a key that the kernel knows (a machine owner key, see "
		     "mokutil(1)), or disable Secure Boot");
	return false;
}

bool fit_check(const struct module_file *file, const struct host *host, bool all)
{
	bool (*const checks[])(const struct module_file *file, const struct host *host) = {
		check_interface, check_machine, check_release, check_user, check_permission, check_lockdown,
		check_signature,
	};
	bool fits = true;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && (fits || all); i++)
		fits = checks[i](file, host) && fits;
	return fits;
}

/* A parameter's type is in .modinfo as "parmtype=name:type". */
static bool has_parameter(const struct module_file *file, const char *name, size_t length)
{
	size_t position = 0;
	const char *value;

	while ((value = module_file_next_value(file, "parmtype", &position)))
		if (strncmp(value, name, length) == 0 && value[length] == ':')
			return true;
	return false;
}

static void list_parameters(const struct module_file *file)
{
	struct text list = { 0 };
	size_t position = 0;
	const char *value;

	while ((value = module_file_next_value(file, "parmtype", &position)))
		text_printf(&list, " %.*s", (int)strcspn(value, ":"), value);
	if (list.length)
		message_note("it has these:%s", list.bytes);
	text_fini(&list);
}

bool fit_check_parameters(const struct module_file *file, char *const parameters[], int count)
{
	for (int i = 0; i < count; i++) {
		size_t length = strcspn(parameters[i], "=");

		if (has_parameter(file, parameters[i], length))
			continue;
		message_error("%s has no parameter '%.*s'", file->path, (int)length, parameters[i]);
		list_parameters(file);
		return false;
	}
	return true;
}
