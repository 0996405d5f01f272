/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the initramfs: a cpio archive, uncompressed because unpacking under TCG costs more
 * than reading. It is made anew each time, in memory (about 20 ms), and written to the cache
 * only if no file with the same hash is there. Called by machine.c.
 *
 *     /init  /bin/busybox  /bin/sh  /dev/console  /modules/000-virtio.ko ...
 */
#include "initramfs.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cache.h"
#include "unpack.h"

/* ---- the archive ---- */

static ssize_t append_bytes(struct archive *archive, void *bytes, const void *block,
			       size_t length)
{
	(void)archive;
	g_byte_array_append(bytes, block, length);
	return length;
}

static struct archive *archive_start(GByteArray *bytes)
{
	struct archive *archive = archive_write_new();

	archive_write_set_format_cpio_newc(archive);
	archive_write_set_bytes_per_block(archive, 0);
	archive_write_open(archive, bytes, NULL, append_bytes, NULL);
	return archive;
}

/* Everything belongs to root and has no date, so that equal contents are equal bytes. */
static void add_entry(struct archive *archive, const char *path, mode_t mode, const void *bytes,
		      gsize length)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, path);
	archive_entry_set_mode(entry, mode);
	archive_entry_set_mtime(entry, 0, 0);
	archive_entry_set_size(entry, length);
	if (S_ISLNK(mode))
		archive_entry_set_symlink(entry, bytes);
	if (S_ISCHR(mode))
		archive_entry_set_rdev(entry, makedev(5, 1));
	archive_write_header(archive, entry);
	if (S_ISREG(mode))
		archive_write_data(archive, bytes, length);
	archive_entry_free(entry);
}

static void add_folders(struct archive *archive)
{
	static const char *const folders[] = { "bin", "dev", "modules", "proc", "root", "sys" };
	unsigned int i;

	for (i = 0; i < G_N_ELEMENTS(folders); i++)
		add_entry(archive, folders[i], S_IFDIR | 0755, NULL, 0);
	add_entry(archive, "dev/console", S_IFCHR | 0600, NULL, 0);
	add_entry(archive, "bin/sh", S_IFLNK | 0777, "busybox", 0);
}

/* ---- what goes into it ---- */

/* The first of the places the agent may be: named, beside spile, in its build folder, installed. */
static const char *find_agent(struct arena *arena)
{
	const char *named = g_getenv("SPILE_VM_AGENT");
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = g_path_get_dirname(self ? self : ".");
	const char *const places[] = {
		arena_printf(arena, "%s/spile-agent", folder),
		arena_printf(arena, "%s/build/spile-agent", folder),
		SPILE_LIBEXEC_DIR "/spile-agent",
	};
	unsigned int i;

	if (named)
		return named;
	for (i = 0; i < G_N_ELEMENTS(places); i++)
		if (access(places[i], R_OK) == 0)
			return places[i];
	return NULL;
}

static bool add_agent(struct arena *arena, struct diag *diag, struct archive *archive)
{
	const char *path = find_agent(arena);
	g_autofree char *bytes = NULL;
	gsize length;

	if (!path || !g_file_get_contents(path, &bytes, &length, NULL)) {
		diag_error(diag, no_span, "E-vm-no-agent", "the guest's agent (spile-agent) is %s",
			   path ? path : "not installed");
		diag_note(diag, no_span, "it belongs into " SPILE_LIBEXEC_DIR
			  "; SPILE_VM_AGENT=PATH names another one");
		return false;
	}
	add_entry(archive, "init", S_IFREG | 0755, bytes, length);
	return true;
}

static void report_busybox(struct diag *diag, const char *path)
{
	if (path)
		diag_error(diag, no_span, "E-vm-no-busybox", "%s needs shared libraries, which the "
			   "machine does not have when it starts", path);
	else
		diag_error(diag, no_span, "E-vm-no-busybox", "busybox is missing");
	diag_note(diag, no_span, "Debian: apt-get install busybox-static; "
		  "RHEL: dnf install busybox (from EPEL)");
}

static char *find_busybox(void)
{
	static const char *const places[] = {
		"/bin/busybox", "/sbin/busybox", "/usr/sbin/busybox",
	};
	char *path = g_find_program_in_path("busybox");
	unsigned int i;

	for (i = 0; !path && i < G_N_ELEMENTS(places); i++)
		if (access(places[i], X_OK) == 0)
			path = g_strdup(places[i]);
	return path;
}

static bool add_busybox(struct diag *diag, struct archive *archive)
{
	g_autofree char *path = find_busybox(), *bytes = NULL;
	gsize length;

	if (!path || !g_file_get_contents(path, &bytes, &length, NULL) ||
	    !image_is_static(bytes, length)) {
		report_busybox(diag, path);
		return false;
	}
	add_entry(archive, "bin/busybox", S_IFREG | 0755, bytes, length);
	return true;
}

/* The name tells the order of loading; "9p.ko.xz" is unpacked, and so is called "9p.ko". */
static bool add_module(struct diag *diag, struct archive *archive, const char *path,
		       unsigned int number)
{
	g_autofree char *reason = NULL, *base = g_path_get_basename(path), *name = NULL;
	GByteArray *bytes = unpack_file(path, &reason);
	char *suffix = strstr(base, ".ko");

	if (!bytes) {
		diag_error(diag, no_span, "E-vm-module", "cannot read the module %s: %s",
			   path, reason);
		return false;
	}
	if (suffix)
		suffix[3] = '\0';
	name = g_strdup_printf("modules/%03u-%s", number, base);
	add_entry(archive, name, S_IFREG | 0644, bytes->data, bytes->len);
	g_byte_array_unref(bytes);
	return true;
}

static bool add_modules(struct arena *arena, struct diag *diag, struct archive *archive,
			const struct vm_kernel *kernel)
{
	GPtrArray *paths = arena_array(arena);
	unsigned int i;

	if (modules_resolve(arena, kernel, modules_needed(kernel->files), paths))
		bug("kernel %s was chosen without its modules", kernel->release);
	for (i = 0; i < paths->len; i++)
		if (!add_module(diag, archive, paths->pdata[i], i))
			return false;
	return true;
}

/* ---- the file ---- */

/* Puts the bytes where their hash says, unless they are there. */
static const char *store(struct arena *arena, struct diag *diag, const struct vm_kernel *kernel,
			 const char *cache, const GByteArray *bytes)
{
	g_autofree char *hash = g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes->data,
							    bytes->len);
	const char *prefix = arena_printf(arena, "initramfs-%s-", kernel->release);
	const char *path = arena_printf(arena, "%s/%s%.16s", cache, prefix, hash);

	if (access(path, R_OK) == 0)
		return path;
	if (!cache_write(path, bytes->data, bytes->len)) {
		diag_error(diag, no_span, "E-vm-cache", "cannot write %s", path);
		return NULL;
	}
	cache_prune(cache, prefix, path);
	return path;
}

const char *initramfs_make(struct arena *arena, struct diag *diag, const struct vm_kernel *kernel,
			   const char *cache)
{
	GByteArray *bytes = g_byte_array_new();
	struct archive *archive = archive_start(bytes);
	const char *path = NULL;
	bool is_whole;

	add_folders(archive);
	is_whole = add_agent(arena, diag, archive) && add_busybox(diag, archive) &&
		   add_modules(arena, diag, archive, kernel);
	archive_write_close(archive);
	archive_write_free(archive);
	if (is_whole)
		path = store(arena, diag, kernel, cache, bytes);
	g_byte_array_unref(bytes);
	return path;
}
