/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The distribution we run on, as far as an error message needs it: the exact command that
 * installs what is missing. `root` is "" but in tests, where it is the folder that holds a
 * made-up etc/os-release.
 */
#ifndef SPILE_TARGET_DISTRIBUTION_H
#define SPILE_TARGET_DISTRIBUTION_H

#include "base/arena.h"

/* What os-release says; "" where it says nothing. Strings are the arena's. */
struct distribution {
	const char *id, *version, *name;	/* "rhel", "7.9", "Red Hat Enterprise Linux Server 7.9 (Maipo)" */
};

struct distribution distribution_read(struct arena *arena, const char *root);

/*
 * The command that installs the build tree of a kernel: "apt-get install
 * linux-headers-6.1.0-13-amd64". The release's own style (".el9", "-default") wins over the
 * distribution's, since a kernel of one is not packaged by another. Owned by the arena.
 */
const char *distribution_kernel_command(struct arena *arena, const char *root, const char *release);

/* The command that brings the kernel's debugging information. Owned by the arena. */
const char *distribution_debuginfo_command(struct arena *arena, const char *root, const char *release);

/* One of these commands, so that a package which is installed is installed again. */
const char *distribution_again(struct arena *arena, const char *command);

/* The command that installs the program `tool` ("gcc-12", "make"). Owned by the arena. */
const char *distribution_tool_command(struct arena *arena, const char *root, const char *tool);

#endif
