/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our own terminal, while a command in the guest has one. */
#ifndef SPILE_VM_TERMINAL_H
#define SPILE_VM_TERMINAL_H

#include <stdbool.h>
#include <termios.h>

#include "channel.h"

struct terminal {
	bool is_raw;
	struct termios saved;
};

/* Whether standard input, output and error are all terminals. */
bool terminal_is_ours(void);
/* Every key reaches the guest as it is, until terminal_restore(), which may be called always. */
void terminal_make_raw(struct terminal *terminal);
void terminal_restore(struct terminal *terminal);
/* Rows and columns of standard output; zeros when that is no terminal. */
struct vm_window terminal_window(void);

#endif
