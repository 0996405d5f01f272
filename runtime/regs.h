/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers of what a probe interrupted: arguments by the calling convention, and by name.
 *
 * Called by generated code and tapsets for probes that have registers (c->regs). Which register
 * holds what is x86-64's System V convention, as the kernel uses it. Context: any, NMI included.
 */
#ifndef SPILE_RUNTIME_REGS_H
#define SPILE_RUNTIME_REGS_H

#include "user.h"

/*
 * Argument `n`, from 1, of the function that `regs` were taken at the entry of: the whole
 * register, or for n > 6 the word on the stack; 0 if that cannot be read.
 */
static __maybe_unused s64 rt_argument(const struct pt_regs *regs, u32 n)
{
	s64 value = 0;

	switch (n) {
	case 1:
		return regs->di;
	case 2:
		return regs->si;
	case 3:
		return regs->dx;
	case 4:
		return regs->cx;
	case 5:
		return regs->r8;
	case 6:
		return regs->r9;
	default:
		/* The return address is at sp, argument 7 behind it. */
		if (n && rt_read_kernel(&value, regs->sp + 8UL * (n - 6), sizeof(value)))
			value = 0;
		return value;
	}
}

/* What the function that `regs` were taken at the return of returns. */
static inline s64 rt_return_value(const struct pt_regs *regs)
{
	return regs->ax;
}

/* Has the function return another value, whole; `place` is for who may fail. */
static __maybe_unused void rt_set_return_value(struct rt_context *c, s64 value, struct rt_place *place)
{
	c->regs->ax = value;
}

/*
 * Gives argument `n` another value, whole, before the function sees it; for n > 6 the error is set if
 * that cannot be written.
 */
static __maybe_unused void rt_set_argument(struct rt_context *c, u32 n, s64 value, struct rt_place *place)
{
	struct pt_regs *regs = c->regs;

	switch (n) {
	case 1:
		regs->di = value;
		break;
	case 2:
		regs->si = value;
		break;
	case 3:
		regs->dx = value;
		break;
	case 4:
		regs->cx = value;
		break;
	case 5:
		regs->r8 = value;
		break;
	case 6:
		regs->r9 = value;
		break;
	default:
		rt_write_kernel(c, regs->sp + 8UL * (n - 6), value, sizeof(value), place);
		break;
	}
}

struct rt_register {
	char name[9];
	u8 offset;	/* in struct pt_regs */
	u8 size;	/* bytes */
};

#define RT_REGISTER(name, member, size) { name, offsetof(struct pt_regs, member), size }
#define RT_REGISTER_OLD(letters, member) \
	RT_REGISTER("r" letters, member, 8), RT_REGISTER("e" letters, member, 4), \
	RT_REGISTER(letters, member, 2)
#define RT_REGISTER_NEW(name) \
	RT_REGISTER(#name, name, 8), RT_REGISTER(#name "d", name, 4), \
	RT_REGISTER(#name "w", name, 2), RT_REGISTER(#name "b", name, 1)

static const struct rt_register rt_registers[] __maybe_unused = {
	RT_REGISTER_OLD("ax", ax), RT_REGISTER_OLD("bx", bx), RT_REGISTER_OLD("cx", cx),
	RT_REGISTER_OLD("dx", dx), RT_REGISTER_OLD("si", si), RT_REGISTER_OLD("di", di),
	RT_REGISTER_OLD("bp", bp), RT_REGISTER_OLD("sp", sp), RT_REGISTER_OLD("ip", ip),
	RT_REGISTER("al", ax, 1), RT_REGISTER("bl", bx, 1), RT_REGISTER("cl", cx, 1),
	RT_REGISTER("dl", dx, 1), RT_REGISTER("sil", si, 1), RT_REGISTER("dil", di, 1),
	RT_REGISTER("bpl", bp, 1), RT_REGISTER("spl", sp, 1),
	RT_REGISTER_NEW(r8), RT_REGISTER_NEW(r9), RT_REGISTER_NEW(r10), RT_REGISTER_NEW(r11),
	RT_REGISTER_NEW(r12), RT_REGISTER_NEW(r13), RT_REGISTER_NEW(r14), RT_REGISTER_NEW(r15),
	RT_REGISTER("rflags", flags, 8), RT_REGISTER("eflags", flags, 4),
	RT_REGISTER("flags", flags, 8), RT_REGISTER("orig_rax", orig_ax, 8),
	RT_REGISTER("cs", cs, 2), RT_REGISTER("ss", ss, 2),
};

/*
 * The register called `name`, by its 64-, 32-, 16- or 8-bit name, extended with its sign or with
 * zeros. 0 with the error set if there is no such register, or no registers at all.
 */
s64 rt_register(struct rt_context *c, const char *name, bool is_signed);

#endif
