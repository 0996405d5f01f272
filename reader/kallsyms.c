/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of /proc/kallsyms: read once per session, and only if there is something to look
 * up in it. points.c asks it for addresses, load.c for the reason of a failed load.
 *
 * The file has a few hundred thousand lines, more than what else spilerun needs of memory. So it
 * is read piece by piece, and only the lines of interest are kept, to be cut up in place.
 * Functions of the kernel's init section are left out: their memory is long gone. Those that must
 * not be probed stay, with the reason; the kernel would refuse a kprobe, but not the function tracer.
 */
#include "kallsyms.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

#define SYMBOLS_PATH "/proc/kallsyms"
#define BLACKLIST_PATH "/sys/kernel/debug/kprobes/blacklist"

#define INIT_START "_sinittext"
#define INIT_END "_einittext"
#define CODE_START "_stext"
#define CODE_END "_etext"

/* What the kernel has no probes in, whether or not it shows its list of them. */
static const struct forbidden_section {
	const char *start, *end, *reason;
} forbidden_sections[] = {
	{ "__kprobes_text_start", "__kprobes_text_end", "it lies in the kernel's section .kprobes.text" },
	{ "__noinstr_text_start", "__noinstr_text_end", "it lies in the kernel's section .noinstr.text" },
	{ "__entry_text_start", "__entry_text_end", "it lies in the kernel's section .entry.text" },
};

#define FORBIDDEN_SECTIONS (sizeof(forbidden_sections) / sizeof(forbidden_sections[0]))

#define PIECE (64 * 1024)
#define LINE_MOST 1024

/* Longer names are not compared for likeness. */
#define LIKENESS_LENGTH_MOST 128

/* ---- Lines and words ---- */

