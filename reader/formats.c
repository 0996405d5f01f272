/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fills records into formats. output.c calls it for every printf of the script, so this and the
 * merge are what a record costs.
 *
 * A format is taken apart when the session begins. Plain %d, %u, %s and the text between them,
 * which is what nearly all output is made of, are written straight to where they belong, into
 * room that is made once for the record; any other directive goes to include/format.h, with as
 * much room as that one can need.
 */
#include "formats.h"

#include <stdlib.h>

#define NUMBER_ROOM 20		/* "-9223372036854775808" */
/* More than what a directive can write besides its width, precision and string. */
#define OTHER_ROOM 64

/* ---- Taking apart ---- */

static bool is_plain(const struct spile_directive *directive)
{
	return directive->flags == 0 && directive->width == SPILE_FORMAT_NONE &&
	       directive->precision == SPILE_FORMAT_NONE && !directive->width_is_argument &&
	       !directive->precision_is_argument;
}

static enum part_kind kind_of(const struct spile_directive *directive)
{
	if (!directive->conversion)
		return PART_TEXT;
	if (!is_plain(directive))
		return PART_OTHER;
	switch (directive->conversion) {
	case 'd': case 'i':
		return PART_SIGNED;
	case 'u':
		return PART_UNSIGNED;
	case 's':
		return PART_STRING;
	default:
		return PART_OTHER;
	}
}

static size_t count_parts(const char *at)
{
	struct spile_directive directive;
	size_t count = 0;

	while (spile_format_next(&at, &directive))
		count++;
	return count;
}

/* The bytes of a part that do not come out of the payload. */
static size_t room_of(const struct part *part)
{
	switch (part->kind) {
	case PART_TEXT:
		return part->directive.length;
	case PART_SIGNED: case PART_UNSIGNED:
		return NUMBER_ROOM;
	default:
		return 0;
	}
}

static void parse(struct format *ret, const char *at)
{
	size_t count = count_parts(at);
	struct part *parts = memory_alloc(count * sizeof(*parts));
	bool is_known = true;

	ret->room = 1;
	for (size_t i = 0; i < count; i++) {
		spile_format_next(&at, &parts[i].directive);
		parts[i].kind = kind_of(&parts[i].directive);
		ret->room += room_of(&parts[i]);
		is_known &= parts[i].kind != PART_OTHER;
	}
	if (!is_known)
		ret->room = 0;
	ret->parts = parts;
	ret->part_count = count;
}

void formats_init(struct formats *ret, const struct string_list *strings)
{
	ret->items = memory_alloc(strings->count * sizeof(*ret->items));
	ret->count = strings->count;
	for (size_t i = 0; i < strings->count; i++)
		parse(&ret->items[i], strings->items[i]);
}

void formats_fini(struct formats *formats)
{
	for (size_t i = 0; i < formats->count; i++)
		free((struct part *)(void *)formats->items[i].parts);
	free(formats->items);
	formats->items = NULL;
	formats->count = 0;
}

/* ---- Plain parts: into room that is there. They return where they end, NULL for damage ---- */

static char *put_unsigned(char *at, __u64 n)
{
	char digits[NUMBER_ROOM];
	char *digit = digits + sizeof(digits);
	size_t length;

	do
		*--digit = (char)('0' + n % 10);
	while (n /= 10);
	length = (size_t)(digits + sizeof(digits) - digit);
	memcpy(at, digit, length);
	return at + length;
}

static char *put_signed(char *at, __s64 n)
{
	if (n >= 0)
		return put_unsigned(at, (__u64)n);
	*at = '-';
	return put_unsigned(at + 1, 0 - (__u64)n);
}

static char *put_plain(char *at, const struct part *part, struct payload *payload)
{
	const char *bytes = part->directive.text;
	__u32 length = part->directive.length;
	__s64 n;

	switch (part->kind) {
	case PART_SIGNED:
		return payload_take_number(payload, &n) ? put_signed(at, n) : NULL;
	case PART_UNSIGNED:
		return payload_take_number(payload, &n) ? put_unsigned(at, (__u64)n) : NULL;
	case PART_STRING:
		if (!payload_take_string(payload, &bytes, &length))
			return NULL;
		break;
	default:
		break;
	}
	memcpy(at, bytes, length);
	return at + length;
}

/* A format whose parts are all plain. */
static bool print_plain(const struct format *format, struct payload payload, struct text *out)
{
	char *at = text_reserve(out, format->room + payload.left);

	for (size_t i = 0; at && i < format->part_count; i++)
		at = put_plain(at, &format->parts[i], &payload);
	if (at)
		out->length = (size_t)(at - out->bytes);
	return at != NULL;
}

/* ---- Any parts ---- */

/* Takes the arguments of one directive, the numbers of its `*` first. */
static bool take_arguments(struct payload *payload, const struct spile_directive *directive,
			   struct spile_argument *ret, __u32 count)
{
	memset(ret, 0, count * sizeof(*ret));
	for (__u32 i = 0; i < count; i++) {
		bool is_value = i == count - 1 && spile_directive_has_value(directive);

		if (is_value && spile_directive_is_string(directive)) {
			if (!payload_take_string(payload, &ret[i].s, &ret[i].length))
				return false;
		} else if (!payload_take_number(payload, &ret[i].n)) {
			return false;
		}
	}
	return true;
}

static size_t size_or_none(__s64 size)
{
	__s32 limited = spile_format_limit(size);

	return (size_t)(limited < 0 ? -limited : limited);
}

/* No fewer bytes than the directive can write. */
static size_t room_for(const struct spile_directive *directive,
		       const struct spile_argument *arguments, __u32 count)
{
	size_t room = OTHER_ROOM + size_or_none(directive->width) +
		      size_or_none(directive->precision);

	for (__u32 i = 0; i < count; i++) {
		bool is_star = i < (__u32)(directive->width_is_argument +
					   directive->precision_is_argument);

		room += is_star ? size_or_none(arguments[i].n) : 2 * (size_t)arguments[i].length;
	}
	return room;
}

static bool print_other(const struct part *part, struct payload *payload, struct text *out)
{
	__u32 count = spile_directive_arguments(&part->directive);
	struct spile_directive directive = part->directive;
	struct spile_argument arguments[3];
	struct spile_format_arguments list = { arguments, count };
	struct spile_format_output output;
	size_t room;

	if (!take_arguments(payload, &directive, arguments, count))
		return false;
	room = room_for(&directive, arguments, count);
	output.at = text_reserve(out, room);
	output.end = output.at + room;
	spile_format_piece(&output, &directive, &list);
	out->length = (size_t)(output.at - out->bytes);
	return true;
}

static bool print_parts(const struct format *format, struct payload *payload, struct text *out)
{
	for (size_t i = 0; i < format->part_count; i++) {
		const struct part *part = &format->parts[i];
		char *at;

		if (part->kind == PART_OTHER) {
			if (!print_other(part, payload, out))
				return false;
			continue;
		}
		at = put_plain(text_reserve(out, room_of(part) + payload->left), part, payload);
		if (!at)
			return false;
		out->length = (size_t)(at - out->bytes);
	}
	return true;
}

bool formats_print(const struct formats *formats, __u32 number, struct payload payload,
		   struct text *out)
{
	size_t before = out->length;
	const struct format *format;

	if (number >= formats->count)
		return false;
	format = &formats->items[number];
	if (format->room ? print_plain(format, payload, out) : print_parts(format, &payload, out))
		return true;
	out->length = before;
	return false;
}
