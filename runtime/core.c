/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of the runtime that every module has, as one object: see module/README.md.
 */
#include "session.c"
#include "context.c"
#include "place.c"
#include "mail.c"
#include "text.c"
#include "error.c"
#include "budget.c"
#include "overload.c"
#include "lock.c"
#include "count.c"
#include "stream.c"
#include "output.c"
#include "handler.c"
