/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Associative arrays of the script.
 *
 * A map is one block of memory taken at load: `capacity` slots and a spare, a hash table of chains
 * of slot numbers, and a list of the slots in use from oldest to newest. Slot numbers start at 1;
 * 0 ends a list. A slot holds its keys and value at fixed offsets, strings in MAXSTRINGLEN bytes.
 * The spare makes an insertion into a full map that wraps fill a free slot before it drops the
 * oldest one, so that keys and values may come out of the map itself.
 *
 * Every function needs the map's lock, which the handler holds. Context: any, NMI included.
 */
#ifndef SPILE_RUNTIME_MAP_H
#define SPILE_RUNTIME_MAP_H

#include "stat.h"

#define RT_MAP_MAX_KEYS 9

enum rt_value_kind { RT_VALUE_LONG, RT_VALUE_STRING, RT_VALUE_STAT };

union rt_key {
	s64 n;
	const char *s;
};

struct rt_slot {
	u32 chain;	/* next slot with this hash, or next free slot */
	u32 older, newer;
	u32 hash;
	u32 generation;	/* odd while in use; grows when taken and when freed */
	u32 unused;
	/* keys and value follow */
};

struct rt_map {
	/* Written by the emitter. */
	const char *name;
	u32 key_count;
	u8 key_is_string[RT_MAP_MAX_KEYS];
	enum rt_value_kind value;
	u32 capacity;
	u8 wraps;			/* a new element drops the oldest when full */
	struct rt_stat_type stat_type;

	/* Set by rt_map_init. */
	u32 key_offset[RT_MAP_MAX_KEYS];
	u32 value_offset;
	u32 slot_size;
	u32 bucket_mask;
	char *slots;
	u32 *buckets;
	u32 free;			/* first free slot */
	u32 count;
	u32 oldest, newest;
};

static inline struct rt_slot *rt_map_at(const struct rt_map *m, u32 number)
{
	return (struct rt_slot *)(m->slots + (size_t)(number - 1) * m->slot_size);
}

static inline void *rt_slot_key(const struct rt_map *m, struct rt_slot *slot, u32 key)
{
	return (char *)slot + m->key_offset[key];
}

static inline void *rt_slot_value(const struct rt_map *m, struct rt_slot *slot)
{
	return (char *)slot + m->value_offset;
}

/* ---- Finding ---- */

static inline u64 rt_hash_mix(u64 hash, u64 value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15ULL;
	return hash ^ (hash >> 32);
}

static __maybe_unused noinline u64 rt_hash_string(u64 hash, const char *s)
{
	u32 left = rt_string_length(s);

	for (; left >= sizeof(u64); left -= sizeof(u64), s += sizeof(u64)) {
		u64 word;

		memcpy(&word, s, sizeof(word));
		hash = rt_hash_mix(hash, word);
	}
	for (; left; left--, s++)
		hash = rt_hash_mix(hash, (unsigned char)*s);
	return rt_hash_mix(hash, ~0ULL);
}

static inline u32 rt_map_hash(const struct rt_map *m, const union rt_key *keys)
{
	u64 hash = 0;
	u32 i;

	for (i = 0; i < m->key_count; i++) {
		if (m->key_is_string[i])
			hash = rt_hash_string(hash, keys[i].s);
		else
			hash = rt_hash_mix(hash, keys[i].n);
	}
	return (u32)hash;
}

static inline bool rt_slot_key_matches(const struct rt_map *m, struct rt_slot *slot, u32 i,
				       const union rt_key *keys)
{
	const void *key = rt_slot_key(m, slot, i);

	if (m->key_is_string[i])
		return rt_string_equal(key, keys[i].s);
	return *(const s64 *)key == keys[i].n;
}

static inline bool rt_slot_matches(const struct rt_map *m, struct rt_slot *slot,
				   const union rt_key *keys)
{
	u32 i;

	for (i = 0; i < m->key_count; i++)
		if (!rt_slot_key_matches(m, slot, i, keys))
			return false;
	return true;
}

