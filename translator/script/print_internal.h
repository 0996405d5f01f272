/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What print.c and print_expression.c share. */
#ifndef SPILE_SCRIPT_PRINT_INTERNAL_H
#define SPILE_SCRIPT_PRINT_INTERNAL_H

#include "script/ast.h"

/* A literal where the grammar has one and no expression: -1 stays -1. */
void print_literal(const struct expr *literal, GString *out);
/* Separated by commas; `separator` stands before the first one, if there is one. */
void print_list(const GPtrArray *list, const char *separator, GString *out);
/* "@count" ... */
const char *print_statistic_name(enum statistic_operator operation);

#endif
