/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls under way on a stack, from the registers of what was interrupted, or from here.
 *
 * History: the unwinder that modules may call, unwind_start and what follows it, appeared in Linux
 * 4.9 (x86) and was brought to RHEL 7; before, only the stack of here can be had, which does not say
 * where a probe's begins: such kernels give nothing. With frame pointers (RHEL 7) the unwinder misses the
 * caller of a function that was interrupted at its entry, which has not stored its own yet; with the
 * ORC tables (4.14) it knows.
 */
#ifndef SPILE_COMPAT_STACK_H
#define SPILE_COMPAT_STACK_H

/* Calls beyond that are not followed. */
#define KC_STACK_DEPTH 128

/* False: no more is wanted. */
typedef bool (*kc_stack_visitor)(void *data, unsigned long address);

#if defined(HAVE_UNWIND) && defined(EXPORTED_unwind_next_frame) && \
	defined(EXPORTED_unwind_get_return_address) && defined(EXPORTED___unwind_start)

#ifdef CONFIG_FRAME_POINTER
#define KC_STACK_MISSES_CALLER true
#else /* !CONFIG_FRAME_POINTER */
#define KC_STACK_MISSES_CALLER false
#endif

/*
 * The walk's first step is the interrupted instruction itself on kernels with ORC tables, if it is
 * asked to begin below the stack pointer: it leaves out a frame that ends where it begins.
 */
static inline void kc_stack_begin(struct unwind_state *state, struct pt_regs *regs)
{
	unwind_start(state, current, regs, regs ? (unsigned long *)regs->sp - 1 : NULL);
	if (regs && !unwind_done(state) && unwind_get_return_address(state) == regs->ip)
		unwind_next_frame(state);
}

/*
 * Visits the instruction that `regs` were interrupted at, then where each call goes on, innermost
 * first; with NULL from the caller on. Kernel code only. Context: any, NMI included.
 */
static __maybe_unused void kc_stack_walk(struct pt_regs *regs, kc_stack_visitor visit, void *data)
{
	struct unwind_state state;
	unsigned long address;
	u32 depth = 0;

	if (regs && !visit(data, regs->ip))
		return;
	for (kc_stack_begin(&state, regs); !unwind_done(&state) && depth < KC_STACK_DEPTH;
	     unwind_next_frame(&state)) {
		address = unwind_get_return_address(&state);
		if (!address || !visit(data, address))
			return;
		depth++;
	}
}

#else /* no unwinder */

#define KC_STACK_MISSES_CALLER true

static __maybe_unused void kc_stack_walk(struct pt_regs *regs, kc_stack_visitor visit, void *data)
{
	if (regs)
		visit(data, regs->ip);
}

#endif

#endif
