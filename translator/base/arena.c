/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The session's memory: an obstack for what is never freed by itself, and a list of things with
 * a free function of their own (pointer arrays, line tables) that go with it.
 *
 * Everybody above uses it. What arena_alloc() returns stays where it is until arena_free().
 */
#include <obstack.h>
#include <stdarg.h>
#include <string.h>

#include "base/arena.h"

#define obstack_chunk_alloc g_malloc
#define obstack_chunk_free g_free

/*
 * glibc's macros align by arithmetic on a null pointer, which clang's sanitizer complains about.
 */
#ifdef __clang__
#define USES_OBSTACK __attribute__((no_sanitize("pointer-overflow")))
#else
#define USES_OBSTACK
#endif

struct deferred {
	GDestroyNotify free_function;
	void *object;
};

struct arena {
	struct obstack obstack;
	GArray *deferred;	/* of struct deferred */
};

struct arena *arena_new(void)
{
	struct arena *arena = g_new0(struct arena, 1);

	obstack_init(&arena->obstack);
	arena->deferred = g_array_new(FALSE, FALSE, sizeof(struct deferred));
	return arena;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	for (guint i = arena->deferred->len; i > 0; i--) {
		const struct deferred *last =
			&g_array_index(arena->deferred, struct deferred, i - 1);

		last->free_function(last->object);
	}
	g_array_unref(arena->deferred);
	obstack_free(&arena->obstack, NULL);
	g_free(arena);
}

USES_OBSTACK void *arena_alloc(struct arena *arena, size_t size)
{
	void *memory = obstack_alloc(&arena->obstack, size ? size : 1);

	return memset(memory, 0, size);
}

USES_OBSTACK char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
	return obstack_copy0(&arena->obstack, text, length);
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	return arena_strndup(arena, text, strlen(text));
}

void arena_defer(struct arena *arena, GDestroyNotify free_function, void *object)
{
	const struct deferred deferred = { .free_function = free_function, .object = object };

	g_array_append_val(arena->deferred, deferred);
}

static void free_pointer_array(void *array)
{
	g_ptr_array_unref(array);
}

GPtrArray *arena_array(struct arena *arena)
{
	GPtrArray *array = g_ptr_array_new();

	arena_defer(arena, free_pointer_array, array);
	return array;
}
