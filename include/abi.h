/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes that cross between a script module and the reader.
 *
 * Included by the kernel side (runtime/, module/) and by reader/; it includes nothing of
 * either. Every number is little-endian as the machine is: both ends run on one host.
 *
 * A loaded module `m` shows three kinds of files under /proc/driver/spile:m/:
 *
 *   control    write: one struct spile_command per write(2), optionally followed by its payload
 *              read:  one struct spile_status, always whole, followed by its counters: those of
 *              the probes, then those of the CPUs
 *              poll:  POLLIN when the state changed since the last read
 *   stream0 .. stream<N-1>  records of CPU 0 .. N-1 (relay buffers; read(2) only, never blocks:
 *              0 bytes means nothing there now)
 *   streamP    records of handlers in process context (begin, end, error, timers)
 *
 * One process at a time holds `control` open: the reader of the session. Its close, for
 * whatever reason, ends the session.
 */
#ifndef SPILE_ABI_H
#define SPILE_ABI_H

#include <linux/types.h>

/* Grows by one whenever anything below changes; in the module's modinfo as `spile_abi`. */
#define SPILE_ABI_VERSION 5

#define SPILE_PROC_PARENT "driver"      /* a folder of the kernel's own, /proc/driver */
#define SPILE_PROC_PREFIX "spile:"      /* and in it ours, followed by the module's name */
#define SPILE_PROC_CONTROL "control"
#define SPILE_PROC_STREAM "stream"      /* followed by the CPU number */
#define SPILE_PROC_STREAM_PROCESS "streamP"

/*
 * ---- Records: what a stream is made of ----
 *
 * A stream is a sequence of records, each a header followed by its payload; `length` counts
 * both and is a multiple of 8. All records written by one run of one handler carry the same
 * `time`, so that merging streams by (time, stream) keeps a handler's output in one piece.
 */
struct spile_record {
	__u32 length;	/* bytes, header included; a multiple of 8 */
	__u16 type;		/* SPILE_RECORD_* */
	__u16 probe;	/* index of the probe that wrote it */
	__u64 time;		/* CLOCK_MONOTONIC nanoseconds at the handler's first output */
};

enum spile_record_type {
	/*
	 * Formatted output. Payload: u32 format number, u32 zero, then the arguments that the
	 * format's directives call for, in order: a number is an s64; a string is a u32 length,
	 * the bytes without a NUL, and zero bytes up to a multiple of 8.
	 */
	SPILE_RECORD_PRINT = 1,
	/* A histogram to draw. Payload: struct spile_histogram and its buckets. */
	SPILE_RECORD_HISTOGRAM = 2,
	/* Text for standard error, prefixed by the reader with "WARNING: ". Payload: a string. */
	SPILE_RECORD_WARNING = 3,
	/* As above with "ERROR: "; spile_status.has_failed tells if it ended the session. */
	SPILE_RECORD_ERROR = 4,
	/* Records were lost before this one. Payload: u64 how many. */
	SPILE_RECORD_GAP = 5,
	/*
	 * The process-context handler that wrote the records before it has ended. Written to
	 * streamP only, where a handler may sleep half-way: until it arrives the reader keeps
	 * to that handler's output. No payload.
	 */
	SPILE_RECORD_HANDLER_END = 6,
};

enum spile_histogram_kind { SPILE_HISTOGRAM_LOG = 1, SPILE_HISTOGRAM_LINEAR = 2 };

/*
 * log:    bucket_count is SPILE_HISTOGRAM_LOG_BUCKETS. Bucket 64 counts the value 0; bucket
 *         64+k the values 2^(k-1) .. 2^k-1; bucket 64-k the negatives of those.
 * linear: bucket 0 counts values below `low`, the last one values above `high`, bucket i
 *         (1 <= i <= bucket_count-2) the values low+(i-1)*step .. low+i*step-1.
 */
#define SPILE_HISTOGRAM_LOG_BUCKETS 129

struct spile_histogram {
	__u32 kind;
	__u32 bucket_count;
	__s64 low, high, step;	/* linear only */
	__u64 count;		/* values in all; 0 means nothing to draw */
	/* __u64 buckets[bucket_count] follow */
};

/* ---- Commands: what the reader writes to `control` ---- */

enum spile_command_type {
	/*
	 * The points that the module's probe specifications stand for on this kernel, resolved
	 * by the reader from /proc/kallsyms. Payload: `count` times struct spile_point. May be
	 * sent several times before START; the points add up.
	 */
	SPILE_COMMAND_POINTS = 1,
	/* Run begin probes, then attach. Payload: none. */
	SPILE_COMMAND_START = 2,
	/* Detach, run error/end probes, finish. Payload: none. Harmless when repeated. */
	SPILE_COMMAND_STOP = 3,
	/* As POINTS, but for the spile_data specifications: variables instead of functions. */
	SPILE_COMMAND_DATA = 4,
};

struct spile_command {
	__u32 type;
	__u32 count;	/* POINTS, DATA: number of points */
	__s64 target;	/* START: value of target(), 0 if there is none */
};

#define SPILE_POINT_NAME 64

struct spile_point {
	__u32 specification;	/* index into the module's specifications */
	__u32 offset;			/* of the point behind the symbol's first byte; 0: the entry */
	__u64 address;		/* of the symbol; 0: resolve `name` yourself */
	char name[SPILE_POINT_NAME];	/* the function's symbol, NUL-terminated, cut if longer */
};

/* ---- Status: what `control` reads as ---- */