/* Whether the slot is in a slice: the keys whose bits are set in `mask` match. */
static inline bool rt_slot_in_slice(const struct rt_map *m, struct rt_slot *slot,
				    const union rt_key *keys, u32 mask)
{
	u32 i;

	for (i = 0; mask >> i; i++)
		if ((mask >> i & 1) && !rt_slot_key_matches(m, slot, i, keys))
			return false;
	return true;
}

static __maybe_unused u32 rt_map_find_hashed(const struct rt_map *m, const union rt_key *keys,
					     u32 hash)
{
	u32 number = m->buckets[hash & m->bucket_mask];

	while (number) {
		struct rt_slot *slot = rt_map_at(m, number);

		if (slot->hash == hash && rt_slot_matches(m, slot, keys))
			return number;
		number = slot->chain;
	}
	return 0;
}

/* Number of the slot with these keys; 0 if there is none. */
static inline u32 rt_map_find(const struct rt_map *m, const union rt_key *keys)
{
	return rt_map_find_hashed(m, keys, rt_map_hash(m, keys));
}

/* ---- Adding and removing ---- */

static inline void rt_map_list_append(struct rt_map *m, u32 number)
{
	struct rt_slot *slot = rt_map_at(m, number);

	slot->older = m->newest;
	slot->newer = 0;
	if (m->newest)
		rt_map_at(m, m->newest)->newer = number;
	else
		m->oldest = number;
	m->newest = number;
}

static inline void rt_map_list_remove(struct rt_map *m, const struct rt_slot *slot)
{
	if (slot->older)
		rt_map_at(m, slot->older)->newer = slot->newer;
	else
		m->oldest = slot->newer;
	if (slot->newer)
		rt_map_at(m, slot->newer)->older = slot->older;
	else
		m->newest = slot->older;
}

static inline void rt_map_chain_remove(struct rt_map *m, u32 number, const struct rt_slot *slot)
{
	u32 *link = &m->buckets[slot->hash & m->bucket_mask];

	while (*link != number)
		link = &rt_map_at(m, *link)->chain;
	*link = slot->chain;
}

static __maybe_unused void rt_map_remove(struct rt_map *m, u32 number)
{
	struct rt_slot *slot = rt_map_at(m, number);

	rt_map_chain_remove(m, number, slot);
	rt_map_list_remove(m, slot);
	slot->generation++;
	slot->chain = m->free;
	m->free = number;
	m->count--;
}

static inline void rt_slot_set_keys(const struct rt_map *m, struct rt_slot *slot,
				    const union rt_key *keys)
{
	u32 i;

	for (i = 0; i < m->key_count; i++) {
		if (m->key_is_string[i])
			rt_string_copy(rt_slot_key(m, slot, i), keys[i].s);
		else
			*(s64 *)rt_slot_key(m, slot, i) = keys[i].n;
	}
}

static inline void rt_slot_reset_value(const struct rt_map *m, struct rt_slot *slot)
{
	if (m->value == RT_VALUE_STAT)
		rt_stat_reset(rt_slot_value(m, slot), &m->stat_type);
	else
		*(s64 *)rt_slot_value(m, slot) = 0;
}

static __maybe_unused noinline u32 rt_map_insert(struct rt_map *m, const union rt_key *keys,
						 u32 hash)
{
	u32 number = m->free;
	struct rt_slot *slot = rt_map_at(m, number);
	u32 *bucket = &m->buckets[hash & m->bucket_mask];

	m->free = slot->chain;
	rt_slot_set_keys(m, slot, keys);
	rt_slot_reset_value(m, slot);
	slot->generation++;
	slot->hash = hash;
	slot->chain = *bucket;
	*bucket = number;
	rt_map_list_append(m, number);
	m->count++;
	return number;
}

#define RT_MAP_FULL "array '%s' is full (%u element%s, see MAXMAPENTRIES)"
#define RT_MAP_FULL_OF(m) (m)->name, (m)->capacity, (m)->capacity == 1 ? "" : "s"

