/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of tracepoints may hold relative pointers (Linux 4.19). */
#include <linux/module.h>
#include <linux/tracepoint.h>

struct tracepoint *spile_test(struct module *module);
struct tracepoint *spile_test(struct module *module)
{
	return tracepoint_ptr_deref(&module->tracepoints_ptrs[0]);
}
