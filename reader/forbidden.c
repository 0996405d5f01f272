/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must not be probed, for all that can be known here: functions of certain sections of the
 * kernel, those in its own list, and script modules. The kernel would refuse a kprobe there, but not
 * the function tracer. Called by whoever takes symbols from the kernel: symbol_source.c for the table
 * of a session, symbol_index_write.c for the file that later ones look into.
 */
#include "forbidden.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi.h"

#define LIST_PATH "/sys/kernel/debug/kprobes/blacklist"

static const char *const texts[FORBIDDEN_REASONS] = {
	[FORBIDDEN_KPROBES] = "it lies in the kernel's section .kprobes.text",
	[FORBIDDEN_NOINSTR] = "it lies in the kernel's section .noinstr.text",
	[FORBIDDEN_ENTRY] = "it lies in the kernel's section .entry.text",
	[FORBIDDEN_LISTED] = "it is in the kernel's list " LIST_PATH,
	[FORBIDDEN_SESSION] = "it belongs to a session of spile",
};

const char *forbidden_text(enum forbidden_reason reason)
{
	return texts[reason];
}

/* ---- By where they lie ---- */

enum { INIT_SECTION, CODE_SECTION, FIRST_FORBIDDEN_SECTION };

/* What the kernel has no probes in, whether or not it shows its list of them. */
static const struct section {
	const char *start, *end;
	enum forbidden_reason reason;
} sections_known[FORBIDDEN_SECTIONS] = {
	[INIT_SECTION] = { "_sinittext", "_einittext", FORBIDDEN_NOT },
	[CODE_SECTION] = { "_stext", "_etext", FORBIDDEN_NOT },
	[FIRST_FORBIDDEN_SECTION] = { "__kprobes_text_start", "__kprobes_text_end", FORBIDDEN_KPROBES },
	{ "__noinstr_text_start", "__noinstr_text_end", FORBIDDEN_NOINSTR },
	{ "__entry_text_start", "__entry_text_end", FORBIDDEN_ENTRY },
};

void forbidden_note(struct forbidden_sections *sections, const char *name, __u64 address)
{
	if (name[0] != '_')
		return;
	for (size_t i = 0; i < FORBIDDEN_SECTIONS; i++) {
		if (strcmp(name, sections_known[i].start) == 0)
			sections->items[i].from = address;
		else if (strcmp(name, sections_known[i].end) == 0)
			sections->items[i].to = address;
	}
}

static bool is_in(const struct forbidden_sections *sections, size_t i, __u64 address)
{
	return sections->items[i].from && address >= sections->items[i].from && address < sections->items[i].to;
}

bool forbidden_is_gone(const struct forbidden_sections *sections, __u64 address)
{
	return is_in(sections, INIT_SECTION, address);
}

bool forbidden_is_behind_code(const struct forbidden_sections *sections, __u64 address)
{
	return sections->items[CODE_SECTION].from && sections->items[CODE_SECTION].to &&
	       address > sections->items[CODE_SECTION].to && !forbidden_is_gone(sections, address);
}

enum forbidden_reason forbidden_by_section(const struct forbidden_sections *sections, __u64 address)
{
	for (size_t i = FORBIDDEN_SECTIONS; i-- > FIRST_FORBIDDEN_SECTION;)
		if (is_in(sections, i, address))
			return sections_known[i].reason;
	return FORBIDDEN_NOT;
}

/* ---- By the kernel's list ---- */

bool forbidden_means(const struct forbidden_function *function, __u64 address)
{
	return !function->to || (address >= function->from && address < function->to);
}

/* "0xSTART-0xEND<tab>NAME", cut up in place; where addresses are hidden, names are not. */
static bool parse_function(char *line, struct forbidden_function *ret)
{
	char *at;

	ret->from = strtoull(line, &at, 16);
	if (at == line || *at != '-')
		return false;
	ret->to = strtoull(at + 1, &at, 16);
	if (*at != '\t' || !at[1])
		return false;
	ret->name = at + 1;
	at[1 + strcspn(at + 1, " \t")] = '\0';
	return true;
}

static void add_function(struct forbidden_list *list, const struct forbidden_function *function)
{
	size_t capacity = list->count ? 2 * list->count : 1;

	if ((list->count & (list->count - 1)) == 0)
		list->items = memory_resize(list->items, capacity * sizeof(*list->items));
	list->items[list->count++] = *function;
}

void forbidden_list_parse(struct forbidden_list *ret, struct text *text)
{
	struct forbidden_function function;
	char *line;

	memset(ret, 0, sizeof(*ret));
	ret->names = *text;
	ret->is_known = true;
	memset(text, 0, sizeof(*text));
	for (line = ret->names.bytes; line && *line;) {
		char *newline = strchr(line, '\n');

		if (newline)
			*newline = '\0';
		if (parse_function(line, &function))
			add_function(ret, &function);
		line = newline ? newline + 1 : NULL;
	}
}

void forbidden_list_read(struct forbidden_list *ret)
{
	struct text text = { 0 };

	memset(ret, 0, sizeof(*ret));
	if (text_read_file(&text, LIST_PATH))
		forbidden_list_parse(ret, &text);
	text_fini(&text);
}

bool forbidden_list_is_open(void)
{
	int fd = open(LIST_PATH, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

void forbidden_list_fini(struct forbidden_list *list)
{
	free(list->items);
	text_fini(&list->names);
	memset(list, 0, sizeof(*list));
}

/* ---- Modules of sessions ---- */

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

void forbidden_modules_read(struct forbidden_modules *ret, const char *folder)
{
	DIR *entries = opendir(folder);
	struct dirent *entry;

	memset(ret, 0, sizeof(*ret));
	if (!entries)
		return;
	while ((entry = readdir(entries))) {
		if (strncmp(entry->d_name, SPILE_PROC_PREFIX, strlen(SPILE_PROC_PREFIX)) != 0)
			continue;
		ret->names = memory_resize(ret->names, (ret->count + 1) * sizeof(*ret->names));
		ret->names[ret->count++] = memory_copy(entry->d_name + strlen(SPILE_PROC_PREFIX));
	}
	closedir(entries);
	if (ret->count)
		qsort(ret->names, ret->count, sizeof(*ret->names), compare_names);
}

bool forbidden_modules_have(const struct forbidden_modules *modules, const char *name)
{
	return modules->count &&
	       bsearch(&name, modules->names, modules->count, sizeof(*modules->names), compare_names);
}

void forbidden_modules_fini(struct forbidden_modules *modules)
{
	for (size_t i = 0; i < modules->count; i++)
		free(modules->names[i]);
	free(modules->names);
	memset(modules, 0, sizeof(*modules));
}
