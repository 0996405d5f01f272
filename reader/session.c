/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of things in a session: resolve, load, start, read until the module says that it
 * has ended, unload, report. main.c calls session_run() and nothing else.
 *
 * The module tells how far it is (enum spile_state); here is only remembered what was asked of
 * it. Whatever fails after the load, the way out is the same: the control file is closed, which
 * ends the session in the kernel, and the module is unloaded.
 */
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "anchors.h"
#include "bulk.h"
#include "check.h"
#include "command.h"
#include "control.h"
#include "load.h"
#include "merge.h"
#include "message.h"
#include "module_file.h"
#include "output.h"
#include "points.h"
#include "report.h"
#include "signals.h"
#include "stats.h"
#include "streams.h"
#include "text.h"

/* Milliseconds between two rounds: twice as long each time that nothing came. */
#define PAUSE_LEAST 2
#define PAUSE_MOST 50
/* A round that brought so much is followed by the next one at once. */
#define BUSY_BYTES (64 * 1024)
/* Seconds that a session has to end after the third Ctrl-C. */
#define LAST_SECONDS 2

struct session {
	const struct options *options;
	struct module_file module;
	struct points points, data;	/* functions, and variables */
	struct command command;		/* pid 0 without -c */
	struct output output;
	struct control control;
	struct streams streams;
	struct merge merge;
	struct bulk bulk;		/* with -b, in the place of `merge` */
	int requests_seen;	/* Ctrl-C and the like, as far as they were acted on */
	time_t deadline;	/* of CLOCK_MONOTONIC; 0: none */
	bool is_loaded;
	bool has_stopped;	/* STOP was sent */
	bool is_draining;	/* the module writes no more */
	bool has_failed;	/* something of ours went wrong: exit status 1 */
};

/* ---- Before the start ---- */

/* A file per CPU may be more than the usual limit allows. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* Everything that can be known to fail before the kernel is touched. */
static bool prepare(struct session *session)
{
	const struct options *options = session->options;

	if (!module_file_open(&session->module, options->module) ||
	    !check_module(&session->module, options, &session->points, &session->data))
		return false;
	if (!signals_init()) {
		message_error("cannot take signals over: %s", strerror(errno));
		return false;
	}
	if (options->command && !command_start(&session->command, options->command))
		return false;
	raise_file_limit();
	return true;
}

static bool load(struct session *session)
{
	const struct options *options = session->options;
	struct text parameters = { 0 };

	text_append_string(&parameters, "");
	if (options->buffer_kb)
		text_printf(&parameters, "buffer_kb=%lu", options->buffer_kb);
	if (options->stats)
		load_add_parameter(&parameters, "stats=1");
	if (options->budget)
		text_printf(&parameters, "%sbudget=%u", parameters.length ? " " : "",
			    options->budget);
	for (int i = 0; i < options->parameter_count; i++)
		load_add_parameter(&parameters, options->parameters[i]);
	session->is_loaded = anchors_add_parameter(&parameters, &session->module) &&
			     load_module(&session->module, parameters.bytes);
	text_fini(&parameters);
	return session->is_loaded;
}

static bool start(struct session *session)
{
	pid_t target = session->command.pid ? session->command.pid : session->options->target;

	if (!control_open(&session->control, session->module.name) ||
	    !streams_open(&session->streams, session->module.name))
		return false;
	merge_init(&session->merge, &session->streams);
	if (session->options->is_bulk &&
	    !bulk_open(&session->bulk, session->options, &session->module, &session->streams))
		return false;
	return control_send_points(&session->control, &session->points, SPILE_COMMAND_POINTS) &&
	       control_send_points(&session->control, &session->data, SPILE_COMMAND_DATA) &&
	       control_start(&session->control, target);
}

/* ---- Reasons to stop ---- */

static void stop(struct session *session, const char *reason)
{
	if (session->has_stopped || session->control.fd < 0)
		return;
	session->has_stopped = true;
	message_verbose("stopping: %s", reason);
	if (control_stop(&session->control))
		return;
	session->has_failed = true;
	control_close(&session->control);
}

static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

