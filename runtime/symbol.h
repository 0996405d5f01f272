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
static __maybe_unused unsigned long rt_probe_address(const struct rt_context *c)
{
	if (!c->regs)
		return 0;
	/* What a breakpoint leaves is the address behind its byte. */
	return c->regs->ip - (c->function && !c->probe->is_at_return);
}

/* "vfs_read+0x12/0x180 [kernel]", "ext4_sync_fs+0x0/0x250 [ext4]", "0x1" to to[MAXSTRINGLEN]. */
static __maybe_unused void rt_symbol_describe(char *to, unsigned long address)
{
	snprintf(to, MAXSTRINGLEN, "%pS", (void *)address);
	if (strchr(to, '+') && !strchr(to, '['))
		rt_string_append(to, " [kernel]");
}

/* "vfs_read", "0x1" */
static __maybe_unused void rt_symbol_name(char *to, unsigned long address)
{
	snprintf(to, MAXSTRINGLEN, "%ps", (void *)address);
	to[strcspn(to, " ")] = 0;
}

/* "ext4", "kernel", or "" for an address of neither. */
static __maybe_unused void rt_symbol_module(char *to, unsigned long address)
{
	const char *open, *close;

	rt_symbol_describe(to, address);
	open = strchr(to, '[');
	close = open ? strchr(open, ']') : NULL;
	if (close)
		rt_string_copy_bytes(to, open + 1, close - open - 1);
	else
		to[0] = 0;
}

#endif
