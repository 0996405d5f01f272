/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads include/config/auto.conf of a build tree: what kbuild itself goes by, one NAME=value a
 * line, without the options that are not set. Called by the driver for the preprocessor, once, and
 * only if a script asks; the doctor has it read the copies that packages leave in /boot.
 */
#include "target/configuration.h"

#include <string.h>

#include "base/inputs.h"

struct configuration {
	GHashTable *values;
};

static void take_line(struct arena *arena, struct configuration *configuration, const char *line)
{
	const char *equals = strchr(line, '=');
	const char *name, *value;
	size_t length;

	if (!equals || !g_str_has_prefix(line, "CONFIG_"))
		return;
	name = arena_strndup(arena, line, equals - line);
	value = equals + 1;
	length = strlen(value);
	if (length >= 2 && value[0] == '"' && value[length - 1] == '"')
		value = arena_strndup(arena, value + 1, length - 2);
	else
		value = arena_strndup(arena, value, length);
	g_hash_table_insert(configuration->values, (char *)name, (char *)value);
}

const struct configuration *configuration_from_text(struct arena *arena, char *text)
{
	struct configuration *configuration = arena_new0(arena, struct configuration);
	char *line;

	configuration->values = g_hash_table_new(g_str_hash, g_str_equal);
	arena_defer(arena, (GDestroyNotify)g_hash_table_unref, configuration->values);
	while ((line = strsep(&text, "\n")))
		take_line(arena, configuration, line);
	return configuration;
}

const struct configuration *configuration_load(struct arena *arena, const struct kernel_tree *tree,
					       const char **error_ret)
{
	g_autofree char *path = g_build_filename(tree->build_dir, "include", "config", "auto.conf", NULL);
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;

	inputs_add(path);
	if (!g_file_get_contents(path, &text, NULL, &error)) {
		*error_ret = arena_printf(arena, "%s", error->message);
		return NULL;
	}
	return configuration_from_text(arena, text);
}

const char *configuration_value(const struct configuration *configuration, const char *option)
{
	const char *value = g_hash_table_lookup(configuration->values, option);

	return value ? value : "";
}
