/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The function tracer: one callback, with registers, at the entries of any number of functions.
 *
 * History: the callback got struct pt_regs with Linux 3.7, if it asked for them, and struct
 * ftrace_regs with 5.11: a struct pt_regs in which unasked only those of arguments, ax, bp, ip and
 * sp are there, cs is 0, and the rest is anything. It can be opened by its member until 6.12, by
 * arch_ftrace_regs() since 6.13. FTRACE_OPS_FL_RECURSION_SAFE promised until then that the callback bears being
 * entered again; since, that is taken for granted, and a flag of opposite sense asks for a guard.
 * FTRACE_OPS_FL_PERMANENT (5.5) keeps kernel.ftrace_enabled from being switched off under us, and
 * refuses to begin while it is off; before, only the code at the entry tells. The filter takes
 * many addresses at once since 5.18. What is called is not the address of the function but of the
 * call site in it, which a kernel with indirect branch tracking has behind an ENDBR.
 *
 * An empty filter means every function there is: so it is never left empty while registered.
 */
#ifndef SPILE_COMPAT_FTRACE_H
#define SPILE_COMPAT_FTRACE_H

#if defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS) && defined(CONFIG_X86_64) && \
	defined(EXPORTED_ftrace_set_filter_ip)

#define KC_FTRACE_SITE_SIZE 5	/* bytes of the call */
#define KC_FTRACE_CALL 0xe8	/* its first one */
#define KC_FTRACE_ENDBR 4	/* bytes of what may stand before it */

#ifdef HAVE_FTRACE_REGS
#define kc_ftrace_regs ftrace_regs
#else /* !HAVE_FTRACE_REGS */
#define kc_ftrace_regs pt_regs
#endif

#if defined(CONFIG_HAVE_DYNAMIC_FTRACE_WITH_ARGS) && \
	(defined(HAVE_FTRACE_REGS_ARCH) || defined(HAVE_FTRACE_REGS_OPEN))
#define KC_FTRACE_GIVES_ARGUMENTS true
#else
#define KC_FTRACE_GIVES_ARGUMENTS false
#endif

#ifdef HAVE_FTRACE_RECURSION_SAFE
#define KC_FTRACE_NO_GUARD FTRACE_OPS_FL_RECURSION_SAFE
#else /* !HAVE_FTRACE_RECURSION_SAFE */
#define KC_FTRACE_NO_GUARD 0
#endif

#ifdef HAVE_FTRACE_PERMANENT
#define KC_FTRACE_STAYS FTRACE_OPS_FL_PERMANENT
#else /* !HAVE_FTRACE_PERMANENT */
#define KC_FTRACE_STAYS 0
#endif

struct kc_ftrace {
	struct ftrace_ops ops;
	bool is_registered;
};

/* What is called at an entry: it guards itself against recursion. */
typedef void (*kc_ftrace_callback)(unsigned long site, unsigned long caller,
				   struct ftrace_ops *ops, struct kc_ftrace_regs *registers);

/* A tracer, not registered, that kc_ftrace_ask makes ready. */
#define KC_FTRACE { .ops = { .flags = KC_FTRACE_NO_GUARD | KC_FTRACE_STAYS } }

/* The function's registers at its entry, those that were asked for. Context: the callback. */
static __always_inline struct pt_regs *kc_ftrace_registers(struct kc_ftrace_regs *registers)
{
#if defined(HAVE_FTRACE_REGS_ARCH)
	return &arch_ftrace_regs(registers)->regs;
#elif defined(HAVE_FTRACE_REGS_OPEN)
	return &registers->regs;
#elif defined(HAVE_FTRACE_REGS)
	return ftrace_get_regs(registers);
#else
	return registers;
#endif
}

/*
 * Has `callback` called, with all registers or with no more than those of arguments and sp; the
 * kernel may give more. Context: process, not registered.
 */
static inline void kc_ftrace_ask(struct kc_ftrace *tracer, kc_ftrace_callback callback,
				 bool is_for_all)
{
	tracer->ops.func = callback;
	if (is_for_all || !KC_FTRACE_GIVES_ARGUMENTS)
		tracer->ops.flags |= FTRACE_OPS_FL_SAVE_REGS;
	else
		tracer->ops.flags &= ~FTRACE_OPS_FL_SAVE_REGS;
}

/* Whether at `address` is a call site that calls nobody now. */
static inline bool kc_ftrace_is_idle(unsigned long address)
{
	static const u8 idle[] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };
	static const u8 idle_before_5_13[] = { 0x66, 0x66, 0x66, 0x66, 0x90 };
	u8 code[KC_FTRACE_SITE_SIZE];

	return !kc_read_kernel(code, address, sizeof(code)) &&
	       (!memcmp(code, idle, sizeof(code)) ||
		!memcmp(code, idle_before_5_13, sizeof(code)));
}

