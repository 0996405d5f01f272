/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which objects a module consists of. What does not depend on the script is compiled once for all
 * scripts; a script is linked with as much of it as it uses. It uses a part whose functions its C
 * names, and the families of its probes. Most need module/hits.c, whose functions are also called by
 * the runtime's headers: a script does without it that names nothing but what is known not to.
 */
#include <string.h>

#include "emit/internal.h"

/* A part, and what it has that a script may name; NULL ends the list. */
struct part {
	const char *file;
	const char *names[16];
};

static const struct part parts[] = {
	{ "module/hits.c", { "mod_hits" } },
	{ "runtime/arrays.c", { "rt_globals_init" } },
	{ "runtime/entered.c", { "rt_entered_" } },
	{ "runtime/values.c", { "rt_read_kernel_string", "rt_read_user_string", "rt_read_memory", "rt_load", "RT_LOAD",
				"RT_STEP", "rt_write_kernel", "rt_set_argument", "rt_register", "rt_symbol_",
				"rt_probe_address", "rt_stack_", "rt_command_words", "rt_environment_value" } },
	{ "runtime/regex.c", { "rt_regex_match", "rt_matched", "rt_ngroups" } },
};

static bool is_named(const struct part *part, const char *c_text)
{
	for (size_t i = 0; i < G_N_ELEMENTS(part->names) && part->names[i]; i++)
		if (strstr(c_text, part->names[i]))
			return true;
	return false;
}

/*
 * What main.c's object, or nobody, has to have for what generated C may name; what ends with '_' is a
 * prefix. All other functions of the runtime, and macros, which may call any, need hits.c.
 */
static const char *const harmless_names[] = {
	"rt_context", "rt_failed", "rt_probe", "rt_probes", "rt_put_", "rt_record_", "rt_script", "rt_session_exit",
	"rt_string_length",
	"RT_HANDLER", "RT_MAXSKIPPED", "RT_OVERLOAD", "RT_PLACE", "RT_STAP_ERRORS", "RT_STRING_SIZE",
	"RT_SUPPRESS_HANDLER_ERRORS", "RT_TIME_LIMITS",
};

static bool is_harmless(const char *name, size_t length)
{
	for (size_t i = 0; i < G_N_ELEMENTS(harmless_names); i++) {
		size_t known = strlen(harmless_names[i]);

		if (strncmp(name, harmless_names[i], known) == 0 &&
		    (known == length || (known < length && harmless_names[i][known - 1] == '_')))
			return true;
	}
	return false;
}

/* Whether the identifier is a function or macro of the runtime. */
static bool is_of_runtime(const char *name)
{
	return g_str_has_prefix(name, "rt_") || g_str_has_prefix(name, "RT_") || g_str_has_prefix(name, "STAP_");
}

static bool names_other_than_harmless(const char *c_text)
{
	static const char letters[] = G_CSET_A_2_Z G_CSET_a_2_z "0123456789_";

	while (*(c_text += strcspn(c_text, letters))) {
		size_t length = strspn(c_text, letters);

		if (is_of_runtime(c_text) && !is_harmless(c_text, length))
			return true;
		c_text += length;
	}
	return false;
}

bool needs_hits(const struct program *program, const char *c_text)
{
	for (int i = 0; probe_families[i]; i++)
		if (probe_families[i]->kernel_header && is_family_used(program, probe_families[i]))
			return true;
	return names_other_than_harmless(c_text);
}

/* The C file of a family, whose header the script includes. */
static const char *family_file(struct arena *arena, const struct probe_family *family)
{
	return arena_printf(arena, "%.*s.c", (int)(strlen(family->kernel_header) - strlen(".h")), family->kernel_header);
}

static void add_families(struct arena *arena, const struct program *program, GPtrArray *files)
{
	for (int i = 0; probe_families[i]; i++)
		if (probe_families[i]->kernel_header && (!program || is_family_used(program, probe_families[i])))
			g_ptr_array_add(files, (char *)family_file(arena, probe_families[i]));
}

GPtrArray *parts_of_module(struct arena *arena, const struct program *program, const char *c_text)
{
	GPtrArray *files = arena_array(arena);

	g_ptr_array_add(files, (char *)"module/main.c");
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		if (is_named(&parts[i], c_text))
			g_ptr_array_add(files, (char *)parts[i].file);
	add_families(arena, program, files);
	return files;
}

GPtrArray *parts_of_all(struct arena *arena)
{
	GPtrArray *files = arena_array(arena);

	g_ptr_array_add(files, (char *)"module/main.c");
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		g_ptr_array_add(files, (char *)parts[i].file);
	add_families(arena, NULL, files);
	return files;
}
