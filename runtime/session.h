/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What handlers and the session thread tell each other: whether handlers may run, that the
 * session shall end, and how much memory the module has taken.
 *
 * Written by module/main.c and module/control.h; handlers only read `running`, and ask for the
 * end through rt_session_end(). A handler may hold any lock of the kernel, so the thread is woken
 * from an irq_work, never directly.
 */
#ifndef SPILE_RUNTIME_SESSION_H
#define SPILE_RUNTIME_SESSION_H

#include "abi.h"
#include "script.h"

/* Bytes of a run-time error's text, and of that text with its place. */
#define RT_ERROR_SIZE 256
#define RT_TEXT_SIZE 512

/* Letter boxes for errors: see mail.h. */
#define RT_MAILS 16

enum rt_mail_state { RT_MAIL_EMPTY, RT_MAIL_OPEN, RT_MAIL_SENT };

struct rt_mail {
	int state;	/* enum rt_mail_state; OPEN: being written */
	u32 probe;	/* index */
	u64 time;	/* when it was opened, in nanoseconds */
	char text[RT_TEXT_SIZE];
};

struct rt_session {
	int running;		/* probes' handlers may run */
	int end_requested;	/* by a handler, a command, the reader's close */
	int start_requested;
	int reader_present;	/* control is open */
	int woken;		/* the thread has something to look at */
	int condition_changed;	/* a probe is to be armed or disarmed */
	int has_failed;		/* the session ends by an error */
	u32 state;		/* enum spile_state */
	u32 state_changes;	/* for poll on control */
	atomic_t error_count;	/* errors outside of handlers; those inside are counted per probe */
	atomic_t handler_errors;	/* those inside, against MAXERRORS */
	atomic_t untold_errors;	/* of all, for want of room in mails and output */
	atomic_long_t skipped;	/* hits, against MAXSKIPPED */
	u64 memory;		/* bytes allocated */
	s64 target;		/* value of target() */
	s64 reader;		/* process id of who has control open */
	struct irq_work wake_work;
	wait_queue_head_t thread_wait;
	wait_queue_head_t reader_wait;
	struct rt_mail mails[RT_MAILS];
};

extern struct rt_session rt_session;

/* Has the session thread look around. Context: any, NMI included. */
static inline void rt_session_wake(void)
{
	irq_work_queue(&rt_session.wake_work);
}

/*
 * Where a hit looks whether its handler may run: the `busy` of its CPU's context while the session
 * runs (context.h), otherwise a word that is always set. One read tells both.
 */
DECLARE_PER_CPU(u32 *, rt_cpu_gate);
extern u32 rt_gate_closed;

/* No handler starts from now on. Context: any, NMI included. */
void rt_session_close(void);

/* No handler starts from now on, and the thread ends the session. Context: any, NMI included. */
void rt_session_end(void);

/* Before anything else of the runtime. Context: process, at load. */
void rt_session_init(void);

/* Zeroed memory that is accounted for; NULL when there is none. Context: process, at load. */
void *rt_allocate(size_t size);

#endif
