/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does a module fit the kernel that runs here? */
#ifndef SPILE_READER_FIT_H
#define SPILE_READER_FIT_H

#include <stdbool.h>

#include "module_file.h"

/* What matters of the host. */
struct host {
	char release[128];	/* uname -r */
	char machine[128];	/* uname -m */
	bool is_root;
	bool modules_disabled;	/* the sysctl kernel.modules_disabled */
	char lockdown[32];	/* "none", "integrity", "confidentiality"; "" if unknown */
};

void fit_host(struct host *ret);

/* Says in words what does not fit and what to do about it; false unless all fits. */
bool fit_check(const struct module_file *file, const struct host *host);

/*
 * Has the module a parameter for each "name=value"? The kernel would take one that it has not
 * with no more than a line in its log. False: said which.
 */
bool fit_check_parameters(const struct module_file *file, char *const parameters[], int count);

#endif
