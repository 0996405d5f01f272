// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Has the kernel refuse one thing to a module, and keeps the books of what that one holds. Loaded by
 * faults.bats, which counts `at` up until nothing is refused any more.
 *
 * Every call of refuse_places that comes from the module `target` is counted; the one with the
 * number `at` does not happen, but returns as if there were no memory. What the others give is held
 * until it is given back, by whatever way. Kprobes that are optimised cannot keep a function from
 * running: debug.kprobes-optimization has to be 0.
 */
#include <linux/kprobes.h>
#include <linux/module.h>

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("fault injection for one module");

#define HELD_MOST 1024

/* What says which thing a call is about. */
enum refuse_key { KEY_NONE, KEY_RESULT, KEY_FIRST, KEY_THIRD };

struct refuse_place {
	const char *name;
	enum refuse_key key;
	long refusal;		/* result of the call that does not happen */
	struct kretprobe returned;
	struct kprobe entered;
};

#define GIVES_MEMORY(function) { .name = function, .key = KEY_RESULT }
#define GIVES_POINTER(function, error) { .name = function, .key = KEY_RESULT, .refusal = error }
#define REGISTERS(function, which) { .name = function, .key = which, .refusal = -ENOMEM }
#define CHANGES(function) { .name = function, .key = KEY_NONE, .refusal = -ENOMEM }

static struct refuse_place refuse_places[] = {
	GIVES_MEMORY("vzalloc"),
	GIVES_MEMORY("vzalloc_noprof"),
	GIVES_MEMORY("vzalloc_node"),
	GIVES_MEMORY("vzalloc_node_noprof"),
	GIVES_MEMORY("__alloc_percpu"),
	GIVES_MEMORY("pcpu_alloc_noprof"),
	GIVES_MEMORY("relay_open"),
	GIVES_POINTER("kthread_create_on_node", -ENOMEM),
	GIVES_POINTER("register_wide_hw_breakpoint", -ENOSPC),
	GIVES_POINTER("__cpuhp_setup_state", -ENOSPC),
	REGISTERS("register_kprobe", KEY_FIRST),
	REGISTERS("register_kretprobe", KEY_FIRST),
	REGISTERS("register_ftrace_function", KEY_FIRST),
	REGISTERS("tracepoint_probe_register", KEY_THIRD),
	REGISTERS("register_tracepoint_module_notifier", KEY_FIRST),
	CHANGES("enable_kprobe"),
	CHANGES("ftrace_set_filter_ip"),
	CHANGES("ftrace_set_filter_ips"),
	/* Directories of /proc are looked for there. */
	{ .name = "proc_mkdir", .key = KEY_NONE },
	{ .name = "proc_create_data", .key = KEY_NONE },
};

/* What gives things back: the argument that says which, or an array of them and their number. */
struct refuse_release {
	const char *name;
	enum refuse_key key;
	bool is_array;
	struct kprobe entered;
};

static struct refuse_release refuse_releases[] = {
	{ .name = "vfree", .key = KEY_FIRST },
	{ .name = "free_percpu", .key = KEY_FIRST },
	{ .name = "relay_close", .key = KEY_FIRST },
	{ .name = "proc_remove", .key = KEY_FIRST },
	{ .name = "kthread_stop", .key = KEY_FIRST },
	{ .name = "unregister_wide_hw_breakpoint", .key = KEY_FIRST },
	{ .name = "__cpuhp_remove_state", .key = KEY_FIRST },
	{ .name = "unregister_kprobes", .key = KEY_FIRST, .is_array = true },
	{ .name = "unregister_kretprobes", .key = KEY_FIRST, .is_array = true },
	{ .name = "unregister_ftrace_function", .key = KEY_FIRST },
	{ .name = "tracepoint_probe_unregister", .key = KEY_THIRD },
	{ .name = "unregister_tracepoint_module_notifier", .key = KEY_FIRST },
};

static char target[MODULE_NAME_LEN];
module_param_string(target, target, sizeof(target), 0600);
static int at;
module_param(at, int, 0600);

static struct module *refuse_target;	/* while it is loaded */
static atomic_t refuse_calls;
static const char *refuse_refused = "";	/* the function that was */

static DEFINE_RAW_SPINLOCK(refuse_lock);
static struct {
	const struct refuse_place *place;
	unsigned long key;
} refuse_held[HELD_MOST];
static int refuse_held_count;

/* ---- The books ---- */

static void refuse_note(const struct refuse_place *place, unsigned long key)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&refuse_lock, flags);
	if (refuse_held_count < HELD_MOST) {
		refuse_held[refuse_held_count].place = place;
		refuse_held[refuse_held_count++].key = key;
	}
	raw_spin_unlock_irqrestore(&refuse_lock, flags);
}

static void refuse_strike_out(unsigned long key)
{
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&refuse_lock, flags);
	for (i = refuse_held_count; i-- > 0;)
		if (refuse_held[i].key == key) {
			refuse_held[i] = refuse_held[--refuse_held_count];
			break;
		}
	raw_spin_unlock_irqrestore(&refuse_lock, flags);
}

static unsigned long refuse_argument(const struct pt_regs *regs, enum refuse_key key)
{
	return key == KEY_FIRST ? regs->di : key == KEY_THIRD ? regs->dx : 0;
}

static bool refuse_is_failure(const struct refuse_place *place, long result)
{
	if (place->key == KEY_RESULT)
		return !result || IS_ERR_VALUE((unsigned long)result);
	return result != 0;
}

/* ---- Calls ---- */

static struct kretprobe *refuse_kretprobe(struct kretprobe_instance *instance)
{
#ifdef HAVE_GET_KRETPROBE
	return get_kretprobe(instance);
#else
	return instance->rp;
#endif
}

