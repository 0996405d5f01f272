/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds tracepoints by letting the preprocessor read the tree's trace headers with the macro
 * all declarations come down to, __DECLARE_TRACE, replaced by a marker. TRACE_EVENT and its
 * kin then need no knowledge of ours: what the tree would declare leaves a marker, what its
 * configuration leaves out does not. Preprocessed markers are cached per tree and header.
 */
#include "target/tracepoint.h"

#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "target/kernel_flags.h"
#include "target/prototype.h"
#include "target/scratch.h"

#define LIST_NAME "spile-headers.c"

/* Folders that hold trace headers, and how an #include line spells them. */
static const struct {
	const char *folder, *include;
} header_places[] = {
	{ "include/trace/events", "trace/events" },
	{ "include/ras", "ras" },
	{ "arch/x86/include/asm/trace", "asm/trace" },
};

/*
 * Since Linux commit 0e6caab8db8b ("tracing: Declare system call tracepoints with
 * TRACE_EVENT_SYSCALL") (v6.13) those of system calls have a macro of their own at the bottom.
 */
static const char list_head[] =
	"#include <linux/tracepoint.h>\n"
	"#undef __DECLARE_TRACE\n"
	"#define __DECLARE_TRACE(name, proto, ...) " PROTOTYPE_EXPANSION "\n"
	"#undef __DECLARE_TRACE_SYSCALL\n"
	"#define __DECLARE_TRACE_SYSCALL(name, proto, ...) " PROTOTYPE_EXPANSION "\n";
#define LIST_HEAD_LINES 5

/* A header to read; `broken` once it was seen not to preprocess. */
struct header {
	const char *include;	/* "trace/events/sched.h" */
	const char *path;
	bool broken;
};

static gint compare_headers(gconstpointer a, gconstpointer b)
{
	const struct header *const *left = a, *const *right = b;

	return strcmp((*left)->include, (*right)->include);
}

static bool is_listed(const GPtrArray *headers, const char *include)
{
	for (guint i = 0; i < headers->len; i++) {
		const struct header *header = headers->pdata[i];

		if (strcmp(header->include, include) == 0)
			return true;
	}
	return false;
}

static void add_headers(struct arena *arena, GPtrArray *headers, const char *tree_dir,
			const char *folder, const char *include)
{
	g_autofree char *path = g_build_filename(tree_dir, folder, NULL);
	GDir *dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		struct header *header;
		const char *spelling = arena_printf(arena, "%s/%s", include, name);

		if (!g_str_has_suffix(name, ".h") || is_listed(headers, spelling))
			continue;
		header = arena_new0(arena, struct header);
		header->include = spelling;
		header->path = arena_printf(arena, "%s/%s", path, name);
		g_ptr_array_add(headers, header);
	}
	if (dir)
		g_dir_close(dir);
}

/* All trace headers of both trees, sorted: a folder's own order is not the same everywhere. */
static GPtrArray *list_headers(struct arena *arena, const struct kernel_tree *tree)
{
	GPtrArray *headers = arena_array(arena);

	for (size_t i = 0; i < G_N_ELEMENTS(header_places); i++) {
		add_headers(arena, headers, tree->source_dir, header_places[i].folder,
			    header_places[i].include);
		add_headers(arena, headers, tree->build_dir, header_places[i].folder,
			    header_places[i].include);
	}
	g_ptr_array_sort(headers, compare_headers);
	return headers;
}

/* Whether a header has the name as a macro's whole argument: `(name,`, `, name)`. */
static bool mentions(const struct header *header, const char *name)
{
	g_autofree char *text = NULL;
	size_t length = strlen(name);

	if (!g_file_get_contents(header->path, &text, NULL, NULL))
		return false;
	for (const char *at = text; (at = strstr(at, name)); at += length) {
		const char *before = at, *after = at + length + strspn(at + length, " \t\n");

		while (before > text && g_ascii_isspace(before[-1]))
			before--;
		if (before > text && (before[-1] == '(' || before[-1] == ',') &&
		    (*after == ',' || *after == ')'))
			return true;
	}
	return false;
}

static GPtrArray *headers_mentioning(struct arena *arena, const struct kernel_tree *tree,
				     const char *name)
{
	GPtrArray *all = list_headers(arena, tree);
	GPtrArray *some = arena_array(arena);

	for (guint i = 0; i < all->len; i++)
		if (mentions(all->pdata[i], name))
			g_ptr_array_add(some, all->pdata[i]);
	return some;
}

