/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where sections of kernel modules lie, for a script that reads variables of modules. */
#ifndef SPILE_READER_ANCHORS_H
#define SPILE_READER_ANCHORS_H

#include <stdbool.h>

#include "module_file.h"
#include "text.h"

/*
 * Appends the parameter that tells the script's module the addresses it asks for, and nothing if it
 * asks for none. False: said which one there is not.
 */
bool anchors_add_parameter(struct text *line, const struct module_file *file);

/* The same with another place for /sys, for tests. */
bool anchors_add_parameter_in(struct text *line, const struct module_file *file, const char *root);

#endif
