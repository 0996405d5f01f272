/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The funnel: every kernel header that the runtime, the module skeleton and a script's
 * embedded C may rely on, and behind them the compat layer.
 *
 * Nothing else on the kernel side includes <linux/...>, so this file alone decides what the
 * rest sees. Userspace tests replace it by defining its include guard (tests/shim/kernel.h).
 * kconf.h is made once per kernel build tree from autoconf/ and says what that kernel offers.
 */
#ifndef SPILE_COMPAT_KERNEL_H
#define SPILE_COMPAT_KERNEL_H

#include "kconf.h"

#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/kernel.h>
#include <linux/init.h>
#include <linux/types.h>
#include <linux/errno.h>
#include <linux/err.h>
#include <linux/string.h>
#include <linux/bitops.h>
#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <linux/percpu.h>
#include <linux/cpumask.h>
#include <linux/cpu.h>
#include <linux/smp.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/cred.h>
#include <linux/pid_namespace.h>
#include <linux/user_namespace.h>
#include <linux/fdtable.h>
#include <linux/kthread.h>
#include <linux/wait.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/timex.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/irq_work.h>
#include <linux/interrupt.h>
#include <linux/hrtimer.h>
#include <linux/ptrace.h>
#include <linux/kprobes.h>
#include <linux/perf_event.h>
#include <linux/hw_breakpoint.h>
#include <linux/ftrace.h>
#include <linux/tracepoint.h>
#include <linux/relay.h>
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/stat.h>
#include <linux/proc_fs.h>
#include <linux/poll.h>
#include <linux/uaccess.h>
#include <asm/irq_regs.h>
#ifdef HAVE_TIMEKEEPING_H
#include <linux/timekeeping.h>
#endif
#ifdef HAVE_SCHED_SPLIT
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/sched/mm.h>
#include <linux/sched/clock.h>
#endif

#ifdef HAVE_UNWIND
#include <asm/unwind.h>
#endif

#include "barrier.h"
#include "time.h"
#include "allocate.h"
#include "memory.h"
#include "relay.h"
#include "proc.h"
#include "hrtimer.h"
#include "hotplug.h"
#include "kprobe.h"
#include "ftrace.h"
#include "tracepoint.h"
#include "stack.h"
#include "task.h"
#include "module.h"

#endif
