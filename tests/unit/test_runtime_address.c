/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table from code addresses to probe points (runtime/address.h): what went in is found, what
 * did not is not, also where addresses compete for a slot and where the table ends.
 */
#include "runtime_fixture.h"
#include "runtime/address.h"

#define FUNCTIONS 40000
#define TEXT 0xffffffff81000000UL

static int there[FUNCTIONS];

static void put(struct rt_address_table *table, unsigned long address, void *value)
{
	struct rt_address_slot *slot = rt_address_slot(table, address);

	slot->address = address;
	slot->value = value;
}

/* As functions lie in the kernel: aligned to 16, some of them next to each other. */
static unsigned long function_address(int i)
{
	return TEXT + 16UL * i + 64UL * (i / 3);
}

static void all_functions_of_a_kernel_are_found(void **state)
{
	struct rt_address_table table;
	int i;

	assert_true(rt_address_table_init(&table, FUNCTIONS));
	for (i = 0; i < FUNCTIONS; i++)
		put(&table, function_address(i), &there[i]);
	for (i = 0; i < FUNCTIONS; i++) {
		assert_ptr_equal(rt_address_find(&table, function_address(i)), &there[i]);
		assert_null(rt_address_find(&table, function_address(i) + 4));
	}
	assert_null(rt_address_find(&table, TEXT - 16));
	rt_address_table_fini(&table);
	(void)state;
}

/* How many slots are looked at to find one: less than two on average, and never many. */
static void functions_hardly_ever_compete(void **state)
{
	struct rt_address_table table;
	unsigned long most = 0;
	u64 sum = 0;
	u32 i;

	assert_true(rt_address_table_init(&table, FUNCTIONS));
	for (i = 0; i < FUNCTIONS; i++)
		put(&table, function_address(i), &there[i]);
	for (i = 0; i < FUNCTIONS; i++) {
		unsigned long address = function_address(i);
		unsigned long at = rt_address_slot(&table, address) - table.slots;
		unsigned long steps = ((at - rt_address_hash(&table, address)) & table.mask) + 1;

		most = max(most, steps);
		sum += steps;
	}
	assert_in_range(100 * sum / FUNCTIONS, 100, 200);
	assert_in_range(most, 1, 40);
	rt_address_table_fini(&table);
	(void)state;
}

/* The first `count` addresses whose hash is the table's last slot. */
static void addresses_of_last_slot(const struct rt_address_table *table, unsigned long *ret,
				   int count)
{
	unsigned long address = TEXT;
	int found = 0;

	for (; found < count; address += 16)
		if (rt_address_hash(table, address) == table->mask)
			ret[found++] = address;
}

static void the_search_goes_round(void **state)
{
	struct rt_address_table table;
	unsigned long addresses[4];
	int i;

	assert_true(rt_address_table_init(&table, 4));
	assert_int_equal(table.mask, 7);
	addresses_of_last_slot(&table, addresses, 4);
	for (i = 0; i < 3; i++)
		put(&table, addresses[i], &there[i]);
	assert_ptr_equal(rt_address_slot(&table, addresses[0]), &table.slots[7]);
	assert_ptr_equal(rt_address_slot(&table, addresses[1]), &table.slots[0]);
	assert_ptr_equal(rt_address_slot(&table, addresses[2]), &table.slots[1]);
	assert_null(rt_address_find(&table, addresses[3]));
	rt_address_table_fini(&table);
	(void)state;
}

/* An address can be given up: what lies behind it is still found. */
static void a_slot_without_value_is_passed(void **state)
{
	struct rt_address_table table;
	unsigned long addresses[2];

	assert_true(rt_address_table_init(&table, 2));
	addresses_of_last_slot(&table, addresses, 2);
	put(&table, addresses[0], &there[0]);
	put(&table, addresses[1], &there[1]);
	rt_address_slot(&table, addresses[0])->value = NULL;
	assert_null(rt_address_find(&table, addresses[0]));
	assert_ptr_equal(rt_address_find(&table, addresses[1]), &there[1]);
	rt_address_table_fini(&table);
	(void)state;
}

static void the_smallest_table_and_none(void **state)
{
	struct rt_address_table table;

	assert_true(rt_address_table_init(&table, 1));
	assert_int_equal(table.mask, 1);
	put(&table, TEXT, &there[0]);
	assert_ptr_equal(rt_address_find(&table, TEXT), &there[0]);
	assert_null(rt_address_find(&table, TEXT + 16));
	assert_null(rt_address_find(&table, TEXT + 32));
	rt_address_table_fini(&table);
	shim_allocations_left = 0;
	assert_false(rt_address_table_init(&table, 1));
	rt_address_table_fini(&table);
	(void)state;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_set_up, fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_functions_of_a_kernel_are_found),
		TEST(functions_hardly_ever_compete),
		TEST(the_search_goes_round),
		TEST(a_slot_without_value_is_passed),
		TEST(the_smallest_table_and_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
