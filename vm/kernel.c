/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the kernel to boot: the one asked for, or the newest that can be a machine: its image
 * readable, 9p or FUSE, and overlay among its modules. Looks at the host's own kernels, then at those
 * unpacked in the cache, and downloads one last. Called by machine.c.
 */
#define _GNU_SOURCE
#include "kernel.h"

#include <string.h>
#include <unistd.h>

const char *kernel_cached_root(struct arena *arena, const char *cache, const char *release)
{
	return arena_printf(arena, "%s/kernels/%s", cache, release);
}

static bool is_release(const char *text)
{
	return *text && *text != '.' && !strchr(text, '/');
}

static const char *existing(const char *path)
{
	return access(path, F_OK) == 0 ? path : NULL;
}

/* The places where distributions put a boot image; NULL if there is none. */
static const char *find_image(struct arena *arena, const char *root, const char *release)
{
	const char *path = existing(arena_printf(arena, "%s/boot/vmlinuz-%s", root, release));

	if (!path)
		path = existing(arena_printf(arena, "%s/usr/lib/modules/%s/vmlinuz", root,
					     release));
	if (!path)
		path = existing(arena_printf(arena, "%s/lib/modules/%s/vmlinuz", root, release));
	return path;
}

static const char *find_modules(struct arena *arena, const char *root, const char *release)
{
	const char *path = arena_printf(arena, "%s/lib/modules/%s", root, release);

	if (!existing(arena_printf(arena, "%s/modules.dep", path)))
		path = arena_printf(arena, "%s/usr/lib/modules/%s", root, release);
	return existing(arena_printf(arena, "%s/modules.dep", path)) ? path : NULL;
}

/* Looks for the kernel below `root` ("" for the host's own). False: its image is not there. */
static bool locate(struct arena *arena, const char *root, const char *release,
		   struct vm_kernel *ret)
{
	ret->release = release;
	ret->image = find_image(arena, root, release);
	ret->modules = find_modules(arena, root, release);
	ret->is_installed = *root == '\0';
	return ret->image != NULL;
}

/* The ways to the host's files, the quicker one first, by their names in $SPILE_VM_FILES. */
static const struct {
	enum vm_files files;
	const char *name;
} ways[] = {
	{ VM_FILES_9P, "9p" },
	{ VM_FILES_FUSE, "fuse" },
};

/* Whether a way may be used; all may if the user names none. */
static bool is_wanted(const char *way)
{
	const char *wanted = g_getenv("SPILE_VM_FILES");

	return !wanted || !*wanted || g_str_equal(wanted, way);
}

static bool check_wanted(struct diag *diag)
{
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(ways); i++)
		if (is_wanted(ways[i].name))
			return true;
	diag_error(diag, no_span, "E-vm-files", "SPILE_VM_FILES is '%s', and has to be 9p or fuse",
		   g_getenv("SPILE_VM_FILES"));
	return false;
}

/* Chooses the kernel's way to the host's files. NULL, or a module that it lacks for the last one. */
static const char *choose_files(struct arena *arena, struct vm_kernel *kernel)
{
	const char *missing = NULL;
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(ways); i++) {
		if (!is_wanted(ways[i].name))
			continue;
		kernel->files = ways[i].files;
		missing = modules_resolve(arena, kernel, modules_needed(kernel->files),
					  arena_array(arena));
		if (!missing)
			break;
	}
	return missing;
}

/* A kernel that can be chosen without being asked for. */
static bool is_suitable(struct arena *arena, struct vm_kernel *kernel)
{
	return access(kernel->image, R_OK) == 0 && !choose_files(arena, kernel);
}

static gint newest_first(gconstpointer a, gconstpointer b)
{
	return strverscmp(*(const char *const *)b, *(const char *const *)a);
}

/* The names in a folder that may be releases, newest first. */
static GPtrArray *list_releases(struct arena *arena, const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	GPtrArray *releases = arena_array(arena);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)) != NULL)
		if (is_release(name))
			g_ptr_array_add(releases, arena_strndup(arena, name, strlen(name)));
	g_ptr_array_sort(releases, newest_first);
	return releases;
}

