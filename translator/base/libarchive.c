/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands for libarchive, which is loaded when the first of its functions is called: few runs unpack
 * anything, and the libraries that it needs in turn (libxml2, ICU, nettle ...) are half of what the
 * dynamic linker has to do at a start. Callers include <archive.h> and notice nothing of it.
 *
 * Where it is missing the program ends as the dynamic linker would have ended it, only later.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include <archive.h>
#include <archive_entry.h>
#include <glib.h>

/* Its name for the dynamic linker since libarchive 3.0, of 2011. */
#define LIBRARY "libarchive.so.13"

static void *symbol(const char *name)
{
	static void *library;
	void *found;

	if (!library)
		library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);
	found = library ? dlsym(library, name) : NULL;
	if (!found) {
		fprintf(stderr, "spile: error: %s\n", dlerror());
		fputs("  note: it belongs to the package libarchive13 (Debian) or libarchive (RHEL, Fedora, SUSE)\n",
		      stderr);
		exit(1);
	}
	return found;
}

/* Defines the function NAME with the PARAMETERS, which hands the ARGUMENTS on. */
#define FORWARD(TYPE, NAME, PARAMETERS, ARGUMENTS)			\
	TYPE NAME PARAMETERS						\
	{								\
		static __typeof__(&NAME) function;			\
									\
		if (!function)						\
			*(void **)&function = symbol(#NAME);		\
		return function ARGUMENTS;				\
	}
#define FORWARD_VOID(NAME, PARAMETERS, ARGUMENTS)			\
	void NAME PARAMETERS						\
	{								\
		static __typeof__(&NAME) function;			\
									\
		if (!function)						\
			*(void **)&function = symbol(#NAME);		\
		function ARGUMENTS;					\
	}

/* ---- Reading ---- */

FORWARD(struct archive *, archive_read_new, (void), ())
FORWARD(int, archive_read_support_filter_all, (struct archive *archive), (archive))
FORWARD(int, archive_read_support_format_empty, (struct archive *archive), (archive))
FORWARD(int, archive_read_support_format_raw, (struct archive *archive), (archive))
FORWARD(int, archive_read_open, (struct archive *archive, void *context, archive_open_callback *open_it,
	archive_read_callback *read_it, archive_close_callback *close_it),
	(archive, context, open_it, read_it, close_it))
FORWARD(int, archive_read_open_filename, (struct archive *archive, const char *path, size_t block_size),
	(archive, path, block_size))
FORWARD(int, archive_read_open_memory, (struct archive *archive, const void *bytes, size_t size),
	(archive, bytes, size))
FORWARD(int, archive_read_next_header, (struct archive *archive, struct archive_entry **entry_ret),
	(archive, entry_ret))
FORWARD(ssize_t, archive_read_data, (struct archive *archive, void *to, size_t room), (archive, to, room))
FORWARD(int, archive_read_data_block, (struct archive *archive, const void **block_ret, size_t *size_ret,
	int64_t *offset_ret), (archive, block_ret, size_ret, offset_ret))
FORWARD(int, archive_read_free, (struct archive *archive), (archive))
FORWARD(int, archive_filter_code, (struct archive *archive, int number), (archive, number))
FORWARD(const char *, archive_error_string, (struct archive *archive), (archive))

/* ---- Writing ---- */

FORWARD(struct archive *, archive_write_new, (void), ())
FORWARD(int, archive_write_set_format_cpio_newc, (struct archive *archive), (archive))
FORWARD(int, archive_write_set_bytes_per_block, (struct archive *archive, int size), (archive, size))
FORWARD(int, archive_write_open, (struct archive *archive, void *context, archive_open_callback *open_it,
	archive_write_callback *write_it, archive_close_callback *close_it),
	(archive, context, open_it, write_it, close_it))
FORWARD(int, archive_write_header, (struct archive *archive, struct archive_entry *entry), (archive, entry))
FORWARD(ssize_t, archive_write_data, (struct archive *archive, const void *bytes, size_t length),
	(archive, bytes, length))
FORWARD(int, archive_write_close, (struct archive *archive), (archive))
FORWARD(int, archive_write_free, (struct archive *archive), (archive))

/* ---- Entries ---- */

FORWARD(struct archive_entry *, archive_entry_new, (void), ())
FORWARD_VOID(archive_entry_free, (struct archive_entry *entry), (entry))
FORWARD_VOID(archive_entry_set_pathname, (struct archive_entry *entry, const char *path), (entry, path))
FORWARD_VOID(archive_entry_set_symlink, (struct archive_entry *entry, const char *path), (entry, path))
FORWARD_VOID(archive_entry_set_mode, (struct archive_entry *entry, mode_t mode), (entry, mode))
FORWARD_VOID(archive_entry_set_rdev, (struct archive_entry *entry, dev_t device), (entry, device))
FORWARD_VOID(archive_entry_set_size, (struct archive_entry *entry, int64_t size), (entry, size))
FORWARD_VOID(archive_entry_set_mtime, (struct archive_entry *entry, time_t seconds, long nanoseconds),
	(entry, seconds, nanoseconds))