/* Whether at `address` is a call. */
static inline bool kc_ftrace_is_call(unsigned long address)
{
	u8 code;

	return !kc_read_kernel(&code, address, sizeof(code)) && code == KC_FTRACE_CALL;
}

static inline bool kc_ftrace_is_site(unsigned long address)
{
	return kc_ftrace_is_idle(address) || kc_ftrace_is_call(address);
}

/*
 * The call site of the function at `address`, which the tracer may still refuse; 0 without one.
 * Context: process.
 */
static inline unsigned long kc_ftrace_site(unsigned long address)
{
	if (kc_ftrace_is_site(address))
		return address;
#ifdef CONFIG_X86_KERNEL_IBT
	if (kc_ftrace_is_site(address + KC_FTRACE_ENDBR))
		return address + KC_FTRACE_ENDBR;
#endif
	return 0;
}

/* Whether the filter may have `address`: that of a module's function would outlive the module. */
static inline bool kc_ftrace_may_filter(unsigned long address)
{
	return address < MODULES_VADDR || address >= MODULES_END;
}

/* Takes the sites into the filter, or out of it; 0 or an error. Context: process. */
static inline int kc_ftrace_filter(struct kc_ftrace *tracer, unsigned long *sites, u32 count,
				   bool is_removal)
{
#ifdef HAVE_FTRACE_SET_FILTER_IPS
	return count ? ftrace_set_filter_ips(&tracer->ops, sites, count, is_removal, 0) : 0;
#else /* !HAVE_FTRACE_SET_FILTER_IPS */
	int error = 0;
	u32 i;

	for (i = 0; i < count && !error; i++) {
		error = ftrace_set_filter_ip(&tracer->ops, sites[i], is_removal, 0);
		cond_resched();
	}
	return error;
#endif
}

/* Makes `site` the only one in the filter; 0 or an error. Context: process, not registered. */
static inline int kc_ftrace_filter_only(struct kc_ftrace *tracer, unsigned long site)
{
	return ftrace_set_filter_ip(&tracer->ops, site, 0, 1);
}

/* Empties the filter and frees its memory. Context: process, not registered. */
static inline void kc_ftrace_filter_clear(struct kc_ftrace *tracer)
{
	ftrace_set_filter(&tracer->ops, NULL, 0, 1);
}

/* Takes the callback off, and waits for calls under way. Context: process. */
static inline void kc_ftrace_unregister(struct kc_ftrace *tracer)
{
	if (tracer->is_registered)
		unregister_ftrace_function(&tracer->ops);
	tracer->is_registered = false;
}

/*
 * From now on the callback is called at the sites in the filter, of which `site` is one. 0,
 * -EBUSY if the tracer is switched off, or another error. Context: process.
 */
static inline int kc_ftrace_register(struct kc_ftrace *tracer, unsigned long site)
{
	int error = register_ftrace_function(&tracer->ops);

	tracer->is_registered = error == 0;
	if (error || KC_FTRACE_STAYS != 0 || kc_ftrace_is_call(site))
		return error;
	kc_ftrace_unregister(tracer);
	return -EBUSY;
}

#else /* no function tracer with registers */

#define KC_FTRACE_SITE_SIZE 0

struct ftrace_ops;

/* Holds nothing. */
struct kc_ftrace_regs {
	u8 unused;
};

typedef void (*kc_ftrace_callback)(unsigned long site, unsigned long caller,
				   struct ftrace_ops *ops, struct kc_ftrace_regs *registers);

struct kc_ftrace {
	bool is_registered;
};

#define KC_FTRACE { false }

static __always_inline struct pt_regs *kc_ftrace_registers(struct kc_ftrace_regs *registers)
{
	return NULL;
}

static inline void kc_ftrace_ask(struct kc_ftrace *tracer, kc_ftrace_callback callback,
				 bool is_for_all)
{
}

static inline bool kc_ftrace_is_idle(unsigned long address)
{
	return false;
}

static inline unsigned long kc_ftrace_site(unsigned long address)
{
	return 0;
}

static inline bool kc_ftrace_may_filter(unsigned long address)
{
	return false;
}

static inline int kc_ftrace_filter(struct kc_ftrace *tracer, unsigned long *sites, u32 count,
				   bool is_removal)
{
	return -EOPNOTSUPP;
}

static inline int kc_ftrace_filter_only(struct kc_ftrace *tracer, unsigned long site)
{
	return -EOPNOTSUPP;
}

static inline void kc_ftrace_filter_clear(struct kc_ftrace *tracer)
{
}

static inline void kc_ftrace_unregister(struct kc_ftrace *tracer)
{
}

static inline int kc_ftrace_register(struct kc_ftrace *tracer, unsigned long site)
{
	return -EOPNOTSUPP;
}

#endif /* CONFIG_DYNAMIC_FTRACE_WITH_REGS */

#endif
