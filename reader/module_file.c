/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what spile put into a .ko: .modinfo, the format strings, the names of the symbols it
 * needs. session.c opens it first of all; fit.c, points.c and output.c use what it found.
 *
 * The file may be truncated or hostile. Each offset and size in it is checked against the file
 * by slice(), each string against its section by collect_strings() or string_at(); nothing
 * else here turns a number of the file into an address.
 */
#include "module_file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi.h"
#include "message.h"
#include "text.h"

#define SIGNATURE_END "~Module signature appended~\n"

/* struct module begins with an enum and a list head in every kernel; then comes the name. */
#define MODULE_NAME_OFFSET 24
#define MODULE_NAME_SIZE 56

/* A checked part of the file. */
struct slice {
	const unsigned char *bytes;
	size_t size;
};

static bool slice(const struct module_file *file, uint64_t offset, uint64_t size, struct slice *ret)
{
	if (offset > file->size || size > file->size - offset)
		return false;
	ret->bytes = file->bytes + offset;
	ret->size = (size_t)size;
	return true;
}

/* Headers are copied out: nothing says that the file keeps them aligned. */
static bool section_header(const struct module_file *file, const Elf64_Ehdr *header,
			   uint64_t index, Elf64_Shdr *ret)
{
	struct slice part;

	if (index >= header->e_shnum || header->e_shoff > file->size ||
	    !slice(file, header->e_shoff + index * sizeof(*ret), sizeof(*ret), &part))
		return false;
	memcpy(ret, part.bytes, sizeof(*ret));
	return true;
}

static bool section_contents(const struct module_file *file, const Elf64_Shdr *section,
			     struct slice *ret)
{
	ret->bytes = file->bytes;
	ret->size = 0;
	return section->sh_type == SHT_NOBITS ||
	       slice(file, section->sh_offset, section->sh_size, ret);
}

/* The string at an offset of a string table; NULL if it does not end within the table. */
static const char *string_at(const struct slice *table, uint64_t offset)
{
	if (offset >= table->size || !memchr(table->bytes + offset, 0, table->size - offset))
		return NULL;
	return (const char *)table->bytes + offset;
}

/* False if no section of that name is there or it is not whole. */
static bool find_section(const struct module_file *file, const Elf64_Ehdr *header,
			 const char *name, struct slice *ret)
{
	Elf64_Shdr names, section;
	struct slice table;

	if (!section_header(file, header, header->e_shstrndx, &names) ||
	    !section_contents(file, &names, &table))
		return false;
	for (uint64_t i = 1; i < header->e_shnum; i++) {
		const char *found;

		if (!section_header(file, header, i, &section))
			return false;
		found = string_at(&table, section.sh_name);
		if (found && strcmp(found, name) == 0)
			return section_contents(file, &section, ret);
	}
	return false;
}

static void list_add(struct string_list *list, const char *item)
{
	/* Full at every power of two. */
	if ((list->count & (list->count - 1)) == 0)
		list->items = memory_resize(list->items,
					    (list->count ? 2 * list->count : 1) *
					    sizeof(*list->items));
	list->items[list->count++] = item;
}

/*
 * The NUL-terminated strings of a section one after the other. Empty ones count in a format
 * section and are padding in .modinfo. False when the last one does not end.
 */
static bool collect_strings(const struct slice *part, bool keep_empty, struct string_list *ret)
{
	size_t at = 0;

	while (at < part->size) {
		const char *item = string_at(part, at);

		if (!item)
			return false;
		if (*item || keep_empty)
			list_add(ret, item);
		at += strlen(item) + 1;
	}
	return true;
}

/* Names of the undefined symbols of one symbol table. */
static bool collect_undefined(struct module_file *file, const Elf64_Ehdr *header,
			      const Elf64_Shdr *section)
{
	Elf64_Shdr strings;
	struct slice symbols, table;
	Elf64_Sym symbol;

	if (!section_contents(file, section, &symbols) ||
	    !section_header(file, header, section->sh_link, &strings) ||
	    !section_contents(file, &strings, &table))
		return false;
	for (size_t at = 0; symbols.size - at >= sizeof(symbol); at += sizeof(symbol)) {
		const char *name;

		memcpy(&symbol, symbols.bytes + at, sizeof(symbol));
		if (symbol.st_shndx != SHN_UNDEF || symbol.st_name == 0)
			continue;
		name = string_at(&table, symbol.st_name);
		if (!name)
			return false;
		list_add(&file->undefined, name);
	}
	return true;
}

