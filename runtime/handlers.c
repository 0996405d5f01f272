/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of the runtime for handlers that run for a hit, or do more than print.
 */
#include "text.c"
#include "error.c"
#include "place.c"
#include "mail.c"
#include "report.c"
#include "fail.c"
#include "budget.c"
#include "overload.c"
#include "lock.c"
#include "count.c"
#include "hit.c"
