/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of a record that are made twice: when it is written, and when it is looked at again. */
#define _GNU_SOURCE
#include "launcher/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Changes when a record is written or used in another way. */
#define FORMAT "spile run 1 " SPILE_VERSION

extern char **environ;

/* ---- The key ---- */

static void put(FILE *out, const char *text)
{
	fwrite(text, 1, strlen(text) + 1, out);
}

/* What shells count or remember for themselves; the current folder is in the key anyway. */
static bool is_of_shell(const char *variable)
{
	static const char *const names[] = { "_=", "OLDPWD=", "PWD=", "SHLVL=" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static size_t count_of(const char *const *argv)
{
	size_t count = 0;

	while (argv[count])
		count++;
	return count;
}

bool record_key_make(struct record_key *key, const char *const *argv)
{
	FILE *out = open_memstream(&key->bytes, &key->length);
	char *folder = getcwd(NULL, 0);

	if (!out || !folder) {
		free(folder);
		if (out)
			fclose(out);
		return false;
	}
	put(out, FORMAT);
	fprintf(out, "%u%c", (unsigned int)geteuid(), 0);
	put(out, folder);
	fprintf(out, "%zu%c", count_of(argv), 0);
	for (; *argv; argv++)
		put(out, *argv);
	for (char **variable = environ; *variable; variable++)
		if (!is_of_shell(*variable))
			put(out, *variable);
	put(out, "");
	free(folder);
	if (fclose(out) == 0)
		return true;
	free(key->bytes);
	return false;
}

/* What stands behind the next zero byte; NULL if there is no more. */
static const char *behind(const char *text, const char *end)
{
	const char *zero = text ? memchr(text, '\0', (size_t)(end - text)) : NULL;

	return zero && zero + 1 < end ? zero + 1 : NULL;
}

char *record_command(const char *bytes, size_t length)
{
	const char *end = bytes + length, *folder = behind(behind(bytes, end), end);
	const char *count = behind(folder, end), *word = behind(count, end);
	char *text = NULL;
	size_t size;
	FILE *out = word ? open_memstream(&text, &size) : NULL;

	if (!out)
		return NULL;
	for (unsigned long left = strtoul(count, NULL, 10); left && word && behind(word, end); left--) {
		fprintf(out, left > 1 ? "%s " : "%s", word);
		word = behind(word, end);
	}
	fclose(out);
	return text;
}

uint64_t record_hash(const char *bytes, size_t length)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3;
	return hash;
}

void record_name(const struct record_key *key, char *text, size_t size)
{
	snprintf(text, size, "%016" PRIx64, record_hash(key->bytes, key->length));
}

/* ---- The system ---- */

static bool read_boot(char text[40])
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	bool ok = file && fscanf(file, "%36s", text) == 1;

	if (file)
		fclose(file);
	return ok;
}

/* Of names and addresses; use counts and states come and go. */
static bool hash_modules(uint64_t *hash_ret)
{
	FILE *file = fopen("/proc/modules", "re");
	char name[64], address[32], text[128];
	uint64_t hash = 0;

	if (!file)
		return false;
	while (fscanf(file, "%63s %*s %*s %*s %*s %31s%*[^\n]", name, address) == 2) {
		if (strncmp(name, "spile_", strlen("spile_")) == 0)
			continue;
		snprintf(text, sizeof(text), "%016" PRIx64 " %s %s", hash, name, address);
		hash = record_hash(text, strlen(text));
	}
	fclose(file);
	*hash_ret = hash;
	return true;
}

bool record_system(char *text, size_t size)
{
	char boot[40];
	uint64_t modules;

	if (!read_boot(boot) || !hash_modules(&modules))
		return false;
	snprintf(text, size, "%s %016" PRIx64, boot, modules);
	return true;
}

/* ---- Inputs ---- */

/* Nanoseconds in which a file system's clock has gone on for sure. */
static long long tick_of(const struct timespec *time)
{
	/* Some count in seconds, or in two of them. */
	return time->tv_nsec ? 50000000LL : 3000000000LL;
}

static bool is_fresh(const struct timespec *time)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (now.tv_sec - time->tv_sec) * 1000000000LL + now.tv_nsec - time->tv_nsec < tick_of(time);
}

void record_input(const char *path, char *text, size_t size, bool *is_fresh_ret)
{
	struct stat status;
	bool is_there = stat(path, &status) == 0;

	if (is_there)
		snprintf(text, size, "%llu %llu %lld %lld.%09ld %lld.%09ld", (unsigned long long)status.st_dev,
			 (unsigned long long)status.st_ino, (long long)status.st_size,
			 (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
			 (long long)status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
	else
		snprintf(text, size, "absent");
	if (is_fresh_ret)
		*is_fresh_ret = is_there && (is_fresh(&status.st_mtim) || is_fresh(&status.st_ctim));
}
