/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One walk over all entries at the top of their units, and within functions over what can hold
 * inlined copies; everything else is passed by way of DW_AT_sibling. Compilers describe the same
 * type in each unit that uses it, so what is met first in this walk is mostly what is known already:
 * names are told apart by where they lie in the file before they are compared.
 */
#include "knowledge/index/build.h"

#ifdef HAVE_LIBDW

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <dwarf.h>
#include <glib/gstdio.h>

#include "base/paths.h"
#include "knowledge/code/ranges.h"
#include "knowledge/dwarf/attributes.h"
#include "knowledge/index/draft.h"
#include "knowledge/progress.h"
#include "knowledge/types.h"
#include "target/scratch.h"

/* Declared within a function: found by its name if no type at file scope has it. */
struct local_type {
	Dwarf_Die die;
	enum c_kind kind;
};

struct builder {
	struct arena *arena;
	struct dwarf_file *file;
	struct index_draft *draft;
	const struct code_ranges *ranges;
	GHashTable *names;		/* where a name lies in the file, to its number */
	GHashTable *exported;		/* numbers of names */
	GHashTable *seen;		/* numbers of functions that were defined in some unit before */
	GArray *local_types;		/* of struct local_type */
	/* Of the unit at hand: */
	const char *compilation_dir;
	GHashTable *paths;		/* where a path lies in memory, to the number of its file */
	GHashTable *origins;		/* offset of a function's abstract entry, to its number */
};

/* The kind of a type that has a name of its own; C_VOID: the entry is something else. */
static enum c_kind kind_of_type(int tag)
{
	switch (tag) {
	case DW_TAG_structure_type:
		return C_STRUCTURE;
	case DW_TAG_union_type:
		return C_UNION;
	case DW_TAG_enumeration_type:
		return C_ENUMERATION;
	case DW_TAG_typedef:
		return C_TYPEDEF;
	default:
		return C_VOID;
	}
}

static uint32_t offset_of(const struct builder *builder, Dwarf_Die *die)
{
	return dwarf_file_offset(builder->file, die);
}

/* ---- Names and paths ---- */

/* 0: it has none. */
static uint32_t name_of(struct builder *builder, Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	const char *name;
	gpointer number;
	uint32_t added;

	if (!dwarf_attr_integrate(die, DW_AT_name, &attribute))
		return 0;
	name = dwarf_formstring(&attribute);
	if (!name)
		return 0;
	/* Written into the entry itself: nobody else has it from the same place. */
	if (dwarf_whatform(&attribute) == DW_FORM_string)
		return draft_string(builder->draft, name);
	if (g_hash_table_lookup_extended(builder->names, name, NULL, &number))
		return GPOINTER_TO_UINT(number);
	added = draft_string(builder->draft, name);
	g_hash_table_insert(builder->names, (char *)name, GUINT_TO_POINTER(added));
	return added;
}

/* Removes "./" and what "folder/../" takes back. */
static char *without_dots(const char *path)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);
	g_autoptr(GPtrArray) kept = g_ptr_array_new();

	for (char **part = parts; *part; part++) {
		const char *last = kept->len ? g_ptr_array_index(kept, kept->len - 1) : "..";

		if (strcmp(*part, ".") == 0 || (!**part && part != parts))
			continue;
		if (strcmp(*part, "..") == 0 && *last && strcmp(last, "..") != 0)
			g_ptr_array_set_size(kept, (gint)kept->len - 1);
		else
			g_ptr_array_add(kept, *part);
	}
	g_ptr_array_add(kept, NULL);
	return g_strjoinv("/", (char **)kept->pdata);
}

/* Bytes of `folder` and the slash behind it, if `path` lies below. */
static size_t length_below(const char *path, const char *folder, size_t length)
{
	return length && strncmp(path, folder, length) == 0 && path[length] == '/' ? length + 1 : 0;
}

/*
 * A tree that was compiled in a folder of its own (O=, a package's debian/build/NAME) has its sources
 * in a folder above that one: up to three are tried, if something is left that is no part of the system.
 */
