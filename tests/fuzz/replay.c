/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gives files to fuzz_script.c without a fuzzer: `fuzz_replay FILE|FOLDER...`. This is the part
 * `fuzz` of `make check`, over tests/fuzz/corpus/, and how a finding is looked at.
 *
 * The first file that breaks something ends the program, and its name is the last thing said. Leaks
 * are looked for at the end, over all files: one file at a time tells whose they are.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include <sanitizer/common_interface_defs.h>

/* No text of the corpus takes a hundredth of that, but machines can be busy. */
#define SECONDS_FOR_A_FILE 30

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *running;	/* the file, while it runs */

/* Also called in signal handlers: write() and no more. */
static void say(const char *text)
{
	ssize_t written = write(STDERR_FILENO, text, strlen(text));

	(void)written;
}

static void say_which(void)
{
	if (!running)
		return;
	say("fuzz_replay: this happened in ");
	say(running);
	say("\n");
}

static void on_signal(int number)
{
	say(number == SIGALRM ? "fuzz_replay: no end in sight\n" : "");
	say_which();
	_exit(1);
}

static void replay_file(const char *path)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree uint8_t *exact = NULL;
	gsize length;

	if (!g_file_get_contents(path, &text, &length, &error)) {
		fprintf(stderr, "fuzz_replay: %s\n", error->message);
		exit(1);
	}
	/* Without the zero behind it that GLib adds, so that reading on is seen. */
	exact = g_malloc(MAX(length, 1));
	memcpy(exact, text, length);
	running = path;
	alarm(SECONDS_FOR_A_FILE);
	LLVMFuzzerTestOneInput(exact, length);
	alarm(0);
	running = NULL;
}

/* Returns how many files there were. */
static int replay(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;
	int count = 0;

	if (!dir) {
		replay_file(path);
		return 1;
	}
	while ((name = g_dir_read_name(dir))) {
		g_autofree char *entry = g_build_filename(path, name, NULL);

		count += replay(entry);
	}
	return count;
}

int main(int argc, char **argv)
{
	int count = 0;

	__sanitizer_set_death_callback(say_which);
	signal(SIGABRT, on_signal);
	signal(SIGALRM, on_signal);
	LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++)
		count += replay(argv[i]);
	printf("%d files\n", count);
	return count > 0 ? 0 : 1;
}
