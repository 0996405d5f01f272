/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The choice between the cache, kbuild's steps taken one by one, and kbuild. The shortcut reports
 * nothing itself: whatever is wrong with a script or a tree, kbuild says it in words that users can
 * look up. A module is kept under a hash of all it depends on: the generated C, which has in it what
 * script, arguments, options, tapsets and the kernel's types came to; our own sources; the kernel's
 * tree and its compiler.
 */
#include "build/build.h"

#include "base/paths.h"
#include "base/waiting.h"
#include "build/cache.h"
#include "build/features.h"
#include "build/parts.h"
#include "build/prepared.h"
#include "build/sources.h"
#include "target/scratch.h"

/* Part of the key of kept modules: changes when they are made or kept in another way. */
#define FORMAT "module 1"

struct build {
	struct arena *arena;
	struct diag *diag;
	const struct kernel_tree *tree;
	const struct build_request *request;
	const struct kernel_flags *flags;
	const char *key;		/* of the module in the cache */
	const char *module;		/* where it will be */
};

static const char *make_key(const struct build *build)
{
	GChecksum *hash = g_checksum_new(G_CHECKSUM_SHA256);
	const char *key;

	sources_hash_text(hash, FORMAT);
	sources_hash_text(hash, SPILE_VERSION);
	sources_hash_text(hash, build->tree->key);
	sources_hash_text(hash, build->flags->identity);
	for (guint i = 0; i < build->flags->command->len; i++)
		sources_hash_text(hash, build->flags->command->pdata[i]);
	sources_hash_text(hash, sources_identity());
	sources_hash_text(hash, build->request->name);
	sources_hash_text(hash, build->request->code->c_text);
	key = arena_strndup(build->arena, g_checksum_get_string(hash), 40);
	g_checksum_free(hash);
	return key;
}

/*
 * Whether the C includes nothing but our own files and the kernel's, so that the key covers it all:
 * embedded C may include any file.
 */
static bool is_covered(const char *c_text)
{
	GRegex *regex = g_regex_new("^[ \\t]*#[ \\t]*(?:include_next|include|import)\\b(?![ \\t]*(?:\"(?:module|runtime)/|<[^/]))",
				    G_REGEX_MULTILINE | G_REGEX_RAW, 0, NULL);
	bool covered = !g_regex_match(regex, c_text, 0, NULL);

	g_regex_unref(regex);
	return covered;
}

static void say_way(const struct build *build, const char *way, const char *why)
{
	if (build->request->verbosity > 0)
		fprintf(build->diag->out, "spile: %s%s%s\n", way, why ? ": " : "", why ? why : "");
}

static struct steps_request steps_of(const struct build *build, const struct steps_prepared *prepared,
				     const struct kbuild_request *request, const char *work_dir)
{
	return (struct steps_request){
		.tree = build->tree, .flags = build->flags, .prepared = prepared,
		.names = {
			.folder = work_dir, .module = request->name,
			.top = paths_data_dir(), .kconf = request->kconf_dir,
			.common = build->flags->common,
		},
	};
}

/* Whether the steps made the module in `work_dir`; the log is kept as kbuild's would be. */
static bool take_steps(const struct build *build, const struct steps_prepared *prepared,
		       const struct kbuild_request *request, const char *work_dir)
{
	struct steps_request steps = steps_of(build, prepared, request, work_dir);
	g_autoptr(GString) log = g_string_new(NULL);
	bool ok;

	steps.names.parts = parts_get(build->arena, &steps, request->limits, request->parts, log);
	ok = steps.names.parts && steps_run(build->arena, &steps, log);
	if (request->verbose)
		fputs(log->str, build->diag->out);
	return ok && scratch_write(build->diag, work_dir, "build.log", log->str);
}

/* The module by the shortcut; false if kbuild has to make it, or after an error. */
static bool take_shortcut(const struct build *build, const struct steps_prepared *prepared,
			  const struct kbuild_request *request)
{
	const char *work_dir = kbuild_prepare(build->arena, build->diag, request);

	if (!work_dir)
		return false;
	if (take_steps(build, prepared, request, work_dir))
		return true;
	say_way(build, "kbuild makes the module", "a step of its own failed");
	return false;
}

/* What is prepared for the tree, or NULL if it is kbuild's to make modules. */
static const struct steps_prepared *prepare(const struct build *build)
{
	const char *why;
	const struct steps_prepared *prepared;

	waiting_begin(arena_printf(build->arena, "compiling headers of %s", build->tree->release));
	prepared = prepared_get(build->arena, build->tree, build->flags, &why);
	waiting_end();
	if (!prepared)
		say_way(build, "kbuild makes the module", why);
	return prepared;
}