/* Cuts the next word off a line at *at; NULL at the line's end. */
static char *next_word(char **at)
{
	char *word = *at + strspn(*at, " \t");
	char *end = word + strcspn(word, " \t");

	if (word == end)
		return NULL;
	*at = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

/* Cuts the next line off the text at *at; NULL at the end. */
static char *next_line(char **at)
{
	char *line = *at;
	char *end;

	if (!line || !*line)
		return NULL;
	end = strchr(line, '\n');
	if (end)
		*end = '\0';
	*at = end ? end + 1 : NULL;
	return line;
}

/*
 * By the letters of nm(1). What the kernel's linker script defines, as jiffies, can have that of code
 * or of a number: whether it is a variable its address tells, see drop_code().
 */
static bool is_of_kind(enum symbol_kind kind, const char *type)
{
	return type[0] && !type[1] && strchr(kind == SYMBOL_FUNCTION ? "tTwW" : "bBdDrRvVtTaA", type[0]);
}

static void add_symbol(struct kallsyms *kallsyms, const char *name, const char *type, const char *module,
		       __u64 address)
{
	struct symbol *symbol;

	if ((kallsyms->count & (kallsyms->count - 1)) == 0)
		kallsyms->symbols = memory_resize(kallsyms->symbols,
						  (kallsyms->count ? 2 * kallsyms->count : 1) *
						  sizeof(*symbol));
	symbol = &kallsyms->symbols[kallsyms->count++];
	*symbol = (struct symbol){
		.name = name, .module = module, .address = address, .is_doubtful = strchr("tTaA", type[0]) != NULL,
	};
}

static int compare_symbols(const void *left, const void *right)
{
	const struct symbol *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	if (order)
		return order;
	return a->address < b->address ? -1 : a->address > b->address;
}

/* The module in "[name]", the fourth word of a line; cut out in place, NULL if there is none. */
static const char *module_of_word(char *word)
{
	size_t length = word ? strlen(word) : 0;

	if (length < 3 || word[0] != '[' || word[length - 1] != ']')
		return NULL;
	word[length - 1] = '\0';
	return word + 1;
}

static void parse_symbols(struct kallsyms *kallsyms)
{
	char *at = kallsyms->names.bytes;
	char *line;

	while ((line = next_line(&at))) {
		char *address = next_word(&line);
		char *type = next_word(&line);
		char *name = next_word(&line);

		if (name && is_of_kind(kallsyms->kind, type))
			add_symbol(kallsyms, name, type, module_of_word(next_word(&line)),
				   strtoull(address, NULL, 16));
	}
}

/* The addresses between two symbols; false if they are not there. Needs the table sorted. */
static bool find_section(const struct kallsyms *kallsyms, const char *start, const char *end, __u64 *from,
			 __u64 *to)
{
	size_t found;
	const struct symbol *first = kallsyms_find(kallsyms, start, &found);
	const struct symbol *last = kallsyms_find(kallsyms, end, &found);

	if (!first || !last)
		return false;
	*from = first->address;
	*to = last->address;
	return true;
}

static void drop_init_section(struct kallsyms *kallsyms)
{
	size_t kept = 0;
	__u64 from, to;

	if (!find_section(kallsyms, INIT_START, INIT_END, &from, &to))
		return;
	for (size_t i = 0; i < kallsyms->count; i++) {
		const struct symbol *symbol = &kallsyms->symbols[i];

		if (symbol->address < from || symbol->address >= to)
			kallsyms->symbols[kept++] = *symbol;
	}
	kallsyms->count = kept;
}

/* Of a table of variables: what lies in code, or may do so. A module's letters are to be believed. */
static void drop_code(struct kallsyms *kallsyms)
{
	__u64 from = 0, to = 0;
	bool is_known = find_section(kallsyms, CODE_START, CODE_END, &from, &to) && from;
	size_t kept = 0;

	for (size_t i = 0; i < kallsyms->count; i++) {
		const struct symbol *symbol = &kallsyms->symbols[i];

		if (!symbol->is_doubtful || (is_known && !symbol->module && symbol->address > to))
			kallsyms->symbols[kept++] = *symbol;
	}
	kallsyms->count = kept;
}

/* ---- What must not be probed ---- */

static void forbid_section(struct kallsyms *kallsyms, const struct forbidden_section *section)
{
	__u64 from, to;

	if (!find_section(kallsyms, section->start, section->end, &from, &to))
		return;
	for (size_t i = 0; i < kallsyms->count; i++) {
		struct symbol *symbol = &kallsyms->symbols[i];

		if (symbol->address >= from && symbol->address < to)
			symbol->forbidden = section->reason;
	}
}

/* Forbids what is called so and lies between the addresses; `to` is 0 where those are hidden. */
static void forbid_name(struct kallsyms *kallsyms, const char *name, __u64 from, __u64 to)
{
	size_t count;
	const struct symbol *found = kallsyms_find(kallsyms, name, &count);
	struct symbol *symbol = kallsyms->symbols + (found ? found - kallsyms->symbols : 0);

	for (; count > 0; count--, symbol++)
		if (!symbol->forbidden && (!to || (symbol->address >= from && symbol->address < to)))
			symbol->forbidden = "it is in the kernel's list " BLACKLIST_PATH;
}

/* Lines are "0xSTART-0xEND<tab>name"; where addresses are hidden, names are not. */
static void forbid_list(struct kallsyms *kallsyms)
{
	char *at = kallsyms->blacklist_names.bytes;
	char *line;

	while ((line = next_line(&at))) {
		char *range = next_word(&line), *dash = range ? strchr(range, '-') : NULL;
		const char *name = next_word(&line);

		if (dash && name)
			forbid_name(kallsyms, name, strtoull(range, NULL, 16),
				    strtoull(dash + 1, NULL, 16));
	}
}

/* A session does not probe what others run in. */
static void forbid_own_modules(struct kallsyms *kallsyms)
{
	struct text path = { 0 };

	if (access("/proc/" SPILE_PROC_DIR, F_OK) != 0)
		return;
	for (size_t i = 0; i < kallsyms->count; i++) {
		struct symbol *symbol = &kallsyms->symbols[i];

		if (!symbol->module)
			continue;
		text_clear(&path);
		text_printf(&path, "/proc/" SPILE_PROC_DIR "/%s", symbol->module);
		if (access(path.bytes, F_OK) == 0)
			symbol->forbidden = "it belongs to a session of spile";
	}
	text_fini(&path);
}

void kallsyms_parse(struct kallsyms *ret, enum symbol_kind kind, struct text *symbols, struct text *blacklist)
{
	memset(ret, 0, sizeof(*ret));
	ret->kind = kind;
	ret->names = *symbols;
	ret->blacklist_names = *blacklist;
	memset(symbols, 0, sizeof(*symbols));
	memset(blacklist, 0, sizeof(*blacklist));
	parse_symbols(ret);
	if (ret->count)
		qsort(ret->symbols, ret->count, sizeof(*ret->symbols), compare_symbols);
	drop_init_section(ret);
	if (kind == SYMBOL_VARIABLE)
		drop_code(ret);
	for (size_t i = 0; i < FORBIDDEN_SECTIONS; i++)
		forbid_section(ret, &forbidden_sections[i]);
	forbid_list(ret);
}

/* ---- Reading ---- */

static bool is_end_of_section(const char *name)
{
	for (size_t i = 0; i < FORBIDDEN_SECTIONS; i++)
		if (strcmp(name, forbidden_sections[i].start) == 0 || strcmp(name, forbidden_sections[i].end) == 0)
			return true;
	return strcmp(name, INIT_START) == 0 || strcmp(name, INIT_END) == 0 ||
	       strcmp(name, CODE_START) == 0 || strcmp(name, CODE_END) == 0;
}

/* Does the filter want the line, of `length` bytes? The ends of sections are always wanted. */
static bool wants_line(const struct kallsyms_filter *filter, const char *line, size_t length)
{
	char copy[LINE_MOST], *at = copy;
	const char *name;

	if (length >= sizeof(copy))
		return false;
	memcpy(copy, line, length);
	copy[length] = '\0';
	if (!next_word(&at) || !next_word(&at))
		return false;
	name = next_word(&at);
	return name && (filter->wants(filter->context, name, module_of_word(next_word(&at))) ||
			is_end_of_section(name));
}

/* Hands the whole lines in `pending` to `take`, of a length without the newline behind; keeps the rest. */
static void take_lines(struct text *pending, void (*take)(void *context, const char *line, size_t length),
		       void *context)
{
	const char *line = pending->bytes, *end = line + pending->length, *newline;

	while ((newline = memchr(line, '\n', (size_t)(end - line)))) {
		take(context, line, (size_t)(newline - line));
		line = newline + 1;
	}
	memmove(pending->bytes, line, (size_t)(end - line));
	pending->length = (size_t)(end - line);
}

/* The lines of a file, read piece by piece; false with errno set. */
static bool each_line(int fd, void (*take)(void *context, const char *line, size_t length), void *context)
{
	struct text pending = { 0 };
	ssize_t length;

	do {
		length = read(fd, text_reserve(&pending, PIECE), PIECE);
		if (length <= 0)
			continue;
		pending.length += (size_t)length;
		take_lines(&pending, take, context);
	} while (length > 0 || (length < 0 && errno == EINTR));
	text_fini(&pending);
	return length == 0;
}

/* Keeps lines that a filter wants. */
struct keeper {
	struct text *kept;
	const struct kallsyms_filter *filter;
};

static void keep_line(void *context, const char *line, size_t length)
{
	struct keeper *keeper = context;

	if (wants_line(keeper->filter, line, length))
		text_append(keeper->kept, line, length + 1);
}

bool kallsyms_keep(struct text *ret, int fd, const struct kallsyms_filter *filter)
{
	struct keeper keeper = { ret, filter };

	return each_line(fd, keep_line, &keeper);
}

/* Reads the wanted lines of /proc/kallsyms; false with errno set. */
static bool read_wanted(struct text *ret, const struct kallsyms_filter *filter)
{
	int fd = open(SYMBOLS_PATH, O_RDONLY | O_CLOEXEC), saved;
	bool success;

	if (fd < 0)
		return false;
	success = kallsyms_keep(ret, fd, filter);
	saved = errno;
	close(fd);
	errno = saved;
	return success;
}

bool kallsyms_read(struct kallsyms *ret, enum symbol_kind kind, const struct kallsyms_filter *filter)
{
	struct text symbols = { 0 }, blacklist = { 0 };

	memset(ret, 0, sizeof(*ret));
	text_append_string(&symbols, "");
	if (!(filter ? read_wanted(&symbols, filter) : text_read_file(&symbols, SYMBOLS_PATH))) {
		message_error("%s: %s", SYMBOLS_PATH, strerror(errno));
		text_fini(&symbols);
		return false;
	}
	/* Without debugfs the kernel refuses those of these functions that get a kprobe. */
	if (!text_read_file(&blacklist, BLACKLIST_PATH))
		text_fini(&blacklist);
	kallsyms_parse(ret, kind, &symbols, &blacklist);
	forbid_own_modules(ret);
	ret->is_part = filter != NULL;
	return true;
}

void kallsyms_fini(struct kallsyms *kallsyms)
{
	free(kallsyms->symbols);
	text_fini(&kallsyms->names);
	text_fini(&kallsyms->blacklist_names);
	memset(kallsyms, 0, sizeof(*kallsyms));
}

/* ---- Ends ---- */

/* The table's symbols in the order of their addresses. */
struct by_address {
	struct symbol **symbols;
	size_t count;
};

static int compare_addresses(const void *left, const void *right)
{
	const struct symbol *a = *(struct symbol *const *)left, *b = *(struct symbol *const *)right;

	return a->address < b->address ? -1 : a->address > b->address;
}

/* How many symbols begin before the address. */
static size_t count_before(const struct by_address *list, __u64 address)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->symbols[middle]->address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A symbol, wanted or not, begins there: the last ones before it end there, unless they have an end before. */
static void end_at(void *context, const char *line, size_t length)
{
	const struct by_address *list = context;
	__u64 address = length ? strtoull(line, NULL, 16) : 0;
	size_t count = count_before(list, address);

	for (size_t i = count; i-- > 0 && list->symbols[i]->address == list->symbols[count - 1]->address;)
		if (!list->symbols[i]->end || list->symbols[i]->end > address)
			list->symbols[i]->end = address;
}

bool kallsyms_find_ends(struct kallsyms *kallsyms, int fd)
{
	struct by_address list = { .count = kallsyms->count };
	bool success;

	list.symbols = memory_alloc((list.count + 1) * sizeof(*list.symbols));
	for (size_t i = 0; i < list.count; i++)
		list.symbols[i] = &kallsyms->symbols[i];
	qsort(list.symbols, list.count, sizeof(*list.symbols), compare_addresses);
	success = each_line(fd, end_at, &list);
	free(list.symbols);
	return success;
}

bool kallsyms_read_ends(struct kallsyms *kallsyms)
{
	int fd = open(SYMBOLS_PATH, O_RDONLY | O_CLOEXEC);
	bool success = fd >= 0 && kallsyms_find_ends(kallsyms, fd);

	if (!success)
		message_error("%s: %s", SYMBOLS_PATH, strerror(errno));
	if (fd >= 0)
		close(fd);
	return success;
}

/* ---- Looking up ---- */

const struct symbol *kallsyms_find(const struct kallsyms *kallsyms, const char *name,
				   size_t *count_ret)
{
	size_t low = 0, high = kallsyms->count;
	size_t end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(kallsyms->symbols[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	end = low;
	while (end < kallsyms->count && strcmp(kallsyms->symbols[end].name, name) == 0)
		end++;
	*count_ret = end - low;
	return end > low ? &kallsyms->symbols[low] : NULL;
}

static bool has_prefix(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

bool kallsyms_matches(const struct symbol *symbol, const char *wildcard)
{
	const char *dot = strchr(symbol->name, '.');
	char base[512];
	size_t length;

	if (has_prefix(symbol->name, "__pfx_") || has_prefix(symbol->name, "__cfi_"))
		return false;
	if (!dot)
		return fnmatch(wildcard, symbol->name, 0) == 0;
	if (strstr(dot, ".cold"))
		return false;
	length = (size_t)(dot - symbol->name);
	if (length >= sizeof(base))
		return false;
	memcpy(base, symbol->name, length);
	base[length] = '\0';
	return fnmatch(wildcard, base, 0) == 0;
}

/* ---- Proposing ---- */

static unsigned int least_of_three(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int least = a < b ? a : b;

	return least < c ? least : c;
}

/* Insertions, deletions and replacements that make one of the other; both are short enough. */
static unsigned int edit_distance(const char *a, const char *b)
{
	unsigned int row[LIKENESS_LENGTH_MOST + 1];
	size_t length = strlen(b);

	for (size_t j = 0; j <= length; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 0; a[i]; i++) {
		unsigned int diagonal = row[0];

		row[0] = (unsigned int)i + 1;
		for (size_t j = 0; j < length; j++) {
			unsigned int above = row[j + 1];

			row[j + 1] = least_of_three(above + 1, row[j] + 1,
						    diagonal + (a[i] != b[j]));
			diagonal = above;
		}
	}
	return row[length];
}

/* Proposals, the nearest first. */
struct proposals {
	const char **names;
	unsigned int *distances;
	size_t count, most;
};

static void propose(struct proposals *proposals, const char *name, unsigned int distance)
{
	size_t at = proposals->count;

	for (size_t i = 0; i < proposals->count; i++)
		if (strcmp(proposals->names[i], name) == 0)
			return;
	while (at > 0 && proposals->distances[at - 1] > distance)
		at--;
	if (at == proposals->most)
		return;
	if (proposals->count < proposals->most)
		proposals->count++;
	for (size_t i = proposals->count - 1; i > at; i--) {
		proposals->names[i] = proposals->names[i - 1];
		proposals->distances[i] = proposals->distances[i - 1];
	}
	proposals->names[at] = name;
	proposals->distances[at] = distance;
}

/* How unlike the names are, `limit` + 1 when too much so; 0 if one is a variant of the other. */
static unsigned int unlikeness(const char *name, size_t length, const char *other,
			       unsigned int limit)
{
	size_t other_length = strlen(other);
	size_t difference = other_length > length ? other_length - length : length - other_length;

	if (strncmp(other, name, length) == 0 && other[length] == '.')
		return strstr(other + length, ".cold") ? limit + 1 : 0;
	if (difference > limit || other_length > LIKENESS_LENGTH_MOST)
		return limit + 1;
	return edit_distance(name, other);
}

size_t kallsyms_propose(const struct kallsyms *kallsyms, const char *name, const char *ret[],
			size_t most)
{
	size_t length = strlen(name);
	unsigned int limit = length < 6 ? 1 : (unsigned int)length / 3;
	struct proposals proposals = {
		.names = ret,
		.distances = memory_alloc(most * sizeof(*proposals.distances)),
		.most = most,
	};

	for (size_t i = 0; i < kallsyms->count && length <= LIKENESS_LENGTH_MOST; i++) {
		const struct symbol *symbol = &kallsyms->symbols[i];
		unsigned int distance = unlikeness(name, length, symbol->name, limit);

		if (distance <= limit && !symbol->forbidden)
			propose(&proposals, symbol->name, distance);
	}
	free(proposals.distances);
	return proposals.count;
}

/* ---- Missing symbols ---- */

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The names of all symbols in the table, functions or not, sorted; cuts the text up. */
static const char **all_names(struct text *symbols, size_t *count_ret)
{
	char *at = symbols->bytes;
	const char **names = NULL;
	size_t count = 0;
	char *line;

	while ((line = next_line(&at))) {
		const char *address = next_word(&line);
		const char *type = next_word(&line);
		const char *name = next_word(&line);

		if (!address || !type || !name)
			continue;
		if ((count & (count - 1)) == 0)
			names = memory_resize(names, (count ? 2 * count : 1) * sizeof(*names));
		names[count++] = name;
	}
	if (count)
		qsort(names, count, sizeof(*names), compare_names);
	*count_ret = count;
	return names;
}

size_t kallsyms_missing(const char *const names[], size_t count, const char *ret[], size_t most)
{
	struct text symbols = { 0 };
	const char **defined;
	size_t defined_count, missing = 0;

	if (!text_read_file(&symbols, SYMBOLS_PATH)) {
		text_fini(&symbols);
		return 0;
	}
	defined = all_names(&symbols, &defined_count);
	for (size_t i = 0; i < count && missing < most && defined_count; i++)
		if (!bsearch(&names[i], defined, defined_count, sizeof(*defined), compare_names))
			ret[missing++] = names[i];
	free(defined);
	text_fini(&symbols);
	return missing;
}
