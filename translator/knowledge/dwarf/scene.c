/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How addresses of a file become those of what runs. The kernel is moved as a whole when it starts,
 * so an address is its distance from a symbol that every kernel exports; a module's sections are
 * loaded each by itself. Per-CPU variables are counted from the start of their area, which most
 * kernels link at the address 0 and do not move; those of a module from one of them, as nobody tells
 * where their section is.
 */
#ifdef HAVE_LIBDW

#include "knowledge/dwarf/scene.h"

#include <string.h>

/* Exported by all kernels, to all modules. */
#define KERNEL_ANCHOR "jiffies"

#define PER_CPU_SECTION ".data..percpu"

/* Below it lies no kernel: what is linked there does not move. */
#define LOWEST_MOVED 0x100000000ULL

static bool find_in_table(const struct dwarf_file *file, Elf_Scn *section, const GElf_Shdr *header, const char *name,
			  uint64_t *ret)
{
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Sym symbol;

	for (int i = 0; data && gelf_getsym(data, i, &symbol); i++) {
		const char *found = elf_strptr(file->elf, header->sh_link, symbol.st_name);

		if (!found || symbol.st_shndx == SHN_UNDEF || strcmp(found, name) != 0)
			continue;
		*ret = dwarf_file_symbol_address(file, &symbol);
		return true;
	}
	return false;
}

bool dwarf_file_find_symbol(const struct dwarf_file *file, const char *name, uint64_t *ret)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(file->elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB &&
		    find_in_table(file, section, &header, name, ret))
			return true;
	return false;
}

/* The address that all of a kernel is counted from; without it nothing of it is found but per-CPU variables. */
static void add_kernel(const struct dwarf_file *file, GArray *anchors)
{
	struct dwarf_anchor anchor = { .first = LOWEST_MOVED, .end = UINT64_MAX, .symbol = KERNEL_ANCHOR };

	if (dwarf_file_find_symbol(file, KERNEL_ANCHOR, &anchor.address))
		g_array_append_val(anchors, anchor);
}

/* The first variable of a module's section, as "=NAME" with its address; NULL: it has none. */
static const char *find_variable(struct arena *arena, const struct dwarf_file *file, size_t wanted, uint64_t *ret)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	GElf_Sym symbol;

	while ((section = elf_nextscn(file->elf, section))) {
		Elf_Data *data = gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB ?
				 elf_getdata(section, NULL) : NULL;

		for (int i = 0; data && gelf_getsym(data, i, &symbol); i++) {
			const char *name = elf_strptr(file->elf, header.sh_link, symbol.st_name);

			if (symbol.st_shndx != wanted || GELF_ST_TYPE(symbol.st_info) != STT_OBJECT || !name || !*name)
				continue;
			*ret = dwarf_file_symbol_address(file, &symbol);
			return arena_printf(arena, "=%s", name);
		}
	}
	return NULL;
}

/* A section: of a module any that is loaded, of a kernel the one with per-CPU variables. */
static void add_section(struct arena *arena, const struct dwarf_file *file, Elf_Scn *section, const GElf_Shdr *header,
			const char *name, bool is_module, GArray *anchors)
{
	struct dwarf_anchor anchor = { .first = header->sh_addr, .end = header->sh_addr + header->sh_size };

	anchor.is_per_cpu = strcmp(name, PER_CPU_SECTION) == 0;
	anchor.symbol = name;
	anchor.address = header->sh_addr;
	if (is_module ? !(header->sh_flags & SHF_ALLOC) : !anchor.is_per_cpu)
		return;
	if (is_module && anchor.is_per_cpu)
		anchor.symbol = find_variable(arena, file, elf_ndxscn(section), &anchor.address);
	if (!is_module) {
		anchor.symbol = anchor.first < LOWEST_MOVED ? NULL : KERNEL_ANCHOR;
		if (anchor.symbol && !dwarf_file_find_symbol(file, KERNEL_ANCHOR, &anchor.address))
			return;
	}
	g_array_append_val(anchors, anchor);
}

static void add_sections(struct arena *arena, const struct dwarf_file *file, bool is_module, GArray *anchors)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;

	if (elf_getshdrstrndx(file->elf, &names) != 0)
		return;
	while ((section = elf_nextscn(file->elf, section))) {
		const char *name = gelf_getshdr(section, &header) ? elf_strptr(file->elf, names, header.sh_name) : NULL;

		if (name && header.sh_size)
			add_section(arena, file, section, &header, arena_strndup(arena, name, strlen(name)), is_module,
				    anchors);
	}
}

static void free_array(gpointer array)
{
	g_array_unref(array);
}

struct dwarf_scene *dwarf_scene_new(struct arena *arena, const struct dwarf_file *file, const char *module)
{
	struct dwarf_scene *scene = arena_new0(arena, struct dwarf_scene);
	GArray *anchors = g_array_new(FALSE, FALSE, sizeof(struct dwarf_anchor));

	arena_defer(arena, free_array, anchors);
	add_sections(arena, file, module != NULL, anchors);
	if (!module)
		add_kernel(file, anchors);
	*scene = (struct dwarf_scene){
		.arena = arena, .module = module, .build_id = file->build_id, .anchors = anchors,
		.frames = { file->debug_frame, file->eh_frame },
	};
	return scene;
}

#endif /* HAVE_LIBDW */
