/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much memory a module's image takes.
 *
 * History: sizes of its own members before Linux 4.5, struct module_layout up to 6.3, since then an
 * array of stretches of memory by their kind.
 */
#ifndef SPILE_COMPAT_MODULE_H
#define SPILE_COMPAT_MODULE_H

/* Bytes of its code, and of all else that stays after its start. Context: any. */
static inline void kc_module_sizes(const struct module *module, u32 *text, u32 *data)
{
#ifdef HAVE_MODULE_MEMORY
	*text = module->mem[MOD_TEXT].size;
	*data = module->mem[MOD_DATA].size + module->mem[MOD_RODATA].size + module->mem[MOD_RO_AFTER_INIT].size;
#elif defined(HAVE_MODULE_LAYOUT)
	*text = module->core_layout.text_size;
	*data = module->core_layout.size - module->core_layout.text_size;
#else
	*text = module->core_text_size;
	*data = module->core_size - module->core_text_size;
#endif
}

#endif
