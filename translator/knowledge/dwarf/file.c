/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens files with DWARF through libdwfl, which sees to compressed sections, to the second file that
 * dwz moves common entries to, and to the relocations of modules. What is opened is always the file
 * with the DWARF itself; files/debuginfo.c says which one that is.
 */
#include "knowledge/dwarf/file.h"

#ifdef HAVE_LIBDW

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <elfutils/libdwelf.h>

#include "base/inputs.h"

static char *no_debuginfo_path;

/* Only asked for dwz's second file: what the first names is all we ever open. */
static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.section_address = dwfl_offline_section_address,
	.debuginfo_path = &no_debuginfo_path,
};

/* ---- Opening ---- */

static const char *build_id_of(struct arena *arena, Elf *elf)
{
	const void *bytes;
	ssize_t size = dwelf_elf_gnu_build_id(elf, &bytes);
	char *text;

	if (size <= 0)
		return NULL;
	text = arena_alloc(arena, 2 * (size_t)size + 1);
	for (ssize_t i = 0; i < size; i++)
		g_snprintf(text + 2 * i, 3, "%02x", ((const unsigned char *)bytes)[i]);
	return text;
}

/* The section .debug_info, compressed in any way or not; NULL: there is none. */
static Elf_Scn *find_info(Elf *elf, GElf_Shdr *header_ret)
{
	Elf_Scn *section = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) != 0)
		return NULL;
	while ((section = elf_nextscn(elf, section))) {
		const char *name = gelf_getshdr(section, header_ret) ? elf_strptr(elf, names, header_ret->sh_name) : NULL;

		if (name && header_ret->sh_type != SHT_NOBITS &&
		    (strcmp(name, ".debug_info") == 0 || strcmp(name, ".zdebug_info") == 0))
			return section;
	}
	return NULL;
}

static Dwarf_Off info_size(Elf *elf)
{
	GElf_Shdr header;

	return find_info(elf, &header) ? header.sh_size : 0;
}

/* zstd came with elfutils 0.189; older libraries take such a section for damaged. */
static bool is_zlib_or_plain(Elf *elf)
{
	GElf_Shdr header;
	GElf_Chdr compression;
	Elf_Scn *info = find_info(elf, &header);

	return !info || !gelf_getchdr(info, &compression) || compression.ch_type == ELFCOMPRESS_ZLIB;
}

Dwarf_Off dwarf_file_info_size(const struct dwarf_file *file)
{
	return info_size(file->elf);
}

static void end_elf(gpointer elf)
{
	elf_end(elf);
}

/* The file as it is: libdwfl would relocate all of a module before it says anything. */
static Elf *open_elf(struct arena *arena, const char *path)
{
	Elf *elf = NULL;
	int handle;

	inputs_add(path);
	handle = open(path, O_RDONLY | O_CLOEXEC);
	elf_version(EV_CURRENT);
	if (handle >= 0)
		elf = elf_begin(handle, ELF_C_READ_MMAP, NULL);
	if (elf) {
		/* Maps it, so that the file need not stay open. */
		elf_cntl(elf, ELF_C_FDREAD);
		arena_defer(arena, end_elf, elf);
	}
	if (handle >= 0)
		close(handle);
	return elf;
}

static void end_session(gpointer session)
{
	dwfl_end(session);
}

/* The file as the only module of a libdwfl session. */
static Dwfl_Module *begin(struct arena *arena, const char *path)
{
	Dwfl *session = dwfl_begin(&callbacks);
	Dwfl_Module *module;

	if (!session)
		return NULL;
	arena_defer(arena, end_session, session);
	dwfl_report_begin(session);
	module = dwfl_report_offline(session, "", path, -1);
	dwfl_report_end(session, NULL, NULL);
	return module;
}

static bool is_of_build(struct arena *arena, const struct dwarf_file *file, const char *build_id, const char **why_ret)
{
	if (!build_id || (file->build_id && strcmp(file->build_id, build_id) == 0))
		return true;
	*why_ret = arena_printf(arena, "%s is of another build (%s, wanted is %s)", file->path,
				file->build_id ? file->build_id : "it has no build-id", build_id);
	return false;
}

