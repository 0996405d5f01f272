/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Package names of the distributions we serve, the only place that knows them. Called when something
 * is missing, by the search for a build tree, by that for debuginfo, by the runner of kbuild and by
 * the doctor; nothing here decides how anything works.
 */
#include "target/distribution.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/paths.h"

enum family {
	FAMILY_UNKNOWN,
	FAMILY_DEBIAN,
	FAMILY_REDHAT,
	FAMILY_SUSE,
	FAMILY_ARCH,
};

static const struct {
	const char *word;	/* in ID or ID_LIKE of os-release */
	enum family family;
} family_words[] = {
	{ "debian", FAMILY_DEBIAN },	{ "ubuntu", FAMILY_DEBIAN },
	{ "rhel", FAMILY_REDHAT },	{ "fedora", FAMILY_REDHAT },
	{ "centos", FAMILY_REDHAT },	{ "amzn", FAMILY_REDHAT },
	{ "suse", FAMILY_SUSE },	{ "opensuse", FAMILY_SUSE },
	{ "sles", FAMILY_SUSE },	{ "arch", FAMILY_ARCH },
};

/* Programs whose package has another name. */
static const struct {
	const char *tool, *debian, *other;
} tool_packages[] = {
	{ "ld", "binutils", "binutils" },
	{ "as", "binutils", "binutils" },
	{ "objcopy", "binutils", "binutils" },
	{ "ld.lld", "lld", "lld" },
	{ "pahole", "dwarves", "dwarves" },
};

static enum family family_of_word(const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(family_words); i++)
		if (strcmp(word, family_words[i].word) == 0)
			return family_words[i].family;
	return FAMILY_UNKNOWN;
}

/* The value of one line of os-release, `ID_LIKE="rhel fedora"`; its words decide. */
static enum family family_of_value(const char *value)
{
	g_auto(GStrv) words = g_strsplit_set(value, " \"'", -1);

	for (char **word = words; *word; word++) {
		enum family family = family_of_word(*word);

		if (family != FAMILY_UNKNOWN)
			return family;
	}
	return FAMILY_UNKNOWN;
}

struct distribution distribution_read(struct arena *arena, const char *root)
{
	g_autofree char *text = paths_text(root, "/etc/os-release");
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
	struct distribution ret = { "", "", "" };

	for (char **line = lines; *line; line++) {
		const char *equals = strchr(*line, '=');
		g_autofree char *value = equals ? g_shell_unquote(equals + 1, NULL) : NULL;

		if (!value)
			continue;
		if (g_str_has_prefix(*line, "ID="))
			ret.id = arena_printf(arena, "%s", value);
		else if (g_str_has_prefix(*line, "VERSION_ID="))
			ret.version = arena_printf(arena, "%s", value);
		else if (g_str_has_prefix(*line, "PRETTY_NAME="))
			ret.name = arena_printf(arena, "%s", value);
	}
	return ret;
}

static enum family family_of_system(const char *root)
{
	g_autofree char *text = paths_text(root, "/etc/os-release");
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
	enum family family = FAMILY_UNKNOWN;

	for (char **line = lines; *line && family == FAMILY_UNKNOWN; line++) {
		if (g_str_has_prefix(*line, "ID=") || g_str_has_prefix(*line, "ID_LIKE="))
			family = family_of_value(strchr(*line, '=') + 1);
	}
	return family;
}

static enum family family_of_release(const char *release)
{
	if (strstr(release, ".el") || strstr(release, ".fc") || strstr(release, ".amzn"))
		return FAMILY_REDHAT;
	if (g_str_has_suffix(release, "-default"))
		return FAMILY_SUSE;
	return FAMILY_UNKNOWN;
}

/* "rt-", "debug-", "uek-" or "": kernels that have packages of their own, by their releases. */
static const char *redhat_variant(const char *release)
{
	const char *plus = strchr(release, '+');

	if (plus && strcmp(plus, "+debug") == 0)
		return "debug-";
	if (strstr(release, ".rt") || (plus && g_str_has_prefix(plus, "+rt")))
		return "rt-";
	return strstr(release, "uek") ? "uek-" : "";
}

/* Of RHEL 7 and what is made of it: dnf came with 8. */
static bool is_redhat_of_yum(const char *release)
{
	return strstr(release, ".el6") || strstr(release, ".el7") || strstr(release, ".amzn2.");
}

static const char *redhat_kernel_command(struct arena *arena, const char *release)
{
	return arena_printf(arena, "%s install kernel-%sdevel-%.*s", is_redhat_of_yum(release) ? "yum" : "dnf",
			    redhat_variant(release), (int)strcspn(release, "+"), release);
}

static const char *redhat_debuginfo_command(struct arena *arena, const char *release)
{
	return arena_printf(arena, "%sdebuginfo-install kernel-%s%.*s", is_redhat_of_yum(release) ? "" : "dnf ",
			    redhat_variant(release), (int)strcspn(release, "+"), release);
}

