/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of a kernel that a made-up root folder holds: its BTF in a compressed bzImage, in a
 * vmlinux, in a module; and what is said where it is missing, damaged, or another kernel's.
 */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "base/process.h"
#include "knowledge/btf/types.h"
#include "knowledge/knowledge.h"
#include "tree_fixture.h"

/* int (1); struct file { int flags; } (2); struct file * (3); int (struct file *) (4); open (5); file_t (6) */
#define INFO(kind, count) ((uint32_t)(kind) << 24 | (count))
static const char strings[] = "\0int\0file\0flags\0open\0file_t\0ON";
static const uint32_t words[] = {
	1, INFO(1, 0), 4, 1 << 24 | 32,
	5, INFO(4, 1), 4, 10, 1, 0,
	0, INFO(2, 0), 2,
	0, INFO(13, 1), 1, 5, 3,
	16, INFO(12, 0), 4,
	21, INFO(8, 0), 2,
	0, INFO(6, 1), 4, 28, 1,
};

static struct knowledge *know(struct fixture *fixture, unsigned int sources)
{
	struct knowledge_options options = { .sources = sources, .root = fixture->root };

	return knowledge_new(fixture->arena, &fixture->tree, &options);
}

/* ---- Files ---- */

static const char *write_file(struct fixture *fixture, const char *name, const GByteArray *bytes)
{
	const char *path = arena_printf(fixture->arena, "%s/%s", fixture->root, name);
	g_autofree char *folder = g_path_get_dirname(path);

	assert_int_equal(g_mkdir_with_parents(folder, 0700), 0);
	assert_true(g_file_set_contents(path, (const char *)bytes->data, bytes->len, NULL));
	return path;
}

static void append(GByteArray *bytes, const void *data, size_t size)
{
	g_byte_array_append(bytes, data, (guint)size);
}

static GByteArray *make_btf(void)
{
	uint32_t header[6] = { 0x0001eb9f, 24, 0, sizeof(words), sizeof(words), sizeof(strings) };
	GByteArray *bytes = g_byte_array_new();

	append(bytes, header, sizeof(header));
	append(bytes, words, sizeof(words));
	append(bytes, strings, sizeof(strings));
	return bytes;
}

/* An ELF file of two sections: the names, and what is given as `section`. */
static GByteArray *make_elf(const char *section)
{
	g_autoptr(GByteArray) btf = make_btf();
	GByteArray *bytes = g_byte_array_new();
	char names[32] = "";
	Elf64_Ehdr header = { .e_shentsize = sizeof(Elf64_Shdr), .e_shnum = 3, .e_shstrndx = 1 };
	Elf64_Shdr sections[3] = { { 0 } };

	memcpy(header.e_ident, ELFMAG, SELFMAG);
	header.e_ident[EI_CLASS] = ELFCLASS64;
	header.e_ident[EI_DATA] = ELFDATA2LSB;
	header.e_shoff = sizeof(header);
	strcpy(names + 1, section);
	sections[1] = (Elf64_Shdr){ .sh_type = SHT_STRTAB, .sh_offset = sizeof(header) + sizeof(sections),
				    .sh_size = sizeof(names) };
	sections[2] = (Elf64_Shdr){ .sh_name = 1, .sh_type = SHT_PROGBITS, .sh_size = btf->len,
				    .sh_offset = sections[1].sh_offset + sizeof(names) };
	append(bytes, &header, sizeof(header));
	append(bytes, sections, sizeof(sections));
	append(bytes, names, sizeof(names));
	append(bytes, btf->data, btf->len);
	return bytes;
}

/* The bytes as `compressor` leaves them; NULL if this machine has none. */
static GByteArray *compress(struct fixture *fixture, const char *compressor, const GByteArray *bytes)
{
	const char *path = write_file(fixture, "plain", bytes);
	const char *command = arena_printf(fixture->arena, "%s <%s >%s.compressed", compressor, path, path);
	const char *const argv[] = { "sh", "-c", command, NULL };
	g_autofree char *contents = NULL;
	struct process_result result;
	GByteArray *compressed = NULL;
	gsize size;

	process_run(argv, NULL, &result);
	if (result.status == 0 &&
	    g_file_get_contents(arena_printf(fixture->arena, "%s.compressed", path), &contents, &size, NULL)) {
		compressed = g_byte_array_new();
		append(compressed, contents, size);
	}
	process_result_clear(&result);
	return compressed;
}