/* What is called instead. */
static noinline void refuse_answer(void)
{
	barrier();
}

static bool refuse_is_for_target(const struct pt_regs *regs)
{
	return refuse_target && within_module(*(unsigned long *)regs->sp, refuse_target);
}

/* At the entry, before the kretprobe: not 0 for a function that is not to run. */
static int refuse_entered(struct kprobe *kprobe, struct pt_regs *regs)
{
	struct refuse_place *place = container_of(kprobe, struct refuse_place, entered);

	if (!refuse_is_for_target(regs) || atomic_inc_return(&refuse_calls) != at)
		return 0;
	refuse_refused = place->name;
	regs->ax = place->refusal;
	regs->ip = (unsigned long)refuse_answer;
	return 1;
}

/* Not 0: the return is of no interest. */
static int refuse_watch(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct refuse_place *place = container_of(refuse_kretprobe(instance), struct refuse_place, returned);

	*(unsigned long *)instance->data = refuse_argument(regs, place->key);
	return place->key == KEY_NONE || !refuse_is_for_target(regs);
}

static int refuse_returned(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct refuse_place *place = container_of(refuse_kretprobe(instance), struct refuse_place, returned);

	if (!refuse_is_failure(place, regs->ax))
		refuse_note(place, place->key == KEY_RESULT ? regs->ax : *(unsigned long *)instance->data);
	return 0;
}

static int refuse_released(struct kprobe *kprobe, struct pt_regs *regs)
{
	struct refuse_release *release = container_of(kprobe, struct refuse_release, entered);
	unsigned long i;

	if (!release->is_array)
		refuse_strike_out(refuse_argument(regs, release->key));
	for (i = 0; release->is_array && i < regs->si; i++)
		refuse_strike_out(((unsigned long *)regs->di)[i]);
	return 0;
}

/* ---- The module ---- */

static int refuse_module_notice(struct notifier_block *block, unsigned long event, void *data)
{
	struct module *module = data;

	if (strcmp(module->name, target))
		return NOTIFY_DONE;
	if (event == MODULE_STATE_COMING) {
		refuse_refused = "";
		atomic_set(&refuse_calls, 0);
	}
	if (event == MODULE_STATE_COMING || event == MODULE_STATE_GOING)
		refuse_target = event == MODULE_STATE_COMING ? module : NULL;
	return NOTIFY_DONE;
}

static struct notifier_block refuse_notifier = { .notifier_call = refuse_module_notice };

static int refuse_show_refused(char *to, const struct kernel_param *parameter)
{
	return scnprintf(to, PAGE_SIZE, "%s\n", refuse_refused);
}

/* A line for each thing that is held: who gave it. */
static int refuse_show_held(char *to, const struct kernel_param *parameter)
{
	unsigned long flags;
	int i, length = 0;

	raw_spin_lock_irqsave(&refuse_lock, flags);
	for (i = 0; i < refuse_held_count; i++)
		length += scnprintf(to + length, PAGE_SIZE - length, "%s\n", refuse_held[i].place->name);
	raw_spin_unlock_irqrestore(&refuse_lock, flags);
	return length;
}

/* A line for each function that can be refused on this kernel. */
static int refuse_show_places(char *to, const struct kernel_param *parameter)
{
	int i, length = 0;

	for (i = 0; i < ARRAY_SIZE(refuse_places); i++)
		if (refuse_places[i].entered.addr)
			length += scnprintf(to + length, PAGE_SIZE - length, "%s\n", refuse_places[i].name);
	return length;
}

static const struct kernel_param_ops refuse_refused_operations = { .get = refuse_show_refused };
static const struct kernel_param_ops refuse_held_operations = { .get = refuse_show_held };
static const struct kernel_param_ops refuse_places_operations = { .get = refuse_show_places };
module_param_cb(refused, &refuse_refused_operations, NULL, 0400);
module_param_cb(held, &refuse_held_operations, NULL, 0400);
module_param_cb(places, &refuse_places_operations, NULL, 0400);

/* The kprobe last, for that runs first. A kernel need not have all of the functions. */
static void refuse_place_watch(struct refuse_place *place)
{
	place->returned.kp.symbol_name = place->name;
	place->returned.entry_handler = refuse_watch;
	place->returned.handler = refuse_returned;
	place->returned.data_size = sizeof(unsigned long);
	place->returned.maxactive = 64;
	if (register_kretprobe(&place->returned))
		return;
	place->entered.symbol_name = place->name;
	place->entered.pre_handler = refuse_entered;
	if (!register_kprobe(&place->entered))
		return;
	place->entered.addr = NULL;
	unregister_kretprobe(&place->returned);
}

static int __init refuse_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(refuse_releases); i++) {
		refuse_releases[i].entered.symbol_name = refuse_releases[i].name;
		refuse_releases[i].entered.pre_handler = refuse_released;
		if (register_kprobe(&refuse_releases[i].entered))
			refuse_releases[i].entered.addr = NULL;
	}
	for (i = 0; i < ARRAY_SIZE(refuse_places); i++)
		refuse_place_watch(&refuse_places[i]);
	return register_module_notifier(&refuse_notifier);
}

static void __exit refuse_exit(void)
{
	int i;

	unregister_module_notifier(&refuse_notifier);
	for (i = 0; i < ARRAY_SIZE(refuse_places); i++) {
		if (!refuse_places[i].entered.addr)
			continue;
		unregister_kprobe(&refuse_places[i].entered);
		unregister_kretprobe(&refuse_places[i].returned);
	}
	for (i = 0; i < ARRAY_SIZE(refuse_releases); i++)
		if (refuse_releases[i].entered.addr)
			unregister_kprobe(&refuse_releases[i].entered);
}

module_init(refuse_init);
module_exit(refuse_exit);
