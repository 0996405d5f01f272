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

#include "command.h"
#include "control.h"
#include "fit.h"
#include "load.h"
#include "merge.h"
#include "message.h"
#include "module_file.h"
#include "output.h"
#include "points.h"
#include "report.h"
#include "signals.h"
#include "streams.h"
#include "text.h"

/* Milliseconds between two rounds: twice as long each time that nothing came. */
#define PAUSE_LEAST 2
#define PAUSE_MOST 50
/* A round that brought so much is followed by the next one at once. */
#define BUSY_BYTES (64 * 1024)

struct session {
	const struct options *options;
	struct module_file module;
	struct points points;
	struct command command;		/* pid 0 without -c */
	struct output output;
	struct control control;
	struct streams streams;
	struct merge merge;
	int requests_seen;	/* Ctrl-C and the like, as far as they were acted on */
	bool is_loaded;
	bool has_stopped;	/* STOP was sent */
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
	struct host host;

	if (!module_file_open(&session->module, options->module))
		return false;
	fit_host(&host);
	if (!fit_check(&session->module, &host) ||
	    !fit_check_parameters(&session->module, options->parameters,
				  options->parameter_count) ||
	    !points_resolve_all(&session->points, &session->module))
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
	for (int i = 0; i < options->parameter_count; i++)
		load_add_parameter(&parameters, options->parameters[i]);
	session->is_loaded = load_module(&session->module, parameters.bytes);
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
	return control_send_points(&session->control, &session->points) &&
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

/* Ctrl-C: the first one asks, the second one is answered, the third one is obeyed at once. */
static void obey_requests(struct session *session)
{
	int requests = signals_requests();

	if (requests == session->requests_seen)
		return;
	session->requests_seen = requests;
	if (requests >= SIGNALS_AT_ONCE) {
		message_info("ending the session at once; output may be missing");
		session->has_failed = true;
		control_close(&session->control);
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
	if (signals_pipe_broken())
		stop(session, "nobody reads the output any more");
	if (session->output.has_failed)
		stop(session, "the output cannot be written");
	if (command_reap(&session->command))
		stop(session, "the command has ended");
}

/* ---- Rounds ---- */

static void print_merged(struct session *session, uint64_t horizon)
{
	const struct spile_record *record;

	merge_begin(&session->merge, horizon);
	while ((record = merge_next(&session->merge)))
		output_record(&session->output, record);
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

/* The module writes no more: everything that is left comes out. */
static void drain(struct session *session)
{
	while (streams_read(&session->streams) > 0)
		print_merged(session, MERGE_NO_HORIZON);
	print_merged(session, MERGE_NO_HORIZON);
	for (size_t i = 0; i < session->streams.count; i++)
		stream_end(&session->streams.items[i]);
	tell_damage(session);
	output_flush(&session->output);
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
	size = streams_read(&session->streams);
	print_merged(session, status->horizon);
	output_flush(&session->output);
	return size;
}

/* Sleeps until the time is over, a signal comes or the module's state changes. */
static void wait_for_news(const struct session *session, int milliseconds)
{
	struct pollfd descriptors[] = {
		{ .fd = signals_fd(), .events = POLLIN },
		{ .fd = session->control.fd, .events = POLLIN },
	};

	poll(descriptors, 2, milliseconds);
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
		if (size < BUSY_BYTES)
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
	fwrite(text.bytes, 1, text.length, stderr);
	text_fini(&text);
}

static int exit_status(const struct session *session)
{
	if (session->has_failed || session->output.has_failed || session->output.damaged_count ||
	    session->control.status.has_failed)
		return 1;
	return session->command.has_ended ? session->command.status : 0;
}

static void fini(struct session *session)
{
	control_fini(&session->control);
	streams_fini(&session->streams);
	points_fini(&session->points);
	module_file_fini(&session->module);
}

int session_run(const struct options *options)
{
	struct session session = {
		.options = options,
		.module = { .fd = -1 },
		.command = { .release = -1 },
		.output = { .fd = -1 },
		.control = { .fd = -1 },
	};
	int status;

	/* The output file is made, or emptied, only for a session that can begin. */
	if (prepare(&session) && load(&session) &&
	    output_open(&session.output, options->output, &session.module) && start(&session))
		run(&session);
	else
		session.has_failed = true;
	unload(&session);
	output_close(&session.output);
	report(&session);
	status = exit_status(&session);
	command_fini(&session.command);
	fini(&session);
	return status;
}