char *index_source_path(const char *path, const char *compilation_dir)
{
	g_autofree char *plain = without_dots(path), *folder = without_dots(compilation_dir ? compilation_dir : "");
	size_t length = strlen(folder), skip = length_below(plain, folder, length);

	for (unsigned int above = 0; !skip && above < 3 && length; above++) {
		const char *slash = g_strrstr_len(folder, (gssize)length, "/");

		length = slash ? (size_t)(slash - folder) : 0;
		if (g_strrstr_len(folder, (gssize)length, "/") > folder)
			skip = length_below(plain, folder, length);
	}
	return g_strdup(plain + skip);
}

static uint32_t file_of_path(struct builder *builder, const char *path)
{
	g_autofree char *shown = NULL;
	gpointer number;
	uint32_t added;

	if (g_hash_table_lookup_extended(builder->paths, path, NULL, &number))
		return GPOINTER_TO_UINT(number);
	shown = index_source_path(path, builder->compilation_dir);
	added = draft_file(builder->draft, shown);
	g_hash_table_insert(builder->paths, (char *)path, GUINT_TO_POINTER(added));
	return added;
}

static uint32_t declaring_file(struct builder *builder, Dwarf_Die *die)
{
	const char *path = dwarf_source_file(die);

	return path ? file_of_path(builder, path) : draft_file(builder->draft, "");
}

/* ---- Code ---- */

/* As the index counts addresses; INDEX_NONE: it is no code of this file. */
static uint32_t distance(const struct builder *builder, uint64_t address)
{
	uint64_t from_base = address - builder->draft->base;

	return address_in_ranges(builder->ranges->code, address) && from_base < INDEX_NONE ?
	       (uint32_t)from_base : INDEX_NONE;
}

/* Where code is entered. */
static uint32_t entry_of(const struct builder *builder, Dwarf_Die *die)
{
	Dwarf_Addr address;

	return dwarf_entry_address(die, &address) ? distance(builder, address) : INDEX_NONE;
}

/* ---- Functions ---- */

/* The types of a function's own text. */
static void note_local_types(struct builder *builder, Dwarf_Die *within)
{
	struct local_type type;

	if (dwarf_child(within, &type.die) != 0)
		return;
	do {
		int tag = dwarf_tag(&type.die);

		type.kind = kind_of_type(tag);
		if (type.kind != C_VOID && !dwarf_hasattr(&type.die, DW_AT_declaration))
			g_array_append_val(builder->local_types, type);
		else if (tag == DW_TAG_lexical_block)
			note_local_types(builder, &type.die);
	} while (dwarf_siblingof(&type.die, &type.die) == 0);
}

/* The number of the function that `die` is, a copy of, or inlined from; INDEX_NONE: it has no name. */
static uint32_t function_of(struct builder *builder, Dwarf_Die *die)
{
	struct index_function function = { 0 };
	Dwarf_Die origin = *die;
	gpointer number;
	int line = 0;

	dwarf_go_to_origin(&origin);
	if (g_hash_table_lookup_extended(builder->origins, GUINT_TO_POINTER(offset_of(builder, &origin)), NULL, &number))
		return GPOINTER_TO_UINT(number);
	function.name = name_of(builder, &origin);
	if (!function.name)
		return INDEX_NONE;
	function.die = offset_of(builder, &origin);
	function.file = declaring_file(builder, &origin);
	function.line = dwarf_decl_line(&origin, &line) == 0 ? (uint32_t)line : 0;
	function.flags = dwarf_flag(&origin, DW_AT_external) ? FUNCTION_EXTERNAL : 0;
	if (!dwarf_flag(die, DW_AT_declaration))
		function.flags |= FUNCTION_DEFINED;
	if (g_hash_table_contains(builder->exported, GUINT_TO_POINTER(function.name)))
		function.flags |= function.flags & FUNCTION_EXTERNAL ? FUNCTION_EXPORTED : 0;
	number = GUINT_TO_POINTER(draft_function(builder->draft, &function));
	g_hash_table_insert(builder->origins, GUINT_TO_POINTER(offset_of(builder, &origin)), number);
	if ((function.flags & FUNCTION_DEFINED) && g_hash_table_add(builder->seen, number))
		note_local_types(builder, &origin);
	return GPOINTER_TO_UINT(number);
}

