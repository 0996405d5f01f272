/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counting at places of the script.
 */
#include "place.h"

struct rt_place *rt_places;
struct rt_place rt_error_places[RT_ERROR_PLACES];

static inline void rt_place_list(struct rt_place *place)
{
	struct rt_place *first;

	do {
		first = kc_load(rt_places);
		place->next = first;
	} while (cmpxchg(&rt_places, first, place) != first);
}

bool rt_place_count(struct rt_place *place, struct rt_probe *probe)
{
	struct rt_probe *first = cmpxchg(&place->probe, NULL, probe);

	atomic_long_inc(&place->count);
	if (!first)
		rt_place_list(place);
	else if (first != probe)
		place->has_others = 1;
	return !first;
}

struct rt_place *rt_place_of_error(const char *where, struct rt_place *otherwise)
{
	u32 i;

	for (i = 0; where && i < RT_ERROR_PLACES; i++) {
		const char *taken = cmpxchg(&rt_error_places[i].where, NULL, where);

		if (!taken || taken == where)
			return &rt_error_places[i];
	}
	return otherwise;
}
