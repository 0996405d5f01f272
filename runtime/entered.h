/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What registers held when a function was entered, for handlers further on in the same call, where the
 * compiler has kept nothing of it.
 *
 * A probe at the entry writes them to a slot, by the address at which the call's return address lies:
 * for as long as the call is under way that is nobody else's, and the next call that has it there
 * overwrites. So nothing is done at the return, and what is found is the call's own, unless an entry went by
 * unseen in between: the kernel counts those, and a slot from before the last of them is not believed; nor is
 * that of another task. A call from before the session has none. When all slots of a set are taken the
 * oldest goes: its call is no longer known.
 *
 * Slots are written without a lock, by who moves their sequence from even to odd; whoever finds that
 * somebody else did takes another one, or none. Called by generated code (translator/emit/entered.c).
 */
#ifndef SPILE_RUNTIME_ENTERED_H
#define SPILE_RUNTIME_ENTERED_H

#include "error.h"

/* Slots of a set, among which a call has its own. */
#define RT_ENTERED_WAYS 4

/* A function whose entry is probed for this. The emitter writes the name. */
struct rt_entered_function {
	const char *name;
	u8 is_seen;			/* its entry is probed */
	const unsigned long *missed;	/* the kernel's count of entries without the probe; NULL: there are none */
};

struct rt_entered_slot {
	u32 sequence;			/* odd: being written */
	u32 function;			/* its number + 1; 0: the slot is free */
	unsigned long frame;		/* where the return address lies */
	const void *task;
	unsigned long missed;		/* entries, up to this one */
	unsigned long time;		/* of it, in jiffies */
	u64 values[];			/* of the registers that the function's handlers ask for */
};

/* The table. The emitter writes the first three. */
struct rt_entered {
	struct rt_entered_function *functions;	/* by number */
	u32 calls;			/* that there has to be room for: MAXENTERED */
	u32 values;			/* of a slot */
	u32 shift;			/* leaves the number of a set of a 64-bit hash */
	u32 slot_size;			/* bytes */
	u32 has_forgotten;		/* some call, for want of room */
	char *slots;
};

/* In the generated file. */
extern struct rt_entered rt_entered;

/*
 * The slot of a call of function number `function` that begins; the caller writes its values, then calls
 * rt_entered_close. NULL: there is none to be had, and this call will not be known. Context: any, NMI included.
 */
struct rt_entered_slot *rt_entered_open(u32 function, unsigned long frame);

/* Ends what rt_entered_open began. Context: the same. */
static __always_inline void rt_entered_close(struct rt_entered_slot *slot)
{
	kc_store_release(slot->sequence, slot->sequence + 1);
}

/*
 * Value number `value` of the call that returns to what lies at `frame`. 0, with the error set, if it is not
 * known. Context: any, NMI included.
 */
u64 rt_entered_value(struct rt_context *c, u32 function, unsigned long frame, u32 value,
		     struct rt_place *place);

/* Takes the table's memory; false if there is none. Context: process. */
bool rt_entered_init(void);

/* Frees it; nobody writes or looks any more. Context: process. */
void rt_entered_fini(void);

#endif
