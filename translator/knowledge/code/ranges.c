/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads sections and symbols. What is closed to probes is told by sections (.init.text), by pairs of
 * symbols that the kernel's linker script sets (__kprobes_text_start), and by the list that
 * NOKPROBE_SYMBOL() makes; a module has sections of its own for the same.
 */
#include "knowledge/code/ranges.h"

#ifdef HAVE_LIBDW

#include <string.h>

static void unref_array(gpointer array)
{
	g_array_unref(array);
}

static GArray *new_ranges(struct arena *arena)
{
	GArray *ranges = g_array_new(FALSE, FALSE, sizeof(struct address_range));

	arena_defer(arena, unref_array, ranges);
	return ranges;
}

static void add_range(GArray *ranges, uint64_t low, uint64_t high)
{
	struct address_range range = { low, high };

	if (low < high)
		g_array_append_val(ranges, range);
}

static gint compare_ranges(gconstpointer a, gconstpointer b)
{
	const struct address_range *left = a, *right = b;

	return left->low != right->low ? (left->low < right->low ? -1 : 1) : 0;
}

/* Sorts them and makes one of those that overlap. */
static void settle(GArray *ranges)
{
	unsigned int kept = 0;

	g_array_sort(ranges, compare_ranges);
	for (unsigned int i = 0; i < ranges->len; i++) {
		const struct address_range range = g_array_index(ranges, struct address_range, i);
		struct address_range *last = &g_array_index(ranges, struct address_range, kept ? kept - 1 : 0);

		if (kept && range.low <= last->high)
			last->high = MAX(last->high, range.high);
		else
			g_array_index(ranges, struct address_range, kept++) = range;
	}
	g_array_set_size(ranges, kept);
}

