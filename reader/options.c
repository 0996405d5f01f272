/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes the command line apart. Called once by main.c; decides nothing but whether the words
 * make sense together, so that everything after it may trust struct options.
 */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi.h"
#include "message.h"

#ifndef SPILE_VERSION
#define SPILE_VERSION "0.1"
#endif

#define BUFFER_MEGABYTES_MOST 1024
#define FILE_MEGABYTES_MOST (1024 * 1024)
#define FILES_MOST 1000000

/* Options that have no letter. */
enum { OPTION_BUDGET = 256, OPTION_MERGE, OPTION_CHECK };

static const char usage_text[] =
	"Usage: spilerun [options] MODULE.ko [parameter=value...]\n"
	"       spilerun -d MODULE\n"
	"       spilerun --check MODULE.ko\n"
	"       spilerun --merge [-o FILE] [-S SIZE[,COUNT]] FILE_cpu*\n"
	"\n"
	"Loads a script module made by spile, prints its output and unloads it.\n"
	"\n"
	"  -c CMD      run CMD, end the session with it; target() is its process id\n"
	"  -x PID      set target() to PID\n"
	"  -o FILE     write the script's output to FILE instead of standard output; the\n"
	"              name may have conversions of strftime(3)\n"
	"  -S SIZE[,COUNT]  go on to the next of FILE.0, FILE.1 ... when one has SIZE\n"
	"              megabytes; keep the COUNT newest\n"
	"  -b          bulk mode: write each CPU's records to FILE_cpuN as they are\n"
	"  --merge     print what the files of a session with -b hold, in order\n"
	"  -s MB       size of the output buffer of each CPU, in megabytes\n"
	"  -d MODULE   unload a script module that was left behind\n"
	"  --check     say whether the module fits this kernel, and load nothing\n"
	"  -t, --stats[=json]  time every hit; at the end a table of the probes\n"
	"  --budget N% let handlers take N% of a CPU at most: skip hits of the costliest probes\n"
	"  -v          say what is being done, and report in full at the end\n"
	"  -q          report only lost records at the end, not skipped probe hits\n"
	"  -V, --version  print the version\n"
	"  -h, --help  print this help\n"
	"\n"
	"SIGUSR2 begins the next file of -o.\n"
	"Ctrl-C ends the session in order: end probes run, all output is printed. A third\n"
	"Ctrl-C ends it at once. Exit status: 0; 1 if the session failed or had run-time\n"
	"errors; otherwise that of CMD (128 + N if signal N ended it).\n";

/* A whole decimal number between 1 and `most`; 0 if it is none. */
static unsigned long parse_number(const char *text, unsigned long most)
{
	unsigned long number;
	char *end;

	if (*text < '0' || *text > '9')
		return 0;
	errno = 0;
	number = strtoul(text, &end, 10);
	return errno || *end || number > most ? 0 : number;
}

static bool parse_target(const char *text, pid_t *ret)
{
	*ret = (pid_t)parse_number(text, INT_MAX);
	if (*ret == 0) {
		message_error("-x wants a process id, not '%s'", text);
		return false;
	}
	if (kill(*ret, 0) != 0 && errno == ESRCH) {
		message_error("-x %s: there is no such process", text);
		return false;
	}
	return true;
}

static bool parse_buffer(const char *text, unsigned long *ret)
{
	*ret = parse_number(text, BUFFER_MEGABYTES_MOST) * 1024;
	if (*ret == 0)
		message_error("-s wants megabytes, 1 to %d, not '%s'", BUFFER_MEGABYTES_MOST, text);
	return *ret != 0;
}

/* SIZE[,COUNT] of -S. */
static bool parse_rotation(const char *text, struct options *ret)
{
	const char *comma = strchr(text, ',');
	size_t length = comma ? (size_t)(comma - text) : strlen(text);
	char size[16] = "";

	if (length < sizeof(size))
		memcpy(size, text, length);
	ret->file_size = (unsigned long long)parse_number(size, FILE_MEGABYTES_MOST) * 1024 * 1024;
	ret->file_count = comma ? parse_number(comma + 1, FILES_MOST) : 0;
	if (ret->file_size && (!comma || ret->file_count))
		return true;
	message_error("-S wants megabytes, and perhaps a number of files behind a comma, not '%s'",
		      text);
	return false;
}

/* `text` is what stands behind --stats=, or NULL. */
static bool parse_stats(const char *text, enum options_stats *ret)
{
	*ret = STATS_TABLE;
	if (!text)
		return true;
	*ret = STATS_JSON;
	if (strcmp(text, "json") == 0)
		return true;
	message_error("--stats stands alone or is --stats=json, not --stats=%s", text);
	return false;
}

/* "5" or "5%". */
static bool parse_budget(const char *text, unsigned int *ret)
{
	size_t length = strlen(text);
	char digits[8] = "";

	if (length && text[length - 1] == '%')
		length--;
	if (length < sizeof(digits))
		memcpy(digits, text, length);
	*ret = (unsigned int)parse_number(digits, 100);
	if (*ret == 0)
		message_error("--budget wants a percentage, 1 to 100, not '%s'", text);
	return *ret != 0;
}

