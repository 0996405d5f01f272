/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Associative arrays of the script: the table of an array's elements, by their keys.
 *
 * A table is memory taken at load: `capacity` slots and a spare, a hash table of chains of slot
 * numbers, and a list of the slots in use from oldest to newest, left out where nothing goes through
 * it. Slot numbers start at 1; 0 ends a list. A slot holds its keys and value at fixed offsets, strings in MAXSTRINGLEN bytes. The spare
 * makes an insertion into a full array that wraps fill a free slot before it drops the oldest one,
 * so that keys and values may come out of the array itself.
 *
 * An array is *accumulated* if all that several handlers do with it at a time is to add to its
 * elements. Then values lie in the contexts' parts, by slot number, and those of free slots are
 * empty. While handlers share the array's lock, or no lock is needed, slots are only added, each
 * complete before the store that lets others find it; so finding takes no lock, and inserting one
 * that only inserters look at. Everything else needs the array's lock. element.h has what
 * generated code calls. Context: any, NMI included.
 */
#ifndef SPILE_RUNTIME_MAP_H
#define SPILE_RUNTIME_MAP_H

#include "stat.h"

#define RT_MAP_MAX_KEYS 9

/* Microseconds to wait for another inserter: it runs, on another CPU, and needs far less. */
#define RT_INSERTION_PATIENCE 1000000

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

/* The slot of a plain array: of numbers by one number, not accumulated. */
struct rt_plain_slot {
	struct rt_slot slot;
	s64 key, value;
};

struct rt_table {
	u32 *buckets;
	u32 bucket_mask;
	u32 slot_size;
	char *slots;			/* the first one is not used */
	u32 value_offset;
	u32 key_offset[RT_MAP_MAX_KEYS];
	u32 free;			/* first free slot */
	u32 count;
	u32 oldest, newest;
	u32 has_inserter;		/* of an accumulated array */
};

/* What the emitter writes of an array: constants, that what is inlined knows the shape of. */
struct rt_map {
	const char *name;
	u32 key_count;
	u8 key_is_string[RT_MAP_MAX_KEYS];
	enum rt_value_kind value;
	u32 capacity;
	u8 wraps;			/* a new element drops the oldest when full */
	u8 is_accumulated;
	u8 is_unlisted;			/* its elements are only ever found by their keys */
	u32 part;			/* where its values are in each context, if accumulated */
	struct rt_stat_type stat_type;
	struct rt_table *table;
};

static __always_inline struct rt_slot *rt_table_at(const struct rt_table *t, u32 number)
{
	return (struct rt_slot *)(t->slots + (size_t)number * t->slot_size);
}

static __always_inline struct rt_slot *rt_map_at(const struct rt_map *m, u32 number)
{
	return rt_table_at(m->table, number);
}

static __always_inline bool rt_map_is_plain(const struct rt_map *m)
{
	return m->key_count == 1 && !m->key_is_string[0] && m->value == RT_VALUE_LONG &&
	       !m->is_accumulated;
}

static __always_inline struct rt_plain_slot *rt_plain_at(const struct rt_table *t, u32 number)
{
	return (struct rt_plain_slot *)t->slots + number;
}

/* As rt_map_at, where the array is a constant: so may be the size of its slots. */
static __always_inline struct rt_slot *rt_map_slot_at(const struct rt_map *m, u32 number)
{
	return rt_map_is_plain(m) ? &rt_plain_at(m->table, number)->slot : rt_map_at(m, number);
}

static inline void *rt_slot_key(const struct rt_map *m, struct rt_slot *slot, u32 key)
{
	return (char *)slot + m->table->key_offset[key];
}

static __always_inline u32 rt_map_value_size(const struct rt_map *m)
{
	if (m->value == RT_VALUE_STRING)
		return MAXSTRINGLEN;
	if (m->value == RT_VALUE_STAT)
		return rt_stat_size(&m->stat_type);
	return sizeof(s64);
}

/* Where an element's value is; of an accumulated array, the part of `c`. */
static __always_inline void *rt_map_value(const struct rt_context *c, const struct rt_map *m,
					  u32 number)
{
	if (m->is_accumulated)
		return (char *)rt_parts_of(c)[m->part] + (size_t)number * rt_map_value_size(m);
	if (rt_map_is_plain(m))
		return &rt_plain_at(m->table, number)->value;
	return (char *)rt_map_at(m, number) + m->table->value_offset;
}

/* ---- Finding ---- */

/* Both halves of the product: its low bits depend on all bits of the value. */
static __always_inline u64 rt_hash_mix(u64 hash, u64 value)
{
	return kc_fold_product(hash ^ value, 0x9e3779b97f4a7c15ULL);
}

/* The hash of a string behind what `hash` stands for: of its bytes, wherever it begins. */
u64 rt_hash_string(u64 hash, const char *s);

