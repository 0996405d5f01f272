/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the preprocessor's conditions ask of the run: the kernel, its configuration, the options. */
#ifndef SPILE_DRIVER_WORLD_H
#define SPILE_DRIVER_WORLD_H

#include "driver/options.h"
#include "script/parse.h"
#include "target/configuration.h"

struct world {
	struct arena *arena;
	const struct options *options;
	/* The kernel that is traced, found when it is first asked for; NULL: none, and why. */
	const struct kernel_tree *(*kernel)(void *data, const char **why_ret);
	void *data;
	const struct configuration *configuration;	/* likewise */
};

/* The same as the parser wants it. `world` stays the caller's and must outlive the parsing. */
struct preprocessor_world world_for_preprocessor(struct world *world);

#endif
