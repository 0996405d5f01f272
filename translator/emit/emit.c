/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The module's C as a whole. Functions and handlers are written first, into a buffer, for only
 * then is it known what must stand before them: the size of the string stacks, and the order
 * tables of foreach statements.
 */
#include "emit/emit.h"

#include <string.h>

#include "abi.h"
#include "emit/internal.h"

static void emit_limits(struct emitter *x, const struct emit_options *options, GString *out)
{
	const struct limits *limits = &x->program->limits;

	g_string_append_printf(out, "#define SPILE_MODULE_NAME \"%s\"\n", options->module_name);
	g_string_append_printf(out, "#define MAXSTRINGLEN %" G_GINT64_FORMAT "\n", limits->maxstringlen);
	g_string_append_printf(out, "#define MAXACTION %" G_GINT64_FORMAT "\n", limits->maxaction);
	g_string_append_printf(out, "#define MAXACTION_INTERRUPTIBLE %" G_GINT64_FORMAT "\n",
			       limits->maxaction_interruptible);
	g_string_append_printf(out, "#define MAXNESTING %" G_GINT64_FORMAT "\n", limits->maxnesting);
	g_string_append_printf(out, "#define MAXMAPENTRIES %" G_GINT64_FORMAT "\n", limits->maxmapentries);
	g_string_append_printf(out, "#define MAXTRYLOCK %" G_GINT64_FORMAT "\n", limits->maxtrylock);
	g_string_append_printf(out, "#define TRYLOCKDELAY %" G_GINT64_FORMAT "\n", limits->trylockdelay);
	g_string_append_printf(out, "#define RT_PROBE_COUNT %u\n", x->program->probes->len);
	g_string_append_printf(out, "#define RT_FRAME_SIZE (%zu * MAXSTRINGLEN)\n", MAX(x->deepest_frame, 1));
	g_string_append_printf(out, "#define RT_PRINTS %d\n\n", x->program->prints);
}

static bool is_used(const struct program *program, const struct probe_family *family)
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
		if (probe_families[i]->kernel_header && is_used(x->program, probe_families[i]))
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

/* C that the user wrote at the top level of the script. */
static void emit_top_level_c(struct emitter *x, GString *out)
{
	const GPtrArray *pieces = x->program->script->embedded_c;

	for (unsigned int i = 0; i < pieces->len; i++) {
		const struct embedded_c *piece = g_ptr_array_index(pieces, i);

		g_string_append_printf(out, "/* %s embedded C */\n%s\n\n", span_text(x->arena, piece->span), piece->text);
	}
}

static GString *emit_code(struct emitter *x)
{
	const struct program *program = x->program;
	GString *code = g_string_new(NULL);

	if (program->functions->len)
		g_string_append(code, "/* ---- functions ---- */\n\n");
	for (unsigned int i = 0; i < program->functions->len; i++)
		emit_prototype(x, g_ptr_array_index(program->functions, i), code);
	for (unsigned int i = 0; i < program->functions->len; i++)
		emit_function(x, g_ptr_array_index(program->functions, i), code);
	g_string_append(code, "/* ---- probes ---- */\n\n");
	for (unsigned int i = 0; i < program->handlers->len; i++)
		emit_handler(x, g_ptr_array_index(program->handlers, i), code);
	return code;
}

const char *emit_program(struct arena *arena, const struct program *program, const struct emit_options *options)
{
	struct emitter x = {
		.arena = arena, .program = program,
		.formats = arena_array(arena), .orders = arena_array(arena),
		.frame_fields = arena_array(arena), .called = arena_array(arena),
		.frame_depths = arena_alloc(arena, (program->functions->len + 1) * sizeof(size_t)),
	};
	g_autoptr(GString) out = g_string_new("/* SPDX-License-Identifier: GPL-2.0-or-later */\n");
	GString *code = emit_code(&x);

	g_string_append_printf(out, "/* Made by spile " SPILE_VERSION " from %s for Linux %s. */\n\n",
			       program->script->source->name, options->kernel_release);
	emit_limits(&x, options, out);
	emit_includes(&x, out);
	emit_modinfo(&x, options, out);
	emit_top_level_c(&x, out);
	emit_globals(&x, out);
	g_string_append(out, code->str);
	emit_tables(&x, out);
	g_string_append(out, "#include \"module/main.c\"\n");
	g_string_free(code, TRUE);
	return arena_strndup(arena, out->str, out->len);
}
