/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text as a script: preprocessed, parsed, written back, analysed and emitted, as spile does up
 * to -p3, and in a world that is the same on every machine. Run by libFuzzer (tests/fuzz/run) and,
 * on the texts that are kept, by replay.c.
 *
 * Nothing may crash, leak or hang, and this is checked:
 *  - a tree that was written back parses again, to a tree that is written back the same
 *  - a pass fails if and only if it has reported an error
 *  - one program gives the same C twice
 *
 * Options stand in the text's own first line, for which see fuzz_options.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analyse.h"
#include "emit/emit.h"
#include "script/macro.h"

#include "fuzz_options.h"
#include "fuzz_world.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One text on its way through the passes. */
struct session {
	struct arena *arena;
	struct diag diag;
	struct fuzz_options options;
	struct preprocessor_world world;
	struct parse_context context;
};

static FILE *nowhere;

/* Ends the program, so that the fuzzer keeps the text. */
static void broken(const char *what, const char *first, const char *second)
{
	fprintf(stderr, "fuzz_script: %s\n", what);
	if (first)
		fprintf(stderr, "---- first ----\n%s\n", first);
	if (second)
		fprintf(stderr, "---- second ----\n%s\n", second);
	abort();
}

static void session_start(struct session *session, const char *text, size_t size)
{
	session->arena = arena_new();
	diag_init(&session->diag);
	session->diag.out = nowhere;
	session->diag.colour = false;
	fuzz_options_read(session->arena, text, size, &session->options);
	session->world = fuzz_world_for_preprocessor(&session->options);
	session->context.arena = session->arena;
	session->context.diag = &session->diag;
	session->context.world = &session->world;
	session->context.macros = macro_library_new(session->arena);
	fuzz_world_add_macros(&session->context);
}

static struct script *parse(struct session *session, const char *name, const char *text, size_t size)
{
	const struct source *source = source_from_text(session->arena, name, text, size);

	return parse_script(&session->context, source, &session->options.arguments);
}

/* ---- There and back ---- */

/*
 * True if a tree that was written back may be refused: the printer puts parentheses where the
 * script had none, and these count as nesting, too.
 */
static bool is_too_deep(const char *messages)
{
	return strstr(messages, "[E-nesting]") != NULL;
}

/* The text of a tree that an earlier text was made of; NULL if that one is nested too deeply. */
static char *write_back_again(struct session *session, const char *text)
{
	struct session again = { .world = session->world };
	GString *written = g_string_new(NULL);
	char *messages = NULL;
	size_t messages_length;
	bool is_refused;

	again.arena = arena_new();
	again.context = (struct parse_context){ .arena = again.arena, .diag = &again.diag, .world = &again.world };
	diag_init(&again.diag);
	again.diag.colour = false;
	again.diag.out = open_memstream(&messages, &messages_length);
	script_print(parse(&again, "written-back", text, strlen(text)), written);
	fclose(again.diag.out);
	is_refused = again.diag.error_count > 0;
	if (is_refused && !is_too_deep(messages))
		broken("the text that was written back is refused", text, messages);
	free(messages);
	arena_free(again.arena);
	return g_string_free(written, is_refused);
}

static void check_there_and_back(struct session *session, const struct script *script)
{
	g_autoptr(GString) first = g_string_new(NULL);
	g_autofree char *second = NULL;

	script_print(script, first);
	second = write_back_again(session, first->str);
	if (second && strcmp(first->str, second) != 0)
		broken("the tree that was written back is another one", first->str, second);
}

/* ---- Analysis and what comes behind ---- */

static void check_emission(struct session *session, const struct program *program)
{
	static const struct emit_options options = { .module_name = "fuzz", .kernel_release = FUZZ_RELEASE };
	g_autoptr(GString) text = g_string_new(NULL);
	const char *first = emit_program(session->arena, program, &options)->c_text;
	const char *second = emit_program(session->arena, program, &options)->c_text;

	if (strcmp(first, second) != 0)
		broken("the same program gave two C texts", first, second);
	program_print(program, text);
}

static void check_program(struct session *session, struct script *script)
{
	const struct fuzz_options *options = &session->options;
	struct kernel_tree kernel = fuzz_world_kernel();
	struct analysis_input input = {
		.arena = session->arena, .diag = &session->diag, .script = script,
		.library = fuzz_world_library(&session->context), .kernel = &kernel,
		.symbols = options->knows_symbols ? fuzz_world_symbols(session->arena) : NULL,
		.limit_settings = options->limits, .global_settings = options->globals,
		.guru_mode = options->guru_mode, .unoptimized = options->unoptimized,
		.no_display = options->no_display, .no_time_limits = options->no_time_limits,
		.suppress_handler_errors = options->suppress_handler_errors, .stap_errors = options->stap_errors,
	};
	struct program *program;

	if (session->diag.error_count > 0)
		broken("the tapset library has errors", NULL, NULL);
	program = analyse(&input);
	if (!program && session->diag.error_count == 0)
		broken("analysis failed and has not said why", NULL, NULL);
	if (program && session->diag.error_count > 0)
		broken("analysis succeeded in spite of an error", NULL, NULL);
	if (program)
		check_emission(session, program);
}

/* ---- What the fuzzer calls ---- */

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	nowhere = fopen("/dev/null", "w");
	if (!nowhere || !fuzz_world_open()) {
		perror("fuzz_script");
		exit(1);
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct session session = { .options = { .guru_mode = false } };
	const char *text = (const char *)data;
	struct script *script;

	/* Such a file is refused when it is read. */
	if (size == 0 || memchr(text, '\0', size))
		return 0;
	session_start(&session, text, size);
	script = parse(&session, "fuzz.stp", text, size);
	if (session.diag.error_count == 0) {
		check_there_and_back(&session, script);
		check_program(&session, script);
	}
	arena_free(session.arena);
	return 0;
}
