/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file control in the module's proc directory: commands in, status out.
 *
 * One process at a time has it open, the session's reader; while it has, the module cannot be
 * unloaded, and when it closes the file, by intent or by dying, the session ends. Commands only
 * leave requests in rt_session; the session thread acts on them. Called by main.c.
 */
#ifndef SPILE_MODULE_CONTROL_H
#define SPILE_MODULE_CONTROL_H

#include "module/script.h"

static int mod_control_taken;
static DEFINE_MUTEX(mod_control_mutex);		/* commands and status, one at a time */

/* What a read returns, but for the counters of the CPUs. Under mod_control_mutex. */
static struct mod_status {
	struct spile_status status;
	struct spile_probe_counters counters[];		/* by the number of the probe */
} *mod_status;

static size_t mod_status_size(void)
{
	return sizeof(*mod_status) + rt_script.probe_count * sizeof(mod_status->counters[0]);
}

/* ---- Status ---- */

/* Enters a state and tells the reader. Context: session thread. */
static void mod_state_set(u32 state)
{
	kc_store_release(rt_session.state, state);
	kc_store_release(rt_session.state_changes, rt_session.state_changes + 1);
	wake_up(&rt_session.reader_wait);
}

static void mod_counters_add(struct spile_probe_counters *sum, const struct rt_counters *part)
{
	/* Found within the handler, which is counted as a hit by then. In this order: no fewer. */
	u64 skipped_lock = kc_load_acquire(part->skipped_lock);

	sum->hits += kc_load(part->hits) - skipped_lock;
	sum->skipped_reentry += part->skipped_reentry;
	sum->skipped_lock += skipped_lock;
	sum->given_up += part->given_up;
	sum->given_up_insertions += part->given_up_insertions;
	sum->lost_records += part->lost_records;
	sum->errors += part->errors;
	sum->skipped_budget += part->passed_over;
}

static void mod_usage_add(struct spile_probe_counters *sum, const struct rt_usage *part)
{
	if (!part->timed)
		return;
	if (!sum->timed || part->cycles_least < sum->cycles_least)
		sum->cycles_least = part->cycles_least;
	sum->cycles_most = max_t(u64, sum->cycles_most, part->cycles_most);
	sum->cycles += part->cycles;
	sum->timed += part->timed;
}

/* Adds what `c` has counted. */
static void mod_status_add(const struct rt_context *c)
{
	u32 i;

	for (i = 0; i < rt_script.probe_count; i++) {
		mod_counters_add(&mod_status->counters[i], &rt_counters_of(c)[i]);
		mod_usage_add(&mod_status->counters[i], &rt_usage_of(c)[i]);
		mod_status->status.error_count += rt_counters_of(c)[i].errors;
	}
	mod_status->status.records_sent += c->records_sent;
	mod_status->status.records_lost += c->records_lost;
}

/* Adds what the families know of their probes, and the session of its own. */
static void mod_status_add_session(void)
{
	struct rt_probe *const *const lists[] = { mod_script.begin_probes, mod_script.end_probes,
						  mod_script.error_probes };
	struct rt_probe *const *probe;
	u32 i;

	if (mod_script.hits)
		mod_script.hits->count(&mod_status->status, mod_status->counters);
	for (i = 0; i < ARRAY_SIZE(lists); i++)
		for (probe = lists[i]; *probe; probe++)
			mod_status->counters[(*probe)->index].points[SPILE_BY_SESSION] = 1;
}

static size_t mod_status_length(void)
{
	return mod_status_size() + (num_possible_cpus() + 1) * sizeof(struct spile_cpu_counters);
}

/* Makes mod_status current. */
static void mod_status_update(void)
{
	u64 last = mod_status->status.horizon;
	u64 last_of_cpus = mod_status->status.cpu_horizon;
	const struct rt_context *c;

	memset(mod_status, 0, mod_status_size());
	mod_status->status.length = mod_status_length();
	mod_status->status.state = kc_load_acquire(rt_session.state);
	mod_status->status.probe_count = rt_script.probe_count;
	mod_status->status.cpu_count = num_possible_cpus() + 1;
	mod_status->status.error_count = atomic_read(&rt_session.error_count);
	mod_status->status.has_failed = kc_load(rt_session.has_failed);
	mod_status->status.memory = rt_session.memory;
	for (c = rt_contexts; c; c = c->next)
		mod_status_add(c);
	mod_status_add_session();
	mod_status->status.horizon = rt_horizon(last);
	mod_status->status.cpu_horizon = rt_cpu_horizon(last_of_cpus);
}

