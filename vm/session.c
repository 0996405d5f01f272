/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host's side of a running machine: one poll loop over the line to the agent, the console,
 * QEMU's standard error, signals, and our own standard streams. Called by machine.c.
 *
 * A session goes through two phases, each with a deadline: boot, until the agent's hello, and
 * the command. Whatever ends it is noted once, in `end`. Standard output is written only when
 * poll() says that it will not block, and a frame is taken only when the one before is written.
 */
#include "session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "channel.h"
#include "console.h"
#include "terminal.h"

#define LAST_WORDS_US (5 * G_USEC_PER_SEC)	/* time for a dying machine to speak */
#define SIGNALS_GRACE 20	/* seconds that a command has to end after SIGTERM or SIGHUP */
#define SIGNALS_TO_KILL 3	/* this many of one signal end a machine that goes on */
#define ESCAPE_KEY 0x1d		/* Ctrl-], so many times in a row: the same for a terminal */
#define PIPE_SURE 4096		/* bytes a pipe takes when poll() says so: PIPE_BUF */

enum session_end {
	END_NONE,
	END_EXIT,	/* the command ended */
	END_FAILURE,	/* the agent cannot run it */
	END_GONE,	/* QEMU ended */
	END_PANIC,
	END_TIMEOUT,
	END_SIGNAL,	/* to us */
	END_TOO_LONG,	/* what is to be run cannot be sent */
};

struct session {
	struct diag *diag;
	const struct vm_request *request;
	struct channel channel;
	int console_fd, errors_fd;	/* QEMU's; -1 at their end */
	GString *console, *errors;
	GString *failure;		/* what the agent said */
	gint64 deadline;		/* monotonic microseconds; 0: none */
	bool is_greeted, is_started;
	enum session_end end;
	int status;
	/* bytes of the current frame that are still to be written, and where to */
	int target;
	const unsigned char *pending;
	size_t pending_length;
	bool is_closed[3];		/* standard streams that are at their end */
	guint32 window;			/* standard input we may still send */
	unsigned int escapes;		/* escape keys seen in a row */
	unsigned int signals_seen[NSIG];
	int ending_signal;		/* SIGTERM or SIGHUP, once it came: the machine has to end */
	struct terminal terminal;
	int signals;			/* signalfd */
	sigset_t old_mask;
	struct sigaction old_pipe;
};

/* ---- making and ending one ---- */

