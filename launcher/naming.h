/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two sessions of one script at a time need two names; a module that is kept needs a stable one. So it is
 * built with zeros where the number of a process goes. libc only.
 */
#ifndef SPILE_LAUNCHER_NAMING_H
#define SPILE_LAUNCHER_NAMING_H

#include <stddef.h>

#define NAMING_ZEROS "_0000000"

/*
 * Puts the number of this process into the place of the zeros, in the module's bytes wherever its name
 * stands there, and in `name` itself. A name without them stays, and so does the module.
 */
void naming_make_own(char *name, char *bytes, size_t length);

#endif
