/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors on their way from handlers to the session thread, which can wait for room in the output.
 *
 * A few letter boxes, taken by whoever finds one free, in any context. The session thread empties
 * them in the order of their time (module/report.h). An error that finds none goes the way of all
 * output, and is counted if it is lost there too: handler.h.
 */
#ifndef SPILE_RUNTIME_MAIL_H
#define SPILE_RUNTIME_MAIL_H

#include "session.h"

/* An empty box for an error of probe number `probe`, or NULL. Context: any, NMI included. */
struct rt_mail *rt_mail_open(u32 probe);

/* Sends what was written into the box's text. Context: any, NMI included. */
void rt_mail_send(struct rt_mail *mail);

/* The oldest error that was sent, or NULL. Context: session thread. */
struct rt_mail *rt_mail_next(void);

/* Empties a box of rt_mail_next. Context: session thread. */
void rt_mail_drop(struct rt_mail *mail);

#endif
