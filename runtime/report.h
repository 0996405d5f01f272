/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is told besides the script's output: texts of errors and warnings, and gaps.
 *
 * Called by hit.c, by generated code, and by module/ in the session thread. Where every handler runs
 * in process context and only prints, there is nothing of the kind.
 */
#ifndef SPILE_RUNTIME_REPORT_H
#define SPILE_RUNTIME_REPORT_H

#include "handler.h"

/* Writes a record whose payload is one string; false if it is lost. Context: any, NMI included. */
bool rt_record_text(struct rt_context *c, u32 type, const char *text);

/* Sends a warning, printf-like, to the user's standard error. Context: any, NMI included. */
__printf(2, 3)
void rt_warning(struct rt_context *c, const char *format, ...);

/*
 * Writes a line or part of one to the script's output, printf-like and at most RT_TEXT_SIZE - 1 bytes;
 * `number` is that of the format "%s": STAP_PRINTF. Context: any, NMI included.
 */
__printf(3, 4)
void rt_print_text(struct rt_context *c, u32 number, const char *format, ...);

/* Writes one text record in the name of `probe`. Context: session thread. */
void rt_process_report(struct rt_probe *probe, u32 type, const char *text);

/*
 * Writes down, with no record behind it, what was lost on this stream. Context: process, no handler
 * of the stream runs.
 */
void rt_gap_settle(struct rt_context *c);

#endif