enum spile_state {
	SPILE_STATE_LOADED = 1,		/* nothing has run; waiting for START */
	SPILE_STATE_STARTING = 2,	/* begin probes run, probes are being attached */
	SPILE_STATE_RUNNING = 3,
	SPILE_STATE_STOPPING = 4,	/* probes off, end probes running */
	SPILE_STATE_ENDED = 5,		/* nothing will be written to any stream any more */
};

struct spile_status {
	__u32 length;	/* bytes of this struct and all counters behind it */
	__u32 state;	/* SPILE_STATE_* */
	__u32 probe_count;	/* struct spile_probe_counters that follow */
	__u32 points_attached;
	__u32 points_refused;	/* points that the kernel would not let us probe */
	__u32 error_count;	/* run-time errors */
	__u32 has_failed;	/* the session ended by an error: exit status 1 */
	__u32 points_by_ftrace;	/* of those attached; the others are kprobes */
	__u32 cpu_count;	/* struct spile_cpu_counters that follow those of the probes */
	__u32 zero;
	/*
	 * Every record that will still be written carries a time of at least this. Take it
	 * before reading the streams, then print what is older.
	 */
	__u64 horizon;
	/* The same for the streams of CPUs alone: a handler in process context may take its time. */
	__u64 cpu_horizon;
	__u64 memory;	/* bytes the module allocated */
	__u64 records_sent;	/* records that handlers meant to write */
	__u64 records_lost;	/* of those, lost for want of room */
};

/* By what means the kernel calls the handler of a probe. */
enum spile_mechanism {
	SPILE_BY_SESSION = 0,	/* begin, end, error: the session's own thread */
	SPILE_BY_KPROBE = 1,
	SPILE_BY_KRETPROBE = 2,
	SPILE_BY_FTRACE = 3,
	SPILE_BY_TRACEPOINT = 4,
	SPILE_BY_TIMER = 5,		/* the session's thread, woken by a timer */
	SPILE_BY_PROFILE = 6,	/* a timer's interrupt on each CPU */
	SPILE_BY_WATCHPOINT = 8,	/* a debug register of each CPU */
	SPILE_MECHANISMS = 12,	/* with room */
};

/* Per probe, summed over CPUs; in the order of the probe table. */
struct spile_probe_counters {
	__u64 hits;			/* handler runs; all others are counted as skipped */
	__u64 skipped_reentry;	/* another handler was running on this CPU */
	__u64 skipped_lock;		/* a global's lock did not come free in time */
	__u64 skipped_instances;	/* no free kretprobe instance; missed timer ticks */
	__u64 given_up;		/* hits that a read fault, or a suppressed error, cut short */
	__u64 given_up_insertions;	/* into arrays that were full */
	__u64 lost_records;
	__u64 errors;
	/*
	 * Hits are timed if the module was loaded with stats=1 or a budget: the cycles of the CPU
	 * from before the handler to behind it, what interrupted it included.
	 */
	__u64 timed;			/* hits; also of those skipped for a lock */
	__u64 cycles;		/* of all these together */
	__u64 cycles_least, cycles_most;
	__u64 skipped_budget;	/* passed over, not to exceed budget=N */
	__u64 off_ms;		/* milliseconds for which the budget had it off: hits unseen */
	__u32 points[SPILE_MECHANISMS];	/* attached at the start, by each enum spile_mechanism */
};

/* The `cpu` of handlers in process context, whose records go to streamP. */
#define SPILE_CPU_PROCESS 0xffffffff

/* Per stream: each CPU that could ever be online, then process context. Sums are in the status. */
struct spile_cpu_counters {
	__u32 cpu;		/* or SPILE_CPU_PROCESS */
	__u32 zero;
	__u64 records_sent;
	__u64 records_lost;
};

/*
 * ---- What the reader finds in the .ko file itself ----
 *
 * .modinfo (visible with modinfo(8)):
 *   spile_abi=5                       SPILE_ABI_VERSION
 *   spile_version=0.1                 of the translator
 *   spile_kernel=6.1.0-56-amd64       release it was built for
 *   spile_script=NAME                 script's file name, or "-e"
 *   spile_script_sha256=HEX
 *   spile_probe=INDEX TEXT            one per probe, its probe point as written
 *   spile_build_id=MODULE:HEX         that of the code whose addresses it was made for, of a
 *                                     module or (MODULE empty) the kernel; one per such object
 *   spile_kprobe=INDEX FLAGS PATTERN [FUNCTION]
 *                                     one per probe specification to resolve; PATTERN is
 *                                     [MODULE:]NAME[+0xOFFSET], without MODULE a function of the
 *                                     kernel itself, both parts wildcards with w, or the number
 *                                     0xADDRESS; FLAGS any of
 *                                     o (optional: no match is fine), w (PATTERN has
 *                                     wildcards as of fnmatch(3)), s (if it matches, the
 *                                     lines with `a` right behind it count for nothing),
 *                                     a (an alternative to what stands before it), p (placed by
 *                                     debuginfo of that build-id: FUNCTION, which follows PATTERN,
 *                                     is the function of C that it is part of), - (none)
 *   spile_data=INDEX FLAGS NAME       the same for variables, by indices of their own; no w
 *
 * Section SPILE_FORMAT_SECTION: the format strings, each NUL-terminated, in the order of
 * their numbers from 0. Directives are those of include/format.h.
 */
#define SPILE_FORMAT_SECTION ".spile_formats"

#endif
