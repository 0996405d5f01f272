/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Raw mode and size of the terminal we were started on. Called by session.c and command.c. */
#include "terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

bool terminal_is_ours(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && isatty(STDERR_FILENO);
}

void terminal_make_raw(struct terminal *terminal)
{
	struct termios raw;

	if (terminal->is_raw || tcgetattr(STDIN_FILENO, &terminal->saved) != 0)
		return;
	raw = terminal->saved;
	cfmakeraw(&raw);
	terminal->is_raw = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

void terminal_restore(struct terminal *terminal)
{
	if (terminal->is_raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal->saved);
	terminal->is_raw = false;
}

struct vm_window terminal_window(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
		return (struct vm_window){ 0, 0 };
	return (struct vm_window){ .rows = size.ws_row, .columns = size.ws_col };
}