/* An output that takes nothing is not waited for, and soon the module is not either. */
static void end_at_once(struct session *session)
{
	message_info("ending the session at once; output may be missing");
	session->has_failed = true;
	session->deadline = now() + LAST_SECONDS;
	stop(session, "a signal asked for it");
	output_abandon(&session->output);
}

/* Ctrl-C: the first one asks, the second one is answered, the third one is obeyed at once. */
static void obey_requests(struct session *session)
{
	int requests = signals_requests();

	if (session->deadline && now() > session->deadline)
		control_close(&session->control);
	if (requests == session->requests_seen)
		return;
	session->requests_seen = requests;
	if (requests >= SIGNALS_AT_ONCE) {
		end_at_once(session);
		return;
	}
	if (session->has_stopped)
		message_info("the session is ending; once more ends it at once");
	stop(session, "a signal asked for it");
}

static void look_for_reasons(struct session *session)
{
	signals_drain();
	obey_requests(session);
	if (signals_take_next_file())
		output_next_file(&session->output);
	if (output_has_failed(&session->output))
		stop(session, "the output cannot be written");
	if (command_reap(&session->command))
		stop(session, "the command has ended");
}

/* ---- Rounds ---- */

static unsigned long long print_merged(struct session *session)
{
	const struct spile_status *status = &session->control.status;
	bool is_last = session->is_draining;
	const struct spile_record *record;
	unsigned long long count = 0;

	merge_begin(&session->merge, is_last ? MERGE_NO_HORIZON : status->horizon,
		    is_last ? MERGE_NO_HORIZON : status->cpu_horizon);
	while (output_has_room(&session->output) && (record = merge_next(&session->merge))) {
		output_record(&session->output, record);
		count++;
	}
	return count;
}

/* Passes on what was read, as long as there is room for it; returns how many records. */
static unsigned long long pass_on(struct session *session)
{
	unsigned long long count;
	bool success;

	if (!session->options->is_bulk)
		return print_merged(session);
	count = bulk_take(&session->bulk, &session->output, &success);
	if (!success) {
		session->has_failed = true;
		stop(session, "a file cannot be made");
	}
	return count;
}

static void tell_damage(struct session *session)
{
	for (size_t i = 0; i < session->streams.count; i++) {
		const struct stream *stream = &session->streams.items[i];

		if (!stream->damage)
			continue;
		session->has_failed = true;
		if (stream->number == STREAM_PROCESS)
			message_error("the stream of process context is damaged: %s",
				      stream->damage);
		else
			message_error("the stream of CPU %u is damaged: %s", stream->number,
				      stream->damage);
	}
}

/* Waits as long as it takes, or until nobody wants to wait any more. */
static void wait_for_room(struct session *session)
{
	while (!output_has_room(&session->output) || session->bulk.is_blocked) {
		output_wait(&session->output);
		session->bulk.is_blocked = false;
		obey_requests(session);
	}
}

/* Is every record accounted for? */
static void check_records(struct session *session)
{
	const struct spile_status *status = &session->control.status;
	unsigned long long known = session->output.record_count + status->records_lost;

	if (status->state != SPILE_STATE_ENDED || session->control.fd < 0 ||
	    known == status->records_sent)
		return;
	session->has_failed = true;
	message_error("of %llu records %llu came and %llu were lost: this does not add up",
		      (unsigned long long)status->records_sent, session->output.record_count,
		      (unsigned long long)status->records_lost);
}

/* The module writes no more: everything that is left comes out. */
static void drain(struct session *session)
{
	unsigned long long count;

	session->is_draining = true;
	do {
		wait_for_room(session);
		count = streams_read(&session->streams);
		count += pass_on(session);
		output_flush(&session->output);
	} while (count || session->bulk.is_blocked);
	for (size_t i = 0; i < session->streams.count; i++)
		stream_end(&session->streams.items[i]);
	tell_damage(session);
	check_records(session);
	if (session->options->is_bulk)
		bulk_complete(&session->bulk, &session->output, &session->control);
}

/*
 * The buffers are small: reads them over and over, as long as the kernel has more that is older
 * than the horizon. Returns the bytes read.
 */
