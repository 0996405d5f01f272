/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration that a kernel was built with. */
#ifndef SPILE_TARGET_CONFIGURATION_H
#define SPILE_TARGET_CONFIGURATION_H

#include "target/kernel_tree.h"

/* Options by name ("CONFIG_SMP"), to their value without quotes. */
struct configuration;

/* NULL, with the reason in *error_ret (the arena's), if the tree does not tell. */
const struct configuration *configuration_load(struct arena *arena, const struct kernel_tree *tree,
					       const char **error_ret);

/* From text of that form, which is cut up; comments (of a .config) are passed over. */
const struct configuration *configuration_from_text(struct arena *arena, char *text);

/* "y", "m", a number, a string; "" if it is not set or does not exist. */
const char *configuration_value(const struct configuration *configuration, const char *option);

#endif
