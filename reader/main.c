/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spilerun: loads a script module, prints what it says, unloads it. Needs libc only and runs
 * on hosts without compiler, headers or network.
 *
 * The way of a session is in session.c; here is only the choice between it, -d, --merge and --check.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "check.h"
#include "load.h"
#include "merge_files.h"
#include "message.h"
#include "options.h"
#include "session.h"

/*
 * Where standard descriptors were closed, files of ours would take their places, and output would
 * go there. Nothing can be written to what is put in their places instead, so that this is told.
 */
static void occupy_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct options options;

	occupy_standard_descriptors();
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
	if (options.is_check)
		return check_run(&options);
	return session_run(&options);
}
