/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table from code addresses to whatever is there.
 *
 * Made and filled in process context while nobody looks, then only read: so finding needs no lock
 * and runs in any context. Open addressing, linear, at most half full; address 0 is a free slot.
 * module/families/entry.h finds in it the points of the function that was entered.
 */
#ifndef SPILE_RUNTIME_ADDRESS_H
#define SPILE_RUNTIME_ADDRESS_H

#include "session.h"

struct rt_address_slot {
	unsigned long address;
	void *value;
};

struct rt_address_table {
	struct rt_address_slot *slots;	/* NULL: not made */
	unsigned long mask;		/* slots - 1; their number is a power of two */
	u32 shift;			/* leaves so many bits of a 64-bit hash */
};

static __always_inline unsigned long rt_address_hash(const struct rt_address_table *table,
						     unsigned long address)
{
	return ((u64)address * 0x9e3779b97f4a7c15ULL) >> table->shift;
}

/* The slot of `address`, or the free one that it belongs into. */
static __always_inline struct rt_address_slot *
rt_address_slot(const struct rt_address_table *table, unsigned long address)
{
	struct rt_address_slot *slot = &table->slots[rt_address_hash(table, address)];

	while (unlikely(slot->address != address)) {
		if (!slot->address)
			break;
		slot = &table->slots[(slot - table->slots + 1) & table->mask];
	}
	return slot;
}

/* What is at `address`, or NULL. Context: any, NMI included. */
static __always_inline void *rt_address_find(const struct rt_address_table *table,
					     unsigned long address)
{
	return rt_address_slot(table, address)->value;
}

/* Takes memory for up to `most` addresses; false if there is none. Context: process. */
static __maybe_unused bool rt_address_table_init(struct rt_address_table *table, u32 most)
{
	u32 bits = 1;

	while ((1ULL << bits) < 2ULL * most)
		bits++;
	table->slots = rt_allocate(sizeof(table->slots[0]) << bits);
	table->mask = (1UL << bits) - 1;
	table->shift = 64 - bits;
	return table->slots != NULL;
}

/* Frees the memory; nobody looks any more. Context: process. */
static __maybe_unused void rt_address_table_fini(struct rt_address_table *table)
{
	kc_release(table->slots);
	table->slots = NULL;
}

#endif