/* Gives up an insertion: an error for a try block, else counted and the handler goes on. */
static __maybe_unused noinline void rt_map_give_up(struct rt_context *c, const struct rt_map *m,
						   struct rt_place *place)
{
	if (RT_STAP_ERRORS || c->catching) {
		rt_error_at(c, place->where, RT_MAP_FULL, RT_MAP_FULL_OF(m));
		return;
	}
	c->counters[c->probe->index].given_up_insertions++;
	if (rt_place_count(place, c->probe)) {
		place->is_insertion = 1;
		snprintf(place->text, sizeof(place->text), RT_MAP_FULL, RT_MAP_FULL_OF(m));
	}
}

/*
 * Value of the element with these keys, made empty if absent; NULL if the map is full, which is an
 * error or was counted at `place`.
 */
static __maybe_unused void *rt_map_make(struct rt_context *c, struct rt_map *m,
					const union rt_key *keys, struct rt_place *place)
{
	u32 hash = rt_map_hash(m, keys);
	u32 number = rt_map_find_hashed(m, keys, hash);

	if (!number) {
		if (m->count >= m->capacity && !m->wraps) {
			rt_map_give_up(c, m, place);
			return NULL;
		}
		number = rt_map_insert(m, keys, hash);
		if (m->count > m->capacity)
			rt_map_remove(m, m->oldest);
	}
	return rt_slot_value(m, rt_map_at(m, number));
}

/* Removes the element with these keys, if there is one. */
static __maybe_unused void rt_map_delete(struct rt_map *m, const union rt_key *keys)
{
	u32 number = rt_map_find(m, keys);

	if (number)
		rt_map_remove(m, number);
}

/* Removes all elements. */
static __maybe_unused void rt_map_clear(struct rt_map *m)
{
	while (m->oldest)
		rt_map_remove(m, m->oldest);
}

/* ---- Slices: the elements whose keys match where `mask` has a bit set ---- */

/* Whether there is an element in the slice. */
static __maybe_unused bool rt_map_has_slice(const struct rt_map *m, const union rt_key *keys,
					    u32 mask)
{
	u32 number;

	for (number = m->oldest; number; number = rt_map_at(m, number)->newer)
		if (rt_slot_in_slice(m, rt_map_at(m, number), keys, mask))
			return true;
	return false;
}

/* Removes all elements of the slice; the keys may come out of the map itself. */
static __maybe_unused void rt_map_delete_slice(struct rt_map *m, const union rt_key *keys,
					       u32 mask)
{
	u32 number = m->oldest;

	while (number) {
		struct rt_slot *slot = rt_map_at(m, number);
		u32 newer = slot->newer;

		if (rt_slot_in_slice(m, slot, keys, mask))
			rt_map_remove(m, number);
		number = newer;
	}
}

/* ---- What generated code calls ---- */

/* Whether there is an element with these keys. */
static inline bool rt_map_has(const struct rt_map *m, const union rt_key *keys)
{
	return rt_map_find(m, keys) != 0;
}

/*
 * The element's number, made 0 if absent; NULL with the error set. For an insertion that was given
 * up a number that nobody keeps.
 */
static inline s64 *rt_map_slot(struct rt_context *c, struct rt_map *m, const union rt_key *keys,
			       struct rt_place *place)
{
	s64 *slot = rt_map_make(c, m, keys, place);

	if (likely(slot))
		return slot;
	c->spill = 0;
	return c->failed ? NULL : &c->spill;
}

/* The element's number; 0 if absent. */
static __maybe_unused s64 rt_map_get(const struct rt_map *m, const union rt_key *keys)
{
	u32 number = rt_map_find(m, keys);

	return number ? *(const s64 *)rt_slot_value(m, rt_map_at(m, number)) : 0;
}