/* Copies the counters of one context to the reader; returns the place behind them, or NULL. */
static char __user *mod_cpu_counters_put(char __user *to, const struct rt_context *c, u32 cpu)
{
	struct spile_cpu_counters counters = {
		.cpu = cpu,
		.records_sent = kc_load(c->records_sent),
		.records_lost = kc_load(c->records_lost),
	};

	if (copy_to_user(to, &counters, sizeof(counters)))
		return NULL;
	return to + sizeof(counters);
}

/* Copies mod_status and the counters of all CPUs; false for a bad address. */
static bool mod_status_put(char __user *to)
{
	unsigned int cpu;

	if (copy_to_user(to, mod_status, mod_status_size()))
		return false;
	to += mod_status_size();
	for_each_possible_cpu(cpu) {
		to = mod_cpu_counters_put(to, rt_context_of(cpu), cpu);
		if (!to)
			return false;
	}
	return mod_cpu_counters_put(to, rt_process_context, SPILE_CPU_PROCESS) != NULL;
}

static ssize_t mod_control_read(struct file *file, char __user *to, size_t room, loff_t *position)
{
	ssize_t result = mod_status_length();

	if (room < result)
		return -EINVAL;
	mutex_lock(&mod_control_mutex);
	file->private_data = (void *)(unsigned long)kc_load_acquire(rt_session.state_changes);
	mod_status_update();
	if (!mod_status_put(to))
		result = -EFAULT;
	mutex_unlock(&mod_control_mutex);
	return result;
}

static kc_poll_t mod_control_poll(struct file *file, poll_table *table)
{
	poll_wait(file, &rt_session.reader_wait, table);
	if ((unsigned long)file->private_data != kc_load(rt_session.state_changes))
		return (__force kc_poll_t)(POLLIN | POLLRDNORM);
	return 0;
}

/* ---- Commands ---- */

static int mod_command_points(u32 command, u32 count, const struct spile_point __user *points)
{
	if (rt_session.start_requested)
		return -EBUSY;
	return mod_script.hits ? mod_script.hits->add_points(command, count, points) : -EINVAL;
}

static int mod_command_start(s64 target)
{
	if (rt_session.start_requested)
		return -EALREADY;
	rt_session.target = target;
	kc_store_release(rt_session.start_requested, 1);
	rt_session_wake();
	return 0;
}

/* Obeys `command`, whose payload of `length` bytes is at `payload`; 0 or an error. */
static int mod_command(const struct spile_command *command, const void __user *payload,
		       size_t length)
{
	switch (command->type) {
	case SPILE_COMMAND_POINTS:
	case SPILE_COMMAND_DATA:
		if (length != (u64)command->count * sizeof(struct spile_point))
			return -EINVAL;
		return mod_command_points(command->type, command->count, payload);
	case SPILE_COMMAND_START:
		return mod_command_start(command->target);
	case SPILE_COMMAND_STOP:
		rt_session_end();
		return 0;
	default:
		return -EINVAL;
	}
}

static ssize_t mod_control_write(struct file *file, const char __user *from, size_t length,
				 loff_t *position)
{
	struct spile_command command;
	int error;

	if (length < sizeof(command) || copy_from_user(&command, from, sizeof(command)))
		return -EINVAL;
	mutex_lock(&mod_control_mutex);
	error = mod_command(&command, from + sizeof(command), length - sizeof(command));
	mutex_unlock(&mod_control_mutex);
	return error ? error : length;
}

/* ---- Open and close ---- */

static int mod_control_open(struct inode *inode, struct file *file)
{
	if (cmpxchg(&mod_control_taken, 0, 1) != 0)
		return -EBUSY;
	if (!try_module_get(THIS_MODULE)) {
		kc_store(mod_control_taken, 0);
		return -ENODEV;
	}
	file->private_data = NULL;
	rt_session.reader = current->tgid;
	kc_store(rt_session.reader_present, 1);
	return 0;
}

static int mod_control_release(struct inode *inode, struct file *file)
{
	kc_store(rt_session.reader_present, 0);
	rt_session_end();
	kc_store_release(mod_control_taken, 0);
	module_put(THIS_MODULE);
	return 0;
}

static const struct kc_proc_operations mod_control_operations =
	KC_PROC_OPERATIONS(mod_control_open, mod_control_read, mod_control_write,
			   mod_control_poll, mod_control_release);

/* Takes memory; false without. Context: process, at load. */
static bool mod_status_init(void)
{
	mod_status = rt_allocate(mod_status_size());
	return mod_status != NULL;
}

static void mod_status_fini(void)
{
	kc_release(mod_status);
	mod_status = NULL;
}

/* Creates the file; false if that fails. Context: process, at load. */
static bool mod_control_init(struct proc_dir_entry *directory)
{
	rt_session.state_changes = 1;
	return proc_create_data(SPILE_PROC_CONTROL, 0600, directory, &mod_control_operations,
				NULL) != NULL;
}

#endif