static uint32_t add_code(struct builder *builder, uint32_t die, uint32_t function, uint32_t address,
			 uint32_t container)
{
	struct index_copy copy = { function, address, die, 0, container };

	if (address_in_ranges(builder->ranges->closed, builder->draft->base + address))
		copy.flags |= COPY_IS_CLOSED;
	if (address_in_ranges(builder->ranges->initial, builder->draft->base + address))
		copy.flags |= COPY_IS_INITIAL;
	return draft_copy(builder->draft, &copy);
}

/* The copy that `die` is; INDEX_NONE: it has no code, or none that can be told. */
static uint32_t add_copy(struct builder *builder, Dwarf_Die *die, uint32_t container)
{
	uint32_t address = entry_of(builder, die), function;

	if (address == INDEX_NONE)
		return INDEX_NONE;
	function = function_of(builder, die);
	if (function == INDEX_NONE)
		return INDEX_NONE;
	return add_code(builder, offset_of(builder, die), function, address, container);
}

/* The code of a copy; the index keeps that of inlined ones apart. */
static void add_ranges(struct builder *builder, Dwarf_Die *die, uint32_t copy, bool is_inlined)
{
	Dwarf_Addr base, low, high;
	ptrdiff_t next = 0;

	while ((next = dwarf_ranges(die, next, &base, &low, &high)) > 0) {
		struct index_range range = { distance(builder, low), 0, copy };
		struct index_inlined inlined = { copy, range.low, range.low + (uint32_t)(high - low) };

		range.high = inlined.high;
		if (range.low == INDEX_NONE || low >= high)
			continue;
		if (is_inlined)
			draft_inlined(builder->draft, &inlined);
		else
			draft_range(builder->draft, &range);
	}
}

static void add_inlined(struct builder *builder, Dwarf_Die *die, uint32_t container)
{
	uint32_t copy = add_copy(builder, die, container);

	if (copy != INDEX_NONE)
		add_ranges(builder, die, copy, true);
}

/* Goes into blocks and inlined copies, which can hold further ones. */
static void walk_code(struct builder *builder, Dwarf_Die *within, uint32_t container)
{
	Dwarf_Die die;

	if (dwarf_child(within, &die) != 0)
		return;
	do {
		int tag = dwarf_tag(&die);

		if (tag == DW_TAG_inlined_subroutine)
			add_inlined(builder, &die, container);
		if (tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block)
			walk_code(builder, &die, container);
	} while (dwarf_siblingof(&die, &die) == 0);
}

static void add_function(struct builder *builder, Dwarf_Die *die)
{
	uint32_t copy;

	if (!dwarf_hasattr(die, DW_AT_low_pc) && !dwarf_hasattr(die, DW_AT_ranges)) {
		function_of(builder, die);
		return;
	}
	copy = add_copy(builder, die, INDEX_NONE);
	if (copy == INDEX_NONE)
		return;
	add_ranges(builder, die, copy, false);
	walk_code(builder, die, g_array_index(builder->draft->tables[INDEX_COPIES], struct index_copy, copy).function);
}

/* ---- Types and variables ---- */

/* All enumerators, unless the first is known already: enumerations come whole. */
static void add_enumerators(struct builder *builder, Dwarf_Die *enumeration)
{
	struct index_enumerator record = { .die = offset_of(builder, enumeration) };
	bool is_known = false;
	Dwarf_Die die;

	if (dwarf_child(enumeration, &die) != 0)
		return;
	do {
		if (dwarf_tag(&die) != DW_TAG_enumerator || !dwarf_enumerator_value(&die, &record.value))
			continue;
		record.name = name_of(builder, &die);
		is_known = !draft_enumerator(builder->draft, &record);
	} while (!is_known && dwarf_siblingof(&die, &die) == 0);
}

static enum c_kind kind_of_base_type(Dwarf_Die *die)
{
	uint64_t encoding;

	return dwarf_number(die, DW_AT_encoding, &encoding) &&
	       (encoding == DW_ATE_float || encoding == DW_ATE_complex_float) ? C_FLOAT : C_INTEGER;
}

static void add_type(struct builder *builder, Dwarf_Die *die, enum c_kind kind)
{
	struct index_type type = { name_of(builder, die), kind, offset_of(builder, die) };
	bool is_complete = !dwarf_hasattr(die, DW_AT_declaration);
	bool is_new = !type.name || draft_type(builder->draft, &type, is_complete);

	if (kind == C_ENUMERATION && is_complete && is_new)
		add_enumerators(builder, die);
}

