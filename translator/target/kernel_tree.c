/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds a kernel's build tree and tells a usable one from a dangling link, a half-installed
 * package or an unconfigured source tree. Called by main once per run, and by the doctor, who wants
 * to know what was found rather than a message. Reads only; nothing is ever written into a kernel tree.
 */
#include "target/kernel_tree.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include <glib/gstdio.h>

#include "base/inputs.h"
#include "base/paths.h"
#include "target/distribution.h"
#include "target/kernel_file.h"

/* Where distributions put the tree of a release: the folder, and what stands before and after it. */
static const struct {
	const char *folder, *before, *after;
} build_places[] = {
	{ "/lib/modules", "", "/build" },
	{ "/usr/lib/modules", "", "/build" },
	{ "/usr/src", "linux-headers-", "" },
	{ "/usr/src/kernels", "", "" },
};

/* Files whose change makes it another tree. */
static const char *const key_files[] = {
	"Makefile",
	"Module.symvers",
	"include/config/kernel.release",
	"include/generated/autoconf.h",
	"include/generated/utsrelease.h",
};

static const char *running_release(struct arena *arena)
{
	struct utsname name;

	if (uname(&name) != 0)
		return "unknown";
	return arena_printf(arena, "%s", name.release);
}

static bool has_file(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* The path with symbolic links resolved, or NULL. */
static const char *resolved(struct arena *arena, const char *path)
{
	char *real = realpath(path, NULL);
	const char *copy = NULL;

	if (real)
		copy = arena_printf(arena, "%s", real);
	free(real);
	return copy;
}

/* `#define UTS_RELEASE "3.10.0-1160.el7.x86_64"` */
static const char *release_from_header(struct arena *arena, const char *text)
{
	const char *define = strstr(text, "UTS_RELEASE");
	const char *start = define ? strchr(define, '"') : NULL;
	const char *end = start ? strchr(start + 1, '"') : NULL;

	return end ? arena_strndup(arena, start + 1, (size_t)(end - start - 1)) : NULL;
}

/*
 * What the tree's modules are stamped with. Debian's include/config/kernel.release is of the
 * upstream version ("6.1.192" for 6.1.0-56-amd64), so the header goes first.
 */
static const char *tree_release(struct arena *arena, const char *build_dir)
{
	g_autofree char *header = paths_text(build_dir, "include/generated/utsrelease.h");
	g_autofree char *text = paths_text(build_dir, "include/config/kernel.release");
	const char *release = header ? release_from_header(arena, header) : NULL;

	if (!release && text && *g_strstrip(text))
		release = arena_printf(arena, "%s", text);
	return release;
}

/* The folder of the first `include .../Makefile` line: Debian's and O= trees start so. */
static const char *source_from_makefile(struct arena *arena, const char *build_dir)
{
	g_autofree char *text = paths_text(build_dir, "Makefile");
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

	for (char **line = lines; *line; line++) {
		g_autofree char *folder = NULL;

		g_strstrip(*line);
		if (!g_str_has_prefix(*line, "include /") || !g_str_has_suffix(*line, "/Makefile"))
			continue;
		folder = g_path_get_dirname(*line + strlen("include "));
		return resolved(arena, folder);
	}
	return NULL;
}

static bool is_source(const char *folder)
{
	return folder && has_file(folder, "include/linux/kernel.h");
}

/* From the tree's own word, then from the links that packages and O= builds leave. */
static const char *tree_source(struct arena *arena, const char *build_dir)
{
	const char *source = source_from_makefile(arena, build_dir);

	if (!is_source(source))
		source = resolved(arena, arena_printf(arena, "%s/source", build_dir));
	if (!is_source(source))
		source = build_dir;
	return source;
}

static void hash_file(GChecksum *hash, const char *build_dir, const char *name)
{
	g_autofree char *path = g_build_filename(build_dir, name, NULL);
	g_autofree char *line = NULL;
	GStatBuf status;

	inputs_add(path);
	if (g_stat(path, &status) != 0)
		return;
	line = g_strdup_printf("%s %lld %ld %lld\n", name, (long long)status.st_mtim.tv_sec,
			       status.st_mtim.tv_nsec, (long long)status.st_size);
	g_checksum_update(hash, (const guchar *)line, -1);
}

static const char *tree_key(struct arena *arena, const struct kernel_tree *tree)
{
	GChecksum *hash = g_checksum_new(G_CHECKSUM_SHA256);
	const char *key;

	g_checksum_update(hash, (const guchar *)tree->build_dir, -1);
	g_checksum_update(hash, (const guchar *)"\n", -1);
	g_checksum_update(hash, (const guchar *)tree->release, -1);
	for (size_t i = 0; i < G_N_ELEMENTS(key_files); i++)
		hash_file(hash, tree->build_dir, key_files[i]);
	key = arena_strndup(arena, g_checksum_get_string(hash), 32);
	g_checksum_free(hash);
	return key;
}

/* What keeps a tree from being built against, or NULL. */
static const char *tree_defect(const char *build_dir)
{
	if (!has_file(build_dir, "Makefile"))
		return "it has no Makefile";
	if (!has_file(build_dir, "include/generated/autoconf.h"))
		return "it is not configured (no include/generated/autoconf.h)";
	if (!has_file(build_dir, "Module.symvers"))
		return "it has no Module.symvers, the list of what the kernel exports";
	return NULL;
}

/* ---- The search ---- */

#define LINKS_MOST 8

/* Where a folder is below `root`: a link to an absolute path means one below it too. */
static const char *below_root(struct arena *arena, const char *root, const char *path)
{
	for (int i = 0; *root && i < LINKS_MOST; i++) {
		g_autofree char *goal = g_file_read_link(path, NULL);

		if (!goal || *goal != '/')
			break;
		path = arena_printf(arena, "%s%s", root, goal);
	}
	return path;
}

/* The first place that exists; finding->dangling becomes the first link that leads nowhere. */
static const char *find_build_dir(struct arena *arena, const char *root, const char *release,
				  struct kernel_tree_finding *finding)
{
	for (size_t i = 0; i < G_N_ELEMENTS(build_places); i++) {
		const char *place = arena_printf(arena, "%s%s/%s%s%s", root, build_places[i].folder,
						 build_places[i].before, release, build_places[i].after);

		inputs_add(place);
		if (g_file_test(below_root(arena, root, place), G_FILE_TEST_IS_DIR))
			return place;
		if (!finding->dangling && g_file_test(place, G_FILE_TEST_IS_SYMLINK))
			finding->dangling = place;
	}
	return NULL;
}

static bool is_unusable(struct kernel_tree_finding *finding, const char *defect)
{
	finding->state = KERNEL_TREE_UNUSABLE;
	finding->defect = defect;
	return false;
}

/* Fills *ret from a folder that exists. `release` is the one asked for, NULL for any. */
static bool open_tree(struct arena *arena, const char *root, const char *release,
		      struct kernel_tree_finding *finding, struct kernel_tree *ret)
{
	const char *defect;

	ret->build_dir = resolved(arena, below_root(arena, root, finding->folder));
	defect = ret->build_dir ? tree_defect(ret->build_dir) : "it cannot be read";
	if (defect)
		return is_unusable(finding, defect);
	ret->release = tree_release(arena, ret->build_dir);
	if (!ret->release)
		return is_unusable(finding, "it does not say its release "
				   "(no include/generated/utsrelease.h)");
	if (release && strcmp(release, ret->release) != 0) {
		finding->state = KERNEL_TREE_OF_OTHER;
		finding->other = ret->release;
		return false;
	}
	ret->source_dir = tree_source(arena, ret->build_dir);
	ret->key = tree_key(arena, ret);
	ret->is_running = strcmp(ret->release, running_release(arena)) == 0;
	finding->state = KERNEL_TREE_SOUND;
	return true;
}

bool kernel_tree_examine(struct arena *arena, const char *root, const char *request,
			 struct kernel_tree_finding *finding, struct kernel_tree *ret)
{
	const char *release = request ? request : running_release(arena);
	bool is_path = strchr(release, '/') != NULL;

	memset(ret, 0, sizeof(*ret));
	*finding = (struct kernel_tree_finding){ .state = KERNEL_TREE_ABSENT, .request = release };
	if (!is_path)
		finding->folder = find_build_dir(arena, root, release, finding);
	else if (g_file_test(release, G_FILE_TEST_IS_DIR))
		finding->folder = release;
	return finding->folder && open_tree(arena, root, is_path ? NULL : release, finding, ret);
}

void kernel_tree_without_folder(struct arena *arena, const char *root, const char *release,
				struct kernel_tree *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->release = release;
	ret->build_dir = ret->source_dir = arena_printf(arena, "%s/lib/modules/%s/build", root, release);
	ret->key = tree_key(arena, ret);
	ret->is_absent = true;
}

/* ---- Other releases ---- */

/* Appends the release of the tree that a folder is, if it is one and not there yet. */
static void add_release(struct arena *arena, const char *root, const char *folder, GPtrArray *releases)
{
	const char *release = tree_release(arena, below_root(arena, root, folder));

	for (unsigned int i = 0; release && i < releases->len; i++)
		if (strcmp(release, releases->pdata[i]) == 0)
			release = NULL;
	if (release)
		g_ptr_array_add(releases, (char *)release);
}

/* Looks at each entry of a folder that begins with `before`, and there at `after`. */
static void add_releases(struct arena *arena, const char *root, const char *parent, const char *before,
			 const char *after, GPtrArray *releases)
{
	g_autofree char *path = g_strconcat(root, parent, NULL);
	g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
	const char *name;

	while (folder && (name = g_dir_read_name(folder)))
		if (g_str_has_prefix(name, before))
			add_release(arena, root, arena_printf(arena, "%s/%s%s", path, name, after), releases);
}

static gint compare_releases(gconstpointer a, gconstpointer b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

GPtrArray *kernel_tree_releases(struct arena *arena, const char *root)
{
	GPtrArray *releases = arena_array(arena);

	for (size_t i = 0; i < G_N_ELEMENTS(build_places); i++)
		add_releases(arena, root, build_places[i].folder, build_places[i].before,
			     build_places[i].after, releases);
	g_ptr_array_sort(releases, compare_releases);
	return releases;
}

/* ---- The search of main, in words ---- */

static bool report_missing(struct arena *arena, struct diag *diag, const char *root,
			   const struct kernel_tree_finding *finding)
{
	if (strchr(finding->request, '/')) {
		diag_error(diag, no_span, "E-no-build-tree", "%s is not a kernel build tree: %s",
			   finding->request, g_file_test(finding->request, G_FILE_TEST_EXISTS) ?
			   "not a folder" : "no such folder");
		return false;
	}
	diag_error(diag, no_span, "E-no-build-tree", "no build tree for kernel %s", finding->request);
	if (finding->dangling) {
		g_autofree char *goal = g_file_read_link(finding->dangling, NULL);

		diag_note(diag, no_span, "%s is a link to %s, which does not exist", finding->dangling,
			  goal ? goal : "nowhere");
	}
	diag_note(diag, no_span, "install it with: %s",
		  distribution_kernel_command(arena, root, finding->request));
	return false;
}

static bool report(struct arena *arena, struct diag *diag, const char *root,
		   const struct kernel_tree_finding *finding)
{
	if (finding->state == KERNEL_TREE_ABSENT)
		return report_missing(arena, diag, root, finding);
	if (finding->state == KERNEL_TREE_OF_OTHER) {
		diag_error(diag, no_span, "E-build-tree-mismatch",
			   "%s is the build tree of kernel %s, not of %s", finding->folder, finding->other,
			   finding->request);
		return false;
	}
	diag_error(diag, no_span, "E-build-tree-unprepared",
		   "the kernel build tree %s cannot be used: %s", finding->folder, finding->defect);
	diag_note(diag, no_span, "in a kernel source tree, 'make' prepares all of it; a package is "
		  "repaired by reinstalling it");
	return false;
}

/* A file of a kernel stands for the kernel: with its tree if that is here, else without. */
static bool find_by_file(struct arena *arena, struct diag *diag, const char *root, const char *path,
			 struct kernel_tree *ret)
{
	struct kernel_tree_finding finding;
	struct kernel_file file;
	const char *why;

	if (!kernel_file_read(arena, path, &file, &why)) {
		diag_error(diag, no_span, "E-kernel-file", "%s is neither a kernel nor a module: %s", path, why);
		diag_note(diag, no_span, "-r takes a release, the folder of a kernel build tree, a vmlinux or a .ko");
		return false;
	}
	if (!kernel_tree_examine(arena, root, file.release, &finding, ret))
		kernel_tree_without_folder(arena, root, file.release, ret);
	if (file.is_module)
		ret->module = resolved(arena, path);
	else
		ret->vmlinux = resolved(arena, path);
	return true;
}

bool kernel_tree_require(struct arena *arena, struct diag *diag, const struct kernel_tree *tree)
{
	if (!tree->is_absent)
		return true;
	diag_error(diag, no_span, "E-no-build-tree", "no build tree for kernel %s: with a file of it alone nothing can "
		   "be compiled", tree->release);
	diag_note(diag, no_span, "install it with: %s", distribution_kernel_command(arena, "", tree->release));
	return false;
}

bool kernel_tree_find_in(struct arena *arena, struct diag *diag, const char *root,
			 const char *request, struct kernel_tree *ret)
{
	struct kernel_tree_finding finding;

	if (request && g_file_test(request, G_FILE_TEST_IS_REGULAR))
		return find_by_file(arena, diag, root, request, ret);
	return kernel_tree_examine(arena, root, request, &finding, ret) ||
	       report(arena, diag, root, &finding);
}

bool kernel_tree_find(struct arena *arena, struct diag *diag, const char *request,
		      struct kernel_tree *ret)
{
	return kernel_tree_find_in(arena, diag, "", request, ret);
}

const char *kernel_tree_cache(struct arena *arena, const struct kernel_tree *tree)
{
	const char *cache = paths_cache_dir();
	const char *folder;

	if (!cache)
		return NULL;
	folder = arena_printf(arena, "%s/kernel/%s", cache, tree->key);
	return g_mkdir_with_parents(folder, 0700) == 0 ? folder : NULL;
}
