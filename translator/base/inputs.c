/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One list for the process, as there is one run in it. */
#include "base/inputs.h"

#include "launcher/record.h"

static struct {
	GPtrArray *list;		/* struct input * */
	GHashTable *by_path;		/* the same */
	bool is_unknown;
} inputs;

static void make_list(void)
{
	if (inputs.list)
		return;
	inputs.list = g_ptr_array_new();
	inputs.by_path = g_hash_table_new(g_str_hash, g_str_equal);
}

const char *inputs_add(const char *path)
{
	char status[RECORD_TEXT_MOST];
	struct input *input;
	bool is_fresh;

	make_list();
	input = g_hash_table_lookup(inputs.by_path, path);
	if (input)
		return input->status;
	record_input(path, status, sizeof(status), &is_fresh);
	inputs.is_unknown |= is_fresh;
	input = g_new(struct input, 1);
	*input = (struct input){ .path = g_strdup(path), .status = g_strdup(status) };
	g_ptr_array_add(inputs.list, input);
	g_hash_table_insert(inputs.by_path, input->path, input);
	return input->status;
}

void inputs_add_unknown(void)
{
	inputs.is_unknown = true;
}

bool inputs_are_known(void)
{
	return !inputs.is_unknown;
}

const GPtrArray *inputs_all(void)
{
	make_list();
	return inputs.list;
}