static bool read_symbols(struct module_file *file, const Elf64_Ehdr *header)
{
	Elf64_Shdr section;

	for (uint64_t i = 1; i < header->e_shnum; i++) {
		if (!section_header(file, header, i, &section))
			return false;
		if (section.sh_type == SHT_SYMTAB && !collect_undefined(file, header, &section))
			return false;
	}
	return true;
}

/* What is wrong with the bytes at the start; NULL if they begin a 64-bit module of our order. */
static const char *check_start(const struct module_file *file, Elf64_Ehdr *ret)
{
	static const unsigned char gzip[] = { 0x1f, 0x8b };
	static const unsigned char xz[] = { 0xfd, '7', 'z', 'X', 'Z' };
	static const unsigned char zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };

	if ((file->size >= sizeof(gzip) && memcmp(file->bytes, gzip, sizeof(gzip)) == 0) ||
	    (file->size >= sizeof(xz) && memcmp(file->bytes, xz, sizeof(xz)) == 0) ||
	    (file->size >= sizeof(zstd) && memcmp(file->bytes, zstd, sizeof(zstd)) == 0))
		return "it is compressed; unpack it first";
	if (file->size < sizeof(*ret) || memcmp(file->bytes, ELFMAG, SELFMAG) != 0)
		return "it is no ELF file";
	memcpy(ret, file->bytes, sizeof(*ret));
	if (ret->e_ident[EI_CLASS] != ELFCLASS64 || ret->e_ident[EI_DATA] != ELFDATA2LSB)
		return "it is not for a 64-bit little-endian machine";
	if (ret->e_type != ET_REL || ret->e_shentsize != sizeof(Elf64_Shdr))
		return "it is no kernel module";
	return NULL;
}

static bool ends_with_signature(const struct module_file *file)
{
	size_t length = strlen(SIGNATURE_END);

	return file->size >= length &&
	       memcmp(file->bytes + file->size - length, SIGNATURE_END, length) == 0;
}

/* "dir/a-b.ko" is called "a_b", as kbuild would. */
static char *name_of_path(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct text name = { 0 };

	text_append_string(&name, slash ? slash + 1 : path);
	if (name.length > 3 && strcmp(name.bytes + name.length - 3, ".ko") == 0)
		name.bytes[name.length - 3] = '\0';
	for (char *c = name.bytes; *c; c++)
		if (*c == '-')
			*c = '_';
	return name.bytes;
}

/* Newer kernels say the name in .modinfo; older ones have it only in struct module. */
static void find_name(struct module_file *file, const Elf64_Ehdr *header)
{
	struct slice module;

	file->name = module_file_value(file, "name");
	if (file->name && *file->name)
		return;
	if (find_section(file, header, ".gnu.linkonce.this_module", &module) &&
	    module.size >= MODULE_NAME_OFFSET + MODULE_NAME_SIZE) {
		struct slice name = { module.bytes + MODULE_NAME_OFFSET, MODULE_NAME_SIZE };

		file->name = string_at(&name, 0);
		if (file->name && *file->name)
			return;
	}
	file->name_made = name_of_path(file->path);
	file->name = file->name_made;
}

static int compare_probes(const void *left, const void *right)
{
	const struct probe_name *a = left, *b = right;

	return a->index < b->index ? -1 : a->index > b->index;
}

/* Lines are "spile_probe=NUMBER NAME". */
void module_file_name_probes(struct module_file *file)
{
	size_t position = 0;
	const char *value;

	file->probes = memory_alloc((file->information.count + 1) * sizeof(*file->probes));
	while ((value = module_file_next_value(file, "spile_probe", &position))) {
		char *end;
		unsigned long index = strtoul(value, &end, 10);

		if (end != value && *end == ' ')
			file->probes[file->probe_count++] = (struct probe_name){ index, end + 1 };
	}
	qsort(file->probes, file->probe_count, sizeof(*file->probes), compare_probes);
}

