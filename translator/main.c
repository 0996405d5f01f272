/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spile: translates a script into a kernel module and runs it. The order of the passes is in
 * driver/passes.c; subcommands are recognised here.
 */
#include <string.h>

#include "doctor/doctor.h"
#include "driver/options.h"
#include "driver/passes.h"
#include "driver/upkeep.h"
#include "vm/vm.h"

int main(int argc, char **argv)
{
	struct arena *arena;
	struct options options;
	struct diag diag;
	int status;

	if (argc > 1 && strcmp(argv[1], "vm") == 0)
		return vm_main(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "warm") == 0)
		return upkeep_warm(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "cache") == 0)
		return upkeep_cache(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "doctor") == 0)
		return doctor_main(argc - 1, argv + 1);
	arena = arena_new();
	diag_init(&diag);
	switch (options_read(arena, &diag, argc, argv, &options)) {
	case OPTIONS_RUN:
		diag.suppress_warnings = options.no_warnings;
		diag.warnings_are_errors = options.warnings_are_errors;
		status = passes_run(arena, &diag, &options);
		break;
	case OPTIONS_DONE:
		status = 0;
		break;
	default:
		status = 1;
		break;
	}
	arena_free(arena);
	return status;
}
