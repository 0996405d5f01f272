/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The program that test_location_live.c stops and looks into: functions whose arguments and locals
 * have known values, in the shapes that make compilers describe them in different ways. STOP(n)
 * stops it with n in a register; what is alive there stands in the test's table. It is compiled
 * with several compilers and options, optimised by all of them.
 */
#include <stdarg.h>

#define NOINLINE __attribute__((noinline))
#define STOP(number) asm volatile("int3" : : "a"(number) : "memory")
/* The value is needed in a register, in memory, or anywhere, behind this place. */
#define KEEP(value) asm volatile("" : : "rm"(value) : "memory")
#define KEEP_MEMORY(pointer) asm volatile("" : : "r"(pointer) : "memory")

struct pair {
	long first;
	int second;
};

struct large {
	long words[4];
	short tail;
};

struct flags {
	unsigned int low : 3;
	int middle : 5;
	unsigned int high : 24;
	signed char letter;
};

static int file_number = 77;
long global_number = -78;
static volatile int zero;

NOINLINE int arguments(int a, unsigned char b, short c, long d, char *e, unsigned int f, int g, long h)
{
	STOP(1);
	KEEP(a);
	KEEP(b);
	KEEP(c);
	KEEP(d);
	KEEP(e);
	KEEP(f);
	KEEP(g);
	KEEP(h);
	return a + b;
}

static inline __attribute__((always_inline)) int inlined(int parameter, const struct pair *pair)
{
	int doubled = parameter * 2;

	STOP(2);
	KEEP(doubled);
	return doubled + pair->second;
}

NOINLINE int calls_inlined(int argument)
{
	struct pair local = { 1000, argument + 7 };
	int hidden = argument + 1;
	int result = inlined(argument, &local);

	KEEP(hidden);
	return result + inlined(55, &local);
}

NOINLINE long by_value(struct pair pair, struct large large, struct flags flags)
{
	STOP(3);
	KEEP(pair.first);
	KEEP(pair.second);
	KEEP_MEMORY(&large);
	KEEP(flags.middle + 0);
	return pair.first;
}

NOINLINE long callee(long x)
{
	KEEP(x);
	return x + zero;
}

NOINLINE long across_calls(long kept, long lost)
{
	long sum = callee(kept) + callee(lost), scaled = sum * 4 + 1;

	sum += callee(sum);
	STOP(4);
	KEEP(sum);
	KEEP(kept);
	return scaled;
}

NOINLINE long in_memory(int count)
{
	volatile int numbers[8];
	static long static_number = 4711;
	long result = 0;

	for (int i = 0; i < 8; i++)
		numbers[i] = i * i + count;
	KEEP_MEMORY(numbers);
	STOP(5);
	KEEP_MEMORY(&static_number);
	for (int i = 0; i < 8; i++)
		result += numbers[i];
	return result + file_number + global_number;
}

NOINLINE long dynamic(int count)
{
	char bytes[count];

	for (int i = 0; i < count; i++)
		bytes[i] = (char)(i + 1);
	KEEP_MEMORY(bytes);
	STOP(6);
	KEEP_MEMORY(bytes);
	return bytes[count - 1];
}

NOINLINE long variadic(const char *format, ...)
{
	va_list list;
	long first;

	va_start(list, format);
	first = va_arg(list, long);
	va_end(list);
	first = callee(first) + 1;
	STOP(7);
	KEEP(first);
	KEEP(format);
	return first;
}

NOINLINE int scattered(int seed)
{
	struct pair parts;
	struct flags bits = { .low = 5, .letter = -3 };

	parts.first = callee(seed) * 3;
	parts.second = (int)callee(seed) + 1;
	STOP(8);
	KEEP(parts.first);
	KEEP(parts.second);
	KEEP(bits.letter);
	return parts.second;
}

NOINLINE long loop(const int *values, int count)
{
	long total = 0;

	for (int index = 0; index < count; index++) {
		int element = values[index];

		if (index == 3) {
			STOP(9);
			KEEP(index);
		}
		total += element;
	}
	return total;
}

int main(void)
{
	static const int values[] = { 10, 20, 30, 40, 50 };
	struct large large = { { 11 + zero, 12 + zero, 13 + zero, 14 }, -15 };
	struct flags flags = { 5, -7, 0xabcdef, -9 };
	struct pair pair = { -21 + zero, 22 + zero };

	arguments(-1 + zero, 250, -300, 1L << 40, (char *)0x1234, 4000000000U, -7, -8);
	calls_inlined(10);
	by_value(pair, large, flags);
	across_calls(31, 32);
	in_memory(100);
	dynamic(5 + zero);
	variadic("x", 61L);
	scattered(71);
	loop(values, 5);
	return 0;
}
