/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A part is kept as PART-KEY.o, its key being a hash of all that goes into it besides the tree and
 * the compiler, which the folder stands for. It appears there complete or not at all; a cache that
 * cannot be written costs time, nothing else.
 */
#include "build/parts.h"

#include <string.h>

#include <glib/gstdio.h>

#include "build/kbuild.h"
#include "build/sources.h"

/* Part of the key: changes when objects are compiled in another way. */
#define FORMAT "part 2"

/* Where the object of `part` is kept. */
static const char *kept_path(struct arena *arena, const struct steps_request *request,
			     const char *limits, const char *part)
{
	GChecksum *hash = g_checksum_new(G_CHECKSUM_SHA256);
	const char *path;

	sources_hash_text(hash, FORMAT);
	sources_hash_text(hash, limits);
	sources_hash_text(hash, request->names.kconf);
	sources_hash_text(hash, sources_identity());
	path = arena_printf(arena, "%s/%s-%.16s.o", request->prepared->folder, part,
			    g_checksum_get_string(hash));
	g_checksum_free(hash);
	return path;
}

/* Writes one file's bytes to another, at once. */
static bool copy_object(const char *from, const char *to)
{
	g_autofree char *bytes = NULL;
	gsize length;

	return g_file_get_contents(from, &bytes, &length, NULL) &&
	       g_file_set_contents(to, bytes, (gssize)length, NULL);
}

static bool compile(struct arena *arena, const struct steps_request *request, const char *part,
		    GString *log)
{
	const char *compile = steps_compile_text(arena, request, part);

	return compile && steps_shell(request, compile, log);
}

static bool get_part(struct arena *arena, const struct steps_request *request, const char *limits,
		     const char *part, const char *object, GString *log)
{
	const char *kept = kept_path(arena, request, limits, part);

	if (copy_object(kept, object))
		return steps_note_part(request, part);
	if (!compile(arena, request, part, log))
		return false;
	copy_object(object, kept);
	return true;
}

const char *parts_get(struct arena *arena, const struct steps_request *request, const char *limits,
		      const GPtrArray *files, GString *log)
{
	GString *objects = g_string_new(NULL);
	const char *result = NULL;
	guint i;

	for (i = 0; i < files->len; i++) {
		const char *part = kbuild_part_name(arena, files->pdata[i]);
		const char *object = arena_printf(arena, "%s/%s.o", request->names.folder, part);

		if (!get_part(arena, request, limits, part, object, log))
			break;
		g_string_append_printf(objects, "%s%s", i ? " " : "", object);
	}
	if (i == files->len)
		result = arena_strndup(arena, objects->str, objects->len);
	g_string_free(objects, TRUE);
	return result;
}
