/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole of a test of DWARF where spile is built without libdw: it is skipped. */
#ifndef SPILE_WITHOUT_DWARF_H
#define SPILE_WITHOUT_DWARF_H

static void reads_dwarf(void **state)
{
	(void)state;
	skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(reads_dwarf) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
