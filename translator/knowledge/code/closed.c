/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a function that debuginfo knows has no site: answers knowledge_why_closed(), for the message of
 * whoever asked for one, and entries.c. Which code is closed the index knows; what for, the symbols around it.
 */
#include "knowledge/code.h"

#ifdef HAVE_LIBDW

#include "knowledge/code/search.h"
#include "knowledge/dwarf/scene.h"

/* What the kernel's linker script puts between two symbols. */
static const struct closed_section {
	const char *start, *end, *reason;
} closed_sections[] = {
	{ "__kprobes_text_start", "__kprobes_text_end", "it lies in the kernel's section .kprobes.text" },
	{ "__noinstr_text_start", "__noinstr_text_end", "it lies in the kernel's section .noinstr.text" },
	{ "__entry_text_start", "__entry_text_end", "it lies in the kernel's section .entry.text" },
};

/* Whether the section at an address is one that the kernel gives back. */
static bool is_initial(const struct dwarf_source *source, uint64_t address)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;

	if (elf_getshdrstrndx(source->file->elf, &names) != 0)
		return false;
	while ((section = elf_nextscn(source->file->elf, section))) {
		const char *name = gelf_getshdr(section, &header) ? elf_strptr(source->file->elf, names, header.sh_name) : NULL;

		if (name && (header.sh_flags & SHF_ALLOC) && address >= header.sh_addr &&
		    address - header.sh_addr < header.sh_size)
			return g_str_has_prefix(name, ".init") || g_str_has_prefix(name, ".exit");
	}
	return false;
}

const char *code_why_closed(const struct dwarf_source *source, uint64_t address)
{
	uint64_t start, end;

	if (!source->module && is_initial(source, address))
		return "its memory is given back once the kernel has started";
	for (size_t i = 0; !source->module && i < G_N_ELEMENTS(closed_sections); i++)
		if (dwarf_file_find_symbol(source->file, closed_sections[i].start, &start) && start <= address &&
		    dwarf_file_find_symbol(source->file, closed_sections[i].end, &end) && address < end)
			return closed_sections[i].reason;
	return source->module ? "its section, or the module's list of such functions, says so" :
				"it is in the kernel's list of such functions";
}

/* The first closed copy of a function; those that are open are added to *open_ret. */
static const struct index_copy *closed_copy(const struct index *index, const struct index_function *function,
					    unsigned int *open_ret)
{
	const struct index_copy *closed = NULL;

	for (uint32_t i = function->first_copy; i < function->first_copy + function->copies; i++) {
		const struct index_copy *copy = index_copy(index, i);

		if (copy && !(copy->flags & COPY_IS_CLOSED))
			++*open_ret;
		else if (copy && !closed)
			closed = copy;
	}
	return closed;
}

const char *knowledge_why_closed(struct knowledge *knowledge, const char *module, const char *name)
{
	const char *why;
	struct dwarf_source *source = knowledge_dwarf(knowledge, module, &why);
	const struct index_copy *closed = NULL;
	unsigned int open = 0;
	uint32_t first, count;

	if (!source)
		return NULL;
	count = index_find(source->index, INDEX_FUNCTIONS, name, &first);
	for (uint32_t i = first; i < first + count; i++) {
		const struct index_copy *copy = closed_copy(source->index, index_function(source->index, i), &open);

		closed = closed ? closed : copy;
	}
	return closed && !open ? code_why_closed(source, index_address(source->index, closed->address)) : NULL;
}

#else

const char *knowledge_why_closed(struct knowledge *knowledge, const char *module, const char *name)
{
	(void)knowledge;
	(void)module;
	(void)name;
	return NULL;
}

#endif /* HAVE_LIBDW */
