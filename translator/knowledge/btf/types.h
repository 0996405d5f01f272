/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types and functions out of BTF, the compact type information that a kernel carries along. One
 * struct btf_types is the kernel's BTF, or a module's on top of it. Only what is asked for is made
 * into the types of types.h.
 */
#ifndef SPILE_KNOWLEDGE_BTF_TYPES_H
#define SPILE_KNOWLEDGE_BTF_TYPES_H

#include "knowledge/types.h"

struct btf_types;

/*
 * The BTF that is all of a file; a module's needs the kernel's as `base`. NULL, with the reason in
 * *why_ret, if it cannot be read or is damaged, or if spile was built without libbpf.
 */
struct btf_types *btf_types_open(struct arena *arena, const char *path, struct btf_types *base,
				 const char **why_ret);

/*
 * A structure, union, enumeration or typedef by its name; for C_FUNCTION the type of the function
 * of that name. NULL if there is none, or if it is damaged. A module's own goes before the kernel's.
 */
const struct c_type *btf_types_find(struct btf_types *types, enum c_kind kind, const char *name);

/* The type of a variable that the kernel keeps per CPU: BTF knows no others. NULL: unknown. */
const struct c_type *btf_types_variable(struct btf_types *types, const char *name);

/*
 * Where such a variable lies behind the start of the per-CPU area. False: unknown, or there are
 * several of that name.
 */
bool btf_types_per_cpu(struct btf_types *types, const char *name, uint32_t *offset_ret);
/* Appends the names (char *) of such variables. */
void btf_types_variable_names(struct btf_types *types, GPtrArray *names);

/* The value of an enumerator of any enumeration. */
bool btf_types_enumerator(struct btf_types *types, const char *name, int64_t *value_ret);

/* Appends the names (char *) of all enumerators, without those of its base. */
void btf_types_enumerator_names(struct btf_types *types, GPtrArray *names);

/* Appends the names (char *) of that kind, in the order of the BTF, without those of its base. */
void btf_types_names(struct btf_types *types, enum c_kind kind, GPtrArray *names);

#endif
