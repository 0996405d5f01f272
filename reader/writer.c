/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The threads that write. output.c and bulk.c append text and hand it over in pieces; a thread
 * for each output takes piece after piece. So write(2) may take as long as it likes while
 * session.c goes on emptying the kernel's buffers, until all pieces wait to be written: then
 * writer_has_room() says no, reading stops, and the kernel counts what it loses.
 *
 * The thread owns the first piece of the ring while it writes it, without the lock; all others
 * are the session's. A write that fails ends all writing: this and every later piece is counted
 * as not written, exactly, and thrown away.
 */
#include "writer.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "message.h"

/* Interrupts a write(2) of the thread. */
#define INTERRUPT_SIGNAL SIGUSR1
#define INTERRUPT_TRIES 50
#define INTERRUPT_PAUSE_NS (20 * 1000 * 1000)	/* 50 times: a second */

/* ---- The thread ---- */

static unsigned long long count_lines(const char *bytes, size_t length)
{
	const char *end = bytes + length;
	unsigned long long count = 0;

	while (bytes < end && (bytes = memchr(bytes, '\n', (size_t)(end - bytes)))) {
		bytes++;
		count++;
	}
	return count;
}

static bool may_write(struct writer *writer)
{
	bool result;

	pthread_mutex_lock(&writer->mutex);
	result = !writer->failure && !writer->is_abandoned;
	pthread_mutex_unlock(&writer->mutex);
	return result;
}

static void set_failure(struct writer *writer, const char *name, const char *reason)
{
	struct text text = { 0 };

	if (name)
		text_printf(&text, "writing to %s failed: %s", name, reason);
	else
		text_append_string(&text, reason);
	pthread_mutex_lock(&writer->mutex);
	if (writer->failure)
		text_fini(&text);
	else
		writer->failure = text.bytes;
	pthread_mutex_unlock(&writer->mutex);
}

/* Waits until a descriptor that does not block takes bytes again, or the thread is interrupted. */
static void wait_for_room(int fd)
{
	struct pollfd descriptor = { .fd = fd, .events = POLLOUT };

	poll(&descriptor, 1, -1);
}

/* Writes text to its file; returns how many bytes were taken. */
static size_t write_text(struct writer *writer, const struct files *files, const char *bytes,
			 size_t length)
{
	size_t done = 0;

	while (done < length && may_write(writer)) {
		ssize_t written = write(files->fd, bytes + done, length - done);

		if (written >= 0)
			done += (size_t)written;
		else if (errno == EAGAIN)
			wait_for_room(files->fd);
		else if (errno != EINTR)
			set_failure(writer, files->name.bytes, strerror(errno));
	}
	return done;
}

static void next_file(struct writer *writer, struct files *files)
{
	struct text why = { 0 };

	if (!files_next(files, &why))
		set_failure(writer, NULL, why.bytes);
	text_fini(&why);
}

/* Writes a piece, to one file or to the end of one and the beginning of the next. */
static size_t write_piece(struct writer *writer, const struct piece *piece)
{
	const struct text *text = &piece->text;
	size_t first = piece->is_cut ? piece->cut : text->length;
	size_t done = write_text(writer, piece->files, text->bytes, first);

	if (!piece->is_cut || done < first || !may_write(writer))
		return done;
	next_file(writer, piece->files);
	return done + write_text(writer, piece->files, text->bytes + done, text->length - done);
}

/* What is left of a piece is lost. Under the lock. */
static void count_unwritten(struct writer *writer, const struct text *text, size_t done)
{
	writer->lines += count_lines(text->bytes + done, text->length - done);
	writer->bytes += text->length - done;
}

static void tell_news(struct writer *writer)
{
	uint64_t one = 1;
	ssize_t written = write(writer->news, &one, sizeof(one));

	(void)written;	/* it is readable in any case */
}

/* Writes the first piece, with the lock released meanwhile. */
static void take_piece(struct writer *writer)
{
	struct piece *piece = &writer->pieces[writer->first];
	size_t done;

	pthread_mutex_unlock(&writer->mutex);
	done = write_piece(writer, piece);
	pthread_mutex_lock(&writer->mutex);
	if (writer->is_stuck)
		return;		/* it was counted meanwhile */
	count_unwritten(writer, &piece->text, done);
	text_clear(&piece->text);
	writer->first = (writer->first + 1) % WRITER_PIECES;
	writer->count--;
	tell_news(writer);
}

static void *run(void *argument)
{
	struct writer *writer = argument;

	pthread_mutex_lock(&writer->mutex);
	while (!writer->is_stuck && (writer->count || !writer->is_ending)) {
		if (writer->count)
			take_piece(writer);
		else
			pthread_cond_wait(&writer->changed, &writer->mutex);
	}
	pthread_mutex_unlock(&writer->mutex);
	return NULL;
}

/* ---- The session ---- */

static void do_nothing(int signal_number)
{
	(void)signal_number;
}

