/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of the kernel's functions and variables by their addresses, as the kernel's own messages
 * have them: through its printf, which cuts them where there is no room.
 *
 * Called by tapsets/symbols.stp. Each lookup takes the kernel a microsecond or so. Context: any, NMI
 * included.
 */
#ifndef SPILE_RUNTIME_SYMBOL_H
#define SPILE_RUNTIME_SYMBOL_H

#include "regs.h"

/* Where the handler's probe is; at a function's return where it returns to; 0 without registers. */
unsigned long rt_probe_address(const struct rt_context *c);

/* "vfs_read+0x12/0x180 [kernel]", "ext4_sync_fs+0x0/0x250 [ext4]", "0x1" to to[MAXSTRINGLEN]. */
void rt_symbol_describe(char *to, unsigned long address);

/* "vfs_read", "0x1" */
void rt_symbol_name(char *to, unsigned long address);

/* "ext4", "kernel", or "" for an address of neither. */
void rt_symbol_module(char *to, unsigned long address);

/* What pn() and probe_type() say of a probe; by its index, in scripts that mention the table. */
struct rt_point_text {
	const char *written;	/* the alias that the script names, or else the point itself */
	const char *type;	/* how its handlers come to run: "kprobe" */
};

extern const struct rt_point_text rt_point_texts[];

#endif
