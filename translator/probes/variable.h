/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Target variables that debugging information locates: how a handler gets at one, what to say of
 * those that it does not have. For families whose probes sit on places in the code, and for @var.
 */
#ifndef SPILE_PROBES_VARIABLE_H
#define SPILE_PROBES_VARIABLE_H

#include "knowledge/variables.h"
#include "probes/probe.h"

/*
 * The variable as the base of a path, whose types are those of `module` (NULL: the kernel's). NULL
 * after E-target-variable was reported at `expr`: it is nowhere there.
 */
struct access *access_of_variable(const struct probe_target *target, const struct code_variable *variable,
				  const char *module, const struct expr *expr);

/*
 * Reports E-target-variable: what `expr` names is none of the variables (of struct code_variable)
 * that `where` ("function 'vfs_read'") sees; names them, and the one that may have been meant.
 */
void report_no_variable(const struct probe_target *target, const GPtrArray *variables, const char *where,
			const struct expr *expr);

/* What looking at registers takes, a bit for each of DWARF's numbers: enum handler_use. */
unsigned int uses_of_registers(uint32_t registers);

/* The same variables as lists and $$vars want them: struct target_variable. */
GPtrArray *target_variables_of(struct arena *arena, const GPtrArray *variables);

#endif
