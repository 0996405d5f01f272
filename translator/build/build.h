/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generated C into a kernel module, by the shortest way that makes what kbuild would make.
 */
#ifndef SPILE_BUILD_BUILD_H
#define SPILE_BUILD_BUILD_H

#include "build/kbuild.h"
#include "emit/emit.h"

struct build_request {
	const char *name;	/* of the module: a C identifier */
	const char *script;	/* its script's name, for the list of what is in the cache */
	const struct generated *code;
	const char *work_dir;	/* made if missing; no white space in its path */
	bool plain;		/* kbuild makes it, whatever there is in the cache */
	int verbosity;		/* 1: how it is made; 3: all that was said */
};

/*
 * The path of NAME.ko in the work folder: from the cache, by the shortcut, or else by kbuild, whose
 * results and errors are those of kbuild_module(). NULL after an error of that, of kernel_flags_get()
 * or of features_prepare(). *kept_ret: the file in the cache that begins with it, NULL if none does.
 */
const char *build_module(struct arena *arena, struct diag *diag, const struct kernel_tree *tree,
			 const struct build_request *request, const char **kept_ret);

/*
 * Finds out all there is to know of a tree and compiles ahead for it, so that the first script is
 * like any other: request->code has the parts (emit_all_parts()), and needs no script. False after an
 * error; a tree that only kbuild can make modules for is none.
 */
bool build_warm(struct arena *arena, struct diag *diag, const struct kernel_tree *tree,
		const struct build_request *request);

#endif
