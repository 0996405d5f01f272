/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Run-time errors and the bounds that raise them.
 *
 * An error is a state of the context: the first one stays until rt_error_take (a catch block) or
 * the end of the handler. Whoever sets one returns a value that says so or leaves rt_failed() to be
 * asked; generated code then goes to its way out. There, a hard error is reported and, beyond
 * MAXERRORS, ends the session; a soft one, a read that faulted, gives up this hit only, and is
 * counted at its place. With RT_STAP_ERRORS all errors are hard.
 */
#ifndef SPILE_RUNTIME_ERROR_H
#define SPILE_RUNTIME_ERROR_H

#include "context.h"
#include "text.h"

/* Values of rt_context.failed, 0 aside. */
#define RT_FAILED_HARD 1
#define RT_FAILED_SOFT 2

/* Whether an error is set. Context: any, NMI included. */
static inline bool rt_failed(const struct rt_context *c)
{
	return unlikely(c->failed);
}

/* Sets the error, at the call under way, unless there is one. Context: any, NMI included. */
__printf(2, 3)
void rt_error(struct rt_context *c, const char *format, ...);

/* As rt_error, at a known place of the script ("file:line:column"). Context: any, NMI included. */
__printf(3, 4)
void rt_error_at(struct rt_context *c, const char *where, const char *format, ...);

/* As rt_error, but soft: what is given up is the hit. Context: any, NMI included. */
__printf(2, 3)
void rt_fault(struct rt_context *c, const char *format, ...);

/* As rt_fault, at a known place. Context: any, NMI included. */
__printf(3, 4)
void rt_fault_at(struct rt_context *c, struct rt_place *place, const char *format, ...);

/* Clears the error; its text goes to `text` (MAXSTRINGLEN bytes) unless NULL. Context: any. */
void rt_error_take(struct rt_context *c, char *text);

/*
 * Charges `statements` at a loop's back edge; false, with the error set, when they are used up.
 * Without time limits a loop that never ends hangs the CPU: guru mode is asked for that.
 */
static __always_inline bool rt_loop(struct rt_context *c, u32 statements, const char *where)
{
	if (!RT_TIME_LIMITS)
		return true;
	c->actions -= statements;
	if (likely(c->actions >= 0))
		return true;
	rt_error_at(c, where, "MAXACTION exceeded");
	return false;
}

/* Enters a function that may call itself; false, with the error set, when too deep. */
bool rt_call_enter(struct rt_context *c, const char *where);

/* Leaves a function that rt_call_enter let in. */
static inline void rt_call_leave(struct rt_context *c)
{
	c->nesting--;
}

/* Room for a handler's strings, not initialised: the first frame, for which there always is. */
static __always_inline void *rt_frame_first(struct rt_context *c, u32 size)
{
	c->frame_used = (size + 7) & ~7U;
	return rt_frames_of(c);
}

/* The same for a handler none of whose functions has a frame: nothing is to be given back. */
static __always_inline void *rt_frame_only(struct rt_context *c)
{
	return rt_frames_of(c);
}

/* Gives back the first frame. */
static __always_inline void rt_frame_end(struct rt_context *c)
{
	c->frame_used = 0;
}

/* Room for a function's strings, not initialised; NULL, with the error set, when used up. */
void *rt_frame_push(struct rt_context *c, u32 size);

/* Gives back the newest frame; `frame` may be NULL. */
static inline void rt_frame_pop(struct rt_context *c, const void *frame, u32 size)
{
	if (frame)
		c->frame_used -= (size + 7) & ~7U;
}

/* What STAP_RETURN and STAP_ERROR stand for in embedded C functions, which end at `out`. */
#define RT_RETURN_LONG(value) \
	do { STAP_RETVALUE = (s64)(value); goto out; } while (0)
#define RT_RETURN_STRING(value) \
	do { rt_string_copy(STAP_RETVALUE, value); goto out; } while (0)
#define RT_RETURN_REFERENCE(value) \
	do { STAP_RETVALUE = (value); goto out; } while (0)
#define RT_RETURN_NOTHING(value) goto out
#define STAP_ERROR(...) \
	do { rt_error(c, __VA_ARGS__); goto out; } while (0)

/* Leaves a function for the next one of its name, a probe for good: `next` of the script. */
#define STAP_NEXT \
	do { c->declined = 1; goto out; } while (0)

/* As STAP_ERROR where memory could not be read: the hit is given up, the session goes on. */
#define RT_FAULT(...) \
	do { rt_fault(c, __VA_ARGS__); goto out; } while (0)

#endif
