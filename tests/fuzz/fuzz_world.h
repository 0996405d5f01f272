/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzzer's scripts find around them: a kernel with three tracepoints, six functions and no
 * headers, so that no compiler is ever started, and the checkout's own tapset library. To be
 * included once.
 */
#ifndef SPILE_TESTS_FUZZ_WORLD_H
#define SPILE_TESTS_FUZZ_WORLD_H

#include "script/parse.h"
#include "target/kernel_tree.h"
#include "target/symbols.h"

#define FUZZ_RELEASE "6.1.0-fuzz"

/* Makes ready what stays the same. False with errno set if there is no place for it. */
bool fuzz_world_open(void);

/* What the conditions of a script with these options are decided by. */
struct fuzz_options;
struct preprocessor_world fuzz_world_for_preprocessor(struct fuzz_options *options);

/* Adds the library's macros to context->macros. */
void fuzz_world_add_macros(const struct parse_context *context);
/* The library's scripts, parsed anew: analysis writes to them. */
GPtrArray *fuzz_world_library(const struct parse_context *context);

struct kernel_tree fuzz_world_kernel(void);
struct symbol_table *fuzz_world_symbols(struct arena *arena);

#endif