const char *distribution_again(struct arena *arena, const char *command)
{
	static const char *const words[][2] = {
		{ "apt-get install ", "apt-get install --reinstall " }, { "yum install ", "yum reinstall " },
		{ "dnf install ", "dnf reinstall " }, { "zypper install ", "zypper install --force " },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (g_str_has_prefix(command, words[i][0]))
			return arena_printf(arena, "%s%s", words[i][1], command + strlen(words[i][0]));
	return command;
}

/* "5.14.21-150500.53-default" is package kernel-default-devel of version 5.14.21-150500.53. */
static const char *suse_kernel_command(struct arena *arena, const char *release)
{
	const char *flavour = strrchr(release, '-');

	if (!flavour)
		return "zypper install kernel-default-devel";
	return arena_printf(arena, "zypper install kernel-%s-devel=%.*s", flavour + 1,
			    (int)(flavour - release), release);
}

const char *distribution_kernel_command(struct arena *arena, const char *root, const char *release)
{
	enum family family = family_of_release(release);

	if (family == FAMILY_UNKNOWN)
		family = family_of_system(root);
	switch (family) {
	case FAMILY_DEBIAN:
		return arena_printf(arena, "apt-get install linux-headers-%s", release);
	case FAMILY_REDHAT:
		return redhat_kernel_command(arena, release);
	case FAMILY_SUSE:
		return suse_kernel_command(arena, release);
	case FAMILY_ARCH:
		return "pacman -S linux-headers";
	case FAMILY_UNKNOWN:
		break;
	}
	return arena_printf(arena, "your package manager, for the development package "
			    "(headers, kbuild, Module.symvers) of kernel %s", release);
}

/* Ubuntu's are in a place of their own, for which its release gives no other hint than this. */
static bool is_ubuntu(struct arena *arena, const char *root, const char *release)
{
	return strcmp(distribution_read(arena, root).id, "ubuntu") == 0 || g_str_has_suffix(release, "-generic");
}

/*
 * "5.14.21-150500.53-default" is package kernel-default-debuginfo of version 5.14.21-150500.53, in a
 * repository that is there and switched off.
 */
static const char *suse_debuginfo_command(struct arena *arena, const char *release)
{
	const char *flavour = strrchr(release, '-');

	if (!flavour)
		return "zypper --plus-content debug install kernel-default-debuginfo";
	return arena_printf(arena, "zypper --plus-content debug install kernel-%s-debuginfo=%.*s", flavour + 1,
			    (int)(flavour - release), release);
}

const char *distribution_debuginfo_command(struct arena *arena, const char *root, const char *release)
{
	enum family family = family_of_release(release);

	if (family == FAMILY_UNKNOWN)
		family = family_of_system(root);
	switch (family) {
	case FAMILY_DEBIAN:
		return arena_printf(arena, is_ubuntu(arena, root, release) ? "apt-get install linux-image-%s-dbgsym" :
				    "apt-get install linux-image-%s-dbg", release);
	case FAMILY_REDHAT:
		return redhat_debuginfo_command(arena, release);
	case FAMILY_SUSE:
		return suse_debuginfo_command(arena, release);
	case FAMILY_ARCH:
		return "export DEBUGINFOD_URLS=https://debuginfod.archlinux.org";
	case FAMILY_UNKNOWN:
		break;
	}
	return arena_printf(arena, "your package manager, for the debugging information (vmlinux with DWARF) "
			    "of kernel %s", release);
}

/* RHEL 7 and Amazon Linux 2. */
static bool has_yum(struct arena *arena, const char *root)
{
	const struct distribution system = distribution_read(arena, root);
	int version = atoi(system.version);

	if (strcmp(system.id, "fedora") == 0)
		return false;
	return strcmp(system.id, "amzn") == 0 ? version == 2 : version && version < 8;
}

/* gcc-12 exists as a package on Debian only; elsewhere the compiler's version has no name. */
static const char *tool_package(struct arena *arena, enum family family, const char *tool)
{
	const char *gcc = strstr(tool, "gcc");

	for (size_t i = 0; i < G_N_ELEMENTS(tool_packages); i++)
		if (strcmp(tool, tool_packages[i].tool) == 0)
			return family == FAMILY_DEBIAN ? tool_packages[i].debian : tool_packages[i].other;
	if (gcc)
		return family == FAMILY_DEBIAN ? arena_printf(arena, "%s", gcc) : "gcc";
	return tool;
}

const char *distribution_tool_command(struct arena *arena, const char *root, const char *tool)
{
	enum family family = family_of_system(root);
	const char *package = tool_package(arena, family, tool);

	switch (family) {
	case FAMILY_DEBIAN:
		return arena_printf(arena, "apt-get install %s", package);
	case FAMILY_REDHAT:
		return arena_printf(arena, "%s install %s", has_yum(arena, root) ? "yum" : "dnf", package);
	case FAMILY_SUSE:
		return arena_printf(arena, "zypper install %s", package);
	case FAMILY_ARCH:
		return arena_printf(arena, "pacman -S %s", package);
	case FAMILY_UNKNOWN:
		break;
	}
	return arena_printf(arena, "your package manager, for package %s", package);
}
