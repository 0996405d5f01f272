/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels that are not installed: their packages are fetched with the distribution's own tool,
 * as any user can, and unpacked below the cache. Called by kernel.c.
 *
 * A kernel appears in the cache in one step, by a rename, when it is complete.
 */
#include "kernel.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"

/*
 * Which packages hold a kernel varies: image and modules in one (Debian), apart (Ubuntu), or
 * with the image in a package of its own, and what it has built in in yet another one (Debian from
 * 7.x on). All that exist are taken. The release follows each of these names.
 */
static const char *const debian_packages[] = {
	"linux-image-", "linux-binary-", "linux-base-", "linux-modules-", "linux-modules-extra-",
	NULL,
};
static const char *const rhel_packages[] = {
	"kernel-core-", "kernel-modules-core-", "kernel-modules-", "kernel-", NULL,
};

/* Runs a command; true if it ended well. Its output, or else its words of error, in *ret. */
static bool run(struct arena *arena, const char *const argv[], const char *folder, const char **ret)
{
	struct process_result result;
	const char *text;
	bool is_well;

	process_run(argv, folder, &result);
	is_well = result.status == 0;
	text = g_strstrip(is_well ? result.output : result.errors);
	if (ret)
		*ret = arena_strndup(arena, text, strlen(text));
	process_result_clear(&result);
	return is_well;
}

static bool has_tool(const char *name)
{
	g_autofree char *path = g_find_program_in_path(name);

	return path != NULL;
}

/* ---- what the distribution's default kernel is ---- */

/* The release in "Depends: linux-image-RELEASE", of a package that stands for the newest kernel. */
static const char *debian_default_of(struct arena *arena, const char *package)
{
	const char *argv[] = { "apt-cache", "depends", package, NULL };
	const char *words = "Depends: linux-image-", *text, *found;

	if (!run(arena, argv, NULL, &text))
		return NULL;
	found = strstr(text, words);
	if (!found)
		return NULL;
	found += strlen(words);
	return arena_strndup(arena, found, strcspn(found, " \n"));
}

static const char *default_release(struct arena *arena)
{
	const char *const query[] = {
		"dnf", "-q", "repoquery", "--latest-limit=1",
		"--qf=%{version}-%{release}.%{arch}\n", "kernel-core", NULL,
	};
	const char *text, *release;

	if (has_tool("apt-cache")) {
		release = debian_default_of(arena, "linux-image-amd64");
		return release ? release : debian_default_of(arena, "linux-image-generic");
	}
	if (!has_tool("dnf") || !run(arena, query, NULL, &text) || !*text)
		return NULL;
	return arena_strndup(arena, text, strcspn(text, "\n"));
}

/* ---- fetching and unpacking ---- */

/*
 * Fetches the packages that exist into `folder`; how many. The words of the first failure go to
 * *reason_ret: they matter only if nothing was fetched.
 */
static unsigned int fetch(struct arena *arena, const char *release, const char *folder,
			  const char **reason_ret)
{
	bool is_debian = has_tool("apt-get");
	const char *const *names = is_debian ? debian_packages : rhel_packages;
	const char *words;
	unsigned int count = 0;

	for (; *names; names++) {
		const char *package = arena_printf(arena, "%s%s", *names, release);
		const char *const apt[] = { "apt-get", "-q", "download", package, NULL };
		const char *const dnf[] = { "dnf", "-q", "download", package, NULL };

		if (run(arena, is_debian ? apt : dnf, folder, &words))
			count++;
		else if (!*reason_ret)
			*reason_ret = words;
	}
	return count;
}

static bool unpack_package(struct arena *arena, const char *folder, const char *name,
			   const char **reason_ret)
{
	const char *const deb[] = { "dpkg-deb", "-x", name, ".", NULL };
	const char *const rpm[] = {
		"sh", "-c", "rpm2cpio \"$1\" | cpio -idm --quiet", "sh", name, NULL,
	};
	const char *path = arena_printf(arena, "%s/%s", folder, name);

	if (!run(arena, g_str_has_suffix(name, ".deb") ? deb : rpm, folder, reason_ret))
		return false;
	unlink(path);
	return true;
}

static bool unpack_packages(struct arena *arena, const char *folder, const char **reason_ret)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)) != NULL)
		if (g_str_has_suffix(name, ".deb") || g_str_has_suffix(name, ".rpm"))
			if (!unpack_package(arena, folder, name, reason_ret))
				return false;
	return dir != NULL;
}

/* Packages come without modules.dep: it is made when they are installed. */
static bool index_modules(struct arena *arena, const char *folder, const char *release,
			  const char **reason_ret)
{
	const char *lib = arena_printf(arena, "%s/lib", folder);
	const char *const argv[] = {
		"sh", "-c", "PATH=$PATH:/usr/sbin:/sbin exec depmod -b \"$1\" \"$2\"", "sh",
		folder, release, NULL,
	};

	if (access(lib, F_OK) != 0 && symlink("usr/lib", lib) != 0)
		return false;
	return run(arena, argv, NULL, reason_ret);
}

static void remove_folder(struct arena *arena, const char *folder)
{
	const char *const argv[] = { "rm", "-rf", "--", folder, NULL };

	run(arena, argv, NULL, NULL);
}

static bool fill_folder(struct arena *arena, const char *release, const char *folder,
			const char **reason_ret)
{
	return fetch(arena, release, folder, reason_ret) > 0 &&
	       unpack_packages(arena, folder, reason_ret) &&
	       index_modules(arena, folder, release, reason_ret);
}

static void report(struct diag *diag, const char *release, const char *reason)
{
	diag_error(diag, no_span, "E-vm-no-kernel", "the kernel %s is not installed, and its "
		   "packages could not be fetched", release);
	if (reason && *reason)
		diag_note(diag, no_span, "%s", reason);
	diag_note(diag, no_span, "Debian: apt-get update, then apt-get install linux-image-%s; "
		  "RHEL: dnf install kernel-core-%s (and kmod, for depmod)", release, release);
}

static const char *download(struct arena *arena, struct diag *diag, const char *release,
			    const char *cache)
{
	const char *root = kernel_cached_root(arena, cache, release), *reason = NULL;
	char *folder = arena_printf(arena, "%s/kernels/.new-XXXXXX", cache);
	g_autofree char *parent = g_path_get_dirname(folder);

	fprintf(diag->out, "spile: fetching the kernel %s ...\n", release);
	g_mkdir_with_parents(parent, 0755);
	if (!g_mkdtemp_full(folder, 0755)) {
		report(diag, release, "the cache folder cannot be written");
		return NULL;
	}
	if (fill_folder(arena, release, folder, &reason) &&
	    (g_rename(folder, root) == 0 || access(root, F_OK) == 0)) {
		remove_folder(arena, folder);	/* only there if another process was faster */
		return release;
	}
	report(diag, release, reason);
	remove_folder(arena, folder);
	return NULL;
}

const char *kernel_download(struct arena *arena, struct diag *diag, const char *release,
			    const char *cache)
{
	if (!release)
		release = default_release(arena);
	if (release)
		return download(arena, diag, release, cache);
	diag_error(diag, no_span, "E-vm-no-kernel", "no kernel that could be booted is installed, "
		   "and none was found to fetch");
	diag_note(diag, no_span, "Debian: apt-get install linux-image-amd64; "
		  "RHEL: dnf install kernel-core");
	return NULL;
}
