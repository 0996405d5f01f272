/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything about a module that can be known to fail before the kernel is touched. */
#ifndef SPILE_READER_CHECK_H
#define SPILE_READER_CHECK_H

#include <stdbool.h>

#include "module_file.h"
#include "options.h"
#include "points.h"

/*
 * Does the module fit the running kernel? Resolves its functions and variables on the way. False: said
 * why not; the caller finishes both lists either way.
 */
bool check_module(const struct module_file *module, const struct options *options, struct points *functions,
		  struct points *variables);

/* --check: the same, with all that does not fit, and no load; the exit status. */
int check_run(const struct options *options);

#endif
