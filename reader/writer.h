/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A thread that writes, so that a slow terminal or disk does not stop the reading. */
#ifndef SPILE_READER_WRITER_H
#define SPILE_READER_WRITER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "files.h"
#include "text.h"

/* Pending bytes are handed over from this many on. */
#define WRITER_PIECE (64 * 1024)
/* Pieces that may wait: a megabyte. */
#define WRITER_PIECES 16

/* A piece of output, for one destination. */
struct piece {
	struct text text;
	struct files *files;
	bool is_cut;		/* at `cut` the next file begins */
	size_t cut;
};

struct writer {
	/* The session's own; the thread never looks at it. */
	struct piece pending;

	/* Shared, under `mutex`. The pieces from `first` on are waiting, the first is at work. */
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct piece pieces[WRITER_PIECES];
	size_t first, count;
	bool is_ending;		/* nothing will be added any more */
	bool is_abandoned;
	bool is_stuck;		/* abandoned, and the thread did not come back from its write */
	char *failure;		/* why nothing is written any more; NULL while all is well */
	unsigned long long lines, bytes;	/* that were not written */

	pthread_t thread;
	bool has_thread;
	int news;		/* an eventfd, readable when a piece was written */
};

/* Starts the thread; false: said why. Pairs with writer_fini(), also after a failure. */
bool writer_init(struct writer *ret);

/*
 * Where text for `files` is to be appended. Text that is pending for another destination has to
 * go first: NULL while there is no room for that.
 */
struct text *writer_text(struct writer *writer, struct files *files);

/* Pending text from `offset` on goes to the next file. */
void writer_cut(struct writer *writer, size_t offset);

/*
 * Is there room for more? Hands the pending text over if it is large enough for that.
 * Context: after each record, so it has to be cheap.
 */
bool writer_has_room(struct writer *writer);

/* Hands the pending text over if the thread has nothing else to do, or in any case. */
void writer_flush(struct writer *writer);
bool writer_hand_over(struct writer *writer);

/* Readable when the thread is through with a piece, until writer_drain_news(). */
int writer_news(const struct writer *writer);
void writer_drain_news(struct writer *writer);

/* Is nothing left to write? True also when that is due to a failure. */
bool writer_is_idle(struct writer *writer);
bool writer_has_failed(struct writer *writer);
/* Has it fail for a reason that was found out elsewhere, unless it has failed already. */
void writer_fail(struct writer *writer, const struct files *files, const char *reason);

/*
 * Gives up on a destination that takes nothing: what it has not taken by then, and all that
 * follows, is counted as not written. Waits up to a second for a write under way to come back.
 */
void writer_abandon(struct writer *writer);

/*
 * Ends the thread; call it when the writer is idle or abandoned. `failure`, `lines` and `bytes`
 * are final then.
 */
void writer_end(struct writer *writer);
/* Frees everything, ends the thread if that was not done. */
void writer_fini(struct writer *writer);

#endif
