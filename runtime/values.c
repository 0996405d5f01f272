/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory, registers and names of addresses, as one object: for scripts that look at any.
 */
#include "user.c"
#include "regs.c"
#include "symbol.c"
