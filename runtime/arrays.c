/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arrays and statistics, as one object: for scripts that have any.
 */
#include "stat.c"
#include "histogram.c"
#include "map.c"
#include "element.c"
#include "foreach.c"
#include "globals.c"
