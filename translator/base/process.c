/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a command to its end and keeps what it said. For compilers, linkers and other tools that
 * the build room calls; GLib reads both pipes side by side, so that much output blocks nobody.
 */
#include <string.h>
#include <sys/wait.h>

#include "base/process.h"

static int decode_wait_status(int wait_status)
{
	if (WIFEXITED(wait_status))
		return WEXITSTATUS(wait_status);
	return 128 + WTERMSIG(wait_status);
}

void process_run(const char *const argv[], const char *directory, struct process_result *ret)
{
	g_autoptr(GError) error = NULL;
	int wait_status = 0;

	memset(ret, 0, sizeof(*ret));
	/* Without G_SPAWN_CHILD_INHERITS_STDIN the child reads from /dev/null. */
	if (g_spawn_sync(directory, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
			 &ret->output, &ret->errors, &wait_status, &error)) {
		ret->status = decode_wait_status(wait_status);
		return;
	}
	process_result_clear(ret);
	ret->status = -1;
	ret->output = g_strdup("");
	ret->errors = g_strdup(error->message);
}

void process_result_clear(struct process_result *result)
{
	g_free(result->output);
	g_free(result->errors);
	memset(result, 0, sizeof(*result));
}
