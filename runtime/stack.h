/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls that lead to a probe, innermost first: number 0 is the probe's own instruction, 1 where
 * its function goes on behind the call, and so on. At a function's return number 0 is already where
 * the caller goes on. A probe without registers has the calls that lead to the script's module.
 *
 * Called by tapsets/stack.stp. A walk takes the kernel some 50 ns for each call. Context: any, NMI
 * included.
 */
#ifndef SPILE_RUNTIME_STACK_H
#define SPILE_RUNTIME_STACK_H

#include "symbol.h"

/* The address of call `number`, from 0; 0: there are not so many. */
unsigned long rt_stack_address(struct rt_context *c, s64 number);

/*
 * The addresses of `count` calls (below 0: of all) from number `first` on, to to[MAXSTRINGLEN] in
 * hexadecimal with blanks between them; as many as it has room for.
 */
void rt_stack_addresses(struct rt_context *c, char *to, s64 first, s64 count);

/* Number `n`, from 0, of such a text; 0: it has not so many. */
s64 rt_stack_word(const char *text, s64 n);

#endif
