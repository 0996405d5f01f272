/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel's headers, as far as the kernel side asks for them: types, words and macros.
 *
 * Included by stub.h alone. Nothing here is run; all that counts is what compiles.
 */
#ifndef STUB_BASE_H
#define STUB_BASE_H

typedef signed char __s8, s8;
typedef unsigned char __u8, u8;
typedef short __s16, s16;
typedef unsigned short __u16, u16;
typedef int __s32, s32;
typedef unsigned int __u32, u32;
typedef long long __s64, s64;
typedef unsigned long long __u64, u64;
typedef unsigned long uintptr_t, size_t;
typedef long ssize_t;
typedef long long loff_t;
typedef unsigned short umode_t;
typedef unsigned int gfp_t;
typedef _Bool bool;
typedef __builtin_va_list va_list;
typedef struct { int counter; } atomic_t;
typedef struct { long counter; } atomic_long_t;

enum { false, true };

#define NULL ((void *)0)
#define offsetof(type, member) __builtin_offsetof(type, member)
#define va_start(list, last) __builtin_va_start(list, last)
#define va_end(list) __builtin_va_end(list)
#define va_arg(list, type) __builtin_va_arg(list, type)
#define va_copy(to, from) __builtin_va_copy(to, from)

#define CONFIG_X86 1
#define CONFIG_X86_64 1
#ifndef STUB_NO_TRACER
#define CONFIG_SMP 1
#endif

/* ---- What compilers are told ---- */

#define __user
#define __percpu
#define __force
#define __init
#define __exit
#define notrace __attribute__((__no_instrument_function__))
#define __kprobes __attribute__((__section__(".kprobes.text")))
#define noinline __attribute__((__noinline__))
#define inline __inline__ __attribute__((__unused__))
#define __always_inline inline __attribute__((__always_inline__))
#define __maybe_unused __attribute__((__unused__))
#define __used __attribute__((__used__))
#define __must_check __attribute__((__warn_unused_result__))
#define __aligned(n) __attribute__((__aligned__(n)))
#define ____cacheline_aligned __aligned(64)
#define ____cacheline_aligned_in_smp __aligned(64)
#define __printf(a, b) __attribute__((__format__(__printf__, a, b)))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define barrier() __asm__ __volatile__("" : : : "memory")
#define smp_mb() barrier()
#define smp_rmb() barrier()
#define smp_wmb() barrier()
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))
#define cmpxchg(at, old, new) __sync_val_compare_and_swap(at, old, new)
void cpu_relax(void);

/* ---- Numbers and text ---- */

#define U64_MAX ((u64)-1)
#define S64_MAX ((s64)(U64_MAX >> 1))
#define S64_MIN (-S64_MAX - 1)
#define HZ 1000
#define PAGE_SIZE 4096UL
#define PAGE_ALIGN(size) (((size) + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define min(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); (void)(&a_ == &b_); \
		     a_ < b_ ? a_ : b_; })
#define max(a, b) ({ __typeof__(a) a_ = (a); __typeof__(b) b_ = (b); (void)(&a_ == &b_); \
		     a_ > b_ ? a_ : b_; })
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define container_of(pointer, type, member) \
	((type *)((char *)(pointer) - offsetof(type, member)))

int fls64(u64 word);
unsigned long __ffs64(u64 word);
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *text);
size_t strnlen(const char *text, size_t most);
size_t strcspn(const char *text, const char *others);
size_t strspn(const char *text, const char *others);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t most);
char *strchr(const char *text, int character);
char *strstr(const char *text, const char *other);
__printf(3, 4) int snprintf(char *to, size_t size, const char *format, ...);
__printf(3, 0) int vsnprintf(char *to, size_t size, const char *format, va_list arguments);

/* ---- Errors ---- */

#define ENOENT 2
#define ENXIO 6
#define E2BIG 7
#define ENOMEM 12
#define EFAULT 14
#define EBUSY 16
#define EEXIST 17
#define ENODEV 19
#define EINVAL 22
#define ENOSPC 28
#define ERANGE 34
#define EILSEQ 84
#define EOPNOTSUPP 95
#define EALREADY 114
#define IS_ERR_VALUE(x) unlikely((x) >= (unsigned long)-4095)
bool IS_ERR(const void *pointer);
long PTR_ERR(const void *pointer);

/* ---- Counters ---- */

