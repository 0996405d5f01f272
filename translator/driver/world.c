/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers the preprocessor. The kernel is only looked for when a condition names it: a script
 * without such a condition can be parsed where there is no kernel tree at all.
 */
#include "driver/world.h"

#include <string.h>
#include <sys/utsname.h>

/* The version of SystemTap whose language this is, for scripts that ask. */
#define LANGUAGE_VERSION "4.8"

static const char *kernel_release(struct world *world, const char **why_ret)
{
	const struct kernel_tree *kernel = world->kernel(world->data, why_ret);

	return kernel ? kernel->release : NULL;
}

/* "6.1.0" of "6.1.0-56-amd64". */
static const char *kernel_version(struct world *world, const char **why_ret)
{
	const char *release = kernel_release(world, why_ret);

	return release ? arena_strndup(world->arena, release, strspn(release, "0123456789.")) : NULL;
}

static const char *option_value(struct world *world, const char *name, const char **why_ret)
{
	const struct kernel_tree *kernel = world->kernel(world->data, why_ret);

	if (kernel && !world->configuration)
		world->configuration = configuration_load(world->arena, kernel, why_ret);
	return world->configuration ? configuration_value(world->configuration, name) : NULL;
}

static const char *architecture(struct world *world)
{
	struct utsname name;

	uname(&name);
	return arena_printf(world->arena, "%s", name.machine);
}

static const char *world_value(void *data, const char *name, const char **why_ret)
{
	struct world *world = data;

	if (strcmp(name, "kernel_v") == 0)
		return kernel_version(world, why_ret);
	if (strcmp(name, "kernel_vr") == 0)
		return kernel_release(world, why_ret);
	if (g_str_has_prefix(name, "CONFIG_"))
		return option_value(world, name, why_ret);
	if (strcmp(name, "arch") == 0)
		return architecture(world);
	if (strcmp(name, "systemtap_v") == 0)
		return LANGUAGE_VERSION;
	if (strcmp(name, "systemtap_privilege") == 0)
		return "stapdev";
	if (strcmp(name, "runtime") == 0)
		return "kernel";
	if (strcmp(name, "guru_mode") == 0)
		return world->options->guru_mode ? "1" : "0";
	*why_ret = "nothing is known by that name";
	return NULL;
}

struct preprocessor_world world_for_preprocessor(struct world *world)
{
	return (struct preprocessor_world){ world_value, world };
}
