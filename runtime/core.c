/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of the runtime that every module has. It runs in the session thread, but for the end of a
 * record's room, and so is compiled to be small: see module/README.md.
 */
#include "session.c"
#include "context.c"
#include "stream.c"
#include "output.c"
#include "handler.c"
