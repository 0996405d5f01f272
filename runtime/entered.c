/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers of functions' entries: taking a slot, finding one, and saying why there is none. A part
 * by itself, for scripts that need it (translator/emit/parts.c).
 */
#include "entered.h"

/* ---- Slots ---- */

static struct rt_entered_slot *rt_entered_slot(unsigned long set, u32 way)
{
	return (struct rt_entered_slot *)(rt_entered.slots +
					  (set * RT_ENTERED_WAYS + way) * rt_entered.slot_size);
}

/* The number of the set of a call. Return addresses lie at multiples of 8. */
static unsigned long rt_entered_set(unsigned long frame)
{
	return ((u64)frame >> 3) * 0x9e3779b97f4a7c15ULL >> rt_entered.shift;
}

/* Entries of the function that the kernel has let go by so far. */
static unsigned long rt_entered_missed(u32 function)
{
	const unsigned long *missed = kc_load(rt_entered.functions[function].missed);

	return missed ? kc_load(*missed) : 0;
}

static bool rt_entered_is(const struct rt_entered_slot *slot, u32 function, unsigned long frame)
{
	return kc_load(slot->frame) == frame && kc_load(slot->function) == function + 1;
}

/* ---- At the entry ---- */

static bool rt_entered_is_free(const struct rt_entered_slot *slot)
{
	return !(kc_load(slot->sequence) & 1);
}

/* The slot of an earlier call that returned from there, or NULL. */
static struct rt_entered_slot *rt_entered_earlier(unsigned long set, u32 function,
						  unsigned long frame)
{
	u32 way;

	for (way = 0; way < RT_ENTERED_WAYS; way++) {
		struct rt_entered_slot *slot = rt_entered_slot(set, way);

		if (rt_entered_is(slot, function, frame) && rt_entered_is_free(slot))
			return slot;
	}
	return NULL;
}

/* Whether `slot` is the better one to be taken: never used, or of an older call. */
static bool rt_entered_is_older(const struct rt_entered_slot *slot,
				const struct rt_entered_slot *than)
{
	if (!than || !kc_load(slot->function))
		return true;
	return kc_load(than->function) &&
	       (long)(kc_load(slot->time) - kc_load(than->time)) < 0;
}

/* NULL: others are writing all of them. */
static struct rt_entered_slot *rt_entered_oldest(unsigned long set)
{
	struct rt_entered_slot *oldest = NULL;
	u32 way;

	for (way = 0; way < RT_ENTERED_WAYS; way++) {
		struct rt_entered_slot *slot = rt_entered_slot(set, way);

		if (rt_entered_is_free(slot) && rt_entered_is_older(slot, oldest))
			oldest = slot;
	}
	return oldest;
}

/* Has nobody else write the slot; false: somebody does. */
static bool rt_entered_take(struct rt_entered_slot *slot)
{
	u32 sequence = kc_load(slot->sequence);

	return !(sequence & 1) && cmpxchg(&slot->sequence, sequence, sequence + 1) == sequence;
}

/*
 * An earlier call's slot that could be taken for this one's never stays: it is the first choice, and if it
 * cannot be had, then because somebody else is overwriting it.
 */
struct rt_entered_slot *rt_entered_open(u32 function, unsigned long frame)
{
	unsigned long set = rt_entered_set(frame);
	u32 attempt;

	for (attempt = 0; attempt < RT_ENTERED_WAYS; attempt++) {
		struct rt_entered_slot *slot = rt_entered_earlier(set, function, frame);

		if (!slot)
			slot = rt_entered_oldest(set);
		if (!slot)
			break;
		if (!rt_entered_take(slot))
			continue;
		if (unlikely(slot->function && !rt_entered_is(slot, function, frame)))
			kc_store(rt_entered.has_forgotten, 1);
		kc_store(slot->function, function + 1);
		kc_store(slot->frame, frame);
		slot->task = current;
		slot->missed = rt_entered_missed(function);
		kc_store(slot->time, jiffies);
		return slot;
	}
	kc_store(rt_entered.has_forgotten, 1);
	return NULL;
}

/* ---- Further on ---- */

/* Reads a value of the call, if that is what the slot is of all the while. */
static bool rt_entered_read(const struct rt_entered_slot *slot, u32 function, unsigned long frame,
			    u32 value, u64 *ret)
{
	u32 sequence = kc_load_acquire(slot->sequence);
	bool is_believed;

	if (sequence & 1 || !rt_entered_is(slot, function, frame))
		return false;
	is_believed = slot->task == current && slot->missed == rt_entered_missed(function);
	*ret = kc_load(slot->values[value]);
	kc_acquire_barrier();
	return is_believed && kc_load(slot->sequence) == sequence;
}

static const char *rt_entered_why(u32 function)
{
	if (!rt_entered.functions[function].is_seen)
		return "its entry could not be probed";
	if (rt_entered_missed(function))
		return "the kernel missed a call of it";
	if (kc_load(rt_entered.has_forgotten))
		return "it began before the session, or was forgotten for others (see MAXENTERED)";
	return "it began before the session";
}

u64 rt_entered_value(struct rt_context *c, u32 function, unsigned long frame, u32 value,
		     struct rt_place *place)
{
	unsigned long set = rt_entered_set(frame);
	u64 found;
	u32 way;

	for (way = 0; way < RT_ENTERED_WAYS; way++) {
		const struct rt_entered_slot *slot = rt_entered_slot(set, way);

		if (rt_entered_is(slot, function, frame) &&
		    rt_entered_read(slot, function, frame, value, &found))
			return found;
	}
	rt_fault_at(c, place, "unknown call of %s: %s", rt_entered.functions[function].name,
		    rt_entered_why(function));
	return 0;
}

/* ---- Memory ---- */

bool rt_entered_init(void)
{
	u32 bits = 1;

	while (((u64)RT_ENTERED_WAYS << bits) < rt_entered.calls)
		bits++;
	rt_entered.shift = 64 - bits;
	rt_entered.slot_size = sizeof(struct rt_entered_slot) +
			       rt_entered.values * sizeof(u64);
	rt_entered.slots = rt_allocate(((size_t)RT_ENTERED_WAYS << bits) * rt_entered.slot_size);
	return rt_entered.slots != NULL;
}

void rt_entered_fini(void)
{
	kc_release(rt_entered.slots);
	rt_entered.slots = NULL;
}
