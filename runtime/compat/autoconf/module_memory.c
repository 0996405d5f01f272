/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A module's memory is an array by kinds of memory (Linux 6.4). */
#include <linux/module.h>

unsigned int spile_test(const struct module *module);
unsigned int spile_test(const struct module *module)
{
	return module->mem[MOD_TEXT].size;
}