static size_t empty_streams(struct session *session)
{
	size_t sum = 0, size;
	unsigned long long count;

	do {
		size = streams_read(&session->streams);
		count = pass_on(session);
		sum += size;
	} while (size && count);
	return sum;
}

/*
 * One round: the status first, for its horizon, then the streams. Returns the bytes read; sets
 * *ended_ret once the module writes no more.
 */
static size_t run_round(struct session *session, bool *ended_ret)
{
	const struct spile_status *status = &session->control.status;
	size_t size;

	*ended_ret = true;
	if (session->control.fd < 0)
		return 0;
	if (!control_update(&session->control)) {
		session->has_failed = true;
		return 0;
	}
	if (status->state == SPILE_STATE_ENDED)
		return 0;
	*ended_ret = false;
	if (status->state == SPILE_STATE_RUNNING)
		command_release(&session->command);
	size = empty_streams(session);
	output_flush(&session->output);
	return size;
}

/* Sleeps until the time is over, a signal comes, something was written or the state changes. */
static void wait_for_news(struct session *session, int milliseconds)
{
	struct pollfd descriptors[3 + OUTPUT_NEWS_MOST] = {
		{ .fd = signals_fd(), .events = POLLIN },
		{ .fd = session->control.fd, .events = POLLIN },
		{ .fd = output_watched(&session->output) },
	};
	int news[OUTPUT_NEWS_MOST];
	size_t count = output_news(&session->output, news);

	for (size_t i = 0; i < count; i++)
		descriptors[3 + i] = (struct pollfd){ .fd = news[i], .events = POLLIN };
	if (poll(descriptors, 3 + count, milliseconds) > 0)
		output_drain_news(&session->output);
	if (descriptors[2].revents)
		output_reader_gone(&session->output);
	output_flush(&session->output);
}

static void run(struct session *session)
{
	int pause = PAUSE_LEAST;
	bool ended;

	for (;;) {
		size_t size = run_round(session, &ended);

		if (ended)
			break;
		if (size)
			pause = PAUSE_LEAST;
		else if (pause < PAUSE_MOST)
			pause = 2 * pause < PAUSE_MOST ? 2 * pause : PAUSE_MOST;
		if (size < BUSY_BYTES || !output_has_room(&session->output))
			wait_for_news(session, pause);
		look_for_reasons(session);
	}
	drain(session);
}

/* ---- After the end ---- */

static void unload(struct session *session)
{
	control_close(&session->control);
	streams_close(&session->streams);
	if (session->is_loaded && !load_unload(session->module.name))
		session->has_failed = true;
	session->is_loaded = false;
}

static void report(const struct session *session)
{
	struct text text = { 0 };

	report_write(&text, &session->control, &session->module, session->options);
	stats_write(&text, &session->control, &session->module, session->options);
	fwrite(text.bytes, 1, text.length, stderr);
	text_fini(&text);
}

static int exit_status(const struct session *session)
{
	if (session->has_failed || session->output.damaged_count ||
	    session->control.status.has_failed)
		return 1;
	return session->command.has_ended ? session->command.status : 0;
}

static void fini(struct session *session)
{
	control_fini(&session->control);
	merge_fini(&session->merge);
	streams_fini(&session->streams);
	points_fini(&session->points);
	points_fini(&session->data);
	module_file_fini(&session->module);
}

int session_run(const struct options *options)
{
	struct session session = {
		.options = options,
		.module = { .fd = -1 },
		.command = { .release = -1 },
		.output = { .text_files = { .fd = -1 } },
		.control = { .fd = -1 },
	};
	int status;

	/* The output file is made, or emptied, only for a session that can begin. */
	if (prepare(&session) && load(&session) &&
	    output_open(&session.output, options, &session.module) && start(&session))
		run(&session);
	else
		session.has_failed = true;
	unload(&session);
	session.has_failed |= !output_close(&session.output);
	session.has_failed |= !bulk_close(&session.bulk);
	report(&session);
	status = exit_status(&session);
	command_fini(&session.command);
	fini(&session);
	return status;
}
