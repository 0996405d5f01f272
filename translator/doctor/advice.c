/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a need to a command. Package names are target/distribution's business, as they are for error
 * messages; called by what prints a report.
 */
#include "doctor/advice.h"

const char *advice_command(struct arena *arena, const struct facts *facts, const struct remark *remark)
{
	switch (remark->need) {
	case NEED_NOTHING:
		return NULL;
	case NEED_BUILD_TREE:
		return distribution_kernel_command(arena, facts->root, facts->release);
	case NEED_BUILD_TREE_AGAIN:
		return distribution_again(arena, distribution_kernel_command(arena, facts->root, facts->release));
	case NEED_DEBUGINFO:
		return distribution_debuginfo_command(arena, facts->root, facts->release);
	case NEED_PROGRAM:
		return distribution_tool_command(arena, facts->root, remark->argument);
	case NEED_COMMAND:
		return remark->argument;
	}
	return NULL;
}
