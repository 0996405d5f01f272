/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that lives as long as the session: trees, spans, names. Nothing in it is freed by
 * itself; arena_free() frees it all, together with the pointer arrays registered with it.
 */
#ifndef SPILE_BASE_ARENA_H
#define SPILE_BASE_ARENA_H

#include <glib.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* Zeroed memory, aligned for any object. Never returns NULL. */
void *arena_alloc(struct arena *arena, size_t size);
#define arena_new0(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

char *arena_strndup(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* A growing array of pointers that is freed with the arena. */
GPtrArray *arena_array(struct arena *arena);

/* Calls free_function(object) when the arena is freed, in reverse order of registration. */
void arena_defer(struct arena *arena, GDestroyNotify free_function, void *object);

/* The one copy of a name: equal names have equal pointers, as long as the process lives. */
const char *name_intern(const char *text);

#endif
