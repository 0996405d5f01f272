/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kprobes: what of their interface moved.
 *
 * History: a kretprobe_instance pointed to its kretprobe (->rp) until Linux 5.14 put a holder
 * between them and 5.18 rethook; get_kretprobe() hides both and answers NULL while the probe is
 * being unregistered. Before rethook a return's registers had the address of the kernel's trampoline in
 * ip, the instance that of the caller (->ret_addr); since then it is the caller's. The registration calls are the same everywhere.
 *
 * The kernel refuses a kretprobe on __switch_to, which returns as another task than it was called
 * by. It compares addresses for that, and since 5.18 misses where indirect branch tracking has moved
 * the probe behind an ENDBR; the first switch then ends in a BUG.
 */
#ifndef SPILE_COMPAT_KPROBE_H
#define SPILE_COMPAT_KPROBE_H

/* The kretprobe that `instance` belongs to, or NULL. Context: that of a kretprobe handler. */
static __always_inline struct kretprobe *kc_kretprobe_of(struct kretprobe_instance *instance)
{
#ifdef HAVE_GET_KRETPROBE
	return get_kretprobe(instance);
#else /* !HAVE_GET_KRETPROBE */
	return instance->rp;
#endif
}

/* Has the registers stand where the function returns to. Context: that of a kretprobe handler. */
static __always_inline void kc_kretprobe_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
#ifdef HAVE_KRETPROBE_RET_ADDR
	regs->ip = (unsigned long)instance->ret_addr;
#endif
}

/*
 * Where the function begins whose entry the kernel has put a probe or call site behind at `address`;
 * any other address is that itself. It is an ENDBR that the kernel passes over (arch_adjust_kprobe_addr()
 * and ftrace_location() of x86), or what it puts in the place of one that nothing may jump to:
 * gen_endbr_poison(), of which 6.15 has another. Context: any, NMI included.
 */
static inline unsigned long kc_kprobe_function(unsigned long address)
{
#ifdef CONFIG_X86_KERNEL_IBT
	u32 code;

	if (!kc_read_kernel(&code, address - sizeof(code), sizeof(code)) &&
	    (code == 0xfa1e0ff3 || code == 0x001f0f66 || code == 0xd6401f0f))
		return address - sizeof(code);
#endif
	return address;
}

/* Whether calls of `function` can be followed to their return. Context: any. */
static inline bool kc_kretprobe_may_follow(const char *function)
{
	return strcmp(function, "__switch_to") != 0;
}

#endif
