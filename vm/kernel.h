/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel to boot: which one, its boot image in the form that starts fastest, and the files
 * of the modules the machine needs from it (kernel.c, download.c, image.c, modules.c).
 */
#ifndef SPILE_VM_KERNEL_H
#define SPILE_VM_KERNEL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/diag.h"
#include "channel.h"

struct vm_kernel {
	const char *release;
	const char *image;	/* path of the boot image (bzImage) */
	const char *modules;	/* folder with modules.dep; NULL: everything is built in */
	bool is_installed;	/* of the host, not of the cache */
	enum vm_files files;	/* the best way to them that its modules allow */
};

/*
 * The kernel named `release`, or the best there is (see struct vm_request), downloaded into
 * `cache` if it must be. False after an error was reported.
 */
bool kernel_find(struct arena *arena, struct diag *diag, const char *release, const char *cache,
		 struct vm_kernel *ret);

/* The folder below which the cached kernel `release` is unpacked, as it would be below /. */
const char *kernel_cached_root(struct arena *arena, const char *cache, const char *release);

/*
 * Fetches the packages of a kernel (NULL: the distribution's default one) and unpacks them to
 * its kernel_cached_root(), installing nothing. Returns the release; NULL after an error.
 */
const char *kernel_download(struct arena *arena, struct diag *diag, const char *release,
			    const char *cache);

/*
 * The modules named, and those they need, as paths in loading order; names that are built in
 * add nothing. Returns NULL if all was found, else the first name that the kernel lacks.
 */
const char *modules_resolve(struct arena *arena, const struct vm_kernel *kernel,
			    const char *const names[], GPtrArray *paths);

/* The modules without which there is no machine, and no host files in this way; ends with NULL. */
const char *const *modules_needed(enum vm_files files);

/*
 * The kernel as an uncompressed ELF file, kept in the cache, when QEMU can start that: under TCG
 * decompressing takes longer than all the rest of the boot. Otherwise the boot image itself.
 */
const char *image_for_boot(struct arena *arena, const struct vm_kernel *kernel, const char *cache);

/* Whether the ELF file in memory is a program that runs without a dynamic linker. */
bool image_is_static(const void *bytes, gsize length);

#endif
