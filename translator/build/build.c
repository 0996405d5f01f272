/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The choice between kbuild and its steps taken one by one. The shortcut reports nothing itself:
 * whatever is wrong with a script or a tree, kbuild says it in words that users can look up.
 */
#include "build/build.h"

#include "base/paths.h"
#include "build/prepared.h"
#include "target/scratch.h"

static bool fits(struct arena *arena, const struct kernel_tree *tree, const struct kernel_flags *flags,
		 const char *kconf_dir, struct steps_request *ret, const char **why_ret)
{
	*ret = (struct steps_request){ .tree = tree, .flags = flags };
	ret->prepared = prepared_get(arena, tree, flags, kconf_dir, why_ret);
	return ret->prepared != NULL;
}

/* Where the module is, or NULL with the reason; the log is kept as kbuild's would be. */
static const char *take_steps(struct arena *arena, struct diag *diag, struct steps_request *steps,
			      const struct kbuild_request *request, const char *work_dir)
{
	g_autofree char *log = NULL;
	bool ok;

	steps->names = (struct kernel_recipe_names){
		.folder = work_dir, .module = request->name, .parts = "",
		.top = paths_data_dir(), .kconf = request->kconf_dir,
	};
	ok = steps_run(arena, steps, &log);
	if (request->verbose)
		fputs(log, diag->out);
	if (!ok || !scratch_write(diag, work_dir, "build.log", log))
		return NULL;
	return arena_printf(arena, "%s/%s.ko", work_dir, request->name);
}

/* The module by the shortcut; NULL if kbuild has to make it, which `verbose` says. */
static const char *shortcut(struct arena *arena, struct diag *diag, const struct kernel_tree *tree,
			    const struct kbuild_request *request)
{
	const struct kernel_flags *flags = kernel_flags_get(arena, diag, tree);
	const char *work_dir, *module = NULL, *why = "a step failed";
	struct steps_request steps;

	if (!flags || !fits(arena, tree, flags, request->kconf_dir, &steps, &why))
		goto kbuild;
	work_dir = kbuild_prepare(arena, diag, request);
	if (work_dir)
		module = take_steps(arena, diag, &steps, request, work_dir);
	if (module)
		return module;
kbuild:
	if (request->says_way)
		fprintf(diag->out, "spile: kbuild makes the module: %s\n", why);
	return NULL;
}

const char *build_module(struct arena *arena, struct diag *diag, const struct kernel_tree *tree,
			 const struct kbuild_request *request, bool plain)
{
	unsigned int errors = diag->error_count;
	const char *module = plain ? NULL : shortcut(arena, diag, tree, request);

	if (module || diag->error_count > errors)
		return module;
	return kbuild_module(arena, diag, tree, request);
}
