/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spile: runs a command line again that was run before (again.c), or becomes the translator, which
 * finds out what it means. That makes two programs of one command because most of the time
 * from Enter to the first line of a kept script went into the libraries that only a translator needs.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "launcher/again.h"

#define TRANSLATOR "spile-translate"

/* In the folder of our own file. */
static void translator_beside_us(char *path, size_t size)
{
	char own[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);

	own[length > 0 ? length : 0] = '\0';
	snprintf(path, size, "%s/%s", dirname(own), TRANSLATOR);
}

/* Beside us, or where it was installed. Returns when it is nowhere. */
static void become_translator(char **argv)
{
	char path[PATH_MAX + sizeof(TRANSLATOR)];

	translator_beside_us(path, sizeof(path));
	execv(path, argv);
	execv(SPILE_LIBEXEC_DIR "/" TRANSLATOR, argv);
}

int main(int argc, char **argv)
{
	int status;

	if (argc > 0 && again_run((const char *const *)argv, &status))
		return status;
	become_translator(argv);
	fprintf(stderr, "spile: error: the translator '%s' cannot be started: neither beside %s nor in %s: %s [E-installation]\n",
		TRANSLATOR, argc > 0 ? argv[0] : "spile", SPILE_LIBEXEC_DIR, strerror(errno));
	return 1;
}