static void add_local_types(struct builder *builder)
{
	for (unsigned int i = 0; i < builder->local_types->len; i++) {
		struct local_type *local = &g_array_index(builder->local_types, struct local_type, i);
		struct index_type type = { name_of(builder, &local->die), local->kind, offset_of(builder, &local->die) };

		if (type.name && draft_type(builder->draft, &type, false) && local->kind == C_ENUMERATION)
			add_enumerators(builder, &local->die);
	}
}

static void add_variable(struct builder *builder, Dwarf_Die *die)
{
	struct index_variable variable = { .name = name_of(builder, die), .die = offset_of(builder, die) };

	if (!variable.name)
		return;
	variable.file = declaring_file(builder, die);
	variable.flags = dwarf_flag(die, DW_AT_external) ? VARIABLE_EXTERNAL : 0;
	if (!dwarf_hasattr(die, DW_AT_declaration))
		variable.flags |= VARIABLE_DEFINED;
	if (dwarf_hasattr(die, DW_AT_location) || dwarf_hasattr(die, DW_AT_const_value))
		variable.flags |= VARIABLE_LOCATED;
	draft_variable(builder->draft, &variable);
}

static void add_entry(struct builder *builder, Dwarf_Die *die)
{
	int tag = dwarf_tag(die);

	switch (tag) {
	case DW_TAG_subprogram:
		add_function(builder, die);
		break;
	case DW_TAG_structure_type: case DW_TAG_union_type: case DW_TAG_enumeration_type: case DW_TAG_typedef:
		add_type(builder, die, kind_of_type(tag));
		break;
	case DW_TAG_base_type:
		add_type(builder, die, kind_of_base_type(die));
		break;
	case DW_TAG_variable:
		add_variable(builder, die);
		break;
	default:
		break;
	}
}

/* ---- Lines ---- */

static void add_line(struct builder *builder, Dwarf_Line *line)
{
	bool ends_sequence = true;
	Dwarf_Addr address = 0;
	struct draft_row row;
	const char *path;
	int number = 0;

	dwarf_lineendsequence(line, &ends_sequence);
	dwarf_lineaddr(line, &address);
	dwarf_lineno(line, &number);
	if (ends_sequence || number <= 0 || address_in_ranges(builder->ranges->closed, address))
		return;
	row.address = distance(builder, address);
	path = row.address == INDEX_NONE ? NULL : dwarf_linesrc(line, NULL, NULL);
	if (!path)
		return;
	row.file = file_of_path(builder, path);
	row.line = (uint32_t)number;
	draft_row(builder->draft, &row);
}

static void add_lines(struct builder *builder, Dwarf_Die *unit)
{
	Dwarf_Lines *lines;
	size_t count;

	if (dwarf_getsrclines(unit, &lines, &count) != 0)
		return;
	for (size_t i = 0; i < count; i++)
		add_line(builder, dwarf_onesrcline(lines, i));
}

/* ---- Units ---- */

static void add_unit(struct builder *builder, Dwarf_Die *unit)
{
	Dwarf_Attribute attribute;
	Dwarf_Die die;

	g_hash_table_remove_all(builder->paths);
	g_hash_table_remove_all(builder->origins);
	builder->compilation_dir = dwarf_attr(unit, DW_AT_comp_dir, &attribute) ? dwarf_formstring(&attribute) : NULL;
	add_lines(builder, unit);
	if (dwarf_child(unit, &die) != 0)
		return;
	do
		add_entry(builder, &die);
	while (dwarf_siblingof(&die, &die) == 0);
}

/* Bytes of entries after which memory is given back. */
#define STEP (UINT64_C(16) << 20)

/* Units of `dwarf`, which is the file's own or that of its second file; of the latter nothing is shown. */
static bool add_units(struct builder *builder, Dwarf *dwarf, struct progress *progress, const char **why_ret)
{
	Dwarf_Off offset = 0, next, given_back = 0;
	size_t header_size;

	while (dwarf_nextcu(dwarf, offset, &next, &header_size, NULL, NULL, NULL) == 0) {
		Dwarf_Die unit;

		if (next > DIE_IS_ALTERNATE) {
			*why_ret = "it has more than 2 GB of DWARF, which is more than an index can name";
			return false;
		}
		if (dwarf_offdie(dwarf, offset + header_size, &unit))
			add_unit(builder, &unit);
		offset = next;
		if (progress)
			progress_show(progress, offset);
		if (offset - given_back > STEP) {
			dwarf_file_give_back(builder->file);
			given_back = offset;
		}
	}
	return true;
}