/* The folder of kconf.h, or NULL after an error. */
static const char *examine(const struct build *build, const struct steps_prepared *prepared)
{
	const char *folder;

	waiting_begin(arena_printf(build->arena, "examining what %s has", build->tree->release));
	folder = features_prepare(build->arena, build->diag, build->tree, prepared,
				  build->request->verbosity > 0);
	waiting_end();
	return folder;
}

/* Sets build->flags; false after an error. */
static bool ask_flags(struct build *build)
{
	waiting_begin(arena_printf(build->arena, "asking kbuild of %s for its steps", build->tree->release));
	build->flags = kernel_flags_get(build->arena, build->diag, build->tree);
	waiting_end();
	return build->flags != NULL;
}

static struct kbuild_request kbuild_of(const struct build_request *request)
{
	return (struct kbuild_request){
		.name = request->name, .c_text = request->code->c_text, .limits = request->code->limits,
		.parts = request->code->parts, .constants = request->code->constants,
		.work_dir = request->work_dir, .verbose = request->verbosity > 2,
	};
}

/*
 * One unit of all parts, behind the script's own text: where kbuild has to make the module, compiling
 * each part by itself would take three times as long.
 */
static void make_one_unit(const struct build *build, struct kbuild_request *kbuild)
{
	GString *text = g_string_new(kbuild->c_text);

	for (guint i = 0; i < kbuild->parts->len; i++)
		g_string_append_printf(text, "#include \"%s\"\n", (const char *)kbuild->parts->pdata[i]);
	kbuild->c_text = arena_strndup(build->arena, text->str, text->len);
	kbuild->parts = NULL;
	g_string_free(text, TRUE);
}

/* The module by kbuild; as the shortcut would have made it if that is what was asked for. */
static const char *make_by_kbuild(const struct build *build, struct kbuild_request *kbuild)
{
	if (!build->request->plain)
		make_one_unit(build, kbuild);
	return kbuild_module(build->arena, build->diag, build->tree, kbuild);
}

/* The module as it is made where none is kept. */
static const char *make_module(const struct build *build)
{
	const struct build_request *request = build->request;
	const struct steps_prepared *prepared = request->plain ? NULL : prepare(build);
	struct kbuild_request kbuild = kbuild_of(request);
	unsigned int errors = build->diag->error_count;
	const char *module = NULL;

	kbuild.kconf_dir = examine(build, prepared);
	if (!kbuild.kconf_dir)
		return NULL;
	waiting_begin("building the module");
	if (prepared && take_shortcut(build, prepared, &kbuild))
		module = build->module;
	else if (build->diag->error_count == errors)
		module = make_by_kbuild(build, &kbuild);
	waiting_end();
	return module;
}

const char *build_module(struct arena *arena, struct diag *diag, const struct kernel_tree *tree,
			 const struct build_request *request, const char **kept_ret)
{
	struct build build = { .arena = arena, .diag = diag, .tree = tree, .request = request };
	bool is_kept = is_covered(request->code->c_text);
	const char *module;

	*kept_ret = NULL;
	if (!ask_flags(&build))
		return NULL;
	build.key = make_key(&build);
	build.module = arena_printf(arena, "%s/%s.ko", request->work_dir, request->name);
	if (is_kept && !request->plain && cache_get_module(arena, build.key, build.module, kept_ret)) {
		say_way(&build, "the module is in the cache", NULL);
		return build.module;
	}
	module = make_module(&build);
	if (module && is_kept)
		cache_put_module(arena, build.key, module, request->script, kept_ret);
	return module;
}

/* Compiles all parts; that one cannot be is for the first script to say that needs it. */
static bool warm_parts(const struct build *build, const struct steps_prepared *prepared,
		       const struct kbuild_request *kbuild)
{
	const char *work_dir = kbuild_prepare(build->arena, build->diag, kbuild);
	struct steps_request steps = steps_of(build, prepared, kbuild, work_dir);
	g_autoptr(GString) log = g_string_new(NULL);

	if (!work_dir)
		return false;
	waiting_begin(arena_printf(build->arena, "compiling ahead for %s", build->tree->release));
	parts_get(build->arena, &steps, kbuild->limits, kbuild->parts, log);
	waiting_end();
	return true;
}

bool build_warm(struct arena *arena, struct diag *diag, const struct kernel_tree *tree,
		const struct build_request *request)
{
	struct build build = { .arena = arena, .diag = diag, .tree = tree, .request = request };
	struct kbuild_request kbuild = kbuild_of(request);
	const struct steps_prepared *prepared;

	if (!ask_flags(&build))
		return false;
	prepared = prepare(&build);
	kbuild.kconf_dir = examine(&build, prepared);
	return kbuild.kconf_dir && (!prepared || warm_parts(&build, prepared, &kbuild));
}
