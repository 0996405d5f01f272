/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the compiler thinks of a script's @const. Called by kbuild.c when a module cannot be built. */
#ifndef SPILE_BUILD_CONSTANTS_H
#define SPILE_BUILD_CONSTANTS_H

#include "build/kbuild.h"

/*
 * Reports E-constant for each @const that the compiler's errors (what make said) are about. False if
 * they are about none.
 */
bool constants_report(struct diag *diag, const struct kbuild_request *request, const char *errors);

#endif
