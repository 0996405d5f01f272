/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The script's C as a whole. Functions and handlers are written first, into a buffer, for only
 * then is it known what must stand before them: the order tables of foreach statements.
 */
#include "emit/emit.h"

#include <string.h>

#include "abi.h"
#include "emit/internal.h"

static void emit_limit(struct arena *arena, GString *out, const char *name, int64_t value)
{
	g_string_append_printf(out, "#define %s %s\n", name, c_number(arena, value));
}

/* What all objects of the module are compiled with. */
static void emit_limits(struct arena *arena, const struct limits *limits, GString *out)
{
	emit_limit(arena, out, "MAXSTRINGLEN", limits->maxstringlen);
	emit_limit(arena, out, "MAXACTION", limits->maxaction);
	emit_limit(arena, out, "MAXACTION_INTERRUPTIBLE", limits->maxaction_interruptible);
	emit_limit(arena, out, "MAXNESTING", limits->maxnesting);
	emit_limit(arena, out, "MAXMAPENTRIES", limits->maxmapentries);
	emit_limit(arena, out, "MAXTRYLOCK", limits->maxtrylock);
	emit_limit(arena, out, "TRYLOCKDELAY", limits->trylockdelay);
	emit_limit(arena, out, "MAXERRORS", limits->maxerrors);
	emit_limit(arena, out, "RT_MAXSKIPPED", limits->maxskipped);
	emit_limit(arena, out, "STP_OVERLOAD_THRESHOLD", limits->overload_threshold);
	emit_limit(arena, out, "STP_OVERLOAD_INTERVAL", limits->overload_interval);
	emit_limit(arena, out, "RT_OVERLOAD", !limits->no_overload && !limits->no_time_limits);
	emit_limit(arena, out, "RT_TIME_LIMITS", !limits->no_time_limits);
	emit_limit(arena, out, "RT_SUPPRESS_HANDLER_ERRORS", limits->suppress_handler_errors);
	emit_limit(arena, out, "RT_STAP_ERRORS", limits->stap_errors);
}

/* What -D defines for embedded C. */
static void emit_defines(struct emitter *x, GString *out)
{
	const GPtrArray *defines = x->program->limits.defines;

	for (unsigned int i = 0; i < defines->len; i++)
		g_string_append_printf(out, "#define %s\n", (char *)g_ptr_array_index(defines, i));
}

/* Output of embedded C: its text is formatted where it is made, and the reader has but to print it. */
static void emit_printf(struct emitter *x, const char *code, GString *out)
{
	bool is_used = strstr(code, "STAP_PRINTF") != NULL;

	for (unsigned int i = 0; i < x->program->embedded_c->len; i++)
		is_used |= strstr(((struct embedded_c *)g_ptr_array_index(x->program->embedded_c, i))->text, "STAP_PRINTF") != NULL;
	if (is_used)
		g_string_append_printf(out, "#define STAP_PRINTF(...) rt_print_text(c, %d, __VA_ARGS__)\n\n",
				       format_number(x, "%s"));
}

bool is_family_used(const struct program *program, const struct probe_family *family)
{
	for (unsigned int i = 0; i < program->probes->len; i++)
		if (((struct probe *)g_ptr_array_index(program->probes, i))->family == family)
			return true;
	return false;
}

/* One line per header, however many probes ask for it. */
static void add_include(GString *out, const char *line)
{
	if (!strstr(out->str, line))
		g_string_append(out, line);
}

static void emit_includes(struct emitter *x, GString *out)
{
	g_autoptr(GString) includes = g_string_new("#include \"module/prologue.h\"\n");

	for (int i = 0; probe_families[i]; i++)
		if (probe_families[i]->kernel_header && is_family_used(x->program, probe_families[i]))
			add_include(includes, arena_printf(x->arena, "#include \"%s\"\n",
							   probe_families[i]->kernel_header));
	for (unsigned int i = 0; i < x->program->probes->len; i++) {
		const struct probe *probe = g_ptr_array_index(x->program->probes, i);

		if (probe->family->includes)
			add_include(includes, probe->family->includes(x->arena, probe));
	}
	g_string_append_printf(out, "%s\n", includes->str);
}

static void emit_modinfo(struct emitter *x, const struct emit_options *options, GString *out)
{
	const struct source *source = x->program->script->source;
	g_autofree char *hash = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)source->text,
							    source->length);

	g_string_append_printf(out, "MODULE_INFO(spile_abi, \"%d\");\n", SPILE_ABI_VERSION);
	g_string_append_printf(out, "MODULE_INFO(spile_version, \"%s\");\n", SPILE_VERSION);
	g_string_append_printf(out, "MODULE_INFO(spile_kernel, %s);\n", c_string(x->arena, options->kernel_release));
	g_string_append_printf(out, "MODULE_INFO(spile_script, %s);\n", c_string(x->arena, source->name));
	g_string_append_printf(out, "MODULE_INFO(spile_script_sha256, \"%s\");\n\n", hash);
}

