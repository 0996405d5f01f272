/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes kernel images apart. Where the compressed kernel lies in a bzImage is part of the boot
 * protocol (Documentation/x86/boot.rst of Linux: setup_sects, payload_offset, payload_length); by
 * what it is compressed libarchive finds out. What comes of it, some 50 MB, goes into a temporary file
 * that has no name any more: of that only the pages which are looked at take memory of ours.
 */
#include "knowledge/files/kernel_image.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>
#include <glib/gstdio.h>

/* Offsets of the boot protocol's fields. */
enum { SETUP_SECTS = 0x1f1, MAGIC = 0x202, PROTOCOL = 0x206, KERNEL_VERSION = 0x20e, PAYLOAD_OFFSET = 0x248,
       PAYLOAD_LENGTH = 0x24c, HEADER_END = 0x250 };

/* Kernels are some 50 MB; what grows beyond this is none. */
#define LARGEST_IMAGE (UINT64_C(1) << 30)

static guint32 number_at(const unsigned char *header, size_t offset, unsigned int bytes)
{
	guint32 number = 0;

	for (unsigned int i = bytes; i > 0; i--)
		number = number << 8 | header[offset + i - 1];
	return number;
}

/* Whether the file begins as a bzImage does; then its first HEADER_END bytes. */
static bool read_header(int handle, unsigned char *header)
{
	return pread(handle, header, HEADER_END, 0) == HEADER_END && memcmp(header + MAGIC, "HdrS", 4) == 0 &&
	       number_at(header, PROTOCOL, 2) >= 0x208;
}

static int open_file(const char *path)
{
	return g_open(path, O_RDONLY | O_CLOEXEC, 0);
}

char *kernel_image_release(const char *path)
{
	unsigned char header[HEADER_END];
	int handle = open_file(path);
	char text[128];
	ssize_t length = -1;

	if (handle < 0)
		return NULL;
	if (read_header(handle, header))
		length = pread(handle, text, sizeof(text) - 1, 0x200 + (off_t)number_at(header, KERNEL_VERSION, 2));
	close(handle);
	if (length <= 0)
		return NULL;
	text[length] = '\0';
	return g_strndup(text, strcspn(text, " "));
}

/* ---- Decompression ---- */

/* What is decompressed: a file from somewhere on. */
struct input {
	int handle;
	off_t at;
	uint64_t left;			/* bytes, or fewer if the file ends before */
	char buffer[65536];
};

static ssize_t read_block(struct archive *archive, void *context, const void **block_ret)
{
	struct input *input = context;
	ssize_t size = pread(input->handle, input->buffer, MIN(input->left, sizeof(input->buffer)), input->at);

	(void)archive;
	*block_ret = input->buffer;
	if (size > 0) {
		input->at += size;
		input->left -= (uint64_t)size;
	}
	return size;
}

/* A file to be written and read that is gone with its last user; -1: none can be made. */
static int nameless_file(void)
{
	g_autofree char *path = NULL;
	int handle = g_file_open_tmp("spile-image-XXXXXX", &path, NULL);

	if (handle >= 0)
		g_unlink(path);
	return handle;
}

static bool write_all(int handle, const char *bytes, size_t size)
{
	while (size) {
		ssize_t written = write(handle, bytes, size);

		if (written <= 0)
			return false;
		bytes += written;
		size -= (size_t)written;
	}
	return true;
}

/* Writes the one file in `archive`, as far as it can be read; false: what is there cannot be written. */
static bool copy_all(struct archive *archive, int handle)
{
	uint64_t copied = 0;
	const void *block;
	int64_t offset;
	size_t size;

	while (archive_read_data_block(archive, &block, &size, &offset) == ARCHIVE_OK && copied + size < LARGEST_IMAGE) {
		if (!write_all(handle, block, size))
			return false;
		copied += size;
	}
	return true;
}

static GMappedFile *map(int handle)
{
	GMappedFile *file = g_mapped_file_new_from_fd(handle, FALSE, NULL);

	if (!file || g_mapped_file_get_length(file))
		return file;
	g_mapped_file_unref(file);
	return NULL;
}

static GMappedFile *map_copy(struct archive *archive, const char **why_ret)
{
	GMappedFile *file = NULL;
	int handle = nameless_file();

	if (handle >= 0 && copy_all(archive, handle))
		file = map(handle);
	else
		*why_ret = "what is in it cannot be written to a temporary file";
	if (handle >= 0)
		close(handle);
	return file;
}

/* NULL, with the reason where that is not the file itself, if not a byte came of it. */
static GMappedFile *unpack(struct input *input, const char **why_ret)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	GMappedFile *file = NULL;

	archive_read_support_filter_all(archive);
	archive_read_support_format_raw(archive);
	if (archive_read_open(archive, input, NULL, read_block, NULL) == ARCHIVE_OK &&
	    archive_read_next_header(archive, &entry) == ARCHIVE_OK)
		file = archive_filter_code(archive, 0) == ARCHIVE_FILTER_NONE ? map(input->handle) :
										map_copy(archive, why_ret);
	archive_read_free(archive);
	return file;
}

/*
 * Bytes of a payload that are compressed data: but for gzip, whose format ends with it anyway, the
 * size of the kernel stands behind them in four bytes, which decompressors take for damage.
 */
static uint64_t compressed_length(int handle, off_t start, uint64_t length)
{
	unsigned char first[2];
	bool is_gzip = pread(handle, first, 2, start) == 2 && first[0] == 0x1f && first[1] == 0x8b;

	return is_gzip || length < 4 ? length : length - 4;
}

static GMappedFile *unpack_image(int handle, const char **why_ret)
{
	g_autofree struct input *input = g_new(struct input, 1);
	unsigned char header[HEADER_END];
	guint32 sectors;

	*why_ret = "it is no kernel image of a protocol that is known";
	if (!read_header(handle, header))
		return NULL;
	*why_ret = "the kernel within cannot be decompressed";
	sectors = number_at(header, SETUP_SECTS, 1);
	input->handle = handle;
	input->at = (off_t)((sectors ? sectors : 4) + 1) * 512 + number_at(header, PAYLOAD_OFFSET, 4);
	input->left = compressed_length(handle, input->at, number_at(header, PAYLOAD_LENGTH, 4));
	return unpack(input, why_ret);
}

GMappedFile *kernel_image_unpack(const char *path, const char **why_ret)
{
	int handle = open_file(path);
	GMappedFile *file;

	*why_ret = "it cannot be read";
	if (handle < 0)
		return NULL;
	file = unpack_image(handle, why_ret);
	close(handle);
	return file;
}

GMappedFile *file_unpack(const char *path, const char **why_ret)
{
	g_autofree struct input *input = g_new(struct input, 1);
	GMappedFile *file;

	*why_ret = "it cannot be read or decompressed";
	input->handle = open_file(path);
	if (input->handle < 0)
		return NULL;
	input->at = 0;
	input->left = UINT64_MAX;
	file = unpack(input, why_ret);
	close(input->handle);
	return file;
}
