// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module to be traced, which knows what a tracer has to find: it writes down its own arguments,
 * locals and results, where they are, in a text that its parameter `record` shows. Writing a number
 * N to its parameter `run` has it work N times. subject.bats prints the same by probes.
 */
#include <linux/module.h>

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("functions whose arguments and locals are known");

enum subject_color { SUBJECT_RED = 3, SUBJECT_GREEN, SUBJECT_BLUE = -7 };

struct subject_item {
	int number;
	unsigned int low : 3, middle : 9, high : 20;
	int negative : 5;
	enum subject_color color;
	union {
		u64 whole;
		struct {
			u16 first, second;
			u32 third;
		};
	};
	char name[12];
	s8 small[4];
	u32 grid[2][3];
	struct subject_item *next;
	int (*function)(int);
};

static char subject_record[16384];
static int subject_recorded;
static int subject_total = 5;
static DEFINE_PER_CPU(int, subject_first) = 11;
static DEFINE_PER_CPU(int, subject_counted) = 22;

#define note(...) \
	(subject_recorded += scnprintf(subject_record + subject_recorded, \
				       sizeof(subject_record) - subject_recorded, __VA_ARGS__))

/* Keeps a value where it is until here, known to nobody else. */
#define keep(value) asm volatile("" : "+r"(value) : : "memory")

static noinline int subject_function(int value)
{
	barrier();
	return value + 1;
}

static __always_inline int subject_scaled(const struct subject_item *item, int factor)
{
	int scaled = item->number * factor;

	keep(scaled);				/* line: scaled */
	note("inlined %d %d\n", item->number, factor);
	note("scaled %d\n", scaled);
	return scaled;
}

struct subject_pair {
	long first;
	int second : 20;
	unsigned int third : 12;
};

struct subject_large {
	long words[3];
	struct subject_pair pair;
};

/* A structure in two registers, one on the stack. */
noinline long subject_values(struct subject_pair pair, int between, struct subject_large large)
{
	barrier();
	return pair.first + between + large.words[2];
}

/* More parameters than registers. Whether char has a sign is the kernel's choice: since 6.2 it has none. */
noinline long subject_many(char a, short b, int c, long d, u8 e, u16 f, u32 g, u64 h)
{
	barrier();
	return a + b + c + d + e + f + g + (long)h;
}

noinline int subject_work(struct subject_item *item, int factor)	/* line: work */
{
	struct subject_item local = { .number = factor, .name = "local" };
	int doubled = factor * 2, sum = 0, i;

	keep(doubled);
	for (i = 0; i < 3; i++) {
		sum += subject_scaled(item, factor + i);
		keep(sum);
		keep(i);			/* line: sum */
		note("sum %d %d %d\n", sum, i, doubled);
	}
	local.next = item;
	asm volatile("" : : "r"(&local) : "memory");
	note("local %d %s %d\n", local.number, local.name, local.next->number);
	note("callee %d\n", sum);
	keep(sum);
	sum = subject_function(sum) - 1;
	note("returned %d\n", sum + 1);
done:
	keep(sum);				/* line: local */
	subject_total += sum;
	if (sum == INT_MIN)
		goto done;
	note("label %d\n", sum);
	return sum + doubled;
}

static void subject_once(int turn)
{
	struct subject_item next = { .number = 100 + turn }, item = {
		.number = turn, .low = turn, .middle = 300 + turn, .high = 1000000 - turn, .negative = -turn % 16,
		.color = turn & 1 ? SUBJECT_GREEN : SUBJECT_BLUE, .whole = 0x1122334455667788ULL + turn,
		.name = "subject", .small = { -1, -2, -3 - turn }, .grid = { { 1, 2, 3 }, { 4, 5, 60 + turn } },
		.next = &next, .function = subject_function,
	};
	struct subject_pair pair = { .first = -5000000000L - turn, .second = -1000 - turn, .third = 4000 + turn };
	struct subject_large large = { { 1, 2, 3 + turn }, pair };
	int result;

	note("entry %d %u %u %u %d %d %llx %u %u %s %d %u %d %d\n", item.number, item.low, item.middle, item.high,
	     item.negative, item.color, item.whole, item.second, item.third, item.name, item.small[2], item.grid[1][2],
	     item.next->number, turn + 2);
	note("static %d %d\n", subject_total, subject_total);
	/* What is read on this CPU is probed on this CPU. */
	preempt_disable();
	this_cpu_add(subject_counted, turn + 1);
	note("counted %d %d\n", this_cpu_read(subject_first), this_cpu_read(subject_counted));
	note("function %lx\n", (unsigned long)item.function);
	keep(turn);
	note("returned %d\n", subject_function(turn));
	note("parms item=0x%lx factor=0x%x\n", (unsigned long)&item, turn + 2);
	result = subject_work(&item, turn + 2);
	preempt_enable();
	note("return %d %d %d\n", result, turn + 2, item.number);
	note("values %ld %d %u %d %ld %d\n", pair.first, pair.second, pair.third, turn, large.words[2],
	     large.pair.second);
	note("kept %ld %d %ld\n", pair.first, pair.second, large.words[2]);
	subject_values(pair, turn, large);
	note("many %d %d %d %ld %u %u %u %llx\n", (char)-turn, -300, 70000 + turn, -5000000000L, 200, 60000, 4000000000U,
	     0xfedcba9876543210ULL);
	subject_many(-turn, -300, 70000 + turn, -5000000000L, 200, 60000, 4000000000U, 0xfedcba9876543210ULL);
}

static int subject_run(const char *text, const struct kernel_param *parameter)
{
	int turns, i, error = kstrtoint(text, 0, &turns);

	for (i = 0; !error && i < turns; i++)
		subject_once(i);
	return error;
}

static const struct kernel_param_ops subject_run_operations = { .set = subject_run };
module_param_cb(run, &subject_run_operations, NULL, 0200);
module_param_string(record, subject_record, sizeof(subject_record), 0400);

static int __init subject_init(void)
{
	return 0;
}

static void __exit subject_exit(void)
{
}

module_init(subject_init);
module_exit(subject_exit);
