/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where files with debugging information are looked for, which are fetched from a server, which are
 * refused, and what is said of them.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "dwarf_fixture.h"
#include "knowledge/files/build_id.h"

#ifdef HAVE_LIBDW

/* ---- Which file ---- */

static const char *opened_path(struct fixture *fixture, const char *module, const char **why_ret)
{
	struct dwarf_file *file = debuginfo_open(fixture->arena, fixture->root, &fixture->tree, module, why_ret);

	return file ? file->path + strlen(fixture->root) : NULL;
}

static const char *build_id_of(struct fixture *fixture, const char *name)
{
	const char *why;
	struct dwarf_file *file = dwarf_file_open(fixture->arena, path_of(fixture, name), NULL, &why);

	assert_non_null(file);
	assert_non_null(file->build_id);
	return file->build_id;
}

static void places_of_debuginfo(void **state)
{
	static const char *const places[] = {
		"boot/vmlinux-" RELEASE, "build/vmlinux", "usr/lib/debug/usr/lib/modules/" RELEASE "/vmlinux",
		"usr/lib/debug/lib/modules/" RELEASE "/vmlinux.debug", "usr/lib/debug/boot/vmlinux-" RELEASE,
	};
	struct fixture *fixture = *state;
	const char *why = NULL;

	if (!make_kernel(fixture, "gcc", "-g", "made"))
		skip();
	assert_null(opened_path(fixture, NULL, &why));
	assert_non_null(strstr(why, "there is no debuginfo (DWARF) of kernel " RELEASE " here; it comes with: "));
	/* Each goes before those above it. */
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		assert_true(run_shell(fixture, arena_printf(fixture->arena, "mkdir -p \"$(dirname %s)\" && cp made %s",
							    places[i], places[i])));
		assert_string_equal(opened_path(fixture, NULL, &why) + 1, places[i]);
	}
	g_setenv("SPILE_DEBUGINFO", path_of(fixture, "made"), TRUE);
	assert_string_equal(opened_path(fixture, NULL, &why), "/made");
	/* A file without DWARF is passed over in silence. */
	assert_true(run_shell(fixture, "strip --strip-debug -o stripped made"));
	g_setenv("SPILE_DEBUGINFO", path_of(fixture, "stripped"), TRUE);
	assert_string_equal(opened_path(fixture, NULL, &why) + 1, places[G_N_ELEMENTS(places) - 1]);
}

/* What the running kernel shows of itself: it is the one that was made last as `made`. */
#define SHOW_NOTES "mkdir -p sys/kernel && objcopy -O binary --only-section=.note.gnu.build-id made sys/kernel/notes"

static void links_and_build_ids(void **state)
{
	struct fixture *fixture = *state;
	const char *why = NULL, *id;

	if (!make_kernel(fixture, "gcc", "-g", "made"))
		skip();
	assert_true(run_shell(fixture, "mkdir -p boot usr/lib/debug/boot && "
			      "objcopy --only-keep-debug made usr/lib/debug/boot/far.debug && "
			      "objcopy --strip-debug --add-gnu-debuglink=usr/lib/debug/boot/far.debug made boot/vmlinux-" RELEASE));
	assert_string_equal(opened_path(fixture, NULL, &why), "/usr/lib/debug/boot/far.debug");
	id = build_id_of(fixture, "made");
	fixture->tree.is_running = true;
	assert_true(run_shell(fixture, SHOW_NOTES));
	assert_string_equal(build_id_find(fixture->arena, fixture->root, &fixture->tree, NULL), id);
	assert_true(run_shell(fixture, arena_printf(fixture->arena, "mkdir -p usr/lib/debug/.build-id/%.2s && "
						    "cp made usr/lib/debug/.build-id/%.2s/%s.debug", id, id, id + 2)));
	assert_non_null(strstr(opened_path(fixture, NULL, &why), "/.build-id/"));
}

static void other_builds_are_refused(void **state)
{
	struct fixture *fixture = *state;
	const char *why = NULL;

	if (!make_kernel(fixture, "gcc", "-g", "made") || !make_kernel(fixture, "gcc", "-g -DOTHER=1 -O1", IN_PLACE))
		skip();
	fixture->tree.is_running = true;
	assert_true(run_shell(fixture, SHOW_NOTES));
	assert_null(opened_path(fixture, NULL, &why));
	assert_non_null(strstr(why, IN_PLACE " is of another build ("));
	assert_non_null(strstr(why, build_id_of(fixture, "made")));
}

