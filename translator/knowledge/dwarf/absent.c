/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands for the readers of DWARF where spile is built without libdw: there is none to be had,
 * and the reason says how to come by it. Of what follows dwarf_source_open() nothing is ever called.
 */
#include "knowledge/code.h"
#include "knowledge/dwarf/types.h"
#include "knowledge/files/debuginfo.h"

#ifndef HAVE_LIBDW

#define WITHOUT_LIBDW "spile was built without libdw: install libdw-dev or elfutils-devel and build it again"

const char *debuginfo_of_kernel(struct arena *arena, const char *root, const struct kernel_tree *tree,
				const char **why_ret)
{
	(void)arena;
	(void)root;
	(void)tree;
	*why_ret = WITHOUT_LIBDW;
	return NULL;
}

struct dwarf_source *dwarf_source_open(struct arena *arena, const char *root, const struct kernel_tree *tree,
				       const char *module, const char **why_ret)
{
	(void)arena;
	(void)root;
	(void)tree;
	(void)module;
	*why_ret = WITHOUT_LIBDW;
	return NULL;
}

const char *dwarf_source_origin(const struct dwarf_source *source)
{
	(void)source;
	return "";
}

const struct c_type *dwarf_types_find(struct dwarf_source *source, enum c_kind kind, const char *name)
{
	(void)source;
	(void)kind;
	(void)name;
	return NULL;
}

const struct c_type *dwarf_types_variable(struct dwarf_source *source, const char *name)
{
	(void)source;
	(void)name;
	return NULL;
}

void dwarf_types_enumerator_names(struct dwarf_source *source, GPtrArray *names)
{
	(void)source;
	(void)names;
}

bool dwarf_types_enumerator(struct dwarf_source *source, const char *name, int64_t *value_ret)
{
	(void)source;
	(void)name;
	(void)value_ret;
	return false;
}

void dwarf_types_names(struct dwarf_source *source, enum c_kind kind, GPtrArray *names)
{
	(void)source;
	(void)kind;
	(void)names;
}

GPtrArray *knowledge_sites(struct knowledge *knowledge, const char *module, const struct code_query *query,
			   const char **why_ret)
{
	const char *why = NULL;

	(void)query;
	knowledge_dwarf(knowledge, module, &why);
	if (why_ret)
		*why_ret = why;
	return NULL;
}

#endif /* !HAVE_LIBDW */
