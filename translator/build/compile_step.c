/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A precompiled header is taken only if it is the first include and if no macro that occurs in it
 * is defined in another way: so kbuild's -include options become part of it, and the names that
 * kbuild defines for each object (-DKBUILD_MODNAME=...) come from a file included behind it, where
 * they mean the same.
 */
#include "build/compile_step.h"

#include <string.h>

static const char *const name_prefixes[] = {
	"-DKBUILD_BASENAME=", "-DKBUILD_MODNAME=", "-DKBUILD_MODFILE=",
	"-D__KBUILD_MODNAME=", "-D__KBUILD_MODFILE=",
};

static bool is_name(const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(name_prefixes); i++)
		if (g_str_has_prefix(word, name_prefixes[i]))
			return true;
	return false;
}

static bool is_dependency_file(const char *word)
{
	return g_str_has_prefix(word, "-Wp,-MD,") || g_str_has_prefix(word, "-Wp,-MMD,");
}

/* "-DNAME=VALUE" as "#define NAME VALUE". */
static void append_definition(GString *out, const char *word)
{
	const char *value = strchr(word, '=');

	g_string_append_printf(out, "#define %.*s %s\n", (int)(value - word - 2), word + 2, value + 1);
}

/* One word of the command, and the next if it belongs to it: how many were taken. */
static int take_word(struct arena *arena, char **words, struct compile_step *ret,
		     GString *definitions)
{
	const char *next = words[1] ? arena_printf(arena, "%s", words[1]) : NULL;

	if (strcmp(words[0], "-include") == 0 && next) {
		g_ptr_array_add(ret->includes, (char *)next);
		return 2;
	}
	if (strcmp(words[0], "-o") == 0 && next) {
		ret->output = next;
		return 2;
	}
	if (is_name(words[0]))
		append_definition(definitions, words[0]);
	else if (g_str_has_suffix(words[0], ".c"))
		ret->input = arena_printf(arena, "%s", words[0]);
	else if (strcmp(words[0], "-c") != 0 && !is_dependency_file(words[0]))
		g_ptr_array_add(ret->flags, arena_printf(arena, "%s", words[0]));
	return 1;
}

bool compile_step_parse(struct arena *arena, const char *text, struct compile_step *ret)
{
	const char *rest = strstr(text, " ;");
	g_autofree char *command = rest ? g_strndup(text, (size_t)(rest - text)) : g_strdup(text);
	g_autoptr(GString) definitions = g_string_new(NULL);
	g_auto(GStrv) words = NULL;

	memset(ret, 0, sizeof(*ret));
	ret->flags = arena_array(arena);
	ret->includes = arena_array(arena);
	ret->rest = rest ? arena_printf(arena, "%s", rest) : "";
	if (strpbrk(command, "&|<>`\n") || !g_shell_parse_argv(command, NULL, &words, NULL))
		return false;
	for (char **word = words; *word;)
		word += take_word(arena, word, ret, definitions);
	ret->definitions = arena_strndup(arena, definitions->str, definitions->len);
	return ret->flags->len > 0 && ret->input && ret->output;
}

static void append_flags(GString *out, const struct compile_step *step)
{
	for (guint i = 0; i < step->flags->len; i++) {
		g_autofree char *quoted = g_shell_quote(step->flags->pdata[i]);

		g_string_append_printf(out, "%s ", quoted);
	}
}

const char *compile_step_text(struct arena *arena, const struct compile_step *step,
			      const char *header, const char *names)
{
	g_autoptr(GString) out = g_string_new(NULL);

	append_flags(out, step);
	return arena_printf(arena, "%s-include %s -include %s -c -o %s %s%s", out->str, header, names,
			    step->output, step->input, step->rest);
}

const char *compile_step_header(struct arena *arena, const struct compile_step *step,
				const char *directory, const char *head)
{
	g_autoptr(GString) out = g_string_new(NULL);

	for (guint i = 0; i < step->includes->len; i++) {
		const char *path = step->includes->pdata[i];

		g_string_append_printf(out, "#include \"%s%s%s\"\n", *path == '/' ? "" : directory,
				       *path == '/' ? "" : "/", path);
	}
	g_string_append(out, head);
	return arena_strndup(arena, out->str, out->len);
}

const char *compile_step_precompile(struct arena *arena, const struct compile_step *step,
				    const char *header)
{
	g_autoptr(GString) out = g_string_new(NULL);

	append_flags(out, step);
	return arena_printf(arena, "%s-x c-header -o %s.gch %s", out->str, header, header);
}

const char *compile_step_preprocess(struct arena *arena, const struct compile_step *step,
				    const char *header)
{
	g_autoptr(GString) out = g_string_new(NULL);

	append_flags(out, step);
	return arena_printf(arena, "%s-E -P -o %s.i %s", out->str, header, header);
}

/*
 * A kernel declares `register unsigned long current_stack_pointer asm("rsp");`. Such a variable
 * survives in a precompiled header, that its register is taken does not: another variable in the
 * same register says it once more, and the code is what it is without a precompiled header.
 */
const char *compile_step_registers(struct arena *arena, const char *text)
{
	GRegex *regex = g_regex_new("^register ([^;()]*?)(\\w+) *(?:asm|__asm__|__asm) *(\\(\"\\w+\"\\));$",
				    G_REGEX_MULTILINE | G_REGEX_RAW, 0, NULL);
	g_autoptr(GString) out = g_string_new(NULL);
	GMatchInfo *match = NULL;
	const char *kept;

	g_regex_match(regex, text, 0, &match);
	while (g_match_info_matches(match)) {
		g_autofree char *type = g_match_info_fetch(match, 1);
		g_autofree char *name = g_match_info_fetch(match, 2);
		g_autofree char *place = g_match_info_fetch(match, 3);

		g_string_append_printf(out, "register %sspile_%s asm%s;\n", type, name, place);
		g_match_info_next(match, NULL);
	}
	g_match_info_free(match);
	g_regex_unref(regex);
	kept = arena_strndup(arena, out->str, out->len);
	return kept;
}