/* The list's line N is LIST_HEAD_LINES + 1 plus the header's index; broken ones stay as blanks. */
static char *list_text(const GPtrArray *headers)
{
	GString *text = g_string_new(list_head);

	for (guint i = 0; i < headers->len; i++) {
		const struct header *header = headers->pdata[i];

		if (header->broken)
			g_string_append_c(text, '\n');
		else
			g_string_append_printf(text, "#include <%s>\n", header->include);
	}
	return g_string_free(text, FALSE);
}

/*
 * Marks the headers that the compiler's words lead to by the list's name and a line; false if
 * there is none left to blame. Trace headers that reach into the sources, as in
 * `#include "../../net/x.h"`, are installed without what they reach for.
 */
static bool mark_broken(GPtrArray *headers, const char *errors)
{
	bool any = false;

	for (const char *at = errors; (at = strstr(at, LIST_NAME ":")); at++) {
		long line = strtol(at + strlen(LIST_NAME ":"), NULL, 10);
		long index = line - LIST_HEAD_LINES - 1;
		struct header *header;

		if (index < 0 || index >= (long)headers->len)
			continue;
		header = headers->pdata[index];
		any |= !header->broken;
		header->broken = true;
	}
	return any;
}

/*
 * Preprocesses the headers together, without those that fail. Returns the markers, to be freed;
 * NULL if nothing could be preprocessed, and then *errors_ret is what the compiler said. After
 * a success *errors_ret holds its words about the last header left out, or is NULL.
 */
static char *preprocess(const struct kernel_flags *flags, struct diag *diag, const char *folder,
			GPtrArray *headers, char **errors_ret)
{
	g_autofree char *path = g_build_filename(folder, LIST_NAME, NULL);
	const char *const extra[] = { "-w", "-E", "-P", path, NULL };
	struct process_result result;
	char *markers = NULL;
	bool again;

	do {
		g_autofree char *text = list_text(headers);

		if (!scratch_write(diag, folder, LIST_NAME, text))
			return NULL;
		kernel_compile(flags, extra, &result);
		again = false;
		if (result.status == 0) {
			markers = prototype_extract(result.output);
		} else {
			g_free(*errors_ret);
			*errors_ret = g_strdup(result.errors);
			again = mark_broken(headers, result.errors);
		}
		process_result_clear(&result);
	} while (again);
	return markers;
}

/* One run over `headers`, in a folder of its own. As preprocess(), errors reported. */
static char *scan(struct arena *arena, struct diag *diag, const struct kernel_tree *tree,
		  GPtrArray *headers, char **errors_ret)
{
	const struct kernel_flags *flags = kernel_flags_get(arena, diag, tree);
	const char *folder = flags ? scratch_new(arena, diag) : NULL;
	char *markers;

	if (!folder)
		return NULL;
	markers = preprocess(flags, diag, folder, headers, errors_ret);
	scratch_remove(folder);
	if (!markers) {
		diag_error(diag, no_span, "E-tracepoint-header",
			   "the trace headers of %s cannot be preprocessed", tree->build_dir);
		diag_note(diag, no_span, "the compiler says: %s",
			  *errors_ret ? g_strchomp(*errors_ret) : "nothing");
	}
	return markers;
}

/* The cache file of one header's markers, or of all of them (NULL); NULL without a cache. */
static const char *cache_path(struct arena *arena, const struct kernel_tree *tree,
			      const char *include)
{
	const char *folder = kernel_tree_cache(arena, tree);
	g_autofree char *name = g_strdup(include ? include : "all");

	if (!folder)
		return NULL;
	folder = arena_printf(arena, "%s/tracepoints", folder);
	if (g_mkdir_with_parents(folder, 0700) != 0)
		return NULL;
	g_strdelimit(name, "/", '_');
	return arena_printf(arena, "%s/%s", folder, name);
}

/*
 * The tracepoints that reading `headers` gives, from the cache file if it is there. An empty
 * answer with *errors_ret set: a header was left out. NULL after a reported error.
 */
static GPtrArray *read_headers(struct arena *arena, struct diag *diag,
			       const struct kernel_tree *tree, GPtrArray *headers,
			       const char *path, char **errors_ret)
{
	g_autofree char *markers = NULL;

	if (path && g_file_get_contents(path, &markers, NULL, NULL))
		return prototype_parse(arena, markers);
	markers = scan(arena, diag, tree, headers, errors_ret);
	if (!markers)
		return NULL;
	if (path && *markers)
		g_file_set_contents(path, markers, -1, NULL);
	return prototype_parse(arena, markers);
}

