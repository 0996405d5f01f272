/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot images. A bzImage carries the kernel compressed, at a place told in its header (the boot
 * protocol, Documentation/arch/x86/boot.rst); QEMU starts the ELF file inside directly if that
 * has the note for PVH. The kernel then runs where it was linked: KASLR is done by the
 * decompressor, and so does not happen. Called by machine.c and initramfs.c.
 */
#include "kernel.h"

#include <elf.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cache.h"
#include "unpack.h"

/* Offsets in the header of a bzImage. */
#define SETUP_SECTORS 0x1f1	/* u8 */
#define HEADER_MAGIC 0x202	/* "HdrS" */
#define PROTOCOL 0x206		/* u16 */
#define PAYLOAD_OFFSET 0x248	/* u32, since protocol 2.08 */
#define PAYLOAD_LENGTH 0x24c	/* u32 */
#define HEADER_END 0x250

#define NOTE_PVH_ENTRY 18	/* XEN_ELFNOTE_PHYS32_ENTRY, of "Xen" */

static guint32 read_u32(const void *bytes)
{
	guint32 number;

	memcpy(&number, bytes, sizeof(number));
	return GUINT32_FROM_LE(number);
}

/* Finds the compressed kernel. Its last four bytes are its size, which only gzip expects there. */
static bool find_payload(const char *image, gsize length, const char **ret, gsize *length_ret)
{
	gsize start, size;

	if (length < HEADER_END || memcmp(image + HEADER_MAGIC, "HdrS", 4) != 0 ||
	    (read_u32(image + PROTOCOL) & 0xffff) < 0x208)
		return false;
	start = ((guint8)image[SETUP_SECTORS] + 1) * 512UL + read_u32(image + PAYLOAD_OFFSET);
	size = read_u32(image + PAYLOAD_LENGTH);
	if (size < 8 || start > length || size > length - start)
		return false;
	*ret = image + start;
	*length_ret = memcmp(image + start, "\x1f\x8b", 2) == 0 ? size : size - 4;
	return true;
}

/* The program headers of an ELF file of 64 bits; 0 of them for anything else. */
static unsigned int program_headers(const guint8 *bytes, gsize length, const Elf64_Phdr **ret)
{
	const Elf64_Ehdr *header = (const void *)bytes;

	if (length < sizeof(*header) || memcmp(bytes, ELFMAG, SELFMAG) != 0 ||
	    bytes[EI_CLASS] != ELFCLASS64 || header->e_phentsize != sizeof(**ret) ||
	    header->e_phoff > length || header->e_phoff % 8 != 0 ||
	    header->e_phnum * sizeof(**ret) > length - header->e_phoff)
		return 0;
	*ret = (const void *)(bytes + header->e_phoff);
	return header->e_phnum;
}

static bool notes_have_pvh(const guint8 *notes, gsize length)
{
	gsize offset = 0;

	while (length - offset >= sizeof(Elf64_Nhdr)) {
		gsize name = offset + sizeof(Elf64_Nhdr);
		gsize name_length = (read_u32(notes + offset) + 3UL) & ~3UL;
		gsize text_length = (read_u32(notes + offset + 4) + 3UL) & ~3UL;

		if (name_length + text_length > length - name)
			return false;
		if (read_u32(notes + offset + 8) == NOTE_PVH_ENTRY && name_length >= 4 &&
		    memcmp(notes + name, "Xen", 4) == 0)
			return true;
		offset = name + name_length + text_length;
	}
	return false;
}

static bool has_pvh(const GByteArray *kernel)
{
	const Elf64_Phdr *headers;
	unsigned int count = program_headers(kernel->data, kernel->len, &headers), i;

	for (i = 0; i < count; i++)
		if (headers[i].p_type == PT_NOTE && headers[i].p_offset <= kernel->len &&
		    headers[i].p_filesz <= kernel->len - headers[i].p_offset &&
		    notes_have_pvh(kernel->data + headers[i].p_offset, headers[i].p_filesz))
			return true;
	return false;
}

bool image_is_static(const void *bytes, gsize length)
{
	const Elf64_Phdr *headers;
	unsigned int count = program_headers(bytes, length, &headers), i;

	for (i = 0; i < count; i++)
		if (headers[i].p_type == PT_INTERP)
			return false;
	return count > 0;
}

/* Unpacks the kernel of an image to `path`; false where that is of no use. */
static bool extract(const char *image, const char *path)
{
	g_autofree char *bytes = NULL, *reason = NULL;
	GByteArray *kernel = NULL;
	const char *payload;
	gsize length, payload_length;
	bool is_done;

	if (!g_file_get_contents(image, &bytes, &length, NULL))
		return false;
	if (find_payload(bytes, length, &payload, &payload_length))
		kernel = unpack_bytes(payload, payload_length, &reason);
	is_done = kernel && has_pvh(kernel) && cache_write(path, kernel->data, kernel->len);
	if (kernel)
		g_byte_array_unref(kernel);
	return is_done;
}

const char *image_for_boot(struct arena *arena, const struct vm_kernel *kernel, const char *cache)
{
	const char *path, *prefix = arena_printf(arena, "vmlinux-%s-", kernel->release);
	struct stat status;

	if (stat(kernel->image, &status) != 0)
		return kernel->image;
	path = arena_printf(arena, "%s/%s%llx-%llx", cache, prefix,
			    (unsigned long long)status.st_size,
			    (unsigned long long)status.st_mtime);
	if (access(path, R_OK) == 0)
		return path;
	if (!extract(kernel->image, path))
		return kernel->image;
	cache_prune(cache, prefix, path);
	return path;
}