static bool add_all_units(struct builder *builder, const char **why_ret)
{
	Dwarf *alternate = dwarf_file_alternate(builder->file);
	struct progress progress;
	bool ok;

	progress_begin(&progress, "indexing debuginfo, once", dwarf_file_info_size(builder->file));
	ok = add_units(builder, builder->file->dwarf, &progress, why_ret);
	progress_end(&progress);
	return ok && (!alternate || add_units(builder, alternate, NULL, why_ret));
}

/* ---- Symbols ---- */

#define EXPORT_PREFIX "__ksymtab_"

/* What kallsyms has too: functions, and what assembly gives to others without saying what it is. */
static bool is_code_symbol(const GElf_Sym *symbol)
{
	unsigned int type = GELF_ST_TYPE(symbol->st_info);

	return type == STT_FUNC || (type == STT_NOTYPE && GELF_ST_BIND(symbol->st_info) != STB_LOCAL);
}

static void add_symbol(struct builder *builder, const char *name, const GElf_Sym *symbol)
{
	struct index_symbol record = { .address = INDEX_NONE };

	if (g_str_has_prefix(name, EXPORT_PREFIX))
		g_hash_table_add(builder->exported,
				 GUINT_TO_POINTER(draft_string(builder->draft, name + strlen(EXPORT_PREFIX))));
	if (is_code_symbol(symbol))
		record.address = distance(builder, dwarf_file_symbol_address(builder->file, symbol));
	if (record.address == INDEX_NONE)
		return;
	record.name = draft_string(builder->draft, name);
	draft_symbol(builder->draft, &record);
}

static void add_section(struct builder *builder, const GElf_Shdr *header)
{
	struct index_symbol start = { .address = distance(builder, header->sh_addr) };

	if ((header->sh_flags & SHF_ALLOC) && (header->sh_flags & SHF_EXECINSTR) && start.address != INDEX_NONE)
		draft_symbol(builder->draft, &start);
}

static void add_symbol_table(struct builder *builder, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Sym symbol;

	for (int i = 0; data && gelf_getsym(data, i, &symbol); i++) {
		const char *name = elf_strptr(builder->file->elf, header->sh_link, symbol.st_name);

		if (name && *name && symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS)
			add_symbol(builder, name, &symbol);
	}
}

static void add_symbols(struct builder *builder)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(builder->file->elf, section)))
		if (gelf_getshdr(section, &header)) {
			add_section(builder, &header);
			if (header.sh_type == SHT_SYMTAB)
				add_symbol_table(builder, section, &header);
		}
}

/* Names of functions that have code of their own. The caller frees the table. */
static GHashTable *names_with_code(struct index_draft *draft)
{
	GArray *copies = draft->tables[INDEX_COPIES];
	GHashTable *names = g_hash_table_new(NULL, NULL);

	for (uint32_t i = 0; i < copies->len; i++) {
		const struct index_copy *copy = &g_array_index(copies, struct index_copy, i);

		if (copy->container == INDEX_NONE)
			g_hash_table_add(names, GUINT_TO_POINTER(draft_get_function(draft, copy->function)->name));
	}
	return names;
}

/* Addresses of symbols by the numbers of their names; INDEX_NONE where several have one name. */
static GHashTable *symbols_by_name(struct index_draft *draft)
{
	GArray *symbols = draft->tables[INDEX_SYMBOLS];
	GHashTable *addresses = g_hash_table_new(NULL, NULL);

	for (uint32_t i = 0; i < symbols->len; i++) {
		const struct index_symbol *symbol = &g_array_index(symbols, struct index_symbol, i);
		bool is_again = g_hash_table_contains(addresses, GUINT_TO_POINTER(symbol->name));

		g_hash_table_insert(addresses, GUINT_TO_POINTER(symbol->name),
				    GUINT_TO_POINTER(is_again ? INDEX_NONE : symbol->address));
	}
	return addresses;
}

/*
 * Compilers keep one of several functions whose code came out the same; of the others there is no code
 * in DWARF, but a symbol (HUF_getErrorName). They get that symbol's address. A weak function that lost
 * against another of its name has none.
 */
