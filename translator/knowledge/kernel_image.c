/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes kernel images apart. Where the compressed kernel lies in a bzImage is part of the boot
 * protocol (Documentation/x86/boot.rst of Linux: setup_sects, payload_offset, payload_length); by
 * what it is compressed libarchive finds out.
 */
#include "knowledge/kernel_image.h"

#include <string.h>

#include <archive.h>
#include <archive_entry.h>

/* Offsets of the boot protocol's fields. */
enum { SETUP_SECTS = 0x1f1, MAGIC = 0x202, PROTOCOL = 0x206, KERNEL_VERSION = 0x20e, PAYLOAD_OFFSET = 0x248,
       PAYLOAD_LENGTH = 0x24c, HEADER_END = 0x250 };

/* Kernels are some 50 MB; what grows beyond this is none. */
#define LARGEST_IMAGE (UINT64_C(1) << 30)

static guint32 number_at(const void *image, size_t offset, unsigned int bytes)
{
	const unsigned char *at = (const unsigned char *)image + offset;
	guint32 number = 0;

	for (unsigned int i = bytes; i > 0; i--)
		number = number << 8 | at[i - 1];
	return number;
}

static bool is_bzimage(const void *image, size_t size)
{
	return size >= HEADER_END && memcmp((const char *)image + MAGIC, "HdrS", 4) == 0 &&
	       number_at(image, PROTOCOL, 2) >= 0x208;
}

char *kernel_image_release(const void *image, size_t size)
{
	const char *text;
	size_t at;

	if (!is_bzimage(image, size))
		return NULL;
	at = 0x200 + number_at(image, KERNEL_VERSION, 2);
	if (at >= size)
		return NULL;
	text = (const char *)image + at;
	return g_strndup(text, strcspn(text, " "));
}

/* ---- Decompression ---- */

/* Reads the one file in `archive`, as far as it can be read. */
static GByteArray *read_all(struct archive *archive)
{
	GByteArray *bytes = g_byte_array_new();
	struct archive_entry *entry;
	const void *block;
	la_int64_t offset;
	size_t size;

	if (archive_read_next_header(archive, &entry) != ARCHIVE_OK)
		return bytes;
	while (archive_read_data_block(archive, &block, &size, &offset) == ARCHIVE_OK &&
	       bytes->len + size < LARGEST_IMAGE)
		g_byte_array_append(bytes, block, size);
	return bytes;
}

/* From memory, or from the file `path` if that is given. NULL if not a byte came of it. */
static GByteArray *unpack(const char *path, const void *data, size_t size)
{
	struct archive *archive = archive_read_new();
	GByteArray *bytes = NULL;
	int opened;

	archive_read_support_filter_all(archive);
	archive_read_support_format_raw(archive);
	opened = path ? archive_read_open_filename(archive, path, 65536) :
			archive_read_open_memory(archive, data, size);
	if (opened == ARCHIVE_OK)
		bytes = read_all(archive);
	archive_read_free(archive);
	if (bytes && bytes->len)
		return bytes;
	if (bytes)
		g_byte_array_unref(bytes);
	return NULL;
}

/*
 * Bytes of a payload that are compressed data: but for gzip, whose format ends with it anyway, the
 * size of the kernel stands behind them in four bytes, which decompressors take for damage.
 */
static size_t compressed_length(const unsigned char *payload, size_t length)
{
	bool is_gzip = length > 2 && payload[0] == 0x1f && payload[1] == 0x8b;

	return is_gzip || length < 4 ? length : length - 4;
}

GByteArray *kernel_image_unpack(const void *image, size_t size, const char **why_ret)
{
	size_t sectors, start, length;
	GByteArray *bytes = NULL;

	*why_ret = "it is no kernel image of a protocol that is known";
	if (!is_bzimage(image, size))
		return NULL;
	sectors = number_at(image, SETUP_SECTS, 1);
	start = ((sectors ? sectors : 4) + 1) * 512 + number_at(image, PAYLOAD_OFFSET, 4);
	length = number_at(image, PAYLOAD_LENGTH, 4);
	*why_ret = "the kernel within cannot be decompressed";
	if (start < size && length <= size - start) {
		const unsigned char *payload = (const unsigned char *)image + start;

		bytes = unpack(NULL, payload, compressed_length(payload, length));
	}
	return bytes;
}

GByteArray *file_unpack(const char *path, const char **why_ret)
{
	GByteArray *bytes = unpack(path, NULL, 0);

	if (!bytes)
		*why_ret = "it cannot be read or decompressed";
	return bytes;
}
