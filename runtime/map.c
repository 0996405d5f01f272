/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arrays beyond one number as key: finding, adding, removing, slices, load and unload.
 */
#include "map.h"

#define RT_MAP_FULL "array '%s' is full (%u element%s, see MAXMAPENTRIES)"
#define RT_MAP_BUSY "array '%s' is being added to by another CPU all the time"

/* As rt_hash_string, of such a string: the bytes from the NUL on count as 0. */
static inline u64 rt_hash_words(u64 hash, const char *s)
{
	u64 word, zeroes;
	u32 i;

	for (i = 0;; i += sizeof(u64)) {
		word = kc_get_word(s + i);
		zeroes = rt_word_zeroes(word);
		if (i == MAXSTRINGLEN - sizeof(u64))
			zeroes |= 1ULL << 63;
		if (zeroes)
			break;
		hash = rt_hash_mix(hash, word);
	}
	return rt_hash_mix(hash, rt_word_before_nul(word, zeroes));
}

u64 rt_hash_string(u64 hash, const char *s)
{
	u64 word = 0;
	u32 left;

	if (rt_has_hash_words(s))
		return rt_hash_words(hash, s);
	for (left = rt_string_length(s); left >= sizeof(u64); left -= sizeof(u64)) {
		memcpy(&word, s, sizeof(word));
		hash = rt_hash_mix(hash, word);
		s += sizeof(u64);
	}
	word = 0;
	memcpy(&word, s, left);
	return rt_hash_mix(hash, word);
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

static inline bool rt_slot_matches(const struct rt_map *m, struct rt_slot *slot,
				   const union rt_key *keys)
{
	u32 i;

	for (i = 0; i < m->key_count; i++)
		if (!rt_slot_key_matches(m, slot, i, keys))
			return false;
	return true;
}

/* As rt_map_find, where the hash is known. What a slot's number leads to was there before it. */
static u32 rt_map_find_hashed(const struct rt_map *m, const union rt_key *keys,
			      u32 hash)
{
	u32 number = kc_load(m->table->buckets[hash & m->table->bucket_mask]);

	while (number) {
		struct rt_slot *slot = rt_map_at(m, number);

		if (slot->hash == hash && rt_slot_matches(m, slot, keys))
			return number;
		number = slot->chain;
	}
	return 0;
}

u32 rt_map_find_any(const struct rt_map *m,
		    const union rt_key *keys)
{
	return rt_map_find_hashed(m, keys, rt_map_hash(m, keys));
}

/* The slot of a table by one string in the chain from `number` on; 0 if there is none. */
static __always_inline u32 rt_table_find_string_from(const struct rt_table *t, u32 number, u32 hash,
						     const char *key, bool has_whole_words)
{
	while (number) {
		const struct rt_slot *slot = rt_table_at(t, number);
		const char *have = (const char *)(slot + 1);

		if (slot->hash == hash && (has_whole_words ?
		    rt_words_compare(have, key, MAXSTRINGLEN - 1) == 0 : rt_string_equal(have, key)))
			return number;
		number = slot->chain;
	}
	return 0;
}

u32 rt_table_find_long(const struct rt_table *t, const char *key)
{
	bool has_whole_words = rt_has_hash_words(key);
	u32 hash = (u32)(has_whole_words ? rt_hash_words(0, key) : rt_hash_string(0, key));
	u32 number = kc_load(t->buckets[hash & t->bucket_mask]);

	if (likely(has_whole_words))
		return rt_table_find_string_from(t, number, hash, key, true);
	return rt_table_find_string_from(t, number, hash, key, false);
}

void rt_table_remove(struct rt_table *t, u32 number, bool is_listed)
{
	rt_table_free(t, rt_table_at(t, number), number, is_listed);
}

void rt_map_reset_parts(const struct rt_map *m, u32 number)
{
	const struct rt_context *c;

	for (c = rt_contexts; c; c = c->next) {
		struct rt_stat *part = rt_map_value(c, m, number);

		if (m->value != RT_VALUE_STAT || part->count)
			rt_map_reset_value(m, part);
	}
}

/* The word that a string ends in ends in zeroes: so rt_table_find_word can compare it. */
static inline void rt_slot_set_string(char *key, const char *value)
{
	u32 i;

	rt_string_copy(key, value);
	for (i = rt_string_length(key) + 1; i % sizeof(u64); i++)
		key[i] = 0;
}

static inline void rt_slot_set_keys(const struct rt_map *m, struct rt_slot *slot,
				    const union rt_key *keys)
{
	u32 i;

	for (i = 0; i < m->key_count; i++) {
		if (m->key_is_string[i])
			rt_slot_set_string(rt_slot_key(m, slot, i), keys[i].s);
		else
			*(s64 *)rt_slot_key(m, slot, i) = keys[i].n;
	}
}

/* Adds an element, which nobody finds before it is complete. There is a free slot. */
static __always_inline u32 rt_map_insert(const struct rt_map *m, const union rt_key *keys, u32 hash)
{
	u32 number = m->table->free;
	struct rt_slot *slot = rt_map_at(m, number);

	rt_slot_set_keys(m, slot, keys);
	if (!m->is_accumulated)
		rt_map_reset_value(m, (char *)slot + m->table->value_offset);
	rt_table_add(m->table, slot, number, hash, !m->is_unlisted);
	return number;
}

/* Gives up an insertion: an error for a try block, else counted and the handler goes on. */
static u32 rt_map_give_up(struct rt_context *c, const struct rt_map *m,
			  struct rt_place *place, bool is_full)
{
	char text[RT_PLACE_TEXT];

	if (is_full)
		snprintf(text, sizeof(text), RT_MAP_FULL, m->name, m->capacity,
			 m->capacity == 1 ? "" : "s");
	else
		snprintf(text, sizeof(text), RT_MAP_BUSY, m->name);
	if (RT_STAP_ERRORS || c->catching) {
		rt_error_at(c, place->where, "%s", text);
		return 0;
	}
	rt_counters_of(c)[c->probe->index].given_up_insertions++;
	if (rt_place_count(place, c->probe)) {
		place->is_insertion = 1;
		memcpy(place->text, text, strlen(text));
	}
	return 0;
}

/*
 * Has others wait who want to insert; false if somebody else does not get done. Handlers of the
 * session thread insert only while they have the array for themselves, and other handlers are not
 * interrupted by handlers: so an inserter always goes on.
 */
static bool rt_table_open(struct rt_table *t)
{
	u32 microseconds;

	for (microseconds = 0; cmpxchg(&t->has_inserter, 0, 1) != 0; microseconds++) {
		if (microseconds >= RT_INSERTION_PATIENCE)
			return false;
		udelay(1);
	}
	return true;
}

static u32 rt_map_add_accumulated(struct rt_context *c, const struct rt_map *m,
				  const union rt_key *keys, u32 hash,
				  struct rt_place *place)
{
	struct rt_table *t = m->table;
	u32 number;

	if (!rt_table_open(t))
		return rt_map_give_up(c, m, place, false);
	number = rt_map_find_hashed(m, keys, hash);
	if (!number && t->count < m->capacity)
		number = rt_map_insert(m, keys, hash);
	kc_store_release(t->has_inserter, 0);
	return number ? number : rt_map_give_up(c, m, place, true);
}

u32 rt_map_add_any(struct rt_context *c, const struct rt_map *m,
		   const union rt_key *keys, struct rt_place *place)
{
	u32 hash = rt_map_hash(m, keys);
	u32 number;

	if (m->is_accumulated)
		return rt_map_add_accumulated(c, m, keys, hash, place);
	if (m->table->count >= m->capacity && !m->wraps)
		return rt_map_give_up(c, m, place, true);
	number = rt_map_insert(m, keys, hash);
	if (m->table->count > m->capacity)
		rt_map_remove(m, m->table->oldest);
	return number;
}

u32 rt_map_add_number(struct rt_context *c, const struct rt_map *m,
		      s64 key, struct rt_place *place)
{
	union rt_key keys[1];

	keys[0].n = key;
	return rt_map_add_any(c, m, keys, place);
}

u32 rt_map_add_string(struct rt_context *c, const struct rt_map *m,
		      const char *key, struct rt_place *place)
{
	union rt_key keys[1];

	keys[0].s = key;
	return rt_map_add_any(c, m, keys, place);
}

void rt_map_clear(const struct rt_map *m)
{
	while (m->table->oldest)
		rt_map_remove(m, m->table->oldest);
}

bool rt_map_has_slice(const struct rt_map *m, const union rt_key *keys,
		      u32 mask)
{
	u32 number;

	for (number = m->table->oldest; number; number = rt_map_at(m, number)->newer)
		if (rt_slot_in_slice(m, rt_map_at(m, number), keys, mask))
			return true;
	return false;
}

void rt_map_delete_slice(const struct rt_map *m, const union rt_key *keys,
			 u32 mask)
{
	u32 number = m->table->oldest;

	while (number) {
		struct rt_slot *slot = rt_map_at(m, number);
		u32 newer = slot->newer;

		if (rt_slot_in_slice(m, slot, keys, mask))
			rt_map_remove(m, number);
		number = newer;
	}
}

static inline void rt_map_lay_out(const struct rt_map *m)
{
	u32 offset = sizeof(struct rt_slot);
	u32 i;

	for (i = 0; i < m->key_count; i++) {
		m->table->key_offset[i] = offset;
		offset += m->key_is_string[i] ? (MAXSTRINGLEN + 7) & ~7U : sizeof(s64);
	}
	m->table->value_offset = offset;
	if (!m->is_accumulated)
		offset += rt_map_value_size(m);
	m->table->slot_size = (offset + 7) & ~7U;
}

void rt_map_fini(const struct rt_map *m)
{
	kc_release(m->table->slots);
	kc_release(m->table->buckets);
	m->table->slots = NULL;
	m->table->buckets = NULL;
}

bool rt_map_init(const struct rt_map *m)
{
	struct rt_table *t = m->table;
	u32 buckets = 16;
	u32 number;

	if (m->value == RT_VALUE_STAT && !rt_stat_type_is_valid(&m->stat_type))
		return false;
	while (buckets < m->capacity && buckets < 0x80000000U)
		buckets *= 2;
	rt_map_lay_out(m);
	t->bucket_mask = buckets - 1;
	t->slots = rt_allocate(((size_t)m->capacity + 2) * t->slot_size);
	t->buckets = rt_allocate((size_t)buckets * sizeof(u32));
	if (!t->slots || !t->buckets) {
		rt_map_fini(m);
		return false;
	}
	t->free = t->count = t->oldest = t->newest = t->has_inserter = 0;
	for (number = m->capacity + 1; number; number--) {
		rt_map_at(m, number)->chain = t->free;
		t->free = number;
	}
	return true;
}
