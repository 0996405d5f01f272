/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel, as far as runtime/ needs one, in user space.
 *
 * Has the include guard of runtime/compat/kernel.h and is given to the compiler with -include, so
 * it takes that file's place: tests/unit/test_runtime_*.c then run the very code that goes into
 * modules, under the sanitizers. Nothing here is a second implementation of what is tested: there
 * are CPUs to switch between (shim_cpu), relay buffers, memory that runs out when it is told to
 * (shim_allocations_left), addresses that fault (shim_fault), and clocks (shim_now, shim_cycles).
 */
#ifndef SPILE_COMPAT_KERNEL_H
#define SPILE_COMPAT_KERNEL_H

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <linux/types.h>

#define CONFIG_X86 1

typedef __s8 s8;
typedef __s16 s16;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;

#define __user
#define __percpu
#define this_cpu_ptr(pointer) (pointer)
#define __init
#define __exit
#define notrace
#define __kprobes
#define noinline __attribute__((__noinline__))
#undef inline
#define inline __inline__ __attribute__((__unused__))
#undef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#define __maybe_unused __attribute__((__unused__))
#define __aligned(n) __attribute__((__aligned__(n)))
#define ____cacheline_aligned __aligned(64)
#define __printf(a, b) __attribute__((__format__(__printf__, a, b)))
#define ____cacheline_aligned_in_smp
#define container_of(pointer, type, member) \
	((type *)((char *)(pointer) - offsetof(type, member)))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define min(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ < b_ ? a_ : b_; })
#define max(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); a_ > b_ ? a_ : b_; })
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define PAGE_SIZE 4096UL
#define PAGE_ALIGN(size) (((size) + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1))

#define barrier() __asm__ __volatile__("" ::: "memory")
#define smp_mb() __sync_synchronize()
#define cmpxchg(p, old, new) __sync_val_compare_and_swap(p, old, new)
#define cpu_relax() barrier()

typedef struct { int counter; } atomic_t;
typedef struct { long counter; } atomic_long_t;

#define atomic_read(v) __atomic_load_n(&(v)->counter, __ATOMIC_RELAXED)
#define atomic_inc(v) ((void)__sync_add_and_fetch(&(v)->counter, 1))
#define atomic_inc_return(v) __sync_add_and_fetch(&(v)->counter, 1)
#define atomic_long_read(v) atomic_read(v)
#define atomic_long_inc(v) atomic_inc(v)
#define atomic_long_inc_return(v) atomic_inc_return(v)

/*
 * The thread sanitizer takes volatile accesses for plain ones and knows no barriers. For it words
 * are atomic, and a load always acquires: what it can still see is whether the store releases.
 */
#ifdef __SANITIZE_THREAD__
#define SPILE_COMPAT_BARRIER_H
#define kc_load(variable) __atomic_load_n(&(variable), __ATOMIC_ACQUIRE)
#define kc_load_acquire(variable) kc_load(variable)
#define kc_store(variable, value) __atomic_store_n(&(variable), value, __ATOMIC_RELAXED)
#define kc_store_release(variable, value) __atomic_store_n(&(variable), value, __ATOMIC_RELEASE)
#define kc_acquire_barrier() smp_mb()
#define kc_release_barrier() smp_mb()
#else
#include "../../runtime/compat/barrier.h"
#endif

static inline int fls64(u64 x)
{
	return x ? 64 - __builtin_clzll(x) : 0;
}

static inline unsigned long __ffs64(u64 x)
{
	return __builtin_ctzll(x);
}

/* ---- CPUs ---- */

#define SHIM_CPUS 4
/* Distance between two CPUs' copies of allocated per-CPU memory. */
#define SHIM_STRIDE 32768

/* Of each thread, for tests in which CPUs are threads. */
static __thread unsigned int shim_cpu;
static __thread int shim_preempt_count;
static const unsigned int nr_cpu_ids = SHIM_CPUS;

#define smp_processor_id() shim_cpu
#define num_possible_cpus() SHIM_CPUS
#define num_online_cpus() SHIM_CPUS
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < SHIM_CPUS; (cpu)++)
#define preempt_disable_notrace() ((void)shim_preempt_count++)
#define preempt_enable_notrace() ((void)shim_preempt_count--)

/* Static per-CPU variables are arrays; __this_cpu_read and per_cpu are theirs. */
#define DEFINE_PER_CPU(type, name) __typeof__(type) name[SHIM_CPUS]
#define DECLARE_PER_CPU(type, name) extern __typeof__(type) name[SHIM_CPUS]
#define per_cpu(name, cpu) ((name)[cpu])
#define __this_cpu_read(name) ((name)[shim_cpu])

