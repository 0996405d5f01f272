/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line. getopt_long does the parsing (stap's users write -p4 and -vv, which GOption
 * does not take); what stands here is the table, the checks that need no other pass, and the
 * help text, whose list of probe points comes from the families themselves.
 */
#include "driver/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/probe.h"
#include "knowledge/knowledge.h"

/* Options given several times, while they are collected. */
struct lists {
	GPtrArray *limits, *globals, *tapset_dirs;
	const char *sources;	/* the last --sources */
};

/* Options that have no letter. */
enum {
	OPTION_VM = 256, OPTION_SUPPRESS_TIME_LIMITS, OPTION_SUPPRESS_HANDLER_ERRORS, OPTION_STAP_ERRORS,
	OPTION_NO_GLOBAL_VAR_DISPLAY, OPTION_BUDGET, OPTION_SOURCES, OPTION_JSON, OPTION_KBUILD,
};

/*
 * Every option: its letter, its long name, what value it takes ("[=X]": it may have one, in the
 * long form alone), and what --help says.
 */
static const struct {
	int letter;
	const char *long_name, *value, *help;
} table[] = {
	{ 'p', "pass", "N", "stop after pass N: 1 parse, 2 analyse, 3 emit C, 4 build, 5 run (default)" },
	{ 'e', "script", "SCRIPT", "the script itself, instead of FILE" },
	{ 'l', "list", "POINT", "list what a probe point stands for, and end" },
	{ 'L', "list-variables", "POINT", "the same, with the target variables and their types" },
	{ OPTION_JSON, "json", NULL, "with -l or -L: as JSON" },
	{ 'c', "command", "CMD", "run CMD, end with it; target() is its process id" },
	{ 'x', "pid", "PID", "set target() to PID" },
	{ 'g', "guru", NULL, "guru mode: allow embedded C" },
	{ 'u', "unoptimized", NULL, "keep what has no effect: unread variables, empty handlers" },
	{ 'k', "keep", NULL, "keep the temporary folder" },
	{ 'm', "module", "NAME", "name the module, and leave it in the current folder" },
	{ 'o', "output", "FILE", "write the script's output to FILE" },
	{ 'S', "file-size", "MB[,COUNT]", "go on to FILE.0, FILE.1 ... when one is full; keep COUNT" },
	{ 'b', "bulk", NULL, "write each CPU's records to FILE_cpuN, for spilerun --merge" },
	{ 'r', "kernel", "RELEASE|TREE|FILE", "that kernel instead of the running one; FILE: its vmlinux, or a .ko" },
	{ 'v', "verbose", NULL, "say what each pass took, and how globals are kept; twice, three times: more" },
	{ 'w', "no-warnings", NULL, "no warnings" },
	{ 'W', "werror", NULL, "warnings are errors" },
	{ 'q', "quiet", NULL, "report lost records only, not skipped probe hits" },
	{ 'D', "limit", "NAME=VALUE", "set a limit, such as MAXMAPENTRIES" },
	{ 'G', "global", "NAME=VALUE", "set the initial value of a global" },
	{ 'I', "tapsets", "DIR", "look for tapsets in DIR too" },
	{ 's', "buffer", "MB", "output buffer of each CPU, in megabytes" },
	{ OPTION_BUDGET, "budget", "N%", "let handlers take N% of a CPU at most: skip hits" },
	{ 't', "stats", "[=json]", "time every hit; at the end a table of the probes" },
	{ OPTION_SOURCES, "sources", "LIST",
	  "ask these alone about the kernel's names and types: symbols,btf,headers,dwarf" },
	{ OPTION_KBUILD, "kbuild", NULL, "have kbuild make the module: slower, and the same" },
	{ OPTION_VM, "vm", "[=RELEASE]", "run in a throw-away machine" },
	{ OPTION_NO_GLOBAL_VAR_DISPLAY, "no-global-var-display", NULL,
	  "do not print globals that are written and never read" },
	{ OPTION_SUPPRESS_HANDLER_ERRORS, "suppress-handler-errors", NULL,
	  "errors end a handler, never the session; they are counted" },
	{ OPTION_SUPPRESS_TIME_LIMITS, "suppress-time-limits", NULL,
	  "no limit on statements, lock waits and time in handlers (needs -g)" },
	{ OPTION_STAP_ERRORS, "stap-errors", NULL,
	  "faults and full arrays are errors, and after one no end probe runs" },
	{ 'V', "version", NULL, "print the version" },
	{ 'h', "help", NULL, "print this help" },
};

