/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spilerun: loads a script module, prints what it says, unloads it. Needs libc only and runs
 * on hosts without compiler, headers or network.
 *
 * The way of a session is in session.c; here is only the choice between it, -d and --merge.
 */
#include <stdbool.h>

#include "load.h"
#include "merge_files.h"
#include "message.h"
#include "options.h"
#include "session.h"

int main(int argc, char **argv)
{
	struct options options;

	switch (options_parse(argc, argv, &options)) {
	case OPTIONS_DONE:
		return 0;
	case OPTIONS_WRONG:
		return 1;
	case OPTIONS_RUN:
		break;
	}
	message_set_verbose(options.verbose);
	if (options.unload)
		return load_unload_left_behind(options.unload) ? 0 : 1;
	if (options.is_merge)
		return merge_files_run(&options);
	return session_run(&options);
}
