/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walking the calls that lead to a probe.
 */
#include "stack.h"

/* A walk that may have to put in the caller that the kernel misses. */
struct rt_stack_walk {
	kc_stack_visitor visit;
	void *data;
	u32 number;
	unsigned long missed;	/* 0: none is */
};

static bool rt_stack_visit(void *data, unsigned long address)
{
	struct rt_stack_walk *walk = data;
	unsigned long missed = walk->number++ == 1 ? walk->missed : 0;
	bool goes_on = !missed || missed == address || walk->visit(walk->data, missed);

	goes_on = goes_on && walk->visit(walk->data, address);
	if (!goes_on)
		walk->missed = 0;
	return goes_on;
}

/* Our own functions are what the caller of the handler led to, and no part of the answer. */
static bool rt_stack_visit_outside(void *data, unsigned long address)
{
	return within_module_core(address, THIS_MODULE) || rt_stack_visit(data, address);
}

/* Whether it is the first instruction of a function. */
static bool rt_stack_is_entry(struct rt_context *c, unsigned long address)
{
	snprintf(c->text, sizeof(c->text), "%pS", (void *)address);
	return strstr(c->text, "+0x0/") != NULL;
}

/* From the registers, which are put straight for the time of the walk. */
static void rt_stack_walk_registers(struct rt_context *c, struct rt_stack_walk *walk)
{
	unsigned long found = c->regs->ip;

	c->regs->ip = rt_probe_address(c);
	if (KC_STACK_MISSES_CALLER && rt_stack_is_entry(c, c->regs->ip) &&
	    rt_read_kernel(&walk->missed, c->regs->sp, sizeof(walk->missed)))
		walk->missed = 0;
	kc_stack_walk(c->regs, rt_stack_visit, walk);
	/* There was nothing behind the first. */
	if (walk->number == 1 && walk->missed)
		walk->visit(walk->data, walk->missed);
	c->regs->ip = found;
}

/* Visits the calls until `visit` says false; none where a program was interrupted. */
static void rt_stack_walk(struct rt_context *c, kc_stack_visitor visit, void *data)
{
	struct rt_stack_walk walk = { .visit = visit, .data = data };

	if (!c->regs)
		kc_stack_walk(NULL, rt_stack_visit_outside, &walk);
	else if (!user_mode(c->regs))
		rt_stack_walk_registers(c, &walk);
}

/* ---- One of them ---- */

struct rt_stack_pick {
	s64 left;
	unsigned long address;
};

static bool rt_stack_visit_pick(void *data, unsigned long address)
{
	struct rt_stack_pick *pick = data;

	if (pick->left--)
		return true;
	pick->address = address;
	return false;
}

unsigned long rt_stack_address(struct rt_context *c, s64 number)
{
	struct rt_stack_pick pick = { .left = number };

	if (number >= 0)
		rt_stack_walk(c, rt_stack_visit_pick, &pick);
	return pick.address;
}

/* ---- Many, as text ---- */

/* "0xffffffff812c9e00" and a blank */
#define RT_STACK_WORD 19

struct rt_stack_text {
	char *to;
	u32 used;
	s64 skip, left;
};

static bool rt_stack_visit_text(void *data, unsigned long address)
{
	struct rt_stack_text *text = data;

	if (text->skip && text->skip--)
		return true;
	if (!text->left-- || text->used + RT_STACK_WORD > MAXSTRINGLEN)
		return false;
	if (text->used)
		text->to[text->used++] = ' ';
	text->used += snprintf(text->to + text->used, MAXSTRINGLEN - text->used, "0x%016lx", address);
	return true;
}

void rt_stack_addresses(struct rt_context *c, char *to, s64 first, s64 count)
{
	struct rt_stack_text text = { .to = to, .skip = first, .left = count };

	to[0] = 0;
	rt_stack_walk(c, rt_stack_visit_text, &text);
}

s64 rt_stack_word(const char *text, s64 n)
{
	text += strspn(text, " \n");
	while (n-- > 0 && *text) {
		text += strcspn(text, " \n");
		text += strspn(text, " \n");
	}
	return rt_string_to_number(text, 16);
}
