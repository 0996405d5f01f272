/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes on the kernel's tracepoints.
 *
 * The emitter writes one callback per tracepoint, with exactly the prototype that the kernel's
 * header declares: it stores the arguments where the handler finds them and runs it. This file
 * finds the tracepoint by name, registers the callback with the probe as its data, and makes sure
 * at the end that no call is left under way.
 */
#ifndef SPILE_MODULE_FAMILIES_TRACEPOINT_H
#define SPILE_MODULE_FAMILIES_TRACEPOINT_H

#include "module/family.h"

struct mod_tracepoint {
	/* Written by the emitter. */
	struct rt_probe *probe;
	const char *name;
	void *callback;
	u8 is_optional;		/* a kernel without this tracepoint is no error */

	struct kc_tracepoint point;
	bool is_attached;
};

static bool mod_tracepoint_attach(const struct mod_family *family)
{
	struct mod_tracepoint *entries = family->entries;
	u32 i;

	for (i = 0; i < family->count; i++) {
		struct mod_tracepoint *t = &entries[i];
		int error = kc_tracepoint_register(&t->point, t->name, t->callback, t->probe);

		t->is_attached = error == 0;
		if (error == -ENOENT && t->is_optional)
			continue;
		if (error) {
			mod_error(t->probe, "cannot attach %s: %s (error %d)", t->probe->name,
				  error == -ENOENT ? "this kernel has no such tracepoint"
						   : "the kernel refused", error);
			return false;
		}
	}
	return true;
}

static void mod_tracepoint_detach(const struct mod_family *family)
{
	struct mod_tracepoint *entries = family->entries;
	u32 i;

	for (i = 0; i < family->count; i++)
		if (entries[i].is_attached)
			kc_tracepoint_unregister(&entries[i].point);
	tracepoint_synchronize_unregister();
	for (i = 0; i < family->count; i++) {
		if (entries[i].is_attached)
			kc_tracepoint_release(&entries[i].point);
		entries[i].is_attached = false;
	}
}

static const struct mod_family_ops mod_tracepoint_ops = {
	.attach = mod_tracepoint_attach,
	.detach = mod_tracepoint_detach,
};

#endif
