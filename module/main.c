/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of things: load, session, unload. Compiled once for all scripts, it walks the tables of
 * the one that it is linked with: mod_script.
 *
 * Loading takes all memory, starts the session thread and shows the proc files; nothing is traced
 * yet. The reader's START has the thread run begin probes, attach the families and let handlers
 * run; it then sleeps but for timers, errors and conditions. When the end is requested it detaches
 * everything, runs error and end probes, tells what was given up, and waits to be stopped by the
 * unload. Each step that fails undoes those before.
 */
#include "runtime/core.c"
#include "module/control.h"
#include "module/streams.h"

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("tracing script compiled by spile");

static unsigned int buffer_kb = 1024;
module_param(buffer_kb, uint, 0400);
MODULE_PARM_DESC(buffer_kb, "output buffer per CPU in kilobytes");

static bool stats;
module_param(stats, bool, 0400);
MODULE_PARM_DESC(stats, "time every hit of every probe");

static unsigned int budget;
module_param(budget, uint, 0400);
MODULE_PARM_DESC(budget, "percent of a CPU that handlers may take; hits beyond are passed over");

#define MOD_BUFFER_KB_MIN 32
#define MOD_BUFFER_KB_MAX 1048576

static struct proc_dir_entry *mod_directory;
static struct task_struct *mod_thread;

/* ---- The session thread ---- */

/* Whether the session is to end, or the module to go. */
static bool mod_is_ending(void)
{
	return kc_load_acquire(rt_session.end_requested) || kthread_should_stop();
}

/* Sleeps until somebody called rt_session_wake since the last time, or the budget is to be judged. */
static void mod_wait(void)
{
	wait_event_interruptible_timeout(rt_session.thread_wait,
					 kc_load(rt_session.woken) || kthread_should_stop(),
					 budget ? HZ / 10 : MAX_SCHEDULE_TIMEOUT);
	kc_store(rt_session.woken, 0);
	smp_mb();
}

/* An exit() or an error in one of them keeps those behind it from running. */
static void mod_run_begin(void)
{
	struct rt_probe *const *probes;

	for (probes = mod_script.begin_probes; *probes && !mod_is_ending(); probes++)
		rt_process_run(*probes);
}

/* Whether the handler of `probe` is among those of `probes`. */
static bool mod_handler_is_in(const struct rt_probe *probe, struct rt_probe *const *probes)
{
	for (; *probes; probes++)
		if ((*probes)->handler == probe->handler)
			return true;
	return false;
}

/* Error probes after an error, then end probes. A handler that stands on both runs once. */
static void mod_run_last(bool has_failed)
{
	struct rt_probe *const *probes;

	for (probes = mod_script.error_probes; has_failed && *probes; probes++)
		rt_process_run(*probes);
	if (has_failed && RT_STAP_ERRORS)
		return;
	for (probes = mod_script.end_probes; *probes; probes++)
		if (!has_failed || !mod_handler_is_in(*probes, mod_script.error_probes))
			rt_process_run(*probes);
}

/* Lets handlers run until the end is requested. */
static void mod_session_trace(void)
{
	if (mod_script.hits)
		mod_script.hits->start();
	rt_session_open();
	/* In this order: who hears of it lets the command go. */
	mod_state_set(SPILE_STATE_RUNNING);
	/* A request that came while we attached must not be forgotten. */
	smp_mb();
	while (!mod_is_ending()) {
		mod_wait();
		if (mod_script.hits)
			mod_script.hits->attend();
	}
	rt_session_close();
}

/* A whole session, from START to the last end probe. */
static void mod_session_run(void)
{
	const struct mod_hits *hits = mod_script.hits;

	mod_state_set(SPILE_STATE_STARTING);
	if (hits)
		hits->evaluate();
	mod_run_begin();
	if (hits && !mod_is_ending())
		hits->attach();
	if (!mod_is_ending())
		mod_session_trace();
	mod_state_set(SPILE_STATE_STOPPING);
	if (hits)
		hits->detach();
	mod_run_last(kc_load(rt_session.has_failed));
	if (hits)
		hits->report();
}

static int mod_thread_main(void *unused)
{
	while (!mod_is_ending() && !kc_load_acquire(rt_session.start_requested))
		mod_wait();
	if (kc_load(rt_session.start_requested))
		mod_session_run();
	mod_state_set(SPILE_STATE_ENDED);
	while (!kthread_should_stop())
		mod_wait();
	return 0;
}

/* ---- Load and unload ---- */

static bool mod_globals_init(void)
{
	return !mod_script.globals.init || mod_script.globals.init(&mod_script.globals);
}

static void mod_globals_fini(void)
{
	if (mod_script.globals.fini)
		mod_script.globals.fini(&mod_script.globals);
}

static bool mod_hits_init(void)
{
	return !mod_script.hits || mod_script.hits->init(budget);
}

static bool mod_hits_prepare(void)
{
	return !mod_script.hits || mod_script.hits->prepare();
}

static void mod_hits_fini(void)
{
	if (mod_script.hits)
		mod_script.hits->fini();
}

/* Frees what there is, which is all of it or, after a failed mod_memory_init, some. */
static void mod_memory_fini(void)
{
	mod_hits_fini();
	mod_globals_fini();
	rt_streams_fini();
	mod_status_fini();
	rt_contexts_fini();
}

/* Takes all memory that the module will ever use, points excepted. */
static int mod_memory_init(void)
{
	if (mod_hits_init() && rt_contexts_init() && mod_status_init() &&
	    rt_streams_init((size_t)buffer_kb * 1024) && mod_globals_init() && mod_hits_prepare())
		return 0;
	mod_memory_fini();
	return -ENOMEM;
}

static int mod_thread_init(void)
{
	mod_thread = kthread_run(mod_thread_main, NULL, "%s", rt_script.name);
	return IS_ERR(mod_thread) ? PTR_ERR(mod_thread) : 0;
}

/* The thread finishes the session first, if there is one. */
static void mod_thread_fini(void)
{
	kthread_stop(mod_thread);
	irq_work_sync(&rt_session.wake_work);
}

/* Waits for calls in the files to return. Of no effect where there is no directory. */
static void mod_proc_fini(void)
{
	proc_remove(mod_directory);
}

static int mod_proc_init(void)
{
	char name[96];		/* the longest name of a module is 63 */

	snprintf(name, sizeof(name), SPILE_PROC_PARENT "/" SPILE_PROC_PREFIX "%s", rt_script.name);
	mod_directory = proc_mkdir(name, NULL);
	if (mod_directory && mod_streams_init(mod_directory) && mod_control_init(mod_directory))
		return 0;
	mod_proc_fini();
	return -ENOMEM;
}

static int __init mod_init(void)
{
	int error;

	if (buffer_kb < MOD_BUFFER_KB_MIN || buffer_kb > MOD_BUFFER_KB_MAX || budget > 100)
		return -ERANGE;
	rt_times_all = stats;
	rt_session_init();
	error = mod_memory_init();
	if (error)
		return error;
	error = mod_thread_init();
	if (error)
		goto no_thread;
	error = mod_proc_init();
	if (error)
		goto no_proc;
	return 0;

no_proc:
	mod_thread_fini();
no_thread:
	mod_memory_fini();
	return error;
}

static void __exit mod_exit(void)
{
	mod_proc_fini();
	mod_thread_fini();
	mod_memory_fini();
}

module_init(mod_init);
module_exit(mod_exit);
