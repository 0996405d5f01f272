/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that look after the cache: `spile warm` and `spile cache`. */
#ifndef SPILE_DRIVER_UPKEEP_H
#define SPILE_DRIVER_UPKEEP_H

/* Each gets the arguments from its own name on; the process's exit status. */
int upkeep_warm(int argc, char **argv);
int upkeep_cache(int argc, char **argv);

#endif
