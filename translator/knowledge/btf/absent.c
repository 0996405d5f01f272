/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands for types.c where spile is built without libbpf: there are no types, and the reason
 * says how to come by them. Of what follows btf_types_open() nothing is ever called.
 */
#include "knowledge/btf/types.h"

#ifndef HAVE_LIBBPF

struct btf_types *btf_types_open(struct arena *arena, const char *path, struct btf_types *base,
				 const char **why_ret)
{
	(void)arena;
	(void)path;
	(void)base;
	*why_ret = "spile was built without libbpf: install libbpf-dev or libbpf-devel and build it again";
	return NULL;
}

const struct c_type *btf_types_find(struct btf_types *types, enum c_kind kind, const char *name)
{
	(void)types;
	(void)kind;
	(void)name;
	return NULL;
}

const struct c_type *btf_types_variable(struct btf_types *types, const char *name)
{
	(void)types;
	(void)name;
	return NULL;
}

bool btf_types_per_cpu(struct btf_types *types, const char *name, uint32_t *offset_ret)
{
	(void)types;
	(void)name;
	(void)offset_ret;
	return false;
}

void btf_types_variable_names(struct btf_types *types, GPtrArray *names)
{
	(void)types;
	(void)names;
}

bool btf_types_enumerator(struct btf_types *types, const char *name, int64_t *value_ret)
{
	(void)types;
	(void)name;
	(void)value_ret;
	return false;
}

void btf_types_enumerator_names(struct btf_types *types, GPtrArray *names)
{
	(void)types;
	(void)names;
}

void btf_types_names(struct btf_types *types, enum c_kind kind, GPtrArray *names)
{
	(void)types;
	(void)kind;
	(void)names;
}

#endif /* !HAVE_LIBBPF */
