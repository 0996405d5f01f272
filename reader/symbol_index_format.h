/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of an index of symbols, for the two files that read and write it:
 *
 *   struct symbol_index_header
 *   __u32 buckets[2^bucket_bits + 1]   the entries of bucket b are those from buckets[b] up to
 *                                      buckets[b + 1]; a name's bucket is in its hash
 *   struct symbol_index_entry [entry_count]
 *   char names[names_size]             each with a NUL behind it
 *
 * Whatever may have become of the file, nothing damaged is used: head and buckets have a digest, and
 * so has each entry together with its name. Numbers are those of the machine, which made the file.
 */
#ifndef SPILE_READER_SYMBOL_INDEX_FORMAT_H
#define SPILE_READER_SYMBOL_INDEX_FORMAT_H

#include <stddef.h>

#include "build_id.h"
#include "symbol_index.h"

#define SYMBOL_INDEX_MAGIC "spile-symbols 1"	/* with its NUL; the number is that of this form */
#define SYMBOL_INDEX_BITS_MOST 24

struct symbol_index_header {
	char magic[16];
	char build_id[2 * BUILD_ID_BYTES_MOST + 4];	/* what is left over is zero */
	__u32 bucket_bits, entry_count, names_size;
	__u32 has_list;		/* the kernel's list of what must not be probed was known */
	__u32 digest;		/* of what is before it, and of the buckets */
};

struct symbol_index_entry {
	__u32 address;		/* behind the kernel's beginning, or with INDEX_ABSOLUTE as it is */
	__u32 size;		/* bytes to the next symbol; 0: there is none near */
	__u32 name;		/* where in `names` */
	__u32 seal;		/* its digest above, its flags below INDEX_FLAGS */
};

#define INDEX_FUNCTION 0x01	/* it may be taken for one, for a variable, or for both */
#define INDEX_VARIABLE 0x02
#define INDEX_ABSOLUTE 0x04	/* does not move with the kernel: an offset in a CPU's own memory */
#define INDEX_DOUBTFUL 0x08	/* symbol_is_doubtful(), while it is made */
#define INDEX_REASON_SHIFT 4	/* of a function: enum forbidden_reason */
#define INDEX_FLAGS 0xff

/* FNV-1a of 64 bits. */
static inline __u64 symbol_index_hash(const char *name)
{
	__u64 hash = 0xcbf29ce484222325ULL;

	while (*name)
		hash = (hash ^ (unsigned char)*name++) * 0x100000001b3ULL;
	return hash;
}

static inline __u32 symbol_index_bucket(__u64 hash, __u32 bucket_bits)
{
	return (__u32)(hash ^ hash >> 32) & ((1U << bucket_bits) - 1);
}

static inline __u64 symbol_index_mix(__u64 digest, __u64 number)
{
	digest = (digest ^ number) * 0x9e3779b97f4a7c15ULL;
	return digest ^ digest >> 32;
}

/* The seal that an entry with the flags should have, by the hash of its name. */
static inline __u32 symbol_index_seal(const struct symbol_index_entry *entry, __u64 hash, __u32 flags)
{
	__u64 digest = symbol_index_mix(hash, (__u64)entry->address << 32 | entry->size);

	digest = symbol_index_mix(digest, (__u64)entry->name << 32 | flags);
	return ((__u32)digest & ~INDEX_FLAGS) | flags;
}

static inline __u32 symbol_index_digest(const struct symbol_index_header *header, const __u32 *buckets)
{
	const __u32 *words = (const __u32 *)header;
	__u64 digest = 0;

	for (size_t i = 0; i < offsetof(struct symbol_index_header, digest) / sizeof(*words); i++)
		digest = symbol_index_mix(digest, words[i]);
	for (size_t i = 0; i <= 1UL << header->bucket_bits; i++)
		digest = symbol_index_mix(digest, buckets[i]);
	return (__u32)digest;
}

/* The folder, if it is to be trusted; -1 if not. */
int symbol_index_open_folder(const struct symbol_index_place *place);
/* Whether what is opened there belongs to the owner and is written by nobody else. */
bool symbol_index_is_trusted(int fd, const struct symbol_index_place *place, mode_t type);

#endif
