/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers by name.
 */
#include "regs.h"

static const struct rt_register *rt_register_find(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rt_registers); i++)
		if (rt_string_equal(rt_registers[i].name, name))
			return &rt_registers[i];
	return NULL;
}

s64 rt_register(struct rt_context *c, const char *name, bool is_signed)
{
	const struct rt_register *r = rt_register_find(name);
	u32 unused_bits;
	u64 value;

	if (!r || !c->regs) {
		rt_error(c, r ? "no registers here: '%s'" : "unknown register '%s'", name);
		return 0;
	}
	value = *(const u64 *)((const char *)c->regs + r->offset);
	unused_bits = 64 - 8 * r->size;
	if (is_signed)
		return (s64)(value << unused_bits) >> unused_bits;
	return (s64)((value << unused_bits) >> unused_bits);
}
