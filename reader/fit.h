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
	bool is_root, may_load;	/* user 0; the capability CAP_SYS_MODULE */
	bool modules_disabled;	/* the sysctl kernel.modules_disabled */
	bool signatures_enforced;	/* module.sig_enforce */
	char lockdown[32];	/* "none", "integrity", "confidentiality"; "" if unknown */
};

void fit_host(struct host *ret);
/* The same with a folder that stands for / where /proc and /sys are read. */
void fit_host_in(struct host *ret, const char *root);

/*
 * Says in words what does not fit and what to do about it: the first thing, or `all`. False unless
 * all fits.
 */
bool fit_check(const struct module_file *file, const struct host *host, bool all);

/*
 * Has the module a parameter for each "name=value"? The kernel would take one that it has not
 * with no more than a line in its log. False: said which.
 */
bool fit_check_parameters(const struct module_file *file, char *const parameters[], int count);

#endif