static const char *parse(struct module_file *file)
{
	Elf64_Ehdr header;
	struct slice part;
	const char *why = check_start(file, &header);

	if (why)
		return why;
	file->machine = header.e_machine;
	file->is_signed = ends_with_signature(file);
	if (!find_section(file, &header, ".modinfo", &part))
		return "it is no kernel module, or not a whole one";
	if (!collect_strings(&part, false, &file->information))
		return "its .modinfo section is damaged";
	module_file_name_probes(file);
	if (find_section(file, &header, SPILE_FORMAT_SECTION, &part) &&
	    !collect_strings(&part, true, &file->formats))
		return "its format strings are damaged";
	if (!read_symbols(file, &header))
		return "its symbol table is damaged";
	find_name(file, &header);
	if (strchr(file->name, '/') || file->name[0] == '.' || !file->name[0])
		return "the module's name in it is no name";
	return NULL;
}

bool module_file_parse(struct module_file *ret, const char *path, const void *bytes, size_t size,
		       const char **why_ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->path = path;
	ret->fd = -1;
	ret->bytes = bytes;
	ret->size = size;
	*why_ret = parse(ret);
	if (*why_ret)
		module_file_fini(ret);
	return *why_ret == NULL;
}

/* The file's bytes; NULL after saying why not. */
static void *map_file(const char *path, int fd, size_t *size_ret)
{
	struct stat status;
	void *bytes;

	if (fstat(fd, &status) != 0) {
		message_error("%s: %s", path, strerror(errno));
		return NULL;
	}
	if (!S_ISREG(status.st_mode) || status.st_size == 0) {
		message_error("%s: it is %s", path, S_ISREG(status.st_mode) ? "empty" : "no file");
		return NULL;
	}
	*size_ret = (size_t)status.st_size;
	bytes = mmap(NULL, *size_ret, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED) {
		message_error("%s: cannot be mapped: %s", path, strerror(errno));
		return NULL;
	}
	return bytes;
}

bool module_file_open(struct module_file *ret, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *why;
	size_t size;
	void *bytes;

	memset(ret, 0, sizeof(*ret));
	ret->fd = -1;
	if (fd < 0) {
		message_error("%s: %s", path, strerror(errno));
		return false;
	}
	bytes = map_file(path, fd, &size);
	if (!bytes) {
		close(fd);
		return false;
	}
	if (!module_file_parse(ret, path, bytes, size, &why)) {
		message_error("%s: %s", path, why);
		munmap(bytes, size);
		close(fd);
		return false;
	}
	ret->fd = fd;
	return true;
}

void module_file_fini(struct module_file *file)
{
	free(file->information.items);
	free(file->formats.items);
	free(file->probes);
	free(file->undefined.items);
	free(file->name_made);
	if (file->fd >= 0) {
		munmap((void *)(uintptr_t)file->bytes, file->size);
		close(file->fd);
	}
	memset(file, 0, sizeof(*file));
	file->fd = -1;
}

const char *module_file_next_value(const struct module_file *file, const char *key,
				   size_t *position)
{
	size_t length = strlen(key);

	while (*position < file->information.count) {
		const char *item = file->information.items[(*position)++];

		if (strncmp(item, key, length) == 0 && item[length] == '=')
			return item + length + 1;
	}
	return NULL;
}

const char *module_file_value(const struct module_file *file, const char *key)
{
	size_t position = 0;

	return module_file_next_value(file, key, &position);
}

static const struct probe_name *find_probe(const struct module_file *file, unsigned int probe)
{
	const struct probe_name wanted = { .index = probe };

	return bsearch(&wanted, file->probes, file->probe_count, sizeof(wanted), compare_probes);
}

const char *module_file_probe(const struct module_file *file, unsigned int probe)
{
	const struct probe_name *found = find_probe(file, probe);

	return found ? found->name : "?";
}

bool module_file_has_probe(const struct module_file *file, unsigned int probe)
{
	return find_probe(file, probe) || !file->probe_count;
}