/* A bzImage of that release around the payload, which its size follows but for gzip. */
static GByteArray *make_image(const char *release, const GByteArray *payload)
{
	GByteArray *bytes = g_byte_array_new();
	bool is_gzip = payload->data[0] == 0x1f;
	guint32 length = payload->len + (is_gzip ? 0 : 4);

	g_byte_array_set_size(bytes, 1024);
	memset(bytes->data, 0, 1024);
	bytes->data[0x1f1] = 1;
	memcpy(bytes->data + 0x202, "HdrS\x0d\x02", 6);
	bytes->data[0x20e] = 0x60;
	memcpy(bytes->data + 0x24c, &length, 4);
	g_snprintf((char *)bytes->data + 0x260, 100, "%s (somebody@somewhere) #1", release);
	append(bytes, payload->data, payload->len);
	append(bytes, &length, is_gzip ? 0 : 4);
	return bytes;
}

/* False if this machine has no such compressor. */
static bool put_image(struct fixture *fixture, const char *release, const char *compressor)
{
	g_autoptr(GByteArray) elf = make_elf(".BTF");
	g_autoptr(GByteArray) payload = compress(fixture, compressor, elf);
	g_autoptr(GByteArray) image = payload ? make_image(release, payload) : NULL;

	if (image)
		write_file(fixture, "boot/vmlinuz-" RELEASE, image);
	return image != NULL;
}

static void need_libbpf(struct fixture *fixture)
{
	g_autoptr(GByteArray) btf = make_btf();
	const char *why = NULL;

	if (btf_types_open(fixture->arena, write_file(fixture, "plain.btf", btf), NULL, &why))
		return;
	print_message("%s\n", why);
	skip();
}

/* ---- Where types are found ---- */

static void in_images_however_compressed(void **state)
{
	static const char *const compressors[] = { "gzip -c", "xz --check=crc32 -c", "bzip2 -c", "zstd -c", "lzma -c", "lz4 -l -c" };
	struct fixture *fixture = *state;

	need_libbpf(fixture);
	for (size_t i = 0; i < G_N_ELEMENTS(compressors); i++) {
		const char *path = arena_printf(fixture->arena, "%s/boot/vmlinuz-" RELEASE, fixture->root);
		struct knowledge *knowledge;

		if (!put_image(fixture, RELEASE, compressors[i])) {
			print_message("%s is not here\n", compressors[i]);
			continue;
		}
		knowledge = know(fixture, SOURCES_ALL);
		if (knowledge_lack(knowledge, NULL))
			fail_msg("%s: %s", compressors[i], knowledge_lack(knowledge, NULL));
		assert_non_null(knowledge_function(knowledge, NULL, "open"));
		/* The copy in the cache goes by the file's time and size. */
		g_unlink(path);
		fixture->tree.key = arena_printf(fixture->arena, "%s-", fixture->tree.key);
	}
}

static void in_a_vmlinux_of_the_tree(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GByteArray) elf = make_elf(".BTF");

	need_libbpf(fixture);
	write_file(fixture, "build/vmlinux", elf);
	assert_non_null(knowledge_function(know(fixture, SOURCES_ALL), NULL, "open"));
}

static void in_modules(void **state)
{
	static const char list[] = "kernel/fs/my-fs.ko: kernel/lib/other.ko\nkernel/lib/other.ko:\n";
	struct fixture *fixture = *state;
	g_autoptr(GByteArray) text = g_byte_array_new(), none = make_elf(".text");
	struct knowledge *knowledge;

	need_libbpf(fixture);
	put_image(fixture, RELEASE, "gzip -c");
	append(text, list, strlen(list));
	write_file(fixture, "lib/modules/" RELEASE "/modules.dep", text);
	write_file(fixture, "lib/modules/" RELEASE "/kernel/fs/my-fs.ko", none);
	knowledge = know(fixture, SOURCES_ALL);
	assert_non_null(strstr(knowledge_lack(knowledge, "my_fs"), "kernel/fs/my-fs.ko: it has no BTF"));
	assert_non_null(strstr(knowledge_lack(knowledge, "missing"), "has no module 'missing'"));
	assert_null(knowledge_function(knowledge, "my_fs", "open"));
}

/* ---- What is said where they are not ---- */

static void nothing_is_there(void **state)
{
	struct fixture *fixture = *state;
	struct knowledge *knowledge = know(fixture, SOURCES_ALL);

	assert_non_null(strstr(knowledge_lack(knowledge, NULL), "there is no image of kernel " RELEASE));
	assert_null(knowledge_function(knowledge, NULL, "open"));
	assert_null(knowledge_type(knowledge, NULL, "struct file"));
	assert_int_equal(knowledge_functions(knowledge, NULL, "*")->len, 0);
}