/* C at the top level of the script, and of the tapsets whose functions it uses. */
static void emit_top_level_c(struct emitter *x, GString *out)
{
	const GPtrArray *pieces = x->program->embedded_c;

	for (unsigned int i = 0; i < pieces->len; i++) {
		const struct embedded_c *piece = g_ptr_array_index(pieces, i);

		g_string_append_printf(out, "/* %s embedded C */\n%s\n\n", span_text(x->arena, piece->span), piece->text);
	}
}

static void note_probes(struct emitter *x)
{
	for (unsigned int i = 0; i < x->probes->len; i++) {
		const struct probe *probe = g_ptr_array_index(x->probes, i);
		const char *built_for = probe->family->built_for ? probe->family->built_for(x->arena, probe) : NULL;

		if (built_for)
			note_built_for(x, built_for);
	}
}

static GString *emit_code(struct emitter *x)
{
	const struct program *program = x->program;
	GString *code = g_string_new(NULL);

	if (program->regexes->len)
		g_string_append(code, "/* ---- regular expressions ---- */\n\n");
	for (unsigned int i = 0; i < program->regexes->len; i++) {
		const struct regex_use *use = g_ptr_array_index(program->regexes, i);

		emit_regex(x->arena, use->regex, arena_printf(x->arena, "match_%d", use->number), code);
	}
	if (program->functions->len)
		g_string_append(code, "/* ---- functions ---- */\n\n");
	for (unsigned int i = 0; i < program->functions->len; i++)
		emit_prototype(x, g_ptr_array_index(program->functions, i), code);
	for (unsigned int i = 0; i < program->functions->len; i++)
		emit_function(x, g_ptr_array_index(program->functions, i), code);
	if (program->conditions->len)
		g_string_append(code, "/* ---- conditions ---- */\n\n");
	for (unsigned int i = 0; i < program->conditions->len; i++)
		emit_condition(x, g_ptr_array_index(program->conditions, i), code);
	g_string_append(code, "/* ---- probes ---- */\n\n");
	for (unsigned int i = 0; i < program->handlers->len; i++)
		emit_handler(x, g_ptr_array_index(program->handlers, i), code);
	return code;
}

const struct generated *emit_program(struct arena *arena, const struct program *program,
				     const struct emit_options *options)
{
	struct generated *generated = arena_new0(arena, struct generated);
	g_autoptr(GHashTable) listed = g_hash_table_new(NULL, NULL);
	g_autoptr(GHashTable) known = g_hash_table_new(NULL, NULL);
	struct emitter x = {
		.arena = arena, .program = program,
		.formats = arena_array(arena), .orders = arena_array(arena),
		.anchors = arena_array(arena), .build_ids = arena_array(arena),
		.frame_fields = arena_array(arena), .called = arena_array(arena),
		.entered = arena_array(arena), .probes = arena_array(arena), .keepers = arena_array(arena),
		.saved = arena_array(arena), .constants = arena_array(arena), .listed = listed, .known = known,
		.frame_depths = arena_alloc(arena, (program->functions->len + 1) * sizeof(size_t)),
	};
	g_autoptr(GString) out = g_string_new("/* SPDX-License-Identifier: GPL-2.0-or-later */\n");
	g_autoptr(GString) limits = g_string_new(NULL), lines = g_string_new(NULL);
	GString *code = emit_code(&x);

	add_keepers(&x);
	g_string_append_printf(out, "/* Made by spile " SPILE_VERSION " from %s for Linux %s. */\n\n",
			       program->script->source->name, options->kernel_release);
	emit_limits(arena, &program->limits, limits);
	g_string_append(out, limits->str);
	emit_defines(&x, out);
	g_string_append_c(out, '\n');
	emit_includes(&x, out);
	emit_modinfo(&x, options, out);
	emit_printf(&x, code->str, out);
	emit_top_level_c(&x, out);
	note_probes(&x);
	emit_lines(&x, lines);
	emit_anchors(&x, out);
	g_string_append(out, lines->str);
	emit_globals(&x, out);
	g_string_append(out, code->str);
	emit_tables(&x, options, out);
	g_string_free(code, TRUE);
	generated->c_text = arena_strndup(arena, out->str, out->len);
	generated->limits = arena_strndup(arena, limits->str, limits->len);
	generated->constants = x.constants;
	generated->keepers = x.keepers;
	generated->parts = parts_of_module(arena, program, generated->c_text);
	return generated;
}

const struct generated *emit_all_parts(struct arena *arena)
{
	struct generated *generated = arena_new0(arena, struct generated);
	g_autoptr(GString) limits = g_string_new(NULL);

	emit_limits(arena, &limits_default, limits);
	generated->c_text = "";
	generated->limits = arena_strndup(arena, limits->str, limits->len);
	generated->parts = parts_of_all(arena);
	return generated;
}