static void take_signals(struct session *session)
{
	static const int taken[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t set;
	unsigned int i;

	sigemptyset(&set);
	for (i = 0; i < G_N_ELEMENTS(taken); i++)
		sigaddset(&set, taken[i]);
	sigprocmask(SIG_BLOCK, &set, &session->old_mask);
	sigaction(SIGPIPE, &ignore, &session->old_pipe);
	session->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

struct session *session_new(struct diag *diag, const struct vm_request *request,
			    const struct qemu *qemu)
{
	struct session *session = g_new0(struct session, 1);

	session->diag = diag;
	session->request = request;
	session->console_fd = qemu->console;
	session->errors_fd = qemu->errors;
	session->window = VM_INPUT_WINDOW;
	session->console = g_string_new(NULL);
	session->errors = g_string_new(NULL);
	session->failure = g_string_new(NULL);
	channel_init(&session->channel, qemu->line);
	take_signals(session);
	return session;
}

void session_free(struct session *session)
{
	if (!session)
		return;
	terminal_restore(&session->terminal);
	close(session->signals);
	sigaction(SIGPIPE, &session->old_pipe, NULL);
	sigprocmask(SIG_SETMASK, &session->old_mask, NULL);
	g_string_free(session->console, TRUE);
	g_string_free(session->errors, TRUE);
	g_string_free(session->failure, TRUE);
	g_free(session);
}

static void set_end(struct session *session, enum session_end end, int status)
{
	if (session->end != END_NONE)
		return;
	session->end = end;
	session->status = status;
}

int session_status(const struct session *session)
{
	return session->status;
}

/* ---- what the machine says ---- */

/* Reads what is there into a log; sets *fd to -1 at its end. */
static void read_log(int *fd, GString *log, FILE *copy)
{
	char piece[4096];
	ssize_t got = read(*fd, piece, sizeof(piece));

	if (got < 0 && errno == EINTR)
		return;
	if (got <= 0) {
		*fd = -1;
		return;
	}
	console_add(log, piece, got);
	if (copy)
		fwrite(piece, 1, got, copy);
}

static void read_console(struct session *session)
{
	FILE *copy = session->request->verbose ? session->diag->out : NULL;

	read_log(&session->console_fd, session->console, copy);
	if (console_has_panic(session->console))
		set_end(session, END_PANIC, VM_STATUS_FAILED);
}

/* Reads a log until its end, or until the time (monotonic, microseconds) has come. */
static void read_rest(int *fd, GString *log, gint64 until)
{
	while (*fd >= 0) {
		struct pollfd slot = { .fd = *fd, .events = POLLIN };
		gint64 left = until - g_get_monotonic_time();

		if (poll(&slot, 1, left > 0 ? left / 1000 : 0) <= 0)
			return;
		read_log(fd, log, NULL);
	}
}

/* A machine that ends says why while it does: hear it out. Then the reason is known for sure. */
static void read_last_words(struct session *session)
{
	bool is_ending = session->end == END_GONE || session->end == END_PANIC;
	gint64 until = g_get_monotonic_time() + (is_ending ? LAST_WORDS_US : 0);

	read_rest(&session->console_fd, session->console, until);
	read_rest(&session->errors_fd, session->errors, until);
	if (session->end == END_GONE && console_has_panic(session->console))
		session->end = END_PANIC;
}

static void set_pending(struct session *session, int target, const struct vm_frame *frame)
{
	if (session->is_closed[target])
		return;
	session->target = target;
	session->pending = frame->payload;
	session->pending_length = frame->length;
}

static void take_frame(struct session *session, const struct vm_frame *frame)
{
	switch (frame->type) {
	case VM_HELLO:
		session->is_greeted = true;
		break;
	case VM_OUTPUT:
		set_pending(session, STDOUT_FILENO, frame);
		break;
	case VM_ERRORS:
		set_pending(session, STDERR_FILENO, frame);
		break;
	case VM_INPUT_TAKEN:
		session->window += channel_number(frame);
		break;
	case VM_EXIT:
		set_end(session, END_EXIT, channel_number(frame) & 0xff);
		break;
	case VM_FAILURE:
		g_string_append_len(session->failure, (const char *)frame->payload, frame->length);
		set_end(session, END_FAILURE, VM_STATUS_FAILED);
		break;
	}
}

static void take_frames(struct session *session)
{
	struct vm_frame frame;

	while (session->pending_length == 0 && channel_next(&session->channel, &frame))
		take_frame(session, &frame);
}

/* ---- what we say to it ---- */

/* Nobody reads our output any more: the command gets to know as it would without a machine. */
static void drop_output(struct session *session)
{
	session->is_closed[session->target] = true;
	session->pending_length = 0;
	channel_put_number(&session->channel, VM_SIGNAL, SIGPIPE);
}

static void write_pending(struct session *session)
{
	size_t length = MIN(session->pending_length, PIPE_SURE);
	ssize_t written = write(session->target, session->pending, length);

	if (written < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (written < 0) {
		drop_output(session);
	} else {
		session->pending += written;
		session->pending_length -= written;
	}
	take_frames(session);
}

/* Whether the terminal's user asks for the end of a machine that does not answer. */
static bool has_escape(struct session *session, const unsigned char *keys, size_t count)
{
	size_t i;

	for (i = 0; i < count && session->escapes < SIGNALS_TO_KILL; i++)
		session->escapes = keys[i] == ESCAPE_KEY ? session->escapes + 1 : 0;
	return session->escapes >= SIGNALS_TO_KILL;
}

static void read_input(struct session *session)
{
	unsigned char piece[VM_PIECE_MAX];
	ssize_t got = read(STDIN_FILENO, piece, MIN(sizeof(piece), session->window));

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		session->is_closed[STDIN_FILENO] = true;
		got = 0;
	}
	if (session->terminal.is_raw && has_escape(session, piece, got))
		set_end(session, END_SIGNAL, 128 + SIGKILL);
	session->window -= got;
	channel_put(&session->channel, VM_INPUT, piece, got);
}

static void set_limit(struct session *session, unsigned int seconds)
{
	session->deadline = seconds ? g_get_monotonic_time() + seconds * G_USEC_PER_SEC : 0;
}

/*
 * Before the command runs a signal ends the machine; afterwards it is the command's. A guest that
 * hangs passes nothing on, so that those who want us gone for good get their way after a while.
 */
static void take_signal(struct session *session, int number)
{
	struct vm_window window = terminal_window();

	if (number == SIGWINCH) {
		if (session->terminal.is_raw)
			channel_put(&session->channel, VM_WINDOW, &window, sizeof(window));
		return;
	}
	session->signals_seen[number]++;
	if (!session->is_started || session->signals_seen[number] >= SIGNALS_TO_KILL) {
		set_end(session, END_SIGNAL, 128 + number);
		return;
	}
	channel_put_number(&session->channel, VM_SIGNAL, number);
	if ((number == SIGTERM || number == SIGHUP) && !session->ending_signal) {
		session->ending_signal = number;
		set_limit(session, SIGNALS_GRACE);
	}
}

static void read_signals(struct session *session)
{
	struct signalfd_siginfo info;

	while (read(session->signals, &info, sizeof(info)) == sizeof(info))
		take_signal(session, info.ssi_signo);
}

/* ---- the loop ---- */

enum { SLOT_LINE, SLOT_CONSOLE, SLOT_ERRORS, SLOT_SIGNALS, SLOT_INPUT, SLOT_OUTPUT, SLOT_COUNT };

static bool wants_input(const struct session *session)
{
	return session->is_started && !session->is_closed[STDIN_FILENO] && session->window > 0 &&
	       channel_has_room(&session->channel, VM_PIECE_MAX + 1024);
}

static void prepare_slots(const struct session *session, struct pollfd slots[SLOT_COUNT])
{
	bool is_pending = session->pending_length > 0;

	slots[SLOT_LINE] = (struct pollfd){ .fd = session->channel.fd };
	if (!is_pending)
		slots[SLOT_LINE].events |= POLLIN;
	if (channel_is_waiting(&session->channel))
		slots[SLOT_LINE].events |= POLLOUT;
	if (slots[SLOT_LINE].events == 0)	/* its hang-up has to wait, too */
		slots[SLOT_LINE].fd = -1;
	slots[SLOT_CONSOLE] = (struct pollfd){ .fd = session->console_fd, .events = POLLIN };
	slots[SLOT_ERRORS] = (struct pollfd){ .fd = session->errors_fd, .events = POLLIN };
	slots[SLOT_SIGNALS] = (struct pollfd){ .fd = session->signals, .events = POLLIN };
	slots[SLOT_INPUT] = (struct pollfd){ .fd = wants_input(session) ? STDIN_FILENO : -1,
					     .events = POLLIN };
	slots[SLOT_OUTPUT] = (struct pollfd){ .fd = is_pending ? session->target : -1,
					      .events = POLLOUT };
}

static void read_line(struct session *session)
{
	if (channel_fill(&session->channel))
		take_frames(session);
	else
		set_end(session, END_GONE, VM_STATUS_FAILED);
}

static void serve_slots(struct session *session, const struct pollfd slots[SLOT_COUNT])
{
	if (slots[SLOT_OUTPUT].revents)
		write_pending(session);
	else if (slots[SLOT_LINE].revents & (POLLIN | POLLHUP | POLLERR))
		read_line(session);
	if (slots[SLOT_CONSOLE].revents)
		read_console(session);
	if (slots[SLOT_ERRORS].revents)
		read_log(&session->errors_fd, session->errors, NULL);
	if (slots[SLOT_SIGNALS].revents)
		read_signals(session);
	if (slots[SLOT_INPUT].revents)
		read_input(session);
	channel_flush(&session->channel);
}

/* Milliseconds for poll(), rounded up; -1 without a deadline. */
static int time_left(const struct session *session)
{
	gint64 left = session->deadline - g_get_monotonic_time();

	if (session->deadline == 0)
		return -1;
	return left > 0 ? MIN((left + 999) / 1000, G_MAXINT) : 0;
}

static void step(struct session *session)
{
	struct pollfd slots[SLOT_COUNT];
	int ready;

	prepare_slots(session, slots);
	ready = poll(slots, SLOT_COUNT, time_left(session));
	if (ready > 0)
		serve_slots(session, slots);
	else if (ready == 0 && session->ending_signal)
		set_end(session, END_SIGNAL, 128 + session->ending_signal);
	else if (ready == 0)
		set_end(session, END_TIMEOUT, VM_STATUS_TIMEOUT);
}

/* ---- the boot ---- */

enum session_boot session_boot(struct session *session, unsigned int limit)
{
	set_limit(session, limit);
	while (!session->is_greeted && session->end == END_NONE)
		step(session);
	if (session->is_greeted)
		return SESSION_BOOTED;
	if (session->end == END_SIGNAL)
		return SESSION_INTERRUPTED;
	session->status = VM_STATUS_FAILED;
	return SESSION_NOT_BOOTED;
}

static void note_last_words(struct session *session)
{
	g_autofree char *words = console_last_words(session->console);

	if (words)
		diag_note(session->diag, no_span, "the last words of its kernel:\n%s", words);
	else
		diag_note(session->diag, no_span, "its kernel said nothing");
	if (session->errors->len > 0)
		diag_note(session->diag, no_span, "QEMU said: %s",
			  g_strchomp(session->errors->str));
}

/* Features that distributions leave out of their QEMU, by what it says then. */
static void note_missing_feature(struct session *session)
{
	const char *said = session->errors->str;

	if (strstr(said, "fsdev") || strstr(said, "virtio-9p-pci"))
		diag_note(session->diag, no_span, "this QEMU is built without virtfs (9p), as "
			  "RHEL's is; SPILE_VM_FILES=fuse does without it");
}

void session_report_boot(struct session *session)
{
	const char *what = "ended at boot";

	read_last_words(session);
	if (session->end == END_TIMEOUT)
		what = "did not start in time";
	else if (session->end == END_PANIC)
		what = "panicked at boot";
	diag_error(session->diag, no_span, "E-vm-boot", "the machine %s", what);
	note_last_words(session);
	note_missing_feature(session);
}

/* ---- the command ---- */

static bool send_text(struct session *session, enum vm_frame_type type, const char *text)
{
	size_t length = strlen(text);

	if (length > VM_FRAME_MAX)
		set_end(session, END_TOO_LONG, VM_STATUS_FAILED);
	return channel_put_wait(&session->channel, type, text, length);
}

static bool send_list(struct session *session, enum vm_frame_type type, const char *const *list)
{
	for (; list && *list; list++)
		if (!send_text(session, type, *list))
			return false;
	return true;
}

/* Everything in the order that channel.h asks for. */
static bool send_request(struct session *session, const struct vm_kernel *kernel)
{
	const struct vm_request *request = session->request;
	const char *modules = kernel->is_installed ? NULL : kernel->modules;
	struct vm_start start = {
		.terminal = request->interactive,
		.files = request->rescue ? VM_FILES_NONE : kernel->files,
		.window = terminal_window(),
	};

	return send_list(session, VM_ARGUMENT, request->command) &&
	       send_list(session, VM_ENVIRONMENT, request->environment) &&
	       send_list(session, VM_SHARE, request->writable_directories) &&
	       send_text(session, VM_DIRECTORY, request->directory) &&
	       (!modules || send_text(session, VM_MODULES, modules)) &&
	       channel_put_wait(&session->channel, VM_START, &start, sizeof(start));
}

static void report_end(struct session *session)
{
	struct diag *diag = session->diag;

	switch (session->end) {
	case END_FAILURE:
		diag_error(diag, no_span, "E-vm-guest", "%s", session->failure->str);
		break;
	case END_PANIC:
		diag_error(diag, no_span, "E-vm-panic", "the machine's kernel panicked");
		note_last_words(session);
		break;
	case END_GONE:
		diag_error(diag, no_span, "E-vm-ended", "the machine ended before the command did");
		note_last_words(session);
		break;
	case END_TIMEOUT:
		diag_error(diag, no_span, "E-vm-timeout",
			   "the command was not done after %u seconds",
			   session->request->timeout_seconds);
		note_last_words(session);
		break;
	case END_SIGNAL:
		diag_error(diag, no_span, "E-vm-interrupted", "interrupted; the machine is ended");
		break;
	case END_TOO_LONG:
		diag_error(diag, no_span, "E-vm-command", "the command cannot be sent to "
			   "the machine: an argument or variable is longer than 128 KiB");
		break;
	case END_NONE:
	case END_EXIT:
		break;
	}
}

void session_run(struct session *session, const struct vm_kernel *kernel)
{
	session->is_started = send_request(session, kernel);
	if (!session->is_started)
		set_end(session, END_GONE, VM_STATUS_FAILED);
	set_limit(session, session->request->timeout_seconds);
	if (session->request->interactive)
		terminal_make_raw(&session->terminal);
	while (session->end == END_NONE)
		step(session);
	terminal_restore(&session->terminal);
	if (session->end != END_EXIT)
		read_last_words(session);
	report_end(session);
}