static void modules_by_modules_dep(void **state)
{
	struct fixture *fixture = *state;
	const char *why = NULL;

	if (!make_module(fixture, "gcc", "-g -Wa,--generate-missing-build-notes=no", "usr/lib/debug/lib/modules/" RELEASE
			 "/kernel/fs/my-fs.ko.debug"))
		skip();
	assert_null(opened_path(fixture, "my_fs", &why));
	assert_non_null(strstr(why, "has no module 'my_fs' here"));
	assert_true(run_shell(fixture, "mkdir -p lib/modules/" RELEASE " && "
			      "echo 'kernel/fs/my-fs.ko.xz: kernel/a.ko' >lib/modules/" RELEASE "/modules.dep"));
	assert_non_null(strstr(opened_path(fixture, "my_fs", &why), "/kernel/fs/my-fs.ko.debug"));
}

/* A module that is compressed with its DWARF in it is unpacked. */
static void compressed_modules(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = no_query;
	const char *folder = "lib/modules/" RELEASE;

	if (!make_module(fixture, "gcc", "-g", arena_printf(fixture->arena, "%s/extra/my-fs.ko", folder)))
		skip();
	assert_true(run_shell(fixture, arena_printf(fixture->arena, "gzip %s/extra/my-fs.ko && "
			      "echo 'extra/my-fs.ko.gz:' >%s/modules.dep", folder, folder)));
	query.function = "exported";
	assert_int_equal(sites_of(fixture, "my_fs", &query)->len, 1);
	query.is_statement = true;
	query.lines = LINES_ALL;
	assert_true(sites_of(fixture, "my_fs", &query)->len > 4);
}

/* ---- Files that are none ---- */

static void damaged_files_are_refused(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *bytes = NULL;
	const char *why = NULL;
	gsize size;

	need_kernel(fixture);
	assert_true(g_file_get_contents(path_of(fixture, IN_PLACE), &bytes, &size, NULL));
	assert_true(g_file_set_contents(path_of(fixture, IN_PLACE), "#!/bin/sh\nexit 0\n", -1, NULL));
	assert_null(opened_path(fixture, NULL, &why));
	assert_non_null(strstr(why, IN_PLACE " cannot be read: "));
	/* The heads of sections are at the end, so nothing is known of what was cut off. */
	for (gsize length = 0; length < size; length += 1 + length / 2) {
		assert_true(g_file_set_contents(path_of(fixture, IN_PLACE), bytes, (gssize)length, NULL));
		assert_null(opened_path(fixture, NULL, &why));
		assert_non_null(strstr(why, "apt-get install linux-image-" RELEASE "-dbg"));
	}
}

/* DWARF that is overwritten: there are no answers, or wrong ones, but there is no crash. */
static void damaged_dwarf_does_no_harm(void **state)
{
	struct fixture *fixture = *state;
	struct code_query query = { .function = "exported", .is_statement = true, .lines = LINES_ALL };
	g_autofree char *bytes = NULL;
	const char *why;
	gsize size;

	need_kernel(fixture);
	assert_true(g_file_get_contents(path_of(fixture, IN_PLACE), &bytes, &size, NULL));
	for (unsigned int turn = 0; turn < 40; turn++) {
		struct knowledge *knowledge;

		/* From the sections on, of which the first page says where they are. */
		for (gsize at = 4096 + turn * 7; at + 1024 < size; at += 97 + turn * 31)
			bytes[at] = (char)(bytes[at] + turn * 11 + 1);
		assert_true(g_file_set_contents(path_of(fixture, IN_PLACE), bytes, (gssize)size, NULL));
		knowledge = know(fixture);
		knowledge_type(knowledge, NULL, "struct record");
		knowledge_function(knowledge, NULL, "exported");
		knowledge_sites(knowledge, NULL, &query, &why);
	}
}

/* ---- Servers ---- */

static pid_t server;

/* The status with which the server of that port answers; 0: it does not. */
static int http_status(uint16_t port, const char *path)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	g_autofree char *request = g_strdup_printf("GET %s HTTP/1.0\r\n\r\n", path);
	char answer[16] = "";
	int status = 0, handle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(handle, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    send(handle, request, strlen(request), MSG_NOSIGNAL) == (ssize_t)strlen(request) &&
	    recv(handle, answer, sizeof(answer) - 1, MSG_WAITALL) > 0)
		status = atoi(answer + strlen("HTTP/1.1 "));
	close(handle);
	return status;
}

static uint16_t free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);
	int handle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(handle, (struct sockaddr *)&address, length), 0);
	assert_int_equal(getsockname(handle, (struct sockaddr *)&address, &length), 0);
	close(handle);
	return ntohs(address.sin_port);
}

