/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of addresses, by the kernel's own printf.
 */
#include "symbol.h"

unsigned long rt_probe_address(const struct rt_context *c)
{
	if (!c->regs)
		return 0;
	if (!c->function || c->probe->is_at_return)
		return c->regs->ip;
	/* What a breakpoint leaves is the address behind its byte. */
	return kc_kprobe_function(c->regs->ip - 1);
}

void rt_symbol_describe(char *to, unsigned long address)
{
	snprintf(to, MAXSTRINGLEN, "%pS", (void *)address);
	if (strchr(to, '+') && !strchr(to, '['))
		rt_string_append(to, " [kernel]");
}

void rt_symbol_name(char *to, unsigned long address)
{
	snprintf(to, MAXSTRINGLEN, "%ps", (void *)address);
	to[strcspn(to, " ")] = 0;
}

void rt_symbol_module(char *to, unsigned long address)
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