/* Allocated per-CPU memory; a member of it is named as in the kernel. */
#define per_cpu_ptr(p, cpu) ((__typeof__(p))((char *)(p) + (size_t)(cpu) * SHIM_STRIDE))
#define shim_mine(member) (*per_cpu_ptr(&(member), shim_cpu))
#define this_cpu_read(member) shim_mine(member)
#define this_cpu_add(member, value) \
	((void)(shim_mine(member) = (__typeof__(member))((u64)shim_mine(member) + (u64)(value))))
#define this_cpu_add_return(member, value) (this_cpu_add(member, value), shim_mine(member))
#define this_cpu_inc(member) this_cpu_add(member, 1)
#define this_cpu_cmpxchg(member, old, new) cmpxchg(&shim_mine(member), old, new)

/* ---- Memory ---- */

static int shim_allocations;			/* not yet freed */
static int shim_allocations_left = INT_MAX;	/* that will succeed */

static inline void *kc_allocate(size_t size)
{
	if (shim_allocations_left <= 0)
		return NULL;
	shim_allocations_left--;
	shim_allocations++;
	return calloc(1, size);
}

static inline void *kc_allocate_near(size_t size, int cpu)
{
	(void)cpu;
	return kc_allocate(size);
}

static inline void kc_release(void *memory)
{
	if (memory)
		shim_allocations--;
	free(memory);
}

static inline void *__alloc_percpu(size_t size, size_t align)
{
	(void)align;
	return size <= SHIM_STRIDE ? kc_allocate((size_t)SHIM_STRIDE * SHIM_CPUS) : NULL;
}

#define free_percpu(p) kc_release(p)

/* The addresses from here on, this many of them, cannot be read. */
static struct {
	unsigned long address;
	size_t size;
} shim_fault;

static inline int kc_read_kernel(void *to, unsigned long address, size_t size)
{
	if (address < shim_fault.address + shim_fault.size && shim_fault.address < address + size)
		return -EFAULT;
	memcpy(to, (const void *)address, size);
	return 0;
}

static inline int kc_write_kernel(unsigned long address, u64 value, size_t size)
{
	if (address < shim_fault.address + shim_fault.size && shim_fault.address < address + size)
		return -EFAULT;
	memcpy((void *)address, &value, size);
	return 0;
}

#define kc_read_user kc_read_kernel

/* ---- The current task ---- */

struct mm_struct {
	unsigned long arg_start, arg_end, env_start, env_end;
};

struct task_struct {
	struct mm_struct *mm;	/* NULL: a task of the kernel */
};

static struct task_struct shim_task;
static struct task_struct *shim_current __maybe_unused = &shim_task;

#define current shim_current

/* Words are read as in the kernel, which goes beyond what the sanitizers allow. */
#define kc_has_whole_words(at) ((uintptr_t)(at) % sizeof(u64) == 0)

static inline __attribute__((__no_sanitize_address__)) u64 kc_get_word(const void *at)
{
	return *(const volatile u64 *)at;
}

static inline void kc_put_word(void *at, u64 word)
{
	__builtin_memcpy(at, &word, sizeof(word));
}

static inline u64 kc_fold_product(u64 a, u64 b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (u64)product ^ (u64)(product >> 64);
}

static inline unsigned long copy_to_user(void *to, const void *from, size_t size)
{
	memcpy(to, from, size);
	return 0;
}

/* ---- Time and waiting ---- */

static u64 shim_now = 1000000000;
static u64 shim_cycles = 1;
static unsigned long shim_jiffies __maybe_unused;
static __thread unsigned long shim_delays;	/* microseconds waited in udelay */
static void (*shim_while_delayed)(void);	/* called by udelay */
static void (*shim_while_asleep)(void);		/* called by msleep */
static int shim_awake_preempt_count;		/* preempt count that msleep was called with */

#define kc_monotonic_ns() (shim_now)
#define kc_realtime_ns() (shim_now)
#define kc_kprobe_function(address) (address)
#define kc_cycles() (shim_cycles)
#define jiffies shim_jiffies
#define kc_clocks_init() ((void)0)

static inline void udelay(unsigned long microseconds)
{
	shim_delays += microseconds;
	if (shim_while_delayed)
		shim_while_delayed();
}