/* A server for the files of a folder, from when on it has that build. */
static void start_server(struct fixture *fixture, const char *folder, const char *build_id)
{
	uint16_t port = free_port();
	g_autofree char *number = g_strdup_printf("%u", port), *path = g_strdup_printf("/buildid/%s/debuginfo", build_id);

	server = fork();
	if (server == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		g_unsetenv("DEBUGINFOD_URLS");
		if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
			_exit(126);
		execlp("debuginfod", "debuginfod", "-d", ":memory:", "-p", number, "-F", path_of(fixture, folder),
		       (char *)NULL);
		_exit(127);
	}
	for (unsigned int i = 0; http_status(port, path) != 200; i++) {
		assert_true(i < 600 && waitpid(server, NULL, WNOHANG) == 0);
		g_usleep(100000);
	}
	g_setenv("DEBUGINFOD_URLS", arena_printf(fixture->arena, "http://127.0.0.1:%u", port), TRUE);
}

static int stop_server(void **state)
{
	if (server > 0) {
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
	}
	server = 0;
	return fixture_tear_down(state);
}

/* The kernel that runs is `made`, and nothing of it is here; false: without a client there is no test. */
static bool needs_server(struct fixture *fixture)
{
	const char *why = NULL;

	g_setenv("DEBUGINFOD_CACHE_PATH", path_of(fixture, "fetched"), TRUE);
	g_setenv("DEBUGINFOD_URLS", "http://127.0.0.1:1", TRUE);
	if (!make_kernel(fixture, "gcc", "-g", "made") || !run_shell(fixture, SHOW_NOTES))
		return false;
	fixture->tree.is_running = true;
	assert_null(opened_path(fixture, NULL, &why));
	return !strstr(why, "is not installed");
}

static void fetched_from_a_server(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *program_path = g_find_program_in_path("debuginfod");
	const char *why = NULL, *id;

	if (!program_path || !needs_server(fixture))
		skip();
	id = build_id_of(fixture, "made");
	assert_true(run_shell(fixture, "mkdir served && mv made served/"));
	start_server(fixture, "served", id);
	assert_non_null(strstr(opened_path(fixture, NULL, &why), id));
	assert_non_null(knowledge_type(know(fixture), NULL, "struct record"));
	/* What was fetched once stays here. */
	g_setenv("DEBUGINFOD_URLS", "http://127.0.0.1:1", TRUE);
	assert_non_null(strstr(opened_path(fixture, NULL, &why), "/fetched/"));
	assert_true(make_kernel(fixture, "gcc", "-g -DOTHER=1 -O1", "made") && run_shell(fixture, SHOW_NOTES));
	assert_null(opened_path(fixture, NULL, &why));
}

static void servers_without_it(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *program_path = g_find_program_in_path("debuginfod");
	const char *why = NULL;

	if (!program_path || !needs_server(fixture))
		skip();
	assert_true(make_kernel(fixture, "gcc", "-g -DOTHER=1 -O1", "served/other"));
	start_server(fixture, "served", build_id_of(fixture, "served/other"));
	assert_null(opened_path(fixture, NULL, &why));
	assert_non_null(strstr(why, arena_printf(fixture->arena, "%s, has nothing of build %s; what fits kernel " RELEASE
						 " comes with: ", g_getenv("DEBUGINFOD_URLS"),
						 build_id_of(fixture, "made"))));
}

static void servers_out_of_reach(void **state)
{
	struct fixture *fixture = *state;
	const char *why = NULL;

	if (!needs_server(fixture))
		skip();
	assert_null(opened_path(fixture, NULL, &why));
	assert_non_null(strstr(why, "$DEBUGINFOD_URLS, http://127.0.0.1:1, cannot be asked: "));
	g_unsetenv("DEBUGINFOD_URLS");
	assert_null(opened_path(fixture, NULL, &why));
	assert_null(strstr(why, "DEBUGINFOD"));
}

/* A file of another build is refused, whoever it came from. */
static void servers_that_err(void **state)
{
	struct fixture *fixture = *state;
	const char *why = NULL, *id;

	if (!needs_server(fixture))
		skip();
	id = build_id_of(fixture, "made");
	assert_true(make_kernel(fixture, "gcc", "-g -DOTHER=1 -O1", arena_printf(fixture->arena, "fetched/%s/debuginfo", id)));
	assert_null(opened_path(fixture, NULL, &why));
	assert_non_null(strstr(why, "/debuginfo is of another build ("));
}

#define fresh(test) cmocka_unit_test_setup_teardown(test, set_up, fixture_tear_down)
#define with_server(test) cmocka_unit_test_setup_teardown(test, set_up, stop_server)

int main(void)
{
	const struct CMUnitTest tests[] = {
		fresh(places_of_debuginfo),
		fresh(links_and_build_ids),
		fresh(other_builds_are_refused),
		fresh(modules_by_modules_dep),
		fresh(compressed_modules),
		fresh(damaged_files_are_refused),
		fresh(damaged_dwarf_does_no_harm),
		with_server(fetched_from_a_server),
		with_server(servers_without_it),
		with_server(servers_out_of_reach),
		with_server(servers_that_err),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else /* !HAVE_LIBDW */
#include "without_dwarf.h"
#endif /* !HAVE_LIBDW */
