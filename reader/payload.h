/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What lies in a record behind its header, taken off piece by piece. For formats.c and output.c:
 * nothing is taken before it was seen to lie within the record, which is not trusted.
 */
#ifndef SPILE_READER_PAYLOAD_H
#define SPILE_READER_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "abi.h"
#include "format.h"

/* The part that is not yet taken; it starts and ends at multiples of eight. */
struct payload {
	const char *at;
	size_t left;
};

static inline struct payload payload_of(const struct spile_record *record)
{
	struct payload payload = { (const char *)(record + 1), record->length - sizeof(*record) };

	return payload;
}

static inline bool payload_take(struct payload *payload, void *ret, size_t size)
{
	if (payload->left < size)
		return false;
	memcpy(ret, payload->at, size);
	payload->at += size;
	payload->left -= size;
	return true;
}

static inline bool payload_take_number(struct payload *payload, __s64 *ret)
{
	return payload_take(payload, ret, sizeof(*ret));
}

/* A u32 length, that many bytes, and zeroes up to a multiple of eight; the bytes stay in place. */
static inline bool payload_take_string(struct payload *payload, const char **ret,
				       __u32 *length_ret)
{
	__u32 length;
	size_t size;

	if (payload->left < sizeof(length))
		return false;
	memcpy(&length, payload->at, sizeof(length));
	if (length > payload->left - sizeof(length))
		return false;
	/* The zeroes are there: what is left is a multiple of eight. */
	size = (sizeof(length) + (size_t)length + 7) / 8 * 8;
	*ret = payload->at + sizeof(length);
	*length_ret = length;
	payload->at += size;
	payload->left -= size;
	return true;
}

#endif
