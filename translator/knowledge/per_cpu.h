/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Variables that the kernel has one of for each CPU, as BTF knows them. For variables.c. */
#ifndef SPILE_KNOWLEDGE_PER_CPU_H
#define SPILE_KNOWLEDGE_PER_CPU_H

#include "knowledge/location.h"
#include "knowledge/knowledge.h"

/* This CPU's copy. NULL: BTF knows none of that name, or several. */
const struct code_variable *per_cpu_variable(struct knowledge *knowledge, const char *name);

/* Appends the names (char *) that BTF knows. */
void per_cpu_names(struct knowledge *knowledge, GPtrArray *names);

#endif