static void add_folded(struct builder *builder)
{
	g_autoptr(GHashTable) with_code = names_with_code(builder->draft);
	g_autoptr(GHashTable) addresses = symbols_by_name(builder->draft);
	uint32_t functions = builder->draft->tables[INDEX_FUNCTIONS]->len;

	for (uint32_t i = 0; i < functions; i++) {
		const struct index_function *function = draft_get_function(builder->draft, i);
		gpointer name = GUINT_TO_POINTER(function->name), address;

		if ((function->flags & FUNCTION_DEFINED) && !g_hash_table_contains(with_code, name) &&
		    g_hash_table_lookup_extended(addresses, name, NULL, &address) &&
		    GPOINTER_TO_UINT(address) != INDEX_NONE)
			add_code(builder, function->die, i, GPOINTER_TO_UINT(address), INDEX_NONE);
	}
}

/* ---- The index ---- */

/* What tells the file from every other one; without a build-id its place, size and time. */
static const char *identity(struct arena *arena, const struct dwarf_file *file)
{
	g_autofree char *hash = NULL, *text = NULL;
	GStatBuf status = { 0 };

	if (file->build_id)
		return file->build_id;
	g_stat(file->path, &status);
	text = g_strdup_printf("%s %lld %lld %ld", file->path, (long long)status.st_size,
			       (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
	hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
	return arena_printf(arena, "%s", hash);
}

static bool make(struct builder *builder, const char *path, const char **why_ret)
{
	builder->ranges = code_ranges_of(builder->arena, builder->file);
	if (builder->ranges->code->len)
		builder->draft->base = g_array_index(builder->ranges->code, struct address_range, 0).low;
	add_symbols(builder);
	if (!add_all_units(builder, why_ret))
		return false;
	add_local_types(builder);
	add_folded(builder);
	if (draft_write(builder->draft, path, identity(builder->arena, builder->file)))
		return true;
	*why_ret = g_strerror(errno);
	return false;
}

bool index_build(struct dwarf_file *file, const char *path, const char **why_ret)
{
	struct builder builder = { .file = file };
	bool ok;

	*why_ret = NULL;
	if (!dwarf_file_read(file, why_ret))
		return false;
	builder.arena = arena_new();
	builder.draft = draft_new();
	builder.names = g_hash_table_new(NULL, NULL);
	builder.exported = g_hash_table_new(NULL, NULL);
	builder.seen = g_hash_table_new(NULL, NULL);
	builder.local_types = g_array_new(FALSE, FALSE, sizeof(struct local_type));
	builder.paths = g_hash_table_new(NULL, NULL);
	builder.origins = g_hash_table_new(NULL, NULL);
	ok = make(&builder, path, why_ret);
	g_hash_table_unref(builder.origins);
	g_hash_table_unref(builder.paths);
	g_array_unref(builder.local_types);
	g_hash_table_unref(builder.seen);
	g_hash_table_unref(builder.exported);
	g_hash_table_unref(builder.names);
	draft_free(builder.draft);
	arena_free(builder.arena);
	return ok;
}

/* Where the index belongs; without a cache a new file that goes with the arena. */
static const char *index_path_of(struct arena *arena, const struct dwarf_file *file)
{
	const char *cache = paths_cache_dir(), *folder;

	folder = cache ? arena_printf(arena, "%s/debuginfo", cache) : NULL;
	if (folder && g_mkdir_with_parents(folder, 0700) == 0)
		return arena_printf(arena, "%s/%s.index", folder, identity(arena, file));
	return scratch_file(arena, "index");
}

struct index *index_of_file(struct arena *arena, struct dwarf_file *file, const char **why_ret)
{
	const char *path = index_path_of(arena, file), *identifier = identity(arena, file), *why;
	struct index *index = path ? index_open(arena, path, identifier) : NULL;

	if (index)
		return index;
	if (path && index_build(file, path, &why))
		index = index_open(arena, path, identifier);
	else if (!path)
		why = "there is no place for its index";
	if (!index)
		*why_ret = arena_printf(arena, "%s cannot be indexed: %s", file->path,
					why ? why : "what was written cannot be read");
	return index;
}

#endif /* HAVE_LIBDW */
