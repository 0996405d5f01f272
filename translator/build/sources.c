/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hashes Kbuild, runtime/, module/ and include/, names and contents, in the order of names. That is read
 * once: the result is kept in the cache, under a hash of what stat() says of the same files. A file that
 * was written to has another time of change then, whatever its time of modification was set to.
 */
#include "build/sources.h"

#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/inputs.h"
#include "base/paths.h"

static const char *const folders[] = { "include", "module", "runtime" };

/* The file in the cache: the hash of what stat() said, a space, the identity, a newline. */
#define KEPT "sources"
#define DIGEST_LENGTH 64

void sources_hash_text(GChecksum *hash, const char *text)
{
	g_checksum_update(hash, (const guchar *)text, (gssize)strlen(text) + 1);
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in a folder, sorted; to be freed. */
static GPtrArray *sorted_names(const char *folder)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)))
		g_ptr_array_add(names, g_strdup(name));
	if (dir)
		g_dir_close(dir);
	g_ptr_array_sort(names, compare_names);
	return names;
}

typedef void (*file_hasher)(GChecksum *hash, const char *path, const char *name);

static void hash_contents(GChecksum *hash, const char *path, const char *name)
{
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return;
	sources_hash_text(hash, name);
	sources_hash_text(hash, text);
}

static void hash_status(GChecksum *hash, const char *path, const char *name)
{
	sources_hash_text(hash, name);
	sources_hash_text(hash, inputs_add(path));
}

static void hash_folder(GChecksum *hash, const char *folder, file_hasher hash_file)
{
	GPtrArray *names;

	inputs_add(folder);
	names = sorted_names(folder);

	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		g_autofree char *path = g_build_filename(folder, name, NULL);

		if (!strchr(name, '.'))
			hash_folder(hash, path, hash_file);
		else if (!g_str_has_suffix(name, ".md"))
			hash_file(hash, path, name);
	}
	g_ptr_array_free(names, TRUE);
}

/* What `hash_file` makes of all files; to be freed. */
static char *hash_all(file_hasher hash_file)
{
	GChecksum *hash = g_checksum_new(G_CHECKSUM_SHA256);
	g_autofree char *kbuild = g_build_filename(paths_data_dir(), "Kbuild", NULL);
	char *digest;

	hash_file(hash, kbuild, "Kbuild");
	for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
		g_autofree char *folder = g_build_filename(paths_data_dir(), folders[i], NULL);

		hash_folder(hash, folder, hash_file);
	}
	digest = g_strdup(g_checksum_get_string(hash));
	g_checksum_free(hash);
	return digest;
}

/* The identity that is kept for files of that status, or NULL; to be freed. */
static char *kept_identity(const char *path, const char *status)
{
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL) || strlen(text) != 2 * DIGEST_LENGTH + 2 ||
	    !g_str_has_prefix(text, status) || text[DIGEST_LENGTH] != ' ')
		return NULL;
	return g_strndup(text + DIGEST_LENGTH + 1, DIGEST_LENGTH);
}

/* Where the identity is kept; NULL if there is no cache; to be freed. */
static char *kept_path(void)
{
	const char *cache = paths_cache_dir();

	return cache ? g_build_filename(cache, KEPT, NULL) : NULL;
}

const char *sources_identity(void)
{
	static char *identity;
	g_autofree char *path = NULL, *status = NULL, *line = NULL;

	if (identity)
		return identity;
	status = hash_all(hash_status);
	path = kept_path();
	identity = path ? kept_identity(path, status) : NULL;
	if (identity)
		return identity;
	identity = hash_all(hash_contents);
	line = g_strdup_printf("%s %s\n", status, identity);
	if (path)
		g_file_set_contents(path, line, -1, NULL);
	return identity;
}

void sources_forget(void)
{
	g_autofree char *path = kept_path();

	if (path)
		g_unlink(path);
}
