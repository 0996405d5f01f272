/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timer.s(N) and its relatives, with .randomize(M), run in process context by the session
 * thread; timer.profile, a tick on every CPU in the context of whatever it interrupts. Kernel
 * side: module/families/timer.h.
 */
#include "probes/families.h"

static const char *const forms[] = {
	"timer.s(N)", "timer.sec(N)", "timer.ms(N)", "timer.msec(N)", "timer.us(N)", "timer.usec(N)",
	"timer.ns(N)", "timer.nsec(N)", "timer.hz(N)", "timer.jiffies(N)",
	"timer.ms(N).randomize(M)", NULL
};

static const char *const profile_forms[] = { "timer.profile", "timer.profile.tick", NULL };

struct timer_details {
	int64_t interval, random;
	bool in_jiffies;	/* else nanoseconds */
};

static const struct {
	const char *name;
	int64_t nanoseconds;
} units[] = {
	{ "s", 1000000000 }, { "sec", 1000000000 }, { "ms", 1000000 }, { "msec", 1000000 },
	{ "us", 1000 }, { "usec", 1000 }, { "ns", 1 }, { "nsec", 1 },
};

/* The longest interval in nanoseconds that a timer keeps: 292 years would not fit an s64. */
#define MAX_INTERVAL_NS ((int64_t)G_MAXINT64 / 2)

static bool timer_owns(const struct probe_point *point)
{
	return component_is(point_component(point, 0), "timer") &&
	       !component_is(point_component(point, 1), "profile");
}

static bool timer_unit(const struct probe_target *target, const struct probe_component *component,
		       int64_t number, struct timer_details *ret)
{
	static const char *const known[] = { "s", "sec", "ms", "msec", "us", "usec", "ns", "nsec", "hz",
					     "jiffies", "profile", NULL };

	ret->in_jiffies = component_is(component, "jiffies");
	ret->interval = number;
	if (ret->in_jiffies)
		return true;
	if (component_is(component, "hz")) {
		ret->interval = MAX(1000000000 / number, 1);
		return true;
	}
	for (unsigned int i = 0; i < G_N_ELEMENTS(units); i++)
		if (component_is(component, units[i].name)) {
			ret->interval = number > MAX_INTERVAL_NS / units[i].nanoseconds ?
				MAX_INTERVAL_NS : number * units[i].nanoseconds;
			return true;
		}
	return component_unknown(target->diag, component, known);
}

/* .randomize(M), in the unit of the interval. */
static bool timer_randomize(const struct probe_target *target, const struct probe_point *point,
			    int64_t number, struct timer_details *details)
{
	static const char *const known[] = { "randomize", NULL };
	const struct probe_component *component = point_component(point, 2);
	int64_t random;

	if (!component)
		return true;
	if (!component_is(component, "randomize"))
		return component_unknown(target->diag, component, known);
	if (!component_number(target->diag, component, &random))
		return false;
	if (random < 0 || random > number) {
		diag_error(target->diag, component->span, "E-probe-argument",
			   "randomize(%" G_GINT64_FORMAT ") must lie between 0 and the interval", random);
		return false;
	}
	details->random = random * (details->interval / number);
	return true;
}

/* timer.UNIT(N)[.randomize(M)] */
static bool timer_resolve(const struct probe_target *target, const struct probe_declaration *declaration,
			  const struct probe_point *point, GPtrArray *probes)
{
	const struct probe_component *unit = point_component(point, 1);
	struct timer_details *details = arena_new0(target->arena, struct timer_details);
	struct probe *probe;
	int64_t number;

	if (!unit) {
		diag_error(target->diag, point->span, "E-unknown-probe", "'timer' needs a unit: timer.s(1)");
		return false;
	}
	if (!timer_unit(target, unit, 1, details) || !component_number(target->diag, unit, &number))
		return false;
	if (number < 1) {
		diag_error(target->diag, unit->span, "E-probe-argument",
			   "the interval of a timer must be at least 1");
		return false;
	}
	timer_unit(target, unit, number, details);
	if (!timer_randomize(target, point, number, details))
		return false;
	probe = probe_new(target, &timer_family, declaration, point);
	probe->context = CONTEXT_PROCESS;
	probe->details = details;
	g_ptr_array_add(probes, probe);
	return true;
}

static char *timer_row(struct arena *arena, const struct probe *probe)
{
	const struct timer_details *details = probe->details;
	const char *unit = details->in_jiffies ? "jiffies" : "ns";

	return arena_printf(arena, ".probe = &rt_probes[%d], .interval_%s = %" G_GINT64_FORMAT
			    "LL, .random_%s = %" G_GINT64_FORMAT "LL", probe->number, unit,
			    details->interval, unit, details->random);
}

const struct probe_family timer_family = {
	.name = "timer",
	.forms = forms,
	.owns = timer_owns,
	.resolve = timer_resolve,
	.kernel_header = "module/families/timer.h",
	.table_type = "struct mod_timer",
	.table_name = "mod_timers",
	.table_operations = "mod_timer_ops",
	.row = timer_row,
};

static bool profile_owns(const struct probe_point *point)
{
	return component_is(point_component(point, 0), "timer") &&
	       component_is(point_component(point, 1), "profile");
}

/* timer.profile[.tick] */
static bool profile_resolve(const struct probe_target *target, const struct probe_declaration *declaration,
			    const struct probe_point *point, GPtrArray *probes)
{
	static const char *const known[] = { "tick", NULL };
	const struct probe_component *tick = point_component(point, 2);
	struct probe *probe;

	if (!component_no_argument(target->diag, point_component(point, 1)))
		return false;
	if (tick && !component_is(tick, "tick"))
		return component_unknown(target->diag, tick, known);
	probe = probe_new(target, &profile_family, declaration, point);
	probe->context = CONTEXT_ATOMIC;
	g_ptr_array_add(probes, probe);
	return true;
}

static char *profile_row(struct arena *arena, const struct probe *probe)
{
	return arena_printf(arena, ".probe = &rt_probes[%d]", probe->number);
}

const struct probe_family profile_family = {
	.name = "timer.profile",
	.forms = profile_forms,
	.owns = profile_owns,
	.resolve = profile_resolve,
	.kernel_header = "module/families/profile.h",
	.table_type = "struct mod_profile_timer",
	.table_name = "mod_profile_timers",
	.table_operations = "mod_profile_timer_ops",
	.row = profile_row,
};
