/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command line came to when it was last run: the module that it ran, and all that this
 * depended on. The translator writes a record of it (translator/driver/remember.c), the launcher
 * runs the same again without the translator as long as nothing has changed. Both know the form of
 * a record from here. libc only.
 *
 * A record is a file of strings, each ended by a zero byte:
 *
 *   the key          who asks what: see record_key_make()
 *   the system       see record_system()
 *   INPUT PATH       for each file that was read or looked for: see record_input()
 *   ""               no more of them
 *   MODULE           the file in the cache that begins with the module
 *   NAME             the module's, with zeros where the number of a process goes (naming.h)
 *   LENGTH HASH      of the module
 *   COUNT ARGUMENT...  the command line of the loader, without the module at its end
 */
#ifndef SPILE_LAUNCHER_RECORD_H
#define SPILE_LAUNCHER_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_FOLDER "runs"		/* in the cache */

struct record_key {
	char *bytes;			/* to be freed */
	size_t length;
};

/* Long enough for record_input() and record_system(). */
#define RECORD_TEXT_MOST 160

/*
 * The version of spile, the user, the current folder, the arguments and the whole environment, but for
 * what a shell notes there for itself. False without memory, or without a current folder.
 */
bool record_key_make(struct record_key *key, const char *const *argv);

/* The command line of a record, its words separated by spaces, to be freed; NULL if it is none. */
char *record_command(const char *bytes, size_t length);

/* The name of the key's record in RECORD_FOLDER. */
void record_name(const struct record_key *key, char *text, size_t size);

/* A hash that tells damage, and no malice (FNV-1a). */
uint64_t record_hash(const char *bytes, size_t length);

/*
 * Which start of the machine this is, and which modules of the kernel are loaded at which addresses:
 * within one start, kernel and kallsyms are the same as long as these are. Modules of spile's own sessions
 * do not count. False if /proc does not tell.
 */
bool record_system(char *text, size_t size);

/*
 * What stat() says of a file: its change gives another text, whatever its time of modification is set
 * to. "absent" if there is none. *is_fresh_ret: it was changed just now, so that the next change
 * may be within the same tick of the file system's clock. NULL if nobody wants to know.
 */
void record_input(const char *path, char *text, size_t size, bool *is_fresh_ret);

#endif