/* The element's string, inside the map; "" if absent. */
static __maybe_unused const char *rt_map_get_string(const struct rt_map *m,
						    const union rt_key *keys)
{
	u32 number = rt_map_find(m, keys);

	return number ? rt_slot_value(m, rt_map_at(m, number)) : "";
}

/* Assigns a number; false with the error set. */
static __maybe_unused bool rt_map_set(struct rt_context *c, struct rt_map *m,
				      const union rt_key *keys, s64 value, struct rt_place *place)
{
	s64 *slot = rt_map_make(c, m, keys, place);

	if (!slot)
		return !c->failed;
	*slot = value;
	return true;
}

/* Assigns a string; false with the error set. */
static __maybe_unused bool rt_map_set_string(struct rt_context *c, struct rt_map *m,
					     const union rt_key *keys, const char *value,
					     struct rt_place *place)
{
	char *slot = rt_map_make(c, m, keys, place);

	if (!slot)
		return !c->failed;
	rt_string_copy(slot, value);
	return true;
}

/* Adds a value to a statistic; false with the error set. */
static __maybe_unused bool rt_map_stat_add(struct rt_context *c, struct rt_map *m,
					   const union rt_key *keys, s64 value,
					   struct rt_place *place)
{
	struct rt_stat *slot = rt_map_make(c, m, keys, place);

	if (!slot)
		return !c->failed;
	rt_stat_include(slot, &m->stat_type, value);
	return true;
}

/* What is read of a statistic that is not there. It has no buckets: see rt_print_histogram. */
static const struct rt_stat rt_stat_none __maybe_unused = {
	.min = RT_S64_MAX,
	.max = RT_S64_MIN,
};

/* The element's statistic, inside the map; an empty one if absent. */
static __maybe_unused const struct rt_stat *rt_map_stat_read(struct rt_context *c,
							     const struct rt_map *m,
							     const union rt_key *keys)
{
	u32 number = rt_map_find(m, keys);

	return number ? rt_slot_value(m, rt_map_at(m, number)) : &rt_stat_none;
}

/* ---- Load and unload ---- */

static inline u32 rt_map_value_size(const struct rt_map *m)
{
	if (m->value == RT_VALUE_STRING)
		return MAXSTRINGLEN;
	if (m->value == RT_VALUE_STAT)
		return rt_stat_size(&m->stat_type);
	return sizeof(s64);
}

static inline void rt_map_lay_out(struct rt_map *m)
{
	u32 offset = sizeof(struct rt_slot);
	u32 i;

	for (i = 0; i < m->key_count; i++) {
		m->key_offset[i] = offset;
		offset += m->key_is_string[i] ? (MAXSTRINGLEN + 7) & ~7U : sizeof(s64);
	}
	m->value_offset = offset;
	m->slot_size = (offset + rt_map_value_size(m) + 7) & ~7U;
}

/* Frees the map's memory; also after a failed rt_map_init. Context: process, at unload. */
static __maybe_unused void rt_map_fini(struct rt_map *m)
{
	kc_release(m->slots);
	kc_release(m->buckets);
	m->slots = NULL;
	m->buckets = NULL;
}

/* Takes memory for an empty map; false without. Context: process, at load. */
static __maybe_unused bool rt_map_init(struct rt_map *m)
{
	u32 buckets = 16;
	u32 number;

	if (m->value == RT_VALUE_STAT && !rt_stat_type_is_valid(&m->stat_type))
		return false;
	while (buckets < m->capacity && buckets < 0x80000000U)
		buckets *= 2;
	rt_map_lay_out(m);
	m->bucket_mask = buckets - 1;
	m->slots = rt_allocate(((size_t)m->capacity + 1) * m->slot_size);
	m->buckets = rt_allocate((size_t)buckets * sizeof(u32));
	if (!m->slots || !m->buckets) {
		rt_map_fini(m);
		return false;
	}
	m->free = 0;
	m->count = m->oldest = m->newest = 0;
	for (number = m->capacity + 1; number; number--) {
		rt_map_at(m, number)->chain = m->free;
		m->free = number;
	}
	return true;
}

#endif