bool address_in_ranges(const GArray *ranges, uint64_t address)
{
	unsigned int low = 0, high = ranges->len;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;
		const struct address_range *range = &g_array_index(ranges, struct address_range, middle);

		if (address >= range->low && address < range->high)
			return true;
		if (address < range->low)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

/* ---- Sections ---- */

/* A module keeps .exit.text for its end, and can be probed while it starts; of the kernel both are gone. */
static bool is_closed_section(const struct dwarf_file *file, const char *name)
{
	static const char *const beginnings[] = {
		".altinstr", ".kprobes", ".noinstr", ".entry", ".static_call", ".discard", ".head",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(beginnings); i++)
		if (g_str_has_prefix(name, beginnings[i]))
			return true;
	return !file->is_relocatable && (g_str_has_prefix(name, ".exit") || g_str_has_prefix(name, ".init"));
}

/* Calls visit() for each section that has a name. */
static void each_section(struct dwarf_file *file, void (*visit)(struct dwarf_file *file, Elf_Scn *section,
			 const GElf_Shdr *header, const char *name, void *data), void *data)
{
	Elf_Scn *section = NULL;
	size_t names;

	if (elf_getshdrstrndx(file->elf, &names) != 0)
		return;
	while ((section = elf_nextscn(file->elf, section))) {
		GElf_Shdr header;
		const char *name = gelf_getshdr(section, &header) ? elf_strptr(file->elf, names, header.sh_name) : NULL;

		if (name)
			visit(file, section, &header, name, data);
	}
}

static void add_section(struct dwarf_file *file, Elf_Scn *section, const GElf_Shdr *header, const char *name,
			void *data)
{
	struct code_ranges *ranges = data;

	(void)section;
	if ((header->sh_flags & (SHF_ALLOC | SHF_EXECINSTR)) != (SHF_ALLOC | SHF_EXECINSTR))
		return;
	add_range(ranges->code, header->sh_addr, header->sh_addr + header->sh_size);
	if (is_closed_section(file, name))
		add_range(ranges->closed, header->sh_addr, header->sh_addr + header->sh_size);
	else if (g_str_has_prefix(name, ".init"))
		add_range(ranges->initial, header->sh_addr, header->sh_addr + header->sh_size);
}

/* ---- Symbols ---- */

/* What the kernel's linker script puts between two symbols: those, and what is closed for each. */
static const char *const closed_pairs[][2] = {
	{ "__kprobes_text_start", "__kprobes_text_end" },
	{ "__noinstr_text_start", "__noinstr_text_end" },
	{ "__entry_text_start", "__entry_text_end" },
};
#define BLACKLIST_START "__start_kprobe_blacklist"
#define BLACKLIST_STOP "__stop_kprobe_blacklist"

struct symbols {
	struct dwarf_file *file;
	struct code_ranges *ranges;
	GHashTable *sizes;		/* of functions, by address */
	uint64_t pairs[G_N_ELEMENTS(closed_pairs)][2];
	uint64_t blacklist[2];
};

static void note_symbol(struct symbols *symbols, const char *name, uint64_t address, const GElf_Sym *symbol)
{
	if (GELF_ST_TYPE(symbol->st_info) == STT_FUNC)
		g_hash_table_insert(symbols->sizes, GSIZE_TO_POINTER(address), GSIZE_TO_POINTER(symbol->st_size));
	for (size_t i = 0; i < G_N_ELEMENTS(closed_pairs); i++)
		for (size_t j = 0; j < 2; j++)
			if (strcmp(name, closed_pairs[i][j]) == 0)
				symbols->pairs[i][j] = address;
	if (strcmp(name, BLACKLIST_START) == 0)
		symbols->blacklist[0] = address;
	else if (strcmp(name, BLACKLIST_STOP) == 0)
		symbols->blacklist[1] = address;
}

static void read_symbols(struct dwarf_file *file, Elf_Scn *section, const GElf_Shdr *header, const char *name,
			 void *data)
{
	Elf_Data *bytes = header->sh_type == SHT_SYMTAB ? elf_getdata(section, NULL) : NULL;
	GElf_Sym symbol;

	(void)name;
	for (int i = 0; bytes && gelf_getsym(bytes, i, &symbol); i++) {
		const char *of = elf_strptr(file->elf, header->sh_link, symbol.st_name);

		if (of && symbol.st_shndx != SHN_UNDEF)
			note_symbol(data, of, dwarf_file_symbol_address(file, &symbol), &symbol);
	}
}

static void close_function(struct symbols *symbols, uint64_t address)
{
	size_t size = GPOINTER_TO_SIZE(g_hash_table_lookup(symbols->sizes, GSIZE_TO_POINTER(address)));

	add_range(symbols->ranges->closed, address, address + size);
}

/* The kernel's list: addresses between two symbols, in a section that was linked already. */
static void read_blacklist(struct dwarf_file *file, Elf_Scn *section, const GElf_Shdr *header, const char *name,
			   void *data)
{
	struct symbols *symbols = data;
	uint64_t low = symbols->blacklist[0], high = symbols->blacklist[1], address;
	Elf_Data *bytes;

	(void)file;
	(void)name;
	if (header->sh_type == SHT_NOBITS || low < header->sh_addr || high > header->sh_addr + header->sh_size)
		return;
	bytes = elf_rawdata(section, NULL);
	for (uint64_t at = low - header->sh_addr; bytes && at + sizeof(address) <= bytes->d_size &&
	     at < high - header->sh_addr; at += sizeof(address)) {
		memcpy(&address, (const char *)bytes->d_buf + at, sizeof(address));
		close_function(symbols, address);
	}
}

/* A module's list is a section of its own, whose relocations name the functions. */
static void read_relocated_blacklist(struct dwarf_file *file, Elf_Scn *section, const GElf_Shdr *header,
				     const char *name, void *data)
{
	Elf_Scn *table = elf_getscn(file->elf, header->sh_link);
	Elf_Data *bytes, *of;
	GElf_Rela relocation;
	GElf_Sym symbol;

	if (strcmp(name, ".rela_kprobe_blacklist") != 0 || !table)
		return;
	bytes = elf_getdata(section, NULL);
	of = elf_getdata(table, NULL);
	for (int i = 0; bytes && of && gelf_getrela(bytes, i, &relocation); i++)
		if (gelf_getsym(of, (int)GELF_R_SYM(relocation.r_info), &symbol))
			close_function(data, dwarf_file_symbol_address(file, &symbol) + (uint64_t)relocation.r_addend);
}

static void add_closed_symbols(struct dwarf_file *file, struct code_ranges *ranges)
{
	struct symbols symbols = { .file = file, .ranges = ranges, .sizes = g_hash_table_new(NULL, NULL) };

	each_section(file, read_symbols, &symbols);
	for (size_t i = 0; i < G_N_ELEMENTS(closed_pairs); i++)
		add_range(ranges->closed, symbols.pairs[i][0], symbols.pairs[i][1]);
	if (symbols.blacklist[0])
		each_section(file, read_blacklist, &symbols);
	if (file->is_relocatable)
		each_section(file, read_relocated_blacklist, &symbols);
	g_hash_table_unref(symbols.sizes);
}

struct code_ranges *code_ranges_of(struct arena *arena, struct dwarf_file *file)
{
	struct code_ranges *ranges = arena_new0(arena, struct code_ranges);

	ranges->code = new_ranges(arena);
	ranges->closed = new_ranges(arena);
	ranges->initial = new_ranges(arena);
	each_section(file, add_section, ranges);
	add_closed_symbols(file, ranges);
	settle(ranges->code);
	settle(ranges->closed);
	settle(ranges->initial);
	return ranges;
}

#endif /* HAVE_LIBDW */
