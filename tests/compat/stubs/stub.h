/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for all headers of a kernel at once: STUB says which one's interfaces it has, 310 for
 * Linux 3.10 with no more of RHEL's backports than spile needs, 418, 510, 514 and 703 for 4.18, 5.10,
 * 5.14 and 7.3. RHEL's 7.9 to 9.3 lie in between; they were built and run for docs/COMPAT.md.
 *
 * tests/compat/run makes a file of each name that the kernel side includes, which includes this one.
 */
#ifndef STUB_H
#define STUB_H

#include "base.h"
#include "tasks.h"
#include "files.h"
#include "probes.h"

#endif
