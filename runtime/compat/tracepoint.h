/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tracepoints found by name.
 *
 * History: tracepoint_probe_register took a name until Linux 3.15 (RHEL 7 does) and a struct
 * tracepoint since. The structs are hardly ever exported; for_each_kernel_tracepoint finds those
 * of the kernel proper, and a module notifier, which is told of the loaded modules when it is
 * registered, those of modules. A module's list holds pointers, since 4.19 maybe relative ones.
 */
#ifndef SPILE_COMPAT_TRACEPOINT_H
#define SPILE_COMPAT_TRACEPOINT_H

/* A tracepoint with a callback on it. Zeroed: none. */
struct kc_tracepoint {
	const char *name;
	const char *module;	/* that defines it, or NULL */
	void *callback;
	void *data;
	struct tracepoint *found;
	struct module *owner;	/* kept loaded while the callback is registered */
	struct notifier_block search;
};

#ifdef EXPORTED_for_each_kernel_tracepoint

static void kc_tracepoint_compare(struct tracepoint *candidate, void *data)
{
	struct kc_tracepoint *t = data;

	if (!t->found && strcmp(candidate->name, t->name) == 0)
		t->found = candidate;
}

static inline struct tracepoint *kc_module_tracepoint(struct module *module, unsigned int i)
{
#ifdef HAVE_TRACEPOINT_PTR_DEREF
	return tracepoint_ptr_deref(&module->tracepoints_ptrs[i]);
#else /* !HAVE_TRACEPOINT_PTR_DEREF */
	return module->tracepoints_ptrs[i];
#endif
}

static int kc_tracepoint_in_module(struct notifier_block *block, unsigned long event, void *data)
{
	struct kc_tracepoint *t = container_of(block, struct kc_tracepoint, search);
	struct module *module = ((struct tp_module *)data)->mod;
	unsigned int i;

	if (event != MODULE_STATE_COMING || t->found || (t->module && strcmp(module->name, t->module) != 0))
		return NOTIFY_DONE;
	for (i = 0; i < module->num_tracepoints && !t->found; i++)
		kc_tracepoint_compare(kc_module_tracepoint(module, i), t);
	if (t->found && try_module_get(module))
		t->owner = module;
	else
		t->found = NULL;
	return NOTIFY_DONE;
}

static inline void kc_tracepoint_search_modules(struct kc_tracepoint *t)
{
	t->search.notifier_call = kc_tracepoint_in_module;
	if (register_tracepoint_module_notifier(&t->search) == 0)
		unregister_tracepoint_module_notifier(&t->search);
}

static inline int kc_tracepoint_attach(struct kc_tracepoint *t)
{
	int error;

	if (!t->module)
		for_each_kernel_tracepoint(kc_tracepoint_compare, t);
	if (!t->found)
		kc_tracepoint_search_modules(t);
	if (!t->found)
		return -ENOENT;
	error = tracepoint_probe_register(t->found, t->callback, t->data);
	if (error) {
		module_put(t->owner);
		t->owner = NULL;
		t->found = NULL;
	}
	return error;
}

static inline void kc_tracepoint_detach(struct kc_tracepoint *t)
{
	tracepoint_probe_unregister(t->found, t->callback, t->data);
}

#else /* !EXPORTED_for_each_kernel_tracepoint */

/* By name the kernel accepts any, also one that no code has: such a probe never fires. */
static inline int kc_tracepoint_attach(struct kc_tracepoint *t)
{
	return tracepoint_probe_register(t->name, t->callback, t->data);
}

static inline void kc_tracepoint_detach(struct kc_tracepoint *t)
{
	tracepoint_probe_unregister(t->name, t->callback, t->data);
}

#endif /* EXPORTED_for_each_kernel_tracepoint */

/*
 * Registers `callback`, whose prototype must be that of tracepoint `name`, with `data` as its
 * first argument. 0, -ENOENT if there is no such tracepoint in `module` (NULL: in the kernel or any
 * module; the oldest kernels do not tell), or the kernel's error.
 * Context: process.
 */
static inline int kc_tracepoint_register(struct kc_tracepoint *t, const char *name, const char *module,
					 void *callback, void *data)
{
	t->name = name;
	t->module = module;
	t->callback = callback;
	t->data = data;
	return kc_tracepoint_attach(t);
}

/* Takes the callback off; calls may still be under way. Context: process. */
static inline void kc_tracepoint_unregister(struct kc_tracepoint *t)
{
	kc_tracepoint_detach(t);
}

/* After tracepoint_synchronize_unregister(): lets go of the tracepoint's module. */
static inline void kc_tracepoint_release(struct kc_tracepoint *t)
{
	module_put(t->owner);
	t->owner = NULL;
	t->found = NULL;
}

#endif
