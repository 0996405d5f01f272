/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory, registers, command lines, names of addresses and the calls between them, as one object: for
 * scripts that look at any.
 */
#include "user.c"
#include "regs.c"
#include "words.c"
#include "symbol.c"
#include "stack.c"
