/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A module's memory is a struct module_layout, core_layout (Linux 4.5 to 6.3). */
#include <linux/module.h>

unsigned int spile_test(const struct module *module);
unsigned int spile_test(const struct module *module)
{
	return module->core_layout.text_size;
}
