/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Says what variables of a kernel are worth at random places of its code, with registers and a stack
 * that are made up, and writes each such state to a core file, for another reader of DWARF to say
 * the same. tests/locations/run calls it and compares.
 *
 *	locate VMLINUX FOLDER COUNT SEED
 *
 * One line for each place, "place: ADDRESS FUNCTION CORE", and one for each variable that it sees, "NAME
 * number VALUE", "NAME address VALUE" of what is no number, or "NAME nowhere WHY".
 */
#include <dwarf.h>
#include <elf.h>
#include <errno.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>

#include "knowledge/dwarf/scene.h"
#include "knowledge/dwarf/scope.h"
#include "tests/unit/location_evaluate.h"

/* The memory that there is: the stack pointer points into it, and so do some of the registers. */
#define MEMORY_ADDRESS 0xffffc90000100000ULL
#define MEMORY_SIZE 65536

struct state {
	uint64_t registers[17];
	unsigned char memory[MEMORY_SIZE];
};

struct kernel {
	struct arena *arena;
	struct dwarf_file *file;
	const struct dwarf_scene *scene;
	uint64_t text, text_size;
	uint64_t anchor;		/* that locations count from */
};

/* ---- States ---- */

/* The same numbers for the same seed, whatever the C library. */
static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return *seed >> 33;
}

static void make_state(struct state *state, uint64_t pc, uint64_t *seed)
{
	for (size_t i = 0; i < sizeof(state->memory); i++)
		state->memory[i] = (unsigned char)next_random(seed);
	for (unsigned int i = 0; i < 16; i++)
		state->registers[i] = next_random(seed) % 2 ?
				      MEMORY_ADDRESS + next_random(seed) % (MEMORY_SIZE / 2) / 8 * 8 :
				      next_random(seed) << 33 ^ next_random(seed) << 20 ^ next_random(seed);
	state->registers[7] = MEMORY_ADDRESS + MEMORY_SIZE / 4;
	state->registers[6] = MEMORY_ADDRESS + MEMORY_SIZE / 2;
	state->registers[16] = pc;
}

static bool read_memory(void *context, uint64_t address, unsigned int size, uint64_t *ret)
{
	const struct state *state = context;

	if (address < MEMORY_ADDRESS || address + size > MEMORY_ADDRESS + MEMORY_SIZE || address + size < address)
		return false;
	*ret = 0;
	memcpy(ret, state->memory + (address - MEMORY_ADDRESS), size);
	return true;
}

/* Where struct user_regs_struct has DWARF's registers. */
static void fill_registers(const struct state *state, elf_gregset_t registers)
{
	static const unsigned int places[17] = { 10, 12, 11, 5, 13, 14, 4, 19, 9, 8, 7, 6, 3, 2, 1, 0, 16 };

	for (unsigned int i = 0; i < 17; i++)
		registers[places[i]] = state->registers[i];
	registers[17] = 0x10;	/* cs */
	registers[20] = 0x18;	/* ss */
}

struct core {
	Elf64_Ehdr header;
	Elf64_Phdr segments[2];
	Elf64_Nhdr note;
	char name[8];
	char status[sizeof(struct elf_prstatus)];	/* as it is; here it has another alignment */
};

static bool write_core(const char *path, const struct state *state)
{
	struct core core = { .name = "CORE" };
	struct elf_prstatus status = { .pr_pid = 1 };
	FILE *file = fopen(path, "w");
	bool ok;

	if (!file)
		return false;
	memcpy(core.header.e_ident, ELFMAG, SELFMAG);
	core.header.e_ident[EI_CLASS] = ELFCLASS64;
	core.header.e_ident[EI_DATA] = ELFDATA2LSB;
	core.header.e_ident[EI_VERSION] = EV_CURRENT;
	core.header.e_type = ET_CORE;
	core.header.e_machine = EM_X86_64;
	core.header.e_version = EV_CURRENT;
	core.header.e_phoff = offsetof(struct core, segments);
	core.header.e_ehsize = sizeof(core.header);
	core.header.e_phentsize = sizeof(core.segments[0]);
	core.header.e_phnum = 2;
	core.segments[0] = (Elf64_Phdr){ .p_type = PT_NOTE, .p_offset = offsetof(struct core, note) };
	core.segments[0].p_filesz = offsetof(struct core, status) + sizeof(core.status) - offsetof(struct core, note);
	core.segments[1] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = sizeof(core) };
	core.segments[1].p_vaddr = MEMORY_ADDRESS;
	core.segments[1].p_filesz = core.segments[1].p_memsz = MEMORY_SIZE;
	core.note = (Elf64_Nhdr){ .n_namesz = 5, .n_descsz = sizeof(core.status), .n_type = NT_PRSTATUS };
	fill_registers(state, status.pr_reg);
	memcpy(core.status, &status, sizeof(status));
	ok = fwrite(&core, sizeof(core), 1, file) == 1 && fwrite(state->memory, MEMORY_SIZE, 1, file) == 1;
	return fclose(file) == 0 && ok;
}

