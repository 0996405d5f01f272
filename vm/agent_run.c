/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command in the guest: started with three pipes, or on a terminal of its own, and then
 * connected with the host until it ends. Called once, by agent.c.
 *
 * Nothing here blocks: output is read only while the line has room for it, and input that the
 * command does not read yet waits in a buffer as large as what the host may send unasked.
 * Processes that the command leaves behind do not keep the machine up.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

struct command {
	struct channel *channel;
	pid_t pid;
	bool is_ended;
	int status;
	int input, output, errors;	/* our ends; -1 when closed */
	int terminal;			/* the pty's master, also `input` and `output`; or -1 */
	int signals;			/* SIGCHLD */
	bool input_ends;		/* close `input` when what waits is written */
	size_t waiting_start, waiting_end;
	uint32_t taken;			/* input passed on that the host was not told of yet */
	unsigned char waiting[VM_INPUT_WINDOW];
};

/* ---- starting it ---- */

/* The command's end of each stream; -1 in `terminal` when it gets pipes. */
struct child_ends {
	int input, output, errors, terminal;
};

static void set_window(int terminal, const struct vm_window *window)
{
	struct winsize size = { .ws_row = window->rows, .ws_col = window->columns };

	if (size.ws_row && size.ws_col)
		ioctl(terminal, TIOCSWINSZ, &size);
}

static void own_end(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static bool open_pipes(struct command *command, struct child_ends *ends)
{
	int input[2], output[2], errors[2];

	if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0 ||
	    pipe2(errors, O_CLOEXEC) != 0)
		return false;
	command->terminal = -1;
	command->input = input[1];
	command->output = output[0];
	command->errors = errors[0];
	own_end(command->input);
	own_end(command->output);
	own_end(command->errors);
	*ends = (struct child_ends){ input[0], output[1], errors[1], -1 };
	return true;
}

static bool open_terminal(struct command *command, const struct vm_window *window,
			  struct child_ends *ends)
{
	int master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), slave;
	unsigned int number;
	int unlocked = 0;
	char path[64];

	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlocked) != 0 ||
	    ioctl(master, TIOCGPTN, &number) != 0)
		return false;
	snprintf(path, sizeof(path), "/dev/pts/%u", number);
	slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return false;
	set_window(master, window);
	own_end(master);
	command->terminal = command->input = command->output = master;
	command->errors = -1;
	*ends = (struct child_ends){ slave, slave, slave, slave };
	return true;
}

static void __attribute__((noreturn)) child(const struct agent_request *request,
					    const struct child_ends *ends)
{
	sigset_t none;

	setsid();
	if (ends->terminal >= 0)
		ioctl(ends->terminal, TIOCSCTTY, 0);
	dup2(ends->input, STDIN_FILENO);
	dup2(ends->output, STDOUT_FILENO);
	dup2(ends->errors, STDERR_FILENO);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (request->directory && chdir(request->directory) != 0 && chdir("/") != 0)
		_exit(126);
	execvpe(request->arguments[0], request->arguments, request->environment);
	dprintf(STDERR_FILENO, "spile vm: %s: %s\n", request->arguments[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* execvpe() searches our own PATH: take over the one the command will have. */
static void adopt_path(char *const *environment)
{
	int i;

	for (i = 0; environment && environment[i]; i++)
		if (strncmp(environment[i], "PATH=", 5) == 0)
			putenv(environment[i]);
}

static bool start(struct command *command, const struct agent_request *request)
{
	struct child_ends ends = { -1, -1, -1, -1 };

	if (request->start.terminal ? !open_terminal(command, &request->start.window, &ends)
				    : !open_pipes(command, &ends))
		return false;
	adopt_path(request->environment);
	command->pid = fork();
	if (command->pid == 0)
		child(request, &ends);
	close(ends.input);
	if (ends.terminal < 0) {
		close(ends.output);
		close(ends.errors);
	}
	return command->pid > 0;
}

/* ---- while it runs ---- */

static void close_input(struct command *command)
{
	if (command->input < 0)
		return;
	if (command->terminal < 0)
		close(command->input);
	command->input = -1;
}

static size_t waiting_length(const struct command *command)
{
	return command->waiting_end - command->waiting_start;
}

/* Passes on what waits for the command, and counts the room that made. */
static void write_input(struct command *command)
{
	size_t length = waiting_length(command);
	ssize_t written = length;

	if (length > 0 && command->input >= 0)
		written = write(command->input, command->waiting + command->waiting_start, length);
	if (written < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (written < 0) {	/* nobody reads it any more: drop it, and what follows */
		close_input(command);
		written = length;
	}
	command->waiting_start += written;
	command->taken += written;
	if (command->input_ends && waiting_length(command) == 0)
		close_input(command);
}

/* The host never sends more than the window, so this always fits. */
static void take_input(struct command *command, const struct vm_frame *frame)
{
	memmove(command->waiting, command->waiting + command->waiting_start,
		waiting_length(command));
	command->waiting_end -= command->waiting_start;
	command->waiting_start = 0;
	if (frame->length == 0)
		command->input_ends = true;
	if (frame->length > sizeof(command->waiting) - command->waiting_end)
		return;
	memcpy(command->waiting + command->waiting_end, frame->payload, frame->length);
	command->waiting_end += frame->length;
}

static void take_frame(struct command *command, const struct vm_frame *frame)
{
	struct vm_window window;

	switch (frame->type) {
	case VM_INPUT:
		take_input(command, frame);
		write_input(command);
		break;
	case VM_SIGNAL:
		kill(-command->pid, (int)channel_number(frame));
		break;
	case VM_WINDOW:
		if (frame->length != sizeof(window) || command->terminal < 0)
			break;
		memcpy(&window, frame->payload, sizeof(window));
		set_window(command->terminal, &window);
		break;
	}
}

static void take_frames(struct command *command)
{
	struct vm_frame frame;

	while (channel_next(command->channel, &frame))
		take_frame(command, &frame);
}

/* Moves one piece from the command to the line; closes the stream at its end. */
static void read_output(struct command *command, int *fd, enum vm_frame_type type)
{
	unsigned char piece[VM_PIECE_MAX];
	ssize_t got;

	if (!channel_has_room(command->channel, sizeof(piece)))
		return;
	got = read(*fd, piece, sizeof(piece));
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0) {
		channel_put(command->channel, type, piece, got);
		return;
	}
	close(*fd);
	if (*fd == command->terminal)
		command->terminal = command->input = -1;
	*fd = -1;
}

/* Everything orphaned becomes ours: collect it all, note the command's status. */
static void reap(struct command *command)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	(void)!read(command->signals, &info, sizeof(info));
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != command->pid)
			continue;
		command->is_ended = true;
		command->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
						      : WEXITSTATUS(status);
	}
}

