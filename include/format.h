/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * printf as the script language has it, written once for both ends: the reader formats the
 * records of a stream with it, the module its sprintf(). The translator walks a format with
 * spile_format_next() to check the types of its arguments.
 *
 * Header-only, gnu89, depends on nothing but fixed-width types and memcpy; never allocates,
 * never fails, bounded by the size of its output. Context: any, NMI included.
 *
 *     %[flags][width][.precision][h|l|ll]conversion     flags: # 0 - + space
 *
 *     d i      signed decimal          u o x X  unsigned decimal, octal, hexadecimal
 *     p        "0x" and hexadecimal    c        one byte, escaped with # if it does not print
 *     s        text; the precision is the most bytes taken
 *     m M      memory, raw or as two hexadecimal digits per byte; precision as for s; # means
 *              user memory, to whoever reads it
 *     b        the number's bytes as the machine stores them, width 1, 2, 4 or 8 (default)
 *     %        a percent sign
 *
 * All numbers have 64 bits; length modifiers are accepted and mean nothing. Width and
 * precision may be `*`: each then takes an argument of its own, before the value.
 */
#ifndef SPILE_FORMAT_H
#define SPILE_FORMAT_H

#include <linux/types.h>

/* One value for a directive: `s` and `length` for %s, %m, %M; `n` for all others and for `*`. */
struct spile_argument {
	__s64 n;
	const char *s;		/* need not end with a NUL */
	__u32 length;		/* bytes at s */
};

/* The kernel side defines it beforehand to keep these functions out of the tracers' reach. */
#ifndef SPILE_FORMAT_FUNCTION
#define SPILE_FORMAT_FUNCTION static __attribute__((unused))
#endif

#define SPILE_FLAG_ALTERNATE 1	/* # */
#define SPILE_FLAG_ZERO 2	/* 0 */
#define SPILE_FLAG_LEFT 4	/* - */
#define SPILE_FLAG_PLUS 8	/* + */
#define SPILE_FLAG_SPACE 16	/* a space */

/* The value of a width or precision that is not given. */
#define SPILE_FORMAT_NONE (-1)
/* Larger widths and precisions are taken for this. */
#define SPILE_FORMAT_MOST (1 << 20)

/* A piece of a format: a directive, or the text between two of them. */
struct spile_directive {
	const char *text;	/* where the piece starts in the format */
	__u32 length;		/* its bytes there */
	__u32 flags;		/* SPILE_FLAG_* */
	__s32 width;		/* SPILE_FORMAT_NONE unless written as a number */
	__s32 precision;	/* likewise */
	int width_is_argument;		/* written as `*` */
	int precision_is_argument;
	char conversion;	/* one of d i u o x X p c s m M b %; 0 for text */
};

/* ---- Taking a format apart ---- */

/* The flag that `c` stands for, 0 if it is none. */
SPILE_FORMAT_FUNCTION __u32 spile_format_flag(char c)
{
	switch (c) {
	case '#':
		return SPILE_FLAG_ALTERNATE;
	case '0':
		return SPILE_FLAG_ZERO;
	case '-':
		return SPILE_FLAG_LEFT;
	case '+':
		return SPILE_FLAG_PLUS;
	case ' ':
		return SPILE_FLAG_SPACE;
	default:
		return 0;
	}
}

/* Reads a decimal number, or `*`; SPILE_FORMAT_NONE when neither is there. */
SPILE_FORMAT_FUNCTION __s32 spile_format_size(const char **at, int *is_argument_ret)
{
	const char *p = *at;
	__s32 size = 0;

	if (*p == '*') {
		*is_argument_ret = 1;
		*at = p + 1;
		return SPILE_FORMAT_NONE;
	}
	if (*p < '0' || *p > '9')
		return SPILE_FORMAT_NONE;
	for (; *p >= '0' && *p <= '9'; p++) {
		size = size * 10 + (*p - '0');
		if (size > SPILE_FORMAT_MOST)
			size = SPILE_FORMAT_MOST;
	}
	*at = p;
	return size;
}

SPILE_FORMAT_FUNCTION int spile_format_is_conversion(char c)
{
	switch (c) {
	case 'd': case 'i': case 'u': case 'o': case 'x': case 'X': case 'p':
	case 'c': case 's': case 'm': case 'M': case 'b': case '%':
		return 1;
	default:
		return 0;
	}
}