static void another_kernel_is_not_taken(void **state)
{
	struct fixture *fixture = *state;

	put_image(fixture, "6.1.0-other", "gzip -c");
	assert_non_null(strstr(knowledge_lack(know(fixture, SOURCES_ALL), NULL), "it is kernel 6.1.0-other"));
}

static void damaged_images_have_nothing(void **state)
{
	struct fixture *fixture = *state;
	g_autoptr(GByteArray) elf = make_elf(".BTF"), payload = compress(fixture, "gzip -c", elf);
	g_autoptr(GByteArray) image = make_image(RELEASE, payload);

	for (guint length = image->len; length > 0; length -= MIN(length, 37)) {
		g_autoptr(GByteArray) cut = g_byte_array_new();

		append(cut, image->data, length - 1);
		write_file(fixture, "boot/vmlinuz-" RELEASE, cut);
		fixture->tree.key = arena_printf(fixture->arena, "cut-%u-%s", length, strrchr(fixture->root, '/') + 1);
		assert_non_null(knowledge_lack(know(fixture, SOURCES_ALL), NULL));
	}
}

static void sources_can_be_left_out(void **state)
{
	struct fixture *fixture = *state;
	unsigned int sources = 0;

	put_image(fixture, RELEASE, "gzip -c");
	assert_string_equal(knowledge_lack(know(fixture, SOURCE_SYMBOLS), NULL), "--sources leaves out btf and dwarf");
	assert_true(knowledge_sources(&fixture->diag, "btf,symbols", &sources));
	assert_int_equal(sources, SOURCE_BTF | SOURCE_SYMBOLS);
	assert_true(knowledge_sources(&fixture->diag, "dwarf", &sources));
	assert_int_equal(sources, SOURCE_DWARF);
	assert_false(knowledge_sources(&fixture->diag, "btf,drawf", &sources));
	assert_false(knowledge_sources(&fixture->diag, "btf,", &sources));
}

/* ---- Questions ---- */

static void types_by_what_c_calls_them(void **state)
{
	struct fixture *fixture = *state;
	struct knowledge *knowledge;
	const struct c_type *type;
	int64_t value = 0;

	need_libbpf(fixture);
	put_image(fixture, RELEASE, "gzip -c");
	knowledge = know(fixture, SOURCES_ALL);
	type = knowledge_type(knowledge, NULL, "struct file");
	assert_non_null(type);
	assert_ptr_equal(knowledge_type(knowledge, NULL, " file "), type);
	assert_ptr_equal(c_type_plain(knowledge_type(knowledge, NULL, "file_t")), type);
	assert_string_equal(c_type_text(fixture->arena, knowledge_type(knowledge, NULL, "struct  file **")), "struct file**");
	assert_null(knowledge_type(knowledge, NULL, "union file"));
	assert_null(knowledge_type(knowledge, NULL, "struct files"));
	assert_true(knowledge_enumerator(knowledge, NULL, "ON", &value));
	assert_int_equal(value, 1);
	assert_int_equal(knowledge_functions(knowledge, NULL, "o*n")->len, 1);
	assert_int_equal(knowledge_functions(knowledge, NULL, "x*")->len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(in_images_however_compressed, fixture_set_up, fixture_tear_down),
		cmocka_unit_test_setup_teardown(in_a_vmlinux_of_the_tree, fixture_set_up, fixture_tear_down),
		cmocka_unit_test_setup_teardown(in_modules, fixture_set_up, fixture_tear_down),
		cmocka_unit_test_setup_teardown(nothing_is_there, fixture_set_up, fixture_tear_down),
		cmocka_unit_test_setup_teardown(another_kernel_is_not_taken, fixture_set_up, fixture_tear_down),
		cmocka_unit_test_setup_teardown(damaged_images_have_nothing, fixture_set_up, fixture_tear_down),
		cmocka_unit_test_setup_teardown(sources_can_be_left_out, fixture_set_up, fixture_tear_down),
		cmocka_unit_test_setup_teardown(types_by_what_c_calls_them, fixture_set_up, fixture_tear_down),
	};
	g_autofree char *cache = g_dir_make_tmp("spile-cache-XXXXXX", NULL);
	int failed;

	g_setenv("XDG_CACHE_HOME", cache, TRUE);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_remove(cache);
	return failed;
}