static bool wrong(struct diag *diag, const char *format, const char *value)
{
	diag_error(diag, no_span, "E-option", format, value);
	diag_note(diag, no_span, "`spile --help` lists the options");
	return false;
}

/* [a-z0-9_], and short enough for the kernel's MODULE_NAME_LEN with a suffix. */
static bool check_module_name(struct diag *diag, const char *name)
{
	if (!name || (*name && strlen(name) <= 50 &&
		      strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name)))
		return true;
	return wrong(diag, "-m %s: a module's name has at most 50 of the characters a-z, 0-9 and _", name);
}

static bool check_number(struct diag *diag, const char *text, const char *format)
{
	if (!text || (*text && strspn(text, "0123456789") == strlen(text) && strlen(text) < 10))
		return true;
	return wrong(diag, format, text);
}

/* Whole percents, the sign may be missing; spilerun takes it as it is. */
static bool check_budget(struct diag *diag, const char *text)
{
	size_t digits = text ? strspn(text, "0123456789") : 0;

	if (!text || (digits && digits <= 3 && (!text[digits] || strcmp(text + digits, "%") == 0) &&
		      atoi(text) >= 1 && atoi(text) <= 100))
		return true;
	return wrong(diag, "--budget %s: not a percentage from 1 to 100", text);
}

static bool is_positive(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text) && strlen(text) < 10 &&
	       strspn(text, "0") < strlen(text);
}

/* SIZE or SIZE,COUNT of -S. */
static bool check_file_size(struct diag *diag, const char *text)
{
	g_auto(GStrv) numbers = g_strsplit(text ? text : "1", ",", -1);
	unsigned int count = g_strv_length(numbers);

	if ((count == 1 || count == 2) && is_positive(numbers[0]) && is_positive(numbers[count - 1]))
		return true;
	return wrong(diag, "-S %s: not a number of megabytes, with or without a number of files", text);
}

static bool check_files(struct diag *diag, const struct options *options)
{
	if ((options->file_size || options->bulk) && !options->output)
		return wrong(diag, "%s is about the file of -o: name it", options->bulk ? "-b" : "-S");
	if (options->file_size && options->bulk)
		return wrong(diag, "-S and -b exclude each other: files are merged whole%s", "");
	return check_file_size(diag, options->file_size);
}

static bool check(struct diag *diag, const struct options *options)
{
	if (options->last_pass < 1 || options->last_pass > 5)
		return wrong(diag, "-p takes 1 to 5%s", "");
	if (options->command && options->target)
		return wrong(diag, "-c and -x both set target(): give one of them%s", "");
	if (options->list && (options->script_text || options->last_pass < 5))
		return wrong(diag, "-l and -L list a probe point: no script and no -p go with them%s", "");
	if (options->as_json && !options->list)
		return wrong(diag, "--json goes with -l or -L%s", "");
	if (options->no_time_limits && !options->guru_mode)
		return wrong(diag, "--suppress-time-limits needs guru mode: add -g%s", "");
	if (options->vm && options->target)
		return wrong(diag, "-x %s: that process does not exist in the throw-away machine", options->target);
	if (options->stats && *options->stats && strcmp(options->stats, "json") != 0)
		return wrong(diag, "--stats=%s: it stands alone or is --stats=json", options->stats);
	return check_budget(diag, options->budget) && check_files(diag, options) &&
	       check_module_name(diag, options->module_name) &&
	       check_number(diag, options->target, "-x %s: not a process id") &&
	       check_number(diag, options->buffer_megabytes, "-s %s: not a number of megabytes");
}

