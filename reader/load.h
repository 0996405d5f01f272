/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading a module into the kernel and taking it out again. */
#ifndef SPILE_READER_LOAD_H
#define SPILE_READER_LOAD_H

#include <stdbool.h>

#include "module_file.h"
#include "text.h"

/*
 * Appends "name=value" to a parameter line, in quotes where the value holds blanks. A value
 * cannot hold a quote: the kernel has no way to write it.
 */
void load_add_parameter(struct text *line, const char *parameter);

/*
 * Appends the names of some symbols that the module needs and the running kernel does not have,
 * with commas between them. Returns how many; 0 also if the kernel does not tell.
 */
size_t load_list_missing(const struct module_file *file, struct text *list);

/* Loads the module; says in words why not. `parameters` as made by load_add_parameter(). */
bool load_module(const struct module_file *file, const char *parameters);

/*
 * Unloads a module, trying again for some seconds while it is in use. False: said why. A
 * module that is not there any more is a success.
 */
bool load_unload(const char *name);

/* -d: the same for a module given by name or by the path of its file; absence is an error. */
bool load_unload_left_behind(const char *name_or_path);

#endif