/* One option; OPTIONS_RUN to go on. */
static enum options_result take_option(int letter, struct options *options)
{
	switch (letter) {
	case 'c':
		options->command = optarg;
		return OPTIONS_RUN;
	case 'x':
		return parse_target(optarg, &options->target) ? OPTIONS_RUN : OPTIONS_WRONG;
	case 'o':
		options->output = optarg;
		return OPTIONS_RUN;
	case 's':
		return parse_buffer(optarg, &options->buffer_kb) ? OPTIONS_RUN : OPTIONS_WRONG;
	case 'S':
		return parse_rotation(optarg, options) ? OPTIONS_RUN : OPTIONS_WRONG;
	case 'b':
		options->is_bulk = true;
		return OPTIONS_RUN;
	case OPTION_MERGE:
		options->is_merge = true;
		return OPTIONS_RUN;
	case OPTION_CHECK:
		options->is_check = true;
		return OPTIONS_RUN;
	case 'd':
		options->unload = optarg;
		return OPTIONS_RUN;
	case OPTION_BUDGET:
		return parse_budget(optarg, &options->budget) ? OPTIONS_RUN : OPTIONS_WRONG;
	case 't':
		return parse_stats(optarg, &options->stats) ? OPTIONS_RUN : OPTIONS_WRONG;
	case 'v':
		options->verbose = true;
		return OPTIONS_RUN;
	case 'q':
		options->quiet = true;
		return OPTIONS_RUN;
	case 'V':
		printf("spilerun " SPILE_VERSION " (module interface %d)\n", SPILE_ABI_VERSION);
		return OPTIONS_DONE;
	case 'h':
		fputs(usage_text, stdout);
		return OPTIONS_DONE;
	default:
		message_note("'spilerun --help' lists the options");
		return OPTIONS_WRONG;
	}
}

/* -S, -b and --merge: what they need, and what goes without them. */
static bool check_output(const struct options *options)
{
	const char *wrong = NULL;

	if (options->is_merge && (options->is_bulk || options->command || options->target ||
				  options->unload))
		wrong = "--merge reads files: -b, -c, -d and -x have no meaning for it";
	else if (options->is_check && (options->is_merge || options->unload || options->command))
		wrong = "--check loads nothing: -c, -d and --merge have no meaning for it";
	else if (options->is_merge && !options->module)
		wrong = "--merge wants the files of a session with -b";
	else if (options->is_bulk && !options->output)
		wrong = "-b writes files: -o says what their names begin with";
	else if (options->is_bulk && options->file_size)
		wrong = "-S and -b exclude each other: files are merged whole";
	else if (options->file_size && !options->output)
		wrong = "-S is about the file of -o: name it";
	if (wrong)
		message_error("%s", wrong);
	return !wrong;
}

/* Module parameters are written name=value. */
static bool check_parameters(const struct options *options)
{
	for (int i = 0; i < options->parameter_count; i++) {
		const char *equals = strchr(options->parameters[i], '=');

		if (equals && equals != options->parameters[i])
			continue;
		message_error("'%s' is no module parameter: they are written name=value",
			      options->parameters[i]);
		return false;
	}
	return true;
}

/* Do the words make sense together? */
static bool check_whole(const struct options *options)
{
	if (!check_output(options))
		return false;
	if (options->is_merge)
		return true;
	if (options->unload) {
		if (!options->module)
			return true;
		message_error("-d takes only the module to unload; '%s' is too much",
			      options->module);
		return false;
	}
	if (!options->module) {
		message_error("no module given");
		message_note("'spilerun MODULE.ko' runs one; 'spilerun --help' lists the options");
		return false;
	}
	if (options->command && options->target) {
		message_error("-c and -x both set target(): give one of them");
		return false;
	}
	return check_parameters(options);
}

enum options_result options_parse(int argc, char **argv, struct options *ret)
{
	static const struct option long_options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "budget", required_argument, NULL, OPTION_BUDGET },
		{ "stats", optional_argument, NULL, 't' },
		{ "version", no_argument, NULL, 'V' },
		{ "check", no_argument, NULL, OPTION_CHECK },
		{ "merge", no_argument, NULL, OPTION_MERGE },
		{ NULL, 0, NULL, 0 },
	};
	int letter;

	memset(ret, 0, sizeof(*ret));
	while ((letter = getopt_long(argc, argv, "+c:x:o:S:bs:d:tvqVh", long_options, NULL)) != -1) {
		enum options_result result = take_option(letter, ret);

		if (result != OPTIONS_RUN)
			return result;
	}
	if (optind < argc) {
		ret->module = argv[optind];
		ret->parameters = argv + optind + 1;
		ret->parameter_count = argc - optind - 1;
	}
	return check_whole(ret) ? OPTIONS_RUN : OPTIONS_WRONG;
}