/* Reads one directive at its `%`; 0 if it is malformed, *at then stands behind the fault. */
SPILE_FORMAT_FUNCTION int spile_format_directive(const char **at, struct spile_directive *ret)
{
	const char *p = *at + 1;
	int is_valid;

	for (; spile_format_flag(*p); p++)
		ret->flags |= spile_format_flag(*p);
	ret->width = spile_format_size(&p, &ret->width_is_argument);
	if (*p == '.') {
		p++;
		ret->precision = spile_format_size(&p, &ret->precision_is_argument);
		if (ret->precision < 0 && !ret->precision_is_argument)
			ret->precision = 0;
	}
	while (*p == 'l' || *p == 'h')
		p++;
	is_valid = spile_format_is_conversion(*p);
	if (is_valid)
		ret->conversion = *p;
	if (*p)
		p++;
	*at = p;
	return is_valid;
}

/*
 * Takes the next piece off the format at *at. Returns 1 for a piece, 0 at the end, -1 for a
 * malformed directive (given as text: the formatter prints it as it stands).
 */
SPILE_FORMAT_FUNCTION int spile_format_next(const char **at, struct spile_directive *ret)
{
	const char *p = *at;
	int result = 1;

	ret->text = p;
	ret->flags = 0;
	ret->width = SPILE_FORMAT_NONE;
	ret->precision = SPILE_FORMAT_NONE;
	ret->width_is_argument = 0;
	ret->precision_is_argument = 0;
	ret->conversion = 0;
	if (!*p)
		result = 0;
	else if (*p != '%')
		while (*p && *p != '%')
			p++;
	else if (!spile_format_directive(&p, ret))
		result = -1;
	ret->length = (__u32)(p - *at);
	*at = p;
	return result;
}

/* Does the directive's own value (not that of a `*`) come as a string? */
SPILE_FORMAT_FUNCTION int spile_directive_is_string(const struct spile_directive *directive)
{
	char c = directive->conversion;

	return c == 's' || c == 'm' || c == 'M';
}

/* Does the directive take a value, besides those of its `*`? Text and %% do not. */
SPILE_FORMAT_FUNCTION int spile_directive_has_value(const struct spile_directive *directive)
{
	return directive->conversion && directive->conversion != '%';
}

/* Arguments that the piece takes, in order: width, precision, value. A malformed one: none. */
SPILE_FORMAT_FUNCTION __u32 spile_directive_arguments(const struct spile_directive *directive)
{
	if (!directive->conversion)
		return 0;
	return (__u32)(directive->width_is_argument + directive->precision_is_argument +
		       spile_directive_has_value(directive));
}

/* ---- Writing ---- */

struct spile_format_output {
	char *at, *end;		/* end: the last byte that may be written, kept for the NUL */
};

SPILE_FORMAT_FUNCTION void spile_format_bytes(struct spile_format_output *out, const char *bytes,
					      __u32 length)
{
	__u32 room = (__u32)(out->end - out->at);

	if (length > room)
		length = room;
	if (length)
		__builtin_memcpy(out->at, bytes, length);
	out->at += length;
}

/* Writes c `count` times; a negative count is none. */
SPILE_FORMAT_FUNCTION void spile_format_fill(struct spile_format_output *out, char c, __s64 count)
{
	__s64 room = out->end - out->at;

	if (count > room)
		count = room;
	if (count <= 0)
		return;
	__builtin_memset(out->at, c, (__u32)count);
	out->at += count;
}

/* Bytes, padded with spaces to the directive's width. */
SPILE_FORMAT_FUNCTION void spile_format_padded(struct spile_format_output *out,
					       const struct spile_directive *directive,
					       const char *bytes, __u32 length)
{
	__s64 padding = (__s64)directive->width - length;

	if (!(directive->flags & SPILE_FLAG_LEFT))
		spile_format_fill(out, ' ', padding);
	spile_format_bytes(out, bytes, length);
	if (directive->flags & SPILE_FLAG_LEFT)
		spile_format_fill(out, ' ', padding);
}

#define SPILE_FORMAT_DIGITS 24	/* 22 octal digits are the most that 64 bits need */

/* The digits of n, written so that they end at `end`; returns where they start. */
SPILE_FORMAT_FUNCTION char *spile_format_digits(char *end, __u64 n, char conversion)
{
	const char *set = conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";

	switch (conversion) {
	case 'x': case 'X': case 'p':
		for (; n; n >>= 4)
			*--end = set[n & 15];
		break;
	case 'o':
		for (; n; n >>= 3)
			*--end = set[n & 7];
		break;
	default:
		for (; n; n /= 10)
			*--end = set[n % 10];
		break;
	}
	return end;
}