bool dwarf_file_read(struct dwarf_file *file, const char **why_ret)
{
	Dwfl_Module *module;
	Dwarf_Addr bias;

	if (file->dwarf)
		return true;
	module = begin(file->arena, file->path);
	file->dwarf = module ? dwfl_module_getdwarf(module, &bias) : NULL;
	if (!file->dwarf) {
		*why_ret = arena_printf(file->arena, "%s cannot be read: %s", file->path,
					is_zlib_or_plain(file->elf) ? dwfl_errmsg(-1) :
					"it is compressed by a means that this libelf does not know");
		return false;
	}
	file->elf = dwfl_module_getelf(module, &bias);
	file->debug_frame = dwfl_module_dwarf_cfi(module, &bias);
	file->eh_frame = dwfl_module_eh_cfi(module, &bias);
	return true;
}

struct dwarf_file *dwarf_file_find(struct arena *arena, const char *path, const char *build_id, const char **why_ret)
{
	struct dwarf_file *file = arena_new0(arena, struct dwarf_file);
	GElf_Ehdr header;

	*why_ret = NULL;
	file->arena = arena;
	file->path = arena_printf(arena, "%s", path);
	file->elf = open_elf(arena, path);
	if (!file->elf || !gelf_getehdr(file->elf, &header)) {
		*why_ret = arena_printf(arena, "%s cannot be read: %s", path, elf_errmsg(-1));
		return NULL;
	}
	if (!info_size(file->elf))
		return NULL;
	file->is_relocatable = header.e_type == ET_REL;
	file->build_id = build_id_of(arena, file->elf);
	return is_of_build(arena, file, build_id, why_ret) ? file : NULL;
}

struct dwarf_file *dwarf_file_open(struct arena *arena, const char *path, const char *build_id, const char **why_ret)
{
	struct dwarf_file *file = dwarf_file_find(arena, path, build_id, why_ret);

	return file && dwarf_file_read(file, why_ret) ? file : NULL;
}

/* ---- Entries by offset ---- */

/* Units are passed one by one to find that of an offset; memory is given back after so many bytes. */
#define STEP (UINT64_C(8) << 20)

/*
 * Forgets the pages of the file that were mapped meanwhile: they are read again from the kernel's
 * page cache when needed. Not those of a module, which relocations have changed.
 */
void dwarf_file_give_back(const struct dwarf_file *file)
{
	size_t size;
	char *bytes = elf_rawfile(file->elf, &size);

	if (bytes && !file->is_relocatable && ((uintptr_t)bytes & (uintptr_t)(sysconf(_SC_PAGESIZE) - 1)) == 0)
		madvise(bytes, size, MADV_DONTNEED);
}

uint32_t dwarf_file_offset(const struct dwarf_file *file, Dwarf_Die *die)
{
	bool is_alternate = dwarf_cu_getdwarf(die->cu) != file->dwarf;

	return (uint32_t)dwarf_dieoffset(die) | (is_alternate ? DIE_IS_ALTERNATE : 0);
}

Dwarf *dwarf_file_alternate(const struct dwarf_file *file)
{
	return dwarf_getalt(file->dwarf);
}

/* Passes the units before an offset, step by step. */
static void pass_units(struct dwarf_file *file, Dwarf_Off offset)
{
	Dwarf_Die passed;

	while (!file->is_relocatable && file->units_seen + STEP < offset) {
		file->units_seen += STEP;
		dwarf_offdie(file->dwarf, file->units_seen, &passed);
		dwarf_file_give_back(file);
	}
}

bool dwarf_file_die(struct dwarf_file *file, uint32_t offset, Dwarf_Die *ret)
{
	Dwarf *dwarf;
	const char *why;

	if (!dwarf_file_read(file, &why))
		return false;
	dwarf = offset & DIE_IS_ALTERNATE ? dwarf_file_alternate(file) : file->dwarf;
	if (dwarf == file->dwarf)
		pass_units(file, offset);
	return dwarf && dwarf_offdie(dwarf, offset & ~DIE_IS_ALTERNATE, ret) && dwarf_tag(ret) != DW_TAG_invalid;
}

/* ---- Symbols ---- */

Dwarf_Addr dwarf_file_symbol_address(const struct dwarf_file *file, const GElf_Sym *symbol)
{
	Elf_Scn *section;
	GElf_Shdr header;

	if (!file->is_relocatable || symbol->st_shndx == SHN_UNDEF || symbol->st_shndx >= SHN_LORESERVE)
		return symbol->st_value;
	section = elf_getscn(file->elf, symbol->st_shndx);
	return section && gelf_getshdr(section, &header) ? header.sh_addr + symbol->st_value : symbol->st_value;
}

#endif /* HAVE_LIBDW */
