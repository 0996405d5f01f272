/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * First include of every generated file: the kernel, the runtime, the frame around families.
 *
 * The generated file has defined its limits before (MAXSTRINGLEN, MAXACTION, ...) and ends with
 * the tables of module/script.h.
 */
#ifndef SPILE_MODULE_PROLOGUE_H
#define SPILE_MODULE_PROLOGUE_H

#include "runtime/compat/kernel.h"
#include "abi.h"
#include "format.h"
#include "runtime/session.h"
#include "runtime/place.h"
#include "runtime/context.h"
#include "runtime/error.h"
#include "runtime/text.h"
#include "runtime/arith.h"
#include "runtime/mail.h"
#include "runtime/lock.h"
#include "runtime/wide.h"
#include "runtime/stat.h"
#include "runtime/map.h"
#include "runtime/foreach.h"
#include "runtime/stream.h"
#include "runtime/output.h"
#include "runtime/histogram.h"
#include "runtime/overload.h"
#include "runtime/handler.h"
#include "runtime/report.h"
#include "runtime/user.h"
#include "runtime/regs.h"
#include "runtime/words.h"
#include "runtime/symbol.h"
#include "runtime/stack.h"
#include "runtime/line.h"
#include "runtime/location.h"
#include "runtime/entered.h"
#include "runtime/regex.h"
#include "runtime/count.h"
#include "runtime/globals.h"
#include "runtime/address.h"
#include "module/script.h"

#endif