int atomic_read(const atomic_t *v);
void atomic_set(atomic_t *v, int value);
void atomic_inc(atomic_t *v);
int atomic_inc_return(atomic_t *v);
long atomic_long_read(const atomic_long_t *v);
void atomic_long_inc(atomic_long_t *v);
long atomic_long_inc_return(atomic_long_t *v);

/* ---- CPUs ---- */

#define DECLARE_PER_CPU(type, name) extern __typeof__(type) name
#define DEFINE_PER_CPU(type, name) __typeof__(type) name
#define per_cpu_ptr(pointer, cpu) ((void)(cpu), (pointer))
#define per_cpu(variable, cpu) (*per_cpu_ptr(&(variable), cpu))
#define this_cpu_ptr(pointer) (pointer)
#define this_cpu_read(variable) (variable)
#define __this_cpu_read(variable) (variable)
#define this_cpu_add(variable, value) ((void)((variable) += (value)))
#define this_cpu_inc(variable) this_cpu_add(variable, 1)
#define this_cpu_add_return(variable, value) ((variable) += (value))
#define this_cpu_cmpxchg(variable, old, new) cmpxchg(&(variable), old, new)
#define alloc_percpu(type) ((__typeof__(type) *)__alloc_percpu(sizeof(type), __alignof__(type)))
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < nr_cpu_ids; (cpu)++)
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu)
extern unsigned int nr_cpu_ids;
void *__alloc_percpu(size_t size, size_t align);
void free_percpu(void *pointer);
unsigned int num_possible_cpus(void);
unsigned int num_online_cpus(void);
int smp_processor_id(void);
int raw_smp_processor_id(void);
int cpu_to_node(int cpu);
void preempt_disable_notrace(void);
void preempt_enable_notrace(void);
#if STUB >= 703
int smp_call_function_single(int cpu, void (*function)(void *data), void *data, bool wait);
#else
int smp_call_function_single(int cpu, void (*function)(void *data), void *data, int wait);
#endif

/* CPUs that come and go. */
struct notifier_block;
#if STUB >= 418
#define CPUHP_AP_ONLINE_DYN 190
int __cpuhp_setup_state(int state, const char *name, bool invoke, int (*startup)(unsigned int cpu),
			int (*teardown)(unsigned int cpu), bool multi_instance);
int cpuhp_setup_state(int state, const char *name, int (*startup)(unsigned int cpu),
		      int (*teardown)(unsigned int cpu));
void cpuhp_remove_state(int state);
#else
#define CPU_ONLINE 0x0002
#define CPU_DOWN_PREPARE 0x0005
#define CPU_DOWN_FAILED 0x0006
#define CPU_TASKS_FROZEN 0x0010
typedef struct cpumask {
	unsigned long bits[128];
} cpumask_t;
int cpumask_test_and_set_cpu(int cpu, struct cpumask *mask);
int cpumask_test_and_clear_cpu(int cpu, struct cpumask *mask);
void get_online_cpus(void);
void put_online_cpus(void);
int register_cpu_notifier(struct notifier_block *block);
void unregister_cpu_notifier(struct notifier_block *block);
#endif

/* ---- Modules ---- */

struct tracepoint;
#if STUB >= 703
enum mod_mem_type { MOD_TEXT, MOD_DATA, MOD_RODATA, MOD_RO_AFTER_INIT, MOD_MEM_NUM_TYPES };
#endif

struct module {
	char name[56];
#if STUB >= 703
	struct {
		unsigned int size;
	} mem[MOD_MEM_NUM_TYPES];
#elif STUB >= 418
	struct {
		unsigned int size, text_size;
	} core_layout;
#else
	unsigned int core_size, core_text_size;
#endif
	unsigned int num_tracepoints;
#if STUB >= 510
	const int *tracepoints_ptrs;
#else
	struct tracepoint * const *tracepoints_ptrs;
#endif
};

#define MODULE_STATE_COMING 1
#define THIS_MODULE ((struct module *)NULL)
#define MODULE_INFO(tag, text) struct module
#define MODULE_LICENSE(text) struct module
#define MODULE_DESCRIPTION(text) struct module
#define MODULE_PARM_DESC(name, text) struct module
#define module_param(name, type, mode) struct module
#define module_init(function) int init_module(void) __attribute__((__alias__(#function)))
#define module_exit(function) void cleanup_module(void) __attribute__((__alias__(#function)))
bool try_module_get(struct module *module);
bool within_module_core(unsigned long address, const struct module *module);
void module_put(struct module *module);

#endif
