/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads and writes that may fault.
 */
#include "user.h"

/*
 * Copies a NUL-terminated string of at most `room` - 1 bytes and ends it with a NUL. Returns its
 * length, or -EFAULT with `to` empty. `room` is at least 1.
 */
static __always_inline long rt_read_string(rt_reader read, char *to, unsigned long address,
					   size_t room)
{
	size_t done = 0;

	while (done + 1 < room) {
		size_t piece = RT_READ_PIECE - (address + done) % RT_READ_PIECE;
		size_t length;

		if (piece > room - 1 - done)
			piece = room - 1 - done;
		if (read(to + done, address + done, piece)) {
			to[0] = 0;
			return -EFAULT;
		}
		length = strnlen(to + done, piece);
		done += length;
		if (length < piece)
			break;
	}
	to[done] = 0;
	return done;
}

long rt_read_kernel_string(char *to, unsigned long address, size_t room)
{
	return rt_read_string(rt_read_kernel, to, address, room);
}

long rt_read_user_string(char *to, unsigned long address, size_t room)
{
	return rt_read_string(rt_read_user, to, address, room);
}

u32 rt_read_memory(struct rt_context *c, char *to, s64 address,
		   s64 precision, bool is_user, struct rt_place *place)
{
	u32 size = precision < 0 ? 1 : min_t(s64, precision, MAXSTRINGLEN);
	rt_reader read = is_user ? rt_read_user : rt_read_kernel;

	if (!size || !read(to, address, size))
		return size;
	rt_fault_at(c, place, "read fault at 0x%llx", (unsigned long long)address);
	return 0;
}

void rt_load(struct rt_context *c, void *to, const volatile void *from,
	     size_t size, struct rt_place *place)
{
	if (likely(!kc_read_kernel(to, (unsigned long)from, size)))
		return;
	memset(to, 0, size);
	rt_fault_at(c, place, "read fault at 0x%lx", (unsigned long)from);
}

void rt_write_kernel(struct rt_context *c, unsigned long address, s64 value,
		     size_t size, struct rt_place *place)
{
	if (unlikely(kc_write_kernel(address, (u64)value, size)))
		rt_fault_at(c, place, "write fault at 0x%lx", address);
}