static inline void msleep(unsigned int milliseconds)
{
	shim_now += milliseconds * 1000000ULL;
	shim_awake_preempt_count = shim_preempt_count;
	if (shim_while_asleep)
		shim_while_asleep();
}

typedef struct { int wakes; } wait_queue_head_t;
struct irq_work { void (*function)(struct irq_work *work); };
struct mutex { int locked; };

#define init_waitqueue_head(queue) ((void)((queue)->wakes = 0))
#define wake_up(queue) ((void)__sync_add_and_fetch(&(queue)->wakes, 1))
#define init_irq_work(work, f) ((void)((work)->function = (f)))
#define irq_work_queue(work) ((work)->function(work))
#define mutex_init(mutex) ((void)((mutex)->locked = 0))
#define mutex_lock(mutex) ((void)(mutex)->locked++)
#define mutex_unlock(mutex) ((void)(mutex)->locked--)

/* ---- Registers ---- */

struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di;
	unsigned long orig_ax, ip, cs, flags, sp, ss;
};

#define user_mode(regs) (((regs)->cs & 3) != 0)

/* ---- Stacks: of the interrupted instruction, and what shim_stack holds up to a 0 ---- */

static unsigned long shim_stack[8];
static unsigned long shim_module_begin, shim_module_end;

#define THIS_MODULE NULL
#define KC_STACK_MISSES_CALLER false

typedef bool (*kc_stack_visitor)(void *data, unsigned long address);

static inline bool within_module_core(unsigned long address, const void *module)
{
	return address >= shim_module_begin && address < shim_module_end;
}

static inline void kc_stack_walk(struct pt_regs *regs, kc_stack_visitor visit, void *data)
{
	u32 i;

	if (regs && !visit(data, regs->ip))
		return;
	for (i = 0; i < ARRAY_SIZE(shim_stack) && shim_stack[i]; i++)
		if (!visit(data, shim_stack[i]))
			return;
}

/* ---- Relay ---- */

#define SHIM_SUBBUFS_MAX 8

struct rchan;

struct rchan_buf {
	void *start, *data;
	size_t offset;
	size_t subbufs_produced, subbufs_consumed;
	struct rchan *chan;
	size_t padding[SHIM_SUBBUFS_MAX];
};

struct rchan {
	size_t subbuf_size, n_subbufs;
	struct rchan_buf buffers[SHIM_CPUS];
};

static inline void relay_close(struct rchan *channel)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		kc_release(channel->buffers[cpu].start);
	kc_release(channel);
}

static inline struct rchan *kc_relay_open(size_t subbuf_size, size_t subbuf_count, bool is_single)
{
	struct rchan *channel = kc_allocate(sizeof(*channel));
	unsigned int cpu;

	if (!channel || subbuf_count > SHIM_SUBBUFS_MAX)
		abort();
	channel->subbuf_size = subbuf_size;
	channel->n_subbufs = subbuf_count;
	for (cpu = 0; cpu < (is_single ? 1 : SHIM_CPUS); cpu++) {
		struct rchan_buf *buffer = &channel->buffers[cpu];

		buffer->chan = channel;
		buffer->start = buffer->data = kc_allocate(subbuf_size * subbuf_count);
	}
	return channel;
}

static inline struct rchan_buf *kc_relay_buffer(struct rchan *channel, unsigned int cpu)
{
	return channel->buffers[cpu].start ? &channel->buffers[cpu] : NULL;
}

/* As documented: 0 if all sub-buffers are full; the current one is closed either way. */
static inline size_t relay_switch_subbuf(struct rchan_buf *buffer, size_t length)
{
	size_t size = buffer->chan->subbuf_size;
	size_t next;

	if (buffer->offset != size + 1) {
		buffer->padding[buffer->subbufs_produced % buffer->chan->n_subbufs] =
			size - buffer->offset;
		buffer->subbufs_produced++;
	}
	if (buffer->subbufs_produced - buffer->subbufs_consumed >= buffer->chan->n_subbufs) {
		buffer->offset = size + 1;
		return 0;
	}
	next = buffer->subbufs_produced % buffer->chan->n_subbufs;
	buffer->data = (char *)buffer->start + next * size;
	buffer->padding[next] = 0;
	buffer->offset = 0;
	return length;
}

static inline void relay_subbufs_consumed(struct rchan *channel, unsigned int cpu, size_t count)
{
	struct rchan_buf *buffer = &channel->buffers[cpu];

	if (count > buffer->subbufs_produced - buffer->subbufs_consumed)
		abort();
	buffer->subbufs_consumed += count;
}

#endif
