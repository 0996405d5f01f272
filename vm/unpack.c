/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decompression by libarchive (gzip, xz, zstd, lz4, ...): of kernel modules (initramfs.c) and
 * of the kernel inside its boot image (image.c).
 */
#include "unpack.h"

#include <archive.h>
#include <archive_entry.h>

#define BLOCK_SIZE (256 * 1024)

static struct archive *raw_reader(void)
{
	struct archive *archive = archive_read_new();

	archive_read_support_filter_all(archive);
	archive_read_support_format_raw(archive);
	archive_read_support_format_empty(archive);
	return archive;
}

/* Takes over the archive, which was opened with the result `opened`. */
static GByteArray *read_all(struct archive *archive, int opened, char **reason_ret)
{
	GByteArray *bytes = g_byte_array_new();
	struct archive_entry *entry;
	g_autofree guint8 *block = g_malloc(BLOCK_SIZE);
	ssize_t got = opened;

	if (opened == ARCHIVE_OK)
		got = archive_read_next_header(archive, &entry);
	if (got == ARCHIVE_OK)
		while ((got = archive_read_data(archive, block, BLOCK_SIZE)) > 0)
			g_byte_array_append(bytes, block, got);
	if (got < 0) {
		const char *reason = archive_error_string(archive);

		*reason_ret = g_strdup(reason ? reason : "cannot be decompressed");
		g_byte_array_unref(bytes);
		bytes = NULL;
	}
	archive_read_free(archive);
	return bytes;
}

GByteArray *unpack_file(const char *path, char **reason_ret)
{
	struct archive *archive = raw_reader();

	return read_all(archive, archive_read_open_filename(archive, path, BLOCK_SIZE), reason_ret);
}

GByteArray *unpack_bytes(const void *bytes, gsize length, char **reason_ret)
{
	struct archive *archive = raw_reader();

	return read_all(archive, archive_read_open_memory(archive, bytes, length), reason_ret);
}
