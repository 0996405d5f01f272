/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes on the kernel's tracepoints.
 *
 * The emitter writes one callback per tracepoint, with exactly the prototype that the kernel's
 * header declares: it stores the arguments where the handler finds them and runs it. This file
 * finds the tracepoint by name, registers the callback with the probe as its data, and makes sure
 * at the end that no call is left under way.
 */
#include "module/families/tracepoint.h"

/* ---- One entry ---- */

static int mod_tracepoint_on(struct mod_tracepoint *t)
{
	int error = kc_tracepoint_register(&t->point, t->name, t->module, t->callback, t->probe);

	t->is_attached = error == 0;
	return error;
}

/* First half of taking it off; tracepoint_synchronize_unregister and _let_go follow. */
static void mod_tracepoint_off(struct mod_tracepoint *t)
{
	if (t->is_attached)
		kc_tracepoint_unregister(&t->point);
}

static void mod_tracepoint_let_go(struct mod_tracepoint *t)
{
	if (t->is_attached)
		kc_tracepoint_release(&t->point);
	t->is_attached = false;
}

/* ---- All of them ---- */

/* Takes off those of `probe`, or all for NULL, and waits for calls under way. */
static void mod_tracepoints_off(const struct mod_family *family, const struct rt_probe *probe)
{
	struct mod_tracepoint *entries = family->entries;
	u32 i;

	for (i = 0; i < family->count; i++)
		if (!probe || entries[i].probe == probe)
			mod_tracepoint_off(&entries[i]);
	tracepoint_synchronize_unregister();
	for (i = 0; i < family->count; i++)
		if (!probe || entries[i].probe == probe)
			mod_tracepoint_let_go(&entries[i]);
}

static void mod_tracepoint_detach(const struct mod_family *family)
{
	mod_tracepoints_off(family, NULL);
}

/* Attached is also what is to be off at first: so it is known to be there. */
static bool mod_tracepoint_attach(const struct mod_family *family)
{
	struct mod_tracepoint *entries = family->entries;
	u32 i;

	for (i = 0; i < family->count; i++) {
		struct mod_tracepoint *t = &entries[i];
		int error = mod_tracepoint_on(t);

		if (error == -ENOENT && t->is_optional)
			continue;
		if (error) {
			mod_error(t->probe, "cannot attach %s: %s (error %d)", t->probe->name,
				  error != -ENOENT ? "the kernel refused" :
				  t->module ? "no module of that name that is loaded has such a tracepoint" :
				  "this kernel has no such tracepoint", error);
			return false;
		}
		t->was_attached = true;
		if (!t->probe->armed)
			mod_tracepoints_off(family, t->probe);
	}
	return true;
}

static void mod_tracepoint_arm(const struct mod_family *family, const struct rt_probe *probe)
{
	struct mod_tracepoint *entries = family->entries;
	u32 i;

	if (!probe->armed) {
		mod_tracepoints_off(family, probe);
		return;
	}
	for (i = 0; i < family->count; i++) {
		struct mod_tracepoint *t = &entries[i];
		int error;

		if (t->probe != probe || t->is_attached)
			continue;
		error = mod_tracepoint_on(t);
		if (error && !(error == -ENOENT && t->is_optional))
			mod_warning(t->probe, "cannot arm %s again (error %d)", probe->name, error);
	}
}

static void mod_tracepoint_count(const struct mod_family *family,
				 struct spile_probe_counters *counters)
{
	const struct mod_tracepoint *entries = family->entries;
	u32 i;

	for (i = 0; i < family->count; i++)
		counters[entries[i].probe->index].points[SPILE_BY_TRACEPOINT] +=
			entries[i].was_attached;
}

const struct mod_family_ops mod_tracepoint_ops = {
	.attach = mod_tracepoint_attach,
	.detach = mod_tracepoint_detach,
	.arm = mod_tracepoint_arm,
	.count = mod_tracepoint_count,
};