/* What stands before the digits: a sign, "0x", or nothing. */
SPILE_FORMAT_FUNCTION const char *spile_format_prefix(const struct spile_directive *directive,
						      __s64 n)
{
	switch (directive->conversion) {
	case 'd': case 'i':
		if (n < 0)
			return "-";
		if (directive->flags & SPILE_FLAG_PLUS)
			return "+";
		return directive->flags & SPILE_FLAG_SPACE ? " " : "";
	case 'p':
		return "0x";
	case 'x':
		return n && (directive->flags & SPILE_FLAG_ALTERNATE) ? "0x" : "";
	case 'X':
		return n && (directive->flags & SPILE_FLAG_ALTERNATE) ? "0X" : "";
	default:
		return "";
	}
}

/* Zeroes between the prefix and `length` digits, for precision, `#` with o, and flag 0. */
SPILE_FORMAT_FUNCTION __s64 spile_format_zeroes(const struct spile_directive *directive,
						__u32 prefix_length, __u32 length)
{
	/* Without a precision there is at least one digit. */
	__s64 least = directive->precision < 0 ? 1 : directive->precision;
	__s64 zeroes = least > length ? least - length : 0;
	__s64 room = (__s64)directive->width - prefix_length - length;

	if (directive->conversion == 'o' && (directive->flags & SPILE_FLAG_ALTERNATE) && !zeroes)
		zeroes = 1;
	if ((directive->flags & SPILE_FLAG_ZERO) && !(directive->flags & SPILE_FLAG_LEFT) &&
	    directive->precision < 0 && room > zeroes)
		zeroes = room;
	return zeroes;
}

SPILE_FORMAT_FUNCTION void spile_format_number(struct spile_format_output *out,
					       const struct spile_directive *directive, __s64 n)
{
	int is_signed = directive->conversion == 'd' || directive->conversion == 'i';
	__u64 magnitude = is_signed && n < 0 ? 0 - (__u64)n : (__u64)n;
	const char *prefix = spile_format_prefix(directive, n);
	char buffer[SPILE_FORMAT_DIGITS];
	char *end = buffer + sizeof(buffer);
	char *digits = spile_format_digits(end, magnitude, directive->conversion);
	__u32 length = (__u32)(end - digits);
	__u32 prefix_length = !prefix[0] ? 0 : !prefix[1] ? 1 : 2;
	__s64 zeroes = spile_format_zeroes(directive, prefix_length, length);
	__s64 padding = (__s64)directive->width - prefix_length - zeroes - length;

	if (!(directive->flags & SPILE_FLAG_LEFT))
		spile_format_fill(out, ' ', padding);
	spile_format_bytes(out, prefix, prefix_length);
	spile_format_fill(out, '0', zeroes);
	spile_format_bytes(out, digits, length);
	if (directive->flags & SPILE_FLAG_LEFT)
		spile_format_fill(out, ' ', padding);
}

/* %c, escaped as in C where # is given and it does not print: by a letter, or by three digits. */
SPILE_FORMAT_FUNCTION void spile_format_character(struct spile_format_output *out,
						  const struct spile_directive *directive,
						  unsigned char c)
{
	static const char letters[] = "abtnvfr";	/* from 7 on */
	char text[4] = { (char)c };
	__u32 length = 1;

	if ((directive->flags & SPILE_FLAG_ALTERNATE) && (c < ' ' || c > '~')) {
		text[0] = '\\';
		if (c >= 7 && c < 14) {
			text[1] = letters[c - 7];
			length = 2;
		} else {
			text[1] = (char)('0' + (c >> 6));
			text[2] = (char)('0' + (c >> 3 & 7));
			text[3] = (char)('0' + (c & 7));
			length = 4;
		}
	}
	spile_format_padded(out, directive, text, length);
}

/* %m and %M: memory of at most `precision` bytes, raw or in hexadecimal, padded to the width. */
SPILE_FORMAT_FUNCTION void spile_format_memory(struct spile_format_output *out,
					       const struct spile_directive *directive,
					       const char *bytes, __u32 length)
{
	static const char set[] = "0123456789abcdef";
	__s64 padding = (__s64)directive->width - 2 * (__s64)length;
	char pair[2];
	__u32 i;

	if (directive->conversion == 'm') {
		spile_format_padded(out, directive, bytes, length);
		return;
	}
	if (!(directive->flags & SPILE_FLAG_LEFT))
		spile_format_fill(out, ' ', padding);
	for (i = 0; i < length && out->at < out->end; i++) {
		pair[0] = set[((unsigned char)bytes[i]) >> 4];
		pair[1] = set[bytes[i] & 15];
		spile_format_bytes(out, pair, 2);
	}
	if (directive->flags & SPILE_FLAG_LEFT)
		spile_format_fill(out, ' ', padding);
}