/* ---- Variables ---- */

/* Bits of a number's type; 0: it is none. */
static unsigned int number_bits(Dwarf_Die *variable)
{
	Dwarf_Attribute attribute;
	Dwarf_Die type;
	Dwarf_Word size;

	if (!dwarf_formref_die(dwarf_attr_integrate(variable, DW_AT_type, &attribute), &type) ||
	    dwarf_peel_type(&type, &type) != 0)
		return 0;
	switch (dwarf_tag(&type)) {
	case DW_TAG_base_type:
	case DW_TAG_enumeration_type:
	case DW_TAG_pointer_type:
		return dwarf_aggregate_size(&type, &size) == 0 && size <= 8 ? 8 * (unsigned int)size : 0;
	default:
		return 0;
	}
}

static void say(struct kernel *kernel, const struct state *state, const char *name, const struct location *location,
		unsigned int bits)
{
	struct evaluation evaluation = { .anchor = kernel->anchor, .read = read_memory, .context = (void *)state };
	const char *why = location->why ? location->why : "its parts are in several places";
	const struct location *number = bits ? location_number(kernel->arena, location, 0, bits, false, &why) :
					location_memory(kernel->arena, location, 0, 8);
	uint64_t value;

	if (!number) {
		printf("%s nowhere %s\n", name, why);
		return;
	}
	memcpy(evaluation.registers, state->registers, sizeof(evaluation.registers));
	value = evaluate(&evaluation, number, number->step);
	if (evaluation.failed)
		printf("%s nowhere it cannot be read\n", name);
	else
		printf("%s %s %" PRIx64 "\n", name, bits ? "number" : "address", value);
}

static void say_all(struct kernel *kernel, const struct dwarf_view *view, const struct state *state)
{
	GArray *variables = dwarf_view_variables(view);

	for (unsigned int i = 0; i < variables->len; i++) {
		struct dwarf_variable *variable = &g_array_index(variables, struct dwarf_variable, i);

		say(kernel, state, variable->name, dwarf_view_location(view, variable), number_bits(&variable->die));
	}
	g_array_unref(variables);
}

/* ---- Places ---- */

static bool find_text(struct kernel *kernel)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;

	elf_getshdrstrndx(kernel->file->elf, &names);
	while ((section = elf_nextscn(kernel->file->elf, section))) {
		if (!gelf_getshdr(section, &header) ||
		    strcmp(elf_strptr(kernel->file->elf, names, header.sh_name), ".text") != 0)
			continue;
		kernel->text = header.sh_addr;
		kernel->text_size = header.sh_size;
		return true;
	}
	return false;
}

/* A random address that an instruction of some function begins at, as the line table knows it. */
static bool find_place(struct kernel *kernel, uint64_t *seed, struct dwarf_view *ret)
{
	Dwarf_Addr address = kernel->text + next_random(seed) % kernel->text_size;
	Dwarf_Die unit;
	Dwarf_Line *line;

	if (!dwarf_addrdie(kernel->file->dwarf, address, &unit))
		return false;
	line = dwarf_getsrc_die(&unit, address);
	return line && dwarf_lineaddr(line, &address) == 0 &&
	       dwarf_view_open(kernel->scene, kernel->file->dwarf, address, NULL, ret);
}

static bool say_place(struct kernel *kernel, const char *folder, unsigned int number, uint64_t *seed)
{
	static struct state state;
	struct dwarf_view view;
	Dwarf_Die function;
	char path[4096];

	if (!find_place(kernel, seed, &view))
		return false;
	snprintf(path, sizeof(path), "%s/core.%u", folder, number);
	make_state(&state, view.place.pc, seed);
	if (!write_core(path, &state)) {
		fprintf(stderr, "locate: %s: %s\n", path, strerror(errno));
		exit(2);
	}
	function = g_array_index(view.scopes, Dwarf_Die, view.scopes->len - 1);
	printf("place: %" PRIx64 " %s %s\n", view.place.pc, dwarf_diename(&function), path);
	say_all(kernel, &view, &state);
	return true;
}

int main(int argc, char **argv)
{
	struct kernel kernel = { .arena = arena_new() };
	unsigned int count, found = 0;
	const char *why = "it has no DWARF";
	uint64_t seed;

	if (argc != 5) {
		fprintf(stderr, "usage: locate VMLINUX FOLDER COUNT SEED\n");
		return 2;
	}
	count = (unsigned int)strtoul(argv[3], NULL, 10);
	seed = strtoull(argv[4], NULL, 10);
	kernel.file = dwarf_file_open(kernel.arena, argv[1], NULL, &why);
	if (!kernel.file || !find_text(&kernel)) {
		fprintf(stderr, "locate: %s: %s\n", argv[1], why);
		return 2;
	}
	dwarf_file_find_symbol(kernel.file, "jiffies", &kernel.anchor);
	kernel.scene = dwarf_scene_new(kernel.arena, kernel.file, NULL);
	while (found < count)
		found += say_place(&kernel, argv[2], found, &seed);
	arena_free(kernel.arena);
	return 0;
}