enum { SLOT_LINE, SLOT_SIGNALS, SLOT_INPUT, SLOT_OUTPUT, SLOT_ERRORS, SLOT_COUNT };

static void prepare_slots(const struct command *command, struct pollfd slots[SLOT_COUNT])
{
	bool has_room = channel_has_room(command->channel, VM_PIECE_MAX);
	bool has_input = waiting_length(command) > 0;

	slots[SLOT_LINE] = (struct pollfd){ .fd = command->channel->fd, .events = POLLIN };
	if (channel_is_waiting(command->channel))
		slots[SLOT_LINE].events |= POLLOUT;
	slots[SLOT_SIGNALS] = (struct pollfd){ .fd = command->signals, .events = POLLIN };
	slots[SLOT_INPUT] = (struct pollfd){ .fd = has_input ? command->input : -1,
					     .events = POLLOUT };
	slots[SLOT_OUTPUT] = (struct pollfd){ .fd = has_room ? command->output : -1,
					      .events = POLLIN };
	slots[SLOT_ERRORS] = (struct pollfd){ .fd = has_room ? command->errors : -1,
					      .events = POLLIN };
}

static void serve_slots(struct command *command, const struct pollfd slots[SLOT_COUNT])
{
	if ((slots[SLOT_LINE].revents & POLLIN) && channel_fill(command->channel))
		take_frames(command);
	if (slots[SLOT_SIGNALS].revents)
		reap(command);
	if (slots[SLOT_INPUT].revents)
		write_input(command);
	if (slots[SLOT_OUTPUT].revents && command->output >= 0)
		read_output(command, &command->output, VM_OUTPUT);
	if (slots[SLOT_ERRORS].revents && command->errors >= 0)
		read_output(command, &command->errors, VM_ERRORS);
	if (command->taken && channel_put_number(command->channel, VM_INPUT_TAKEN, command->taken))
		command->taken = 0;
	channel_flush(command->channel);
}

/* Runs until the command has ended and a look found no more output of it. */
static void relay(struct command *command)
{
	struct pollfd slots[SLOT_COUNT];
	bool is_idle = false;

	take_frames(command);	/* what came along with the request */
	while (!command->is_ended || !is_idle) {
		bool is_last_look = command->is_ended && !channel_is_waiting(command->channel);
		int ready;

		prepare_slots(command, slots);
		ready = poll(slots, SLOT_COUNT, is_last_look ? 0 : -1);
		if (ready > 0)
			serve_slots(command, slots);
		is_idle = is_last_look && !slots[SLOT_OUTPUT].revents &&
			  !slots[SLOT_ERRORS].revents;
	}
}

int agent_run(struct channel *channel, const struct agent_request *request)
{
	static struct command command;
	sigset_t set;

	command.channel = channel;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	command.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (!start(&command, request)) {
		const char *reason = strerror(errno);

		channel_put_wait(channel, VM_FAILURE, reason, strlen(reason));
		return 125;
	}
	relay(&command);
	return command.status;
}
