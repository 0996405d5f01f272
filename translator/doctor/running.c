/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the running kernel says of itself in /proc and /sys. Called by facts.c; reads files and does
 * nothing else. What cannot be read is unknown, and no reason to judge badly: debugfs and securityfs
 * may not be mounted, and files that only root may read are read by other users too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/paths.h"
#include "doctor/facts.h"

#define CAP_SYS_MODULE_BIT 16

/* A file that holds 0 or 1, N or Y. */
static enum answer read_switch(const char *root, const char *path)
{
	g_autofree char *text = paths_text(root, path);

	if (!text || !*text)
		return ANSWER_UNKNOWN;
	return strchr("1Yy", *text) ? ANSWER_YES : ANSWER_NO;
}

/* The word in brackets of "none [integrity] confidentiality". */
static const char *word_in_brackets(struct arena *arena, const char *text)
{
	const char *start = strchr(text, '[');
	const char *end = start ? strchr(start, ']') : NULL;

	return end ? arena_strndup(arena, start + 1, end - start - 1) : NULL;
}

/* Where securityfs is not mounted, the command line of the kernel tells of what it was started with. */
static const char *read_lockdown(struct arena *arena, const char *root)
{
	g_autofree char *state = paths_text(root, "/sys/kernel/security/lockdown");
	g_autofree char *line = state ? NULL : paths_text(root, "/proc/cmdline");
	g_auto(GStrv) words = g_strsplit_set(line ? line : "", " \n", -1);
	const char *lockdown = state ? word_in_brackets(arena, state) : NULL;

	for (char **word = words; *word; word++)
		if (g_str_has_prefix(*word, "lockdown="))
			lockdown = arena_printf(arena, "%s", *word + strlen("lockdown="));
	return lockdown;
}

/* Four bytes of attributes, then the variable: 1 if the firmware started only what is signed. */
static enum answer read_secure_boot(const char *root)
{
	g_autofree char *path = g_strconcat(root, "/sys/firmware/efi/efivars/"
					    "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c", NULL);
	g_autofree char *bytes = NULL;
	gsize size;

	if (!g_file_get_contents(path, &bytes, &size, NULL) || size < 5)
		return ANSWER_UNKNOWN;
	return bytes[4] == 1 ? ANSWER_YES : ANSWER_NO;
}

/* The number behind a name at the start of a line of /proc/self/status. */
static bool read_status(const char *status, const char *name, int base, guint64 *ret)
{
	g_autofree char *start = g_strdup_printf("\n%s:", name);
	const char *line = strstr(status, start);

	if (line)
		*ret = g_ascii_strtoull(line + strlen(start), NULL, base);
	return line;
}

static void read_user(const char *root, struct running_facts *ret)
{
	g_autofree char *status = paths_text(root, "/proc/self/status");
	guint64 user, capabilities;

	if (!status)
		return;
	if (read_status(status, "Uid", 10, &user))
		ret->is_root = user == 0 ? ANSWER_YES : ANSWER_NO;
	if (read_status(status, "CapEff", 16, &capabilities))
		ret->may_load = capabilities >> CAP_SYS_MODULE_BIT & 1 ? ANSWER_YES : ANSWER_NO;
}

void facts_of_running(struct arena *arena, const char *root, struct running_facts *ret)
{
	g_autofree char *version = paths_text(root, "/proc/sys/kernel/version");
	g_autofree char *restriction = paths_text(root, "/proc/sys/kernel/kptr_restrict");

	ret->modules_disabled = read_switch(root, "/proc/sys/kernel/modules_disabled");
	ret->sig_enforce = read_switch(root, "/sys/module/module/parameters/sig_enforce");
	ret->kprobes_on = read_switch(root, "/sys/kernel/debug/kprobes/enabled");
	ret->ftrace_on = read_switch(root, "/proc/sys/kernel/ftrace_enabled");
	ret->secure_boot = read_secure_boot(root);
	ret->lockdown = read_lockdown(arena, root);
	ret->kptr_restrict = restriction ? atoi(restriction) : -1;
	ret->version = version ? arena_printf(arena, "%s", g_strstrip(version)) : NULL;
	read_user(root, ret);
}
