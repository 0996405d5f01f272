/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of `spile doctor`: facts are gathered once, judged, and printed. Called by main.
 * Nothing is loaded, fetched or installed, and nothing written but what is kept about a kernel.
 */
#include "doctor/doctor.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "doctor/report.h"

/* The exit status where nothing could be judged. */
#define STATUS_NOTHING 2

struct request {
	const char *kernel;	/* a release, the path of a tree, or NULL */
	const char *root;
	bool as_json, verbose;
};

static const char help[] =
	"usage: spile doctor [options]\n\n"
	"Says what of spile works on this machine, with what, and what to do about the rest.\n\n"
	"  -r, --kernel=RELEASE|TREE  that kernel instead of the running one\n"
	"  --root=FOLDER  examine the machine below this folder instead of /\n"
	"  --json         as JSON\n"
	"  -v, --verbose  with all that was found out\n"
	"  -h, --help     this list\n\n"
	"Exit status: 0, everything works; 1, something is missing; 2, no script can run, or the\n"
	"arguments were wrong.\n";

static int wrong(struct diag *diag, const char *what)
{
	diag_error(diag, no_span, "E-option", "%s", what);
	diag_note(diag, no_span, "`spile doctor --help` lists the options");
	return STATUS_NOTHING;
}

/* Without a slash at its end; "/" is no folder in the place of /. */
static const char *plain_root(struct arena *arena, const char *root)
{
	size_t length = strlen(root);

	while (length && root[length - 1] == '/')
		length--;
	return arena_strndup(arena, root, length);
}

/* A path has to be a tree; what a release lacks is what this is about. */
static bool check_path(struct arena *arena, struct diag *diag, const struct request *request)
{
	struct kernel_tree tree;

	return !request->kernel || !strchr(request->kernel, '/') ||
	       kernel_tree_find_in(arena, diag, request->root, request->kernel, &tree);
}

static int examine(struct arena *arena, struct diag *diag, struct request *request)
{
	g_autoptr(GString) out = g_string_new(NULL);
	struct facts facts;
	GPtrArray *abilities;

	request->root = plain_root(arena, request->root);
	if (*request->root && !g_file_test(request->root, G_FILE_TEST_IS_DIR))
		return wrong(diag, arena_printf(arena, "--root %s: no such folder", request->root));
	if (!check_path(arena, diag, request))
		return STATUS_NOTHING;
	if (!facts_gather(arena, request->root, request->kernel, &facts))
		return wrong(diag, arena_printf(arena, "no kernel runs in %s, and not just one is installed: "
						"name it with -r", request->root));
	abilities = abilities_judge(arena, &facts);
	if (request->as_json)
		report_json(out, arena, &facts, abilities);
	else
		report_text(out, arena, &facts, abilities, request->verbose);
	fputs(out->str, stdout);
	return abilities_status(abilities);
}

static int run(struct diag *diag, struct request *request)
{
	struct arena *arena = arena_new();
	int status = examine(arena, diag, request);

	arena_free(arena);
	return status;
}

int doctor_main(int argc, char **argv)
{
	enum { OPTION_ROOT = 256, OPTION_JSON };
	static const struct option options[] = {
		{ "kernel", required_argument, NULL, 'r' }, { "root", required_argument, NULL, OPTION_ROOT },
		{ "json", no_argument, NULL, OPTION_JSON }, { "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	struct request request = { NULL, "", false, false };
	struct diag diag;
	int letter;

	diag_init(&diag);
	opterr = 0;
	while ((letter = getopt_long(argc, argv, "r:vh", options, NULL)) != -1) {
		if (letter == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (letter == 'r')
			request.kernel = optarg;
		else if (letter == OPTION_ROOT)
			request.root = optarg;
		else if (letter == OPTION_JSON)
			request.as_json = true;
		else if (letter == 'v')
			request.verbose = true;
		else
			return wrong(&diag, "wrong arguments for `spile doctor`");
	}
	return optind == argc ? run(&diag, &request) : wrong(&diag, "wrong arguments for `spile doctor`");
}
