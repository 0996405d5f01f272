/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads Kbuild, runtime/, module/ and include/ and hashes names and contents, in the order of names. Some
 * hundred kilobytes: a millisecond, once per run.
 */
#include "build/sources.h"

#include <stdlib.h>
#include <string.h>

#include "base/paths.h"

static const char *const folders[] = { "include", "module", "runtime" };

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

static void hash_folder(GChecksum *hash, const char *folder)
{
	GPtrArray *names = sorted_names(folder);

	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autofree char *text = NULL;

		if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
			hash_folder(hash, path);
		} else if (!g_str_has_suffix(name, ".md") && g_file_get_contents(path, &text, NULL, NULL)) {
			sources_hash_text(hash, name);
			sources_hash_text(hash, text);
		}
	}
	g_ptr_array_free(names, TRUE);
}

const char *sources_identity(void)
{
	static char *identity;
	g_autofree char *kbuild = g_build_filename(paths_data_dir(), "Kbuild", NULL);
	g_autofree char *text = NULL;
	GChecksum *hash;

	if (identity)
		return identity;
	hash = g_checksum_new(G_CHECKSUM_SHA256);
	if (g_file_get_contents(kbuild, &text, NULL, NULL))
		sources_hash_text(hash, text);
	for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
		g_autofree char *folder = g_build_filename(paths_data_dir(), folders[i], NULL);

		hash_folder(hash, folder);
	}
	identity = g_strdup(g_checksum_get_string(hash));
	g_checksum_free(hash);
	return identity;
}
