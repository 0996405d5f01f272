/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the BTF of a kernel and of its modules is: as files of the running kernel, else within the
 * kernel image or the module's file, out of which it is copied to the cache once.
 */
#ifndef SPILE_KNOWLEDGE_BTF_FILES_H
#define SPILE_KNOWLEDGE_BTF_FILES_H

#include "target/kernel_tree.h"

struct btf_file {
	const char *path;	/* of a file that is BTF and nothing else */
	const char *origin;	/* what it was found in, for people: "/boot/vmlinuz-6.1.0-13-amd64" */
};

/*
 * That of the kernel, or of `module`. `root` is "" but in tests, where it stands before /boot and
 * the like. False, with the reason in *why_ret, if there is none. All strings are the arena's.
 */
bool btf_file_find(struct arena *arena, const char *root, const struct kernel_tree *tree,
		   const char *module, struct btf_file *ret, const char **why_ret);

#endif