GPtrArray *tracepoint_all(struct arena *arena, struct diag *diag, const struct kernel_tree *tree)
{
	g_autofree char *errors = NULL;

	return read_headers(arena, diag, tree, list_headers(arena, tree),
			    cache_path(arena, tree, NULL), &errors);
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

GPtrArray *tracepoint_names(struct arena *arena, struct diag *diag, const struct kernel_tree *tree)
{
	GPtrArray *points = tracepoint_all(arena, diag, tree);
	GPtrArray *names;

	if (!points)
		return NULL;
	names = arena_array(arena);
	for (guint i = 0; i < points->len; i++) {
		const struct tracepoint *point = points->pdata[i];

		g_ptr_array_add(names, (char *)point->name);
	}
	g_ptr_array_sort(names, compare_names);
	return names;
}

static struct tracepoint *pick(const GPtrArray *points, const char *system, const char *name)
{
	for (guint i = 0; points && i < points->len; i++) {
		struct tracepoint *point = points->pdata[i];

		if (strcmp(point->name, name) == 0 &&
		    (!system || strcmp(point->system, system) == 0))
			return point;
	}
	return NULL;
}

/*
 * Reads the headers whose text has the name, one after the other, as few as needed. *errors_ret
 * keeps the compiler's words about one that was left out; *failed_ret that an error was reported.
 */
static struct tracepoint *find_in_some(struct arena *arena, struct diag *diag,
				       const struct kernel_tree *tree, const char *system,
				       const char *name, char **errors_ret, bool *failed_ret)
{
	GPtrArray *headers = headers_mentioning(arena, tree, name);
	struct tracepoint *found = NULL;

	for (guint i = 0; i < headers->len && !found; i++) {
		struct header *header = headers->pdata[i];
		GPtrArray *one = arena_array(arena), *points;

		g_ptr_array_add(one, header);
		points = read_headers(arena, diag, tree, one,
				      cache_path(arena, tree, header->include), errors_ret);
		if (!points) {
			*failed_ret = true;
			return NULL;
		}
		found = pick(points, system, name);
	}
	return found;
}

static void report_unknown(struct diag *diag, struct span where, GPtrArray *points,
			   const char *system, const char *name)
{
	const struct tracepoint *namesake = pick(points, NULL, name);
	GPtrArray *names = g_ptr_array_new();
	const char *nearest;

	diag_error(diag, where, "E-unknown-tracepoint", "this kernel has no tracepoint '%s%s%s'",
		   system ? system : "", system ? ":" : "", name);
	for (guint i = 0; i < points->len; i++) {
		const struct tracepoint *point = points->pdata[i];

		g_ptr_array_add(names, (char *)point->name);
	}
	nearest = did_you_mean(name, names);
	if (namesake && *namesake->system)
		diag_note(diag, no_span, "'%s' is in the system '%s'", name, namesake->system);
	else if (nearest)
		diag_note(diag, no_span, "did you mean '%s'?", nearest);
	else if (!system)
		diag_note(diag, no_span, "one of a module whose header is not installed takes the module's name: "
			  "module(\"name\").trace(\"%s\")", name);
	g_ptr_array_free(names, TRUE);
}

static struct tracepoint *find(struct arena *arena, struct diag *diag,
			       const struct kernel_tree *tree, const char *system, const char *name,
			       struct span where)
{
	g_autofree char *errors = NULL;
	bool failed = false;
	struct tracepoint *point = find_in_some(arena, diag, tree, system, name, &errors, &failed);
	GPtrArray *all;

	if (point || failed)
		return point;
	if (errors) {
		diag_error(diag, where, "E-tracepoint-header", "the header that declares '%s' "
			   "cannot be compiled outside of the kernel's sources", name);
		diag_note(diag, no_span, "the compiler says: %s", g_strchomp(errors));
		return NULL;
	}
	/* Some names are pasted together by macros and stand in no header's text. */
	all = tracepoint_all(arena, diag, tree);
	point = pick(all, system, name);
	if (all && !point)
		report_unknown(diag, where, all, system, name);
	return point;
}

struct tracepoint *tracepoint_find(struct arena *arena, struct diag *diag,
				   const struct kernel_tree *tree, const char *name,
				   struct span where)
{
	const char *colon = strchr(name, ':');
	const char *system = colon ? arena_strndup(arena, name, (size_t)(colon - name)) : NULL;

	return find(arena, diag, tree, system, colon ? colon + 1 : name, where);
}
