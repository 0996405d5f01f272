/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A script module's .ko file, read without loading it. */
#ifndef SPILE_READER_MODULE_FILE_H
#define SPILE_READER_MODULE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Strings that lie in the file. */
struct string_list {
	const char **items;
	size_t count;
};

/* A probe's number and its point as it is written in the script. */
struct probe_name {
	unsigned long index;
	const char *name;
};

struct module_file {
	const char *path;
	int fd;			/* -1 when parsed from memory */
	const unsigned char *bytes;	/* the mapped file; all strings below point into it */
	size_t size;
	uint16_t machine;	/* EM_* */
	bool is_signed;
	const char *name;	/* what the kernel will call the module */
	char *name_made;	/* `name` when it had to be made of the path, else NULL */
	struct string_list information;	/* .modinfo: "key=value" */
	struct string_list formats;	/* by their numbers */
	struct probe_name *probes;	/* in the order of their numbers */
	size_t probe_count;
	struct string_list undefined;	/* names of symbols that the kernel must offer */
};

/* Maps and parses the file; says what is wrong and returns false. Pairs with _fini(). */
bool module_file_open(struct module_file *ret, const char *path);

/*
 * Parses `size` bytes, which must outlive the result. Every offset is checked: false with the
 * reason in *why_ret for whatever is no intact ELF module. `path` serves to make up a name.
 */
bool module_file_parse(struct module_file *ret, const char *path, const void *bytes, size_t size,
		       const char **why_ret);

void module_file_fini(struct module_file *file);

/* The value of the first "key=value"; NULL if there is none. */
const char *module_file_value(const struct module_file *file, const char *key);
/* The value of the next one, from *position on (start with 0), which is moved behind it. */
const char *module_file_next_value(const struct module_file *file, const char *key,
				   size_t *position);
/* Makes `probes` of `information`: there may be many thousands of them. Is called by the above. */
void module_file_name_probes(struct module_file *file);
/* The probe point of the probe as it is written in the script; "?" if the file does not say. */
const char *module_file_probe(const struct module_file *file, unsigned int probe);
/*
 * Whether the script has written the probe: others only keep registers for handlers, and have neither a
 * name nor hits. True of all if the file has no names.
 */
bool module_file_has_probe(const struct module_file *file, unsigned int probe);

#endif