static inline bool rt_slot_key_matches(const struct rt_map *m, struct rt_slot *slot, u32 i,
				       const union rt_key *keys)
{
	const void *key = rt_slot_key(m, slot, i);

	if (m->key_is_string[i])
		return rt_string_equal(key, keys[i].s);
	return *(const s64 *)key == keys[i].n;
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

/* As rt_map_find, by any keys. */
u32 rt_map_find_any(const struct rt_map *m,
		    const union rt_key *keys);

/* As rt_map_find, of an array whose only key is a number: it lies at the slot's beginning. */
static __always_inline u32 rt_map_find_number(const struct rt_map *m, s64 key)
{
	u32 hash = (u32)rt_hash_mix(0, key);
	u32 number = kc_load(m->table->buckets[hash & m->table->bucket_mask]);

	while (number) {
		const struct rt_slot *slot = rt_map_slot_at(m, number);

		if (*(const s64 *)(slot + 1) == key)
			return number;
		number = slot->chain;
	}
	return 0;
}

/* Whether a string can be taken in whole words, up to the last byte of a buffer. */
static __always_inline bool rt_has_hash_words(const char *s)
{
	return MAXSTRINGLEN % sizeof(u64) == 0 && kc_has_whole_words(s);
}

/* The slot by one string that ends in its first word, with zeroes behind it: see rt_slot_set_keys. */
static __always_inline u32 rt_table_find_word(const struct rt_table *t, u64 word)
{
	u32 hash = (u32)rt_hash_mix(0, word);
	u32 number = kc_load(t->buckets[hash & t->bucket_mask]);

	while (number) {
		const struct rt_slot *slot = rt_table_at(t, number);

		if (kc_get_word(slot + 1) == word)
			return number;
		number = slot->chain;
	}
	return 0;
}

/* As rt_table_find_string, of any string. */
u32 rt_table_find_long(const struct rt_table *t, const char *key);

/*
 * As rt_map_find_number, of an array whose only key is a string: in the script's own code, for there the
 * table is a constant.
 */
static __maybe_unused noinline u32 rt_table_find_string(const struct rt_table *t, const char *key)
{
	u64 word, zeroes;

	if (likely(rt_has_hash_words(key))) {
		word = kc_get_word(key);
		zeroes = rt_word_zeroes(word);
		if (likely(zeroes))
			return rt_table_find_word(t, rt_word_before_nul(word, zeroes));
	}
	return rt_table_find_long(t, key);
}

/* Number of the slot with these keys; 0 if there is none. */
static __always_inline u32 rt_map_find(const struct rt_map *m, const union rt_key *keys)
{
	if (m->key_count != 1)
		return rt_map_find_any(m, keys);
	if (m->key_is_string[0])
		return rt_table_find_string(m->table, keys[0].s);
	return rt_map_find_number(m, keys[0].n);
}

/*
 * As rt_map_find in a plain array, where the handler found element `known` before, or none for 0:
 * if that still has this key, there is no other.
 */
static __always_inline u32 rt_map_find_known(const struct rt_map *m, const union rt_key *keys,
					     u32 known)
{
	const struct rt_plain_slot *plain = rt_plain_at(m->table, known);

	if (known && likely(plain->key == keys[0].n && (plain->slot.generation & 1)))
		return known;
	return rt_map_find_number(m, keys[0].n);
}

/* ---- Adding and removing ---- */

static inline void rt_table_list_append(struct rt_table *t, struct rt_slot *slot, u32 number)
{
	u32 newest = t->newest;

	slot->older = newest;
	slot->newer = 0;
	if (newest)
		rt_table_at(t, newest)->newer = number;
	else
		t->oldest = number;
	t->newest = number;
}

static inline void rt_table_list_remove(struct rt_table *t, const struct rt_slot *slot)
{
	u32 older = slot->older, newer = slot->newer;

	if (older)
		rt_table_at(t, older)->newer = newer;
	else
		t->oldest = newer;
	if (newer)
		rt_table_at(t, newer)->older = older;
	else
		t->newest = older;
}

static __always_inline void rt_table_chain_remove(struct rt_table *t, const struct rt_slot *slot,
						  u32 number)
{
	u32 *link = &t->buckets[slot->hash & t->bucket_mask];

	while (unlikely(*link != number))
		link = &rt_table_at(t, *link)->chain;
	*link = slot->chain;
}

/* Frees a slot in use. */
static __always_inline void rt_table_free(struct rt_table *t, struct rt_slot *slot, u32 number,
					  bool is_listed)
{
	rt_table_chain_remove(t, slot, number);
	if (is_listed)
		rt_table_list_remove(t, slot);
	slot->generation++;
	slot->chain = t->free;
	t->free = number;
	t->count--;
}

/* Frees a slot in use, by a call. */
void rt_table_remove(struct rt_table *t, u32 number, bool is_listed);

/* Makes a free slot, whose keys and value are there, one in use. */
static __always_inline void rt_table_add(struct rt_table *t, struct rt_slot *slot, u32 number,
					 u32 hash, bool is_listed)
{
	u32 *bucket = &t->buckets[hash & t->bucket_mask];

	t->free = slot->chain;
	t->count++;
	slot->generation++;
	slot->hash = hash;
	slot->chain = *bucket;
	if (is_listed)
		rt_table_list_append(t, slot, number);
	kc_store_release(*bucket, number);
}

static inline void rt_map_reset_value(const struct rt_map *m, void *value)
{
	if (m->value == RT_VALUE_STAT)
		rt_stat_reset(value, &m->stat_type);
	else
		*(s64 *)value = 0;
}

/* Empties the parts of an element; most of a statistic's are empty already. */
void rt_map_reset_parts(const struct rt_map *m, u32 number);

static __always_inline void rt_map_remove(const struct rt_map *m, u32 number)
{
	if (m->is_accumulated)
		rt_map_reset_parts(m, number);
	if (rt_map_is_plain(m) && m->is_unlisted)
		rt_table_free(m->table, rt_map_slot_at(m, number), number, false);
	else
		rt_table_remove(m->table, number, !m->is_unlisted);
}

/* As rt_map_insert, of a plain array. */
static __always_inline u32 rt_map_insert_plain(const struct rt_map *m, s64 key)
{
	u32 number = m->table->free;
	struct rt_plain_slot *plain = rt_plain_at(m->table, number);

	plain->key = key;
	plain->value = 0;
	rt_table_add(m->table, &plain->slot, number, (u32)rt_hash_mix(0, key),
		     !m->is_unlisted);
	return number;
}

/*
 * Adds an element that was not found, with an empty value. 0 if the array is full, which is an
 * error or was counted at `place`.
 */
u32 rt_map_add_any(struct rt_context *c, const struct rt_map *m,
		   const union rt_key *keys, struct rt_place *place);

/* As rt_map_add_any, by one key: a caller that is given its address must have it in memory. */
u32 rt_map_add_number(struct rt_context *c, const struct rt_map *m,
		      s64 key, struct rt_place *place);
u32 rt_map_add_string(struct rt_context *c, const struct rt_map *m,
		      const char *key, struct rt_place *place);

/* As rt_map_add_any; to a plain array that does not wrap without detours. */
static __always_inline u32 rt_map_add_element(struct rt_context *c, const struct rt_map *m,
					      const union rt_key *keys, struct rt_place *place)
{
	if (m->key_count != 1)
		return rt_map_add_any(c, m, keys, place);
	if (m->key_is_string[0])
		return rt_map_add_string(c, m, keys[0].s, place);
	if (rt_map_is_plain(m) && !m->wraps && likely(m->table->count < m->capacity))
		return rt_map_insert_plain(m, keys[0].n);
	return rt_map_add_number(c, m, keys[0].n, place);
}

/* Number of the element with these keys, made if absent; 0 as from rt_map_add_element. */
static __always_inline u32 rt_map_make(struct rt_context *c, const struct rt_map *m,
				       const union rt_key *keys, struct rt_place *place)
{
	u32 number = rt_map_find(m, keys);

	return likely(number) ? number : rt_map_add_element(c, m, keys, place);
}

/* Removes the element with these keys, if there is one. */
static __always_inline void rt_map_delete(const struct rt_map *m, const union rt_key *keys)
{
	u32 number = rt_map_find(m, keys);

	if (number)
		rt_map_remove(m, number);
}

/* The same in a plain array, where the handler found element `known` before, or none. */
static __always_inline void rt_map_delete_known(const struct rt_map *m, const union rt_key *keys,
						u32 known)
{
	u32 number = rt_map_find_known(m, keys, known);

	if (number)
		rt_map_remove(m, number);
}

/* Removes all elements. Not of an unlisted array. */
void rt_map_clear(const struct rt_map *m);

/* ---- Slices: the elements whose keys match where `mask` has a bit set; not of unlisted arrays ---- */

/* Whether there is an element in the slice. */
bool rt_map_has_slice(const struct rt_map *m, const union rt_key *keys,
		      u32 mask);

/* Removes all elements of the slice; the keys may come out of the map itself. */
void rt_map_delete_slice(const struct rt_map *m, const union rt_key *keys,
			 u32 mask);

/* ---- Load and unload ---- */

/* Bytes of the values that each context has of an accumulated array: none for slot 0. */
static inline size_t rt_map_part_size(const struct rt_map *m)
{
	return ((size_t)m->capacity + 1) * rt_map_value_size(m);
}

/* Frees the table's memory; also after a failed rt_map_init. Context: process, at unload. */
void rt_map_fini(const struct rt_map *m);

/* Takes memory for an empty table; false without. Context: process, at load. */
bool rt_map_init(const struct rt_map *m);

#endif