static void print_help(void)
{
	printf("Usage: spile [options] FILE [arguments]\n"
	       "       spile [options] -e SCRIPT [arguments]\n"
	       "       spile vm [options] [-- COMMAND]      a throw-away machine by itself\n"
	       "       spile warm [options]                 examine a kernel ahead of time\n"
	       "       spile cache [options]                what is kept for later runs\n"
	       "       spile doctor [options]               what works on this machine, and what does not\n\n"
	       "Translates a SystemTap-language script into a kernel module and runs it.\n\n");
	for (unsigned int i = 0; i < G_N_ELEMENTS(table); i++) {
		const char *value = table[i].value ? table[i].value : "";
		g_autofree char *letter = table[i].letter < 256 ? g_strdup_printf("-%c,", table[i].letter) : NULL;
		g_autofree char *option = g_strdup_printf("%-3s --%s%s%s", letter ? letter : "", table[i].long_name,
							  *value && *value != '[' ? " " : "", value);

		printf("  %-30s %s\n", option, table[i].help);
	}
	printf("\nProbe points:\n");
	for (int f = 0; probe_families[f]; f++)
		for (int i = 0; probe_families[f]->forms[i]; i++)
			printf("  %s\n", probe_families[f]->forms[i]);
	printf("\nFunctions are listed in docs/TAPSETS.md, the language in docs/LANGUAGE.md.\n"
	       "Exit status: 0; 1 after an error; that of CMD (-c) when it fails.\n");
}

/* One option; false when the run ends with it, *outcome telling how. */
static bool take_option(int letter, struct options *ret, struct lists *lists, enum options_outcome *outcome)
{
	switch (letter) {
	case 'p':
		ret->last_pass = strlen(optarg) == 1 ? *optarg - '0' : 0;
		return true;
	case 'e':
		ret->script_text = optarg;
		return true;
	case 'l':
	case 'L':
		ret->list = optarg;
		ret->list_variables = letter == 'L';
		return true;
	case OPTION_JSON:
		return ret->as_json = true;
	case 'c':
		ret->command = optarg;
		return true;
	case 'x':
		ret->target = optarg;
		return true;
	case 'g':
		return ret->guru_mode = true;
	case 'u':
		return ret->unoptimized = true;
	case 'k':
		return ret->keep = true;
	case 'm':
		ret->module_name = optarg;
		return true;
	case 'o':
		ret->output = optarg;
		return true;
	case 'S':
		ret->file_size = optarg;
		return true;
	case 'b':
		return ret->bulk = true;
	case 'r':
		ret->kernel = optarg;
		return true;
	case 'v':
		ret->verbosity++;
		return true;
	case 'w':
		return ret->no_warnings = true;
	case 'W':
		return ret->warnings_are_errors = true;
	case 'q':
		return ret->quiet = true;
	case 'D':
		g_ptr_array_add(lists->limits, optarg);
		return true;
	case 'G':
		g_ptr_array_add(lists->globals, optarg);
		return true;
	case 'I':
		g_ptr_array_add(lists->tapset_dirs, optarg);
		return true;
	case 's':
		ret->buffer_megabytes = optarg;
		return true;
	case OPTION_BUDGET:
		ret->budget = optarg;
		return true;
	case 't':
		ret->stats = optarg ? optarg : "";
		return true;
	case OPTION_VM:
		ret->vm_release = optarg;
		return ret->vm = true;
	case OPTION_SOURCES:
		lists->sources = optarg;
		return true;
	case OPTION_KBUILD:
		return ret->kbuild = true;
	case OPTION_NO_GLOBAL_VAR_DISPLAY:
		return ret->no_display = true;
	case OPTION_SUPPRESS_HANDLER_ERRORS:
		return ret->suppress_handler_errors = true;
	case OPTION_SUPPRESS_TIME_LIMITS:
		return ret->no_time_limits = true;
	case OPTION_STAP_ERRORS:
		return ret->stap_errors = true;
	case 'V':
		printf("spile " SPILE_VERSION "\n");
		break;
	case 'h':
		print_help();
		break;
	default:
		*outcome = OPTIONS_WRONG;
		return false;
	}
	*outcome = OPTIONS_DONE;
	return false;
}

