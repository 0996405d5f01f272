/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel's headers, as far as the kernel side asks for them: probes, tracers and tracepoints.
 *
 * Included by stub.h alone.
 */
#ifndef STUB_PROBES_H
#define STUB_PROBES_H

/* ---- Kprobes ---- */

typedef u8 kprobe_opcode_t;
struct kprobe;
typedef int (*kprobe_pre_handler_t)(struct kprobe *kprobe, struct pt_regs *regs);

struct kprobe {
	unsigned long nmissed;
	kprobe_opcode_t *addr;
	const char *symbol_name;
	unsigned int offset;
	kprobe_pre_handler_t pre_handler;
	u32 flags;
};

struct kretprobe_instance;
typedef int (*kretprobe_handler_t)(struct kretprobe_instance *instance, struct pt_regs *regs);

struct kretprobe {
	struct kprobe kp;
	kretprobe_handler_t handler, entry_handler;
	int maxactive;
	int nmissed;
	size_t data_size;
};

struct kretprobe_instance {
#if STUB < 514
	struct kretprobe *rp;
	struct task_struct *task;
#endif
#if STUB < 518
	kprobe_opcode_t *ret_addr;
#endif
	char data[1];
};

#define KPROBE_FLAG_GONE 1
#define KPROBE_FLAG_DISABLED 2

static inline int kprobe_gone(struct kprobe *kprobe)
{
	return kprobe->flags & KPROBE_FLAG_GONE;
}
#if STUB >= 514
struct kretprobe *get_kretprobe(struct kretprobe_instance *instance);
#endif
int register_kprobe(struct kprobe *kprobe);
int register_kretprobe(struct kretprobe *kretprobe);
void unregister_kprobes(struct kprobe **kprobes, int count);
void unregister_kretprobes(struct kretprobe **kretprobes, int count);
int enable_kprobe(struct kprobe *kprobe);
int disable_kprobe(struct kprobe *kprobe);

/* ---- The function tracer ---- */

#ifndef STUB_NO_TRACER
#define CONFIG_DYNAMIC_FTRACE_WITH_REGS 1
#endif
#if STUB >= 510
#define CONFIG_HAVE_DYNAMIC_FTRACE_WITH_ARGS 1
#endif
#if STUB >= 703
#define CONFIG_X86_KERNEL_IBT 1
#endif

struct ftrace_ops;
#if STUB >= 703
struct ftrace_regs;
struct __arch_ftrace_regs {
	struct pt_regs regs;
};
#define arch_ftrace_regs(registers) ((struct __arch_ftrace_regs *)(registers))
#elif STUB >= 514
struct ftrace_regs {
	struct pt_regs regs;
};
#endif

#if STUB >= 514
typedef void (*ftrace_func_t)(unsigned long ip, unsigned long caller, struct ftrace_ops *ops,
			      struct ftrace_regs *registers);
struct pt_regs *ftrace_get_regs(struct ftrace_regs *registers);
#else
typedef void (*ftrace_func_t)(unsigned long ip, unsigned long caller, struct ftrace_ops *ops,
			      struct pt_regs *registers);
#endif

struct ftrace_ops {
	ftrace_func_t func;
	unsigned long flags;
	void *private;
};

#define FTRACE_OPS_FL_SAVE_REGS 4
#if STUB < 514
#define FTRACE_OPS_FL_RECURSION_SAFE 16
#endif
#if STUB >= 510
#define FTRACE_OPS_FL_PERMANENT 65536
#endif
#if STUB >= 600
int ftrace_set_filter_ips(struct ftrace_ops *ops, unsigned long *sites, unsigned int count,
			  int is_removal, int is_reset);
#endif
int ftrace_set_filter_ip(struct ftrace_ops *ops, unsigned long site, int is_removal, int is_reset);
int ftrace_set_filter(struct ftrace_ops *ops, unsigned char *text, int length, int is_reset);
int register_ftrace_function(struct ftrace_ops *ops);
int unregister_ftrace_function(struct ftrace_ops *ops);

/* ---- Tracepoints ---- */

struct tracepoint {
	const char *name;
};

void tracepoint_synchronize_unregister(void);
#if STUB >= 418
struct tp_module {
	struct module *mod;
};
void for_each_kernel_tracepoint(void (*function)(struct tracepoint *tracepoint, void *data),
				void *data);
int register_tracepoint_module_notifier(struct notifier_block *block);
int unregister_tracepoint_module_notifier(struct notifier_block *block);
int tracepoint_probe_register(struct tracepoint *tracepoint, void *probe, void *data);
int tracepoint_probe_unregister(struct tracepoint *tracepoint, void *probe, void *data);
#else
int tracepoint_probe_register(const char *name, void *probe, void *data);
int tracepoint_probe_unregister(const char *name, void *probe, void *data);
#endif
#if STUB >= 510
struct tracepoint *tracepoint_ptr_deref(const int *place);
#endif

/* ---- Debug registers ---- */

struct perf_event;
struct perf_sample_data;
typedef void (*perf_overflow_handler_t)(struct perf_event *event, struct perf_sample_data *data,
					struct pt_regs *regs);

struct perf_event {
	void *overflow_handler_context;
};

struct perf_event_attr {
	u64 bp_addr, bp_len;
	u32 bp_type;
};

#define HW_BREAKPOINT_W 2
#define HW_BREAKPOINT_RW 3
void hw_breakpoint_init(struct perf_event_attr *attributes);
struct perf_event * __percpu *register_wide_hw_breakpoint(struct perf_event_attr *attributes,
							  perf_overflow_handler_t triggered,
							  void *context);
void unregister_wide_hw_breakpoint(struct perf_event * __percpu *events);

/* ---- Stacks ---- */

#if STUB >= 418
struct unwind_state {
	struct task_struct *task;
	bool is_done;
};

void __unwind_start(struct unwind_state *state, struct task_struct *task, struct pt_regs *regs,
		    unsigned long *first_frame);
void unwind_start(struct unwind_state *state, struct task_struct *task, struct pt_regs *regs,
		  unsigned long *first_frame);
bool unwind_next_frame(struct unwind_state *state);
unsigned long unwind_get_return_address(struct unwind_state *state);
bool unwind_done(struct unwind_state *state);
#endif

#endif