static bool find_newest_installed(struct arena *arena, struct vm_kernel *ret)
{
	GPtrArray *releases = list_releases(arena, "/lib/modules");
	unsigned int i;

	for (i = 0; i < releases->len; i++)
		if (locate(arena, "", releases->pdata[i], ret) && is_suitable(arena, ret))
			return true;
	return false;
}

static bool locate_cached(struct arena *arena, const char *cache, const char *release,
			  struct vm_kernel *ret)
{
	if (!locate(arena, kernel_cached_root(arena, cache, release), release, ret))
		return false;
	if (!ret->modules) {	/* a copy of an image that the user could not read */
		ret->modules = find_modules(arena, "", release);
		ret->is_installed = ret->modules != NULL;
	}
	return true;
}

static bool find_newest_cached(struct arena *arena, const char *cache, struct vm_kernel *ret)
{
	GPtrArray *releases = list_releases(arena, kernel_cached_root(arena, cache, ""));
	unsigned int i;

	for (i = 0; i < releases->len; i++)
		if (locate_cached(arena, cache, releases->pdata[i], ret) &&
		    is_suitable(arena, ret))
			return true;
	return false;
}

static void report_unreadable(struct diag *diag, const struct vm_kernel *kernel, const char *cache)
{
	diag_error(diag, no_span, "E-vm-kernel-unreadable",
		   "you may not read the kernel image %s", kernel->image);
	diag_note(diag, no_span, "make it readable: sudo chmod 644 %s", kernel->image);
	diag_note(diag, no_span, "or copy it: sudo install -m 644 -D %s "
		  "%s/kernels/%s/boot/vmlinuz-%s", kernel->image, cache, kernel->release,
		  kernel->release);
}

static bool check_modules(struct arena *arena, struct diag *diag, struct vm_kernel *kernel)
{
	const char *missing = choose_files(arena, kernel);

	if (!missing)
		return true;
	diag_error(diag, no_span, "E-vm-kernel-lacks", "the kernel %s lacks the module %s",
		   kernel->release, missing);
	if (strstr(missing, "9p") || g_str_equal(missing, "fuse"))
		diag_note(diag, no_span, "the host's files reach the machine over 9p or FUSE; choose "
			  "another kernel with --kernel=RELEASE (Debian: apt-cache search linux-image)");
	return false;
}

/* Checks a kernel that was asked for, and says what stands in its way. */
static bool accept(struct arena *arena, struct diag *diag, struct vm_kernel *kernel,
		   const char *cache)
{
	if (access(kernel->image, R_OK) == 0)
		return check_modules(arena, diag, kernel);
	report_unreadable(diag, kernel, cache);
	return false;
}

static bool find_named(struct arena *arena, struct diag *diag, const char *release,
		       const char *cache, struct vm_kernel *ret)
{
	if (!is_release(release)) {
		diag_error(diag, no_span, "E-vm-kernel", "'%s' is not a kernel release", release);
		return false;
	}
	if (locate(arena, "", release, ret) && access(ret->image, R_OK) == 0)
		return check_modules(arena, diag, ret);
	if (locate_cached(arena, cache, release, ret) || locate(arena, "", release, ret))
		return accept(arena, diag, ret, cache);
	if (!kernel_download(arena, diag, release, cache))
		return false;
	return locate_cached(arena, cache, release, ret) && accept(arena, diag, ret, cache);
}

bool kernel_find(struct arena *arena, struct diag *diag, const char *release, const char *cache,
		 struct vm_kernel *ret)
{
	if (!check_wanted(diag))
		return false;
	if (!release) {
		if (find_newest_installed(arena, ret) || find_newest_cached(arena, cache, ret))
			return true;
		release = kernel_download(arena, diag, NULL, cache);
	}
	return release && find_named(arena, diag, release, cache, ret);
}