/* %b: as many of the number's low bytes as the width says, 8 for a width that is no size. */
SPILE_FORMAT_FUNCTION void spile_format_binary(struct spile_format_output *out,
					       const struct spile_directive *directive, __s64 n)
{
	__u8 one = (__u8)n;
	__u16 two = (__u16)n;
	__u32 four = (__u32)n;

	switch (directive->width) {
	case 1:
		spile_format_bytes(out, (const char *)&one, sizeof(one));
		break;
	case 2:
		spile_format_bytes(out, (const char *)&two, sizeof(two));
		break;
	case 4:
		spile_format_bytes(out, (const char *)&four, sizeof(four));
		break;
	default:
		spile_format_bytes(out, (const char *)&n, sizeof(n));
		break;
	}
}

/* ---- Arguments ---- */

struct spile_format_arguments {
	const struct spile_argument *next;
	__u32 left;
};

/* Takes the next argument; when there is none any more, a 0 and an empty string. */
SPILE_FORMAT_FUNCTION struct spile_argument
spile_format_argument(struct spile_format_arguments *arguments)
{
	struct spile_argument none = { 0, "", 0 };

	if (!arguments->left)
		return none;
	arguments->left--;
	return *arguments->next++;
}

SPILE_FORMAT_FUNCTION __s32 spile_format_limit(__s64 n)
{
	if (n > SPILE_FORMAT_MOST)
		return SPILE_FORMAT_MOST;
	return n < -SPILE_FORMAT_MOST ? -SPILE_FORMAT_MOST : (__s32)n;
}

/* Puts the arguments of `*` in their places: a negative width adjusts to the left. */
SPILE_FORMAT_FUNCTION void spile_format_stars(struct spile_directive *directive,
					      struct spile_format_arguments *arguments)
{
	__s32 size;

	if (directive->width_is_argument) {
		size = spile_format_limit(spile_format_argument(arguments).n);
		if (size < 0)
			directive->flags |= SPILE_FLAG_LEFT;
		directive->width = size < 0 ? -size : size;
	}
	if (directive->precision_is_argument) {
		size = spile_format_limit(spile_format_argument(arguments).n);
		directive->precision = size < 0 ? SPILE_FORMAT_NONE : size;
	}
}

/* Writes one piece with the arguments it takes. */
SPILE_FORMAT_FUNCTION void spile_format_piece(struct spile_format_output *out,
					      struct spile_directive *directive,
					      struct spile_format_arguments *arguments)
{
	struct spile_argument value = { 0, "", 0 };

	if (!directive->conversion) {
		spile_format_bytes(out, directive->text, directive->length);
		return;
	}
	spile_format_stars(directive, arguments);
	if (spile_directive_has_value(directive))
		value = spile_format_argument(arguments);
	if (directive->precision >= 0 && value.length > (__u32)directive->precision)
		value.length = (__u32)directive->precision;
	switch (directive->conversion) {
	case '%':
		spile_format_bytes(out, "%", 1);
		break;
	case 'c':
		spile_format_character(out, directive, (unsigned char)value.n);
		break;
	case 's':
		spile_format_padded(out, directive, value.s, value.length);
		break;
	case 'm': case 'M':
		spile_format_memory(out, directive, value.s, value.length);
		break;
	case 'b':
		spile_format_binary(out, directive, value.n);
		break;
	default:
		spile_format_number(out, directive, value.n);
		break;
	}
}

/*
 * Formats into `out`, at most `size` bytes including a NUL that is always written unless size
 * is 0. Returns the bytes written without the NUL; what does not fit is cut. Arguments that
 * are missing count as 0 and "". Strings may hold NUL bytes.
 */
SPILE_FORMAT_FUNCTION __u32 spile_format(char *out, __u32 size, const char *format,
					 const struct spile_argument *arguments, __u32 count)
{
	struct spile_format_arguments list;
	struct spile_format_output output;
	struct spile_directive directive;

	if (!size)
		return 0;
	output.at = out;
	output.end = out + size - 1;
	list.next = arguments;
	list.left = count;
	while (output.at < output.end && spile_format_next(&format, &directive))
		spile_format_piece(&output, &directive, &list);
	*output.at = '\0';
	return (__u32)(output.at - out);
}

#endif