/* The thread takes no signal but the one that interrupts its writes: the others end sessions. */
static int start_thread(struct writer *writer)
{
	struct sigaction action = { .sa_handler = do_nothing };
	sigset_t blocked, before;
	int error;

	sigaction(INTERRUPT_SIGNAL, &action, NULL);
	sigfillset(&blocked);
	sigdelset(&blocked, INTERRUPT_SIGNAL);
	pthread_sigmask(SIG_SETMASK, &blocked, &before);
	error = pthread_create(&writer->thread, NULL, run, writer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

bool writer_init(struct writer *ret)
{
	int error;

	memset(ret, 0, sizeof(*ret));
	pthread_mutex_init(&ret->mutex, NULL);
	pthread_cond_init(&ret->changed, NULL);
	ret->news = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	error = ret->news < 0 ? errno : start_thread(ret);
	ret->has_thread = error == 0;
	if (error)
		message_error("cannot start a thread: %s", strerror(error));
	return error == 0;
}

/* Gives the pending text to the thread; false if there is no place for it. Under the lock. */
static bool add_piece(struct writer *writer)
{
	struct piece *place = &writer->pieces[(writer->first + writer->count) % WRITER_PIECES];
	struct text empty;

	if (writer->is_stuck) {
		count_unwritten(writer, &writer->pending.text, 0);
		text_clear(&writer->pending.text);
		return true;
	}
	if (writer->count == WRITER_PIECES)
		return false;
	empty = place->text;
	*place = writer->pending;
	writer->pending.text = empty;
	writer->pending.is_cut = false;
	writer->count++;
	pthread_cond_signal(&writer->changed);
	return true;
}

bool writer_hand_over(struct writer *writer)
{
	bool success;

	if (writer->pending.text.length == 0)
		return true;
	pthread_mutex_lock(&writer->mutex);
	success = add_piece(writer);
	pthread_mutex_unlock(&writer->mutex);
	return success;
}

void writer_flush(struct writer *writer)
{
	if (writer->pending.text.length == 0)
		return;
	pthread_mutex_lock(&writer->mutex);
	/* A busy thread takes more at once later on. */
	if (writer->count == 0)
		add_piece(writer);
	pthread_mutex_unlock(&writer->mutex);
}

bool writer_has_room(struct writer *writer)
{
	return writer->pending.text.length < WRITER_PIECE || writer_hand_over(writer);
}

struct text *writer_text(struct writer *writer, struct files *files)
{
	if (writer->pending.files != files) {
		if (!writer_hand_over(writer))
			return NULL;
		writer->pending.files = files;
	}
	return &writer->pending.text;
}

void writer_cut(struct writer *writer, size_t offset)
{
	writer->pending.is_cut = true;
	writer->pending.cut = offset;
}

int writer_news(const struct writer *writer)
{
	return writer->news;
}

void writer_drain_news(struct writer *writer)
{
	uint64_t count;
	ssize_t length = read(writer->news, &count, sizeof(count));

	(void)length;	/* nothing to read is as good */
}

bool writer_is_idle(struct writer *writer)
{
	bool result;

	if (writer->pending.text.length)
		return false;
	pthread_mutex_lock(&writer->mutex);
	result = writer->count == 0;
	pthread_mutex_unlock(&writer->mutex);
	return result;
}

bool writer_has_failed(struct writer *writer)
{
	bool result;

	pthread_mutex_lock(&writer->mutex);
	result = writer->failure != NULL;
	pthread_mutex_unlock(&writer->mutex);
	return result;
}

void writer_fail(struct writer *writer, const struct files *files, const char *reason)
{
	set_failure(writer, files->name.bytes, reason);
}

/* ---- The end ---- */

/* Interrupts the thread's write until it has come to its senses; false if it never does. */
static bool interrupt(struct writer *writer)
{
	const struct timespec pause = { 0, INTERRUPT_PAUSE_NS };

	for (int i = 0; i < INTERRUPT_TRIES; i++) {
		bool is_free;

		pthread_mutex_lock(&writer->mutex);
		is_free = writer->count == 0;
		pthread_mutex_unlock(&writer->mutex);
		if (is_free)
			return true;
		pthread_kill(writer->thread, INTERRUPT_SIGNAL);
		nanosleep(&pause, NULL);
	}
	return false;
}

void writer_abandon(struct writer *writer)
{
	pthread_mutex_lock(&writer->mutex);
	writer->is_abandoned = true;
	pthread_mutex_unlock(&writer->mutex);
	if (interrupt(writer))
		return;
	pthread_mutex_lock(&writer->mutex);
	writer->is_stuck = writer->count > 0;
	for (; writer->count; writer->count--) {
		count_unwritten(writer, &writer->pieces[writer->first].text, 0);
		writer->first = (writer->first + 1) % WRITER_PIECES;
	}
	pthread_mutex_unlock(&writer->mutex);
}

void writer_end(struct writer *writer)
{
	bool is_stuck;

	if (!writer->has_thread)
		return;
	writer_hand_over(writer);
	pthread_mutex_lock(&writer->mutex);
	writer->is_ending = true;
	is_stuck = writer->is_stuck;
	pthread_cond_signal(&writer->changed);
	pthread_mutex_unlock(&writer->mutex);
	if (!is_stuck)
		pthread_join(writer->thread, NULL);
	writer->has_thread = false;
}

void writer_fini(struct writer *writer)
{
	writer_end(writer);
	/* The thread may still look at what it was given. */
	if (writer->is_stuck)
		return;
	for (size_t i = 0; i < WRITER_PIECES; i++)
		text_fini(&writer->pieces[i].text);
	text_fini(&writer->pending.text);
	free(writer->failure);
	if (writer->news >= 0)
		close(writer->news);
	pthread_cond_destroy(&writer->changed);
	pthread_mutex_destroy(&writer->mutex);
}
