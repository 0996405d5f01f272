/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads of kernel and user memory by handlers. An address that cannot be read is a soft error of
 * the script, which gives up the hit; never a fault of the kernel.
 *
 * Called by generated code for every `->` and `[]` on target variables (RT_LOAD...), and by the
 * tapsets' embedded C. Context of everything here: any, NMI included.
 */
#ifndef SPILE_RUNTIME_USER_H
#define SPILE_RUNTIME_USER_H

#include "error.h"

/* Copies `size` bytes from kernel or user memory; 0 or -EFAULT. */
static inline int rt_read_kernel(void *to, unsigned long address, size_t size)
{
	return kc_read_kernel(to, address, size);
}

static inline int rt_read_user(void *to, unsigned long address, size_t size)
{
	return kc_read_user(to, address, size);
}

/* ---- Strings ---- */

/* Strings are fetched in pieces that end at multiples of this, so no piece crosses a page. */
#define RT_READ_PIECE 64

typedef int (*rt_reader)(void *to, unsigned long address, size_t size);

/* A string in kernel memory: see rt_read_string. */
long rt_read_kernel_string(char *to, unsigned long address, size_t room);

/* A string in the current task's memory: see rt_read_string. */
long rt_read_user_string(char *to, unsigned long address, size_t room);

/* ---- Memory for printf ---- */

/*
 * Copies the bytes that %m and %M print: `precision` of them, at most MAXSTRINGLEN; 1 if it is
 * below 0. Returns their number; 0, with the error set, where one of them cannot be read.
 */
u32 rt_read_memory(struct rt_context *c, char *to, s64 address,
		   s64 precision, bool is_user, struct rt_place *place);

/* ---- Typed loads ---- */

/* Copies kernel memory; zeros, with the error set, where it cannot be read. */
void rt_load(struct rt_context *c, void *to, const volatile void *from,
	     size_t size, struct rt_place *place);

/* Whether *p is an array: only an array changes its type when it becomes an operand. */
#define RT_IS_POINTER_CLASS(p) (__builtin_classify_type(*(p)) == 5)
#define RT_IS_ARRAY(p) \
	(RT_IS_POINTER_CLASS(p) && \
	 !__builtin_types_compatible_p(__typeof__(*(p)), __typeof__(1 ? *(p) : *(p))))

/* Whether *p is a number or a pointer, neither a structure, nor a union, nor an array. */
#define RT_IS_SCALAR(p) (__builtin_classify_type(*(p)) < 8 && !RT_IS_ARRAY(p))

/* *p if it is a scalar, else some int: an expression to take the type of. */
#define RT_SCALAR(p) __builtin_choose_expr(RT_IS_SCALAR(p), *(p), 0)

/*
 * The value of *p, read without faulting, as an s64: extended by its type's sign. The address if
 * *p is an array or a structure. On a fault 0, with the error set.
 */
#define RT_LOAD(c, p, place) ({ \
	union { __typeof__(RT_SCALAR(p)) value; char bytes[sizeof(RT_SCALAR(p))]; } rt_loaded; \
	s64 rt_result; \
	if (RT_IS_SCALAR(p)) { \
		rt_load(c, rt_loaded.bytes, (p), sizeof(rt_loaded.bytes), place); \
		rt_result = (s64)rt_loaded.value; \
	} else { \
		rt_result = (s64)(unsigned long)(p); \
	} \
	rt_result; })

/*
 * The number of a type at an address of the kernel or of the current task, as an s64. On a fault 0,
 * with the soft error set: @kderef and @uderef.
 */
#define RT_READ(reader, c, type, address, place) ({ \
	type rt_value = 0; \
	unsigned long rt_address = (unsigned long)(address); \
	if (unlikely(reader(&rt_value, rt_address, sizeof(rt_value)))) \
		rt_fault_at(c, place, "read fault at 0x%lx", rt_address); \
	(s64)rt_value; })
#define RT_READ_KERNEL(c, type, address, place) RT_READ(rt_read_kernel, c, type, address, place)
#define RT_READ_USER(c, type, address, place) RT_READ(rt_read_user, c, type, address, place)

/*
 * Writes a number of `size` bytes to kernel memory. On a fault nothing is written, and the soft error
 * is set: assignments to target variables.
 */
void rt_write_kernel(struct rt_context *c, unsigned long address, s64 value,
		     size_t size, struct rt_place *place);

/* `count` bits of a number from bit `first` on: a bit-field. */
static inline s64 rt_bits(s64 value, u32 first, u32 count)
{
	return (s64)((u64)value << (64 - first - count) >> (64 - count));
}

/* The same with its highest bit as the sign. */
static inline s64 rt_signed_bits(s64 value, u32 first, u32 count)
{
	return (s64)((u64)value << (64 - first - count)) >> (64 - count);
}

/* The number with those bits replaced by the lowest ones of `bits`. */
static inline s64 rt_replace_bits(s64 value, s64 bits, u32 first, u32 count)
{
	u64 mask = ~0ULL >> (64 - count) << first;

	return (s64)(((u64)value & ~mask) | (((u64)bits << first) & mask));
}

/* Whether *p is a structure or a union. */
#define RT_IS_RECORD(p) (__builtin_classify_type(*(p)) == 12 || __builtin_classify_type(*(p)) == 13)

/* The type of a pointer into what *p leads to: itself, its first element, or what it points at. */
#define RT_STEP_TYPE(p) __typeof__(__builtin_choose_expr(RT_IS_RECORD(p), (p) + 0, \
	__builtin_choose_expr(RT_IS_RECORD(p), (char *)0, *(p)) + 0))

/*
 * One step along a -> b -> c: the address of *p if that is a structure or an array, else the
 * pointer read from there without faulting. On a fault NULL, with the error set.
 */
#define RT_STEP(c, p, place) ({ \
	RT_STEP_TYPE(p) rt_next = (RT_STEP_TYPE(p))(unsigned long)(p); \
	if (RT_IS_SCALAR(p)) \
		rt_load(c, &rt_next, (p), sizeof(rt_next), place); \
	rt_next; })

#endif