/* What getopt_long does not understand: argv[optind - 1], or the letter optopt within it. */
static void report_unknown(struct diag *diag, const char *word)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *name = g_strndup(word, strcspn(word, "="));
	const char *similar;

	for (unsigned int i = 0; i < G_N_ELEMENTS(table); i++)
		g_ptr_array_add(names, (char *)table[i].long_name);
	if (optopt && optopt < 256 && !g_str_has_prefix(word, "--")) {
		diag_error(diag, no_span, "E-option", "-%c: no such option, or its value is missing", optopt);
	} else {
		diag_error(diag, no_span, "E-option", "%s: no such option, or a value too many or too few", word);
		similar = g_str_has_prefix(name, "--") ? did_you_mean(name + 2, names) : NULL;
		if (similar && strcmp(similar, name + 2) != 0)
			diag_note(diag, no_span, "did you mean '--%s'?", similar);
	}
	diag_note(diag, no_span, "`spile --help` lists the options");
}

/*
 * Both forms of the table, for getopt_long; the long one ends with an empty entry. Options may
 * stand behind FILE too, as in `spile x.stp -c CMD`; arguments of the script that look like
 * options need a `--` before them.
 */
static void make_forms(GString *letters, struct option *long_forms)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(table); i++) {
		bool may_have = table[i].value && *table[i].value == '[';

		if (table[i].letter < 256)
			g_string_append_printf(letters, "%c%s", table[i].letter, table[i].value && !may_have ? ":" : "");
		long_forms[i].name = table[i].long_name;
		long_forms[i].has_arg = may_have ? optional_argument : table[i].value ? required_argument : no_argument;
		long_forms[i].val = table[i].letter;
	}
}

static const char *const *terminated(GPtrArray *list)
{
	g_ptr_array_add(list, NULL);
	return (const char *const *)list->pdata;
}

enum options_outcome options_read(struct arena *arena, struct diag *diag, int argc, char **argv,
				  struct options *ret)
{
	struct lists lists = { arena_array(arena), arena_array(arena), arena_array(arena), NULL };
	struct option long_forms[G_N_ELEMENTS(table) + 1] = { { NULL, 0, NULL, 0 } };
	g_autoptr(GString) letters = g_string_new(NULL);
	enum options_outcome outcome;
	int letter;

	*ret = (struct options){ .last_pass = 5, .sources = SOURCES_ALL };
	/* getopt_long changes the order of the words. */
	ret->argv = (const char *const *)g_strdupv(argv);
	arena_defer(arena, (GDestroyNotify)g_strfreev, (gpointer)ret->argv);
	make_forms(letters, long_forms);
	opterr = 0;
	while ((letter = getopt_long(argc, argv, letters->str, long_forms, NULL)) != -1) {
		if (letter == '?')
			report_unknown(diag, argv[optind - 1]);
		if (!take_option(letter, ret, &lists, &outcome))
			return outcome;
	}
	ret->limits = terminated(lists.limits);
	ret->globals = terminated(lists.globals);
	ret->tapset_dirs = terminated(lists.tapset_dirs);
	if (!ret->script_text && !ret->list && optind < argc)
		ret->script_file = argv[optind++];
	ret->argument_count = argc - optind;
	ret->arguments = (const char *const *)argv + optind;
	if (!ret->script_text && !ret->script_file && !ret->list) {
		wrong(diag, "no script given%s", "");
		return OPTIONS_WRONG;
	}
	if (lists.sources && !knowledge_sources(diag, lists.sources, &ret->sources))
		return OPTIONS_WRONG;
	return check(diag, ret) ? OPTIONS_RUN : OPTIONS_WRONG;
}
