/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads BTF through libbpf, which knows the layout and checks it; what refers from one type to
 * another is checked here, so that damaged BTF ends a question, never spile. A type is made when
 * it is first asked for and kept by its number.
 *
 * A search by name goes over all types, some 130 000 for a kernel: 1 ms.
 */
#include "knowledge/btf/types.h"

#ifdef HAVE_LIBBPF

#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

/* Kinds that the library's header may be too old to name. */
enum { BTF_INT = 1, BTF_PTR, BTF_ARRAY, BTF_STRUCT, BTF_UNION, BTF_ENUM, BTF_FWD, BTF_TYPEDEF, BTF_VOLATILE,
       BTF_CONST, BTF_RESTRICT, BTF_FUNC, BTF_FUNC_PROTO, BTF_VAR, BTF_DATASEC, BTF_FLOAT, BTF_DECL_TAG,
       BTF_TYPE_TAG, BTF_ENUM64 };

/* As the format has it: an enumerator of 64 bits. */
struct wide_enumerator {
	uint32_t name, low, high;
};

#define PER_CPU_SECTION ".data..percpu"

/* Targets of targets: const pointers to arrays of typedefs and so on. */
#define LONGEST_CHAIN 64

struct btf_types {
	struct arena *arena;
	struct btf *btf;
	struct btf_types *base;
	uint32_t first, count;		/* numbers of its own types: first ... count - 1 */
	bool has_signs;			/* its enumerations say whether they are signed */
	GHashTable *made;		/* number to struct c_type */
	GHashTable *functions;		/* name to number; NULL until all of them were asked for */
};

static void free_table(gpointer table)
{
	g_hash_table_unref(table);
}

/* One that is freed with the arena. */
static GHashTable *new_table(struct arena *arena, GHashFunc hash, GEqualFunc equal)
{
	GHashTable *table = g_hash_table_new(hash, equal);

	arena_defer(arena, free_table, table);
	return table;
}

/* ---- Types by number ---- */

/* The BTF that has the type itself; its numbers go on where the base's end. */
static struct btf_types *owner(struct btf_types *types, uint32_t number)
{
	return types->base && number < types->first ? types->base : types;
}

/* NULL for an empty name, and for one that lies nowhere. */
static const char *name_at(const struct btf_types *types, uint32_t offset)
{
	const char *name = btf__name_by_offset(types->btf, offset);

	return name && *name ? name : NULL;
}

static void complete(struct c_type *type);
static const struct c_type *type_of_number(struct btf_types *types, uint32_t number, unsigned int depth);

static const enum c_kind kinds[] = {
	[BTF_INT] = C_INTEGER, [BTF_PTR] = C_POINTER, [BTF_ARRAY] = C_ARRAY, [BTF_STRUCT] = C_STRUCTURE,
	[BTF_UNION] = C_UNION, [BTF_ENUM] = C_ENUMERATION, [BTF_FWD] = C_FORWARD, [BTF_TYPEDEF] = C_TYPEDEF,
	[BTF_VOLATILE] = C_VOLATILE, [BTF_CONST] = C_CONST, [BTF_RESTRICT] = C_RESTRICT,
	[BTF_FUNC_PROTO] = C_FUNCTION, [BTF_FLOAT] = C_FLOAT, [BTF_ENUM64] = C_ENUMERATION,
};

static void fill_integer(struct c_type *type, const struct btf_type *from)
{
	uint8_t encoding = btf_int_encoding(from);
	const char *name = type->name ? type->name : "";

	type->size = from->size;
	type->is_signed = encoding & BTF_INT_SIGNED;
	type->is_bool = (encoding & BTF_INT_BOOL) || strcmp(name, "_Bool") == 0;
	type->is_char = type->size == 1 && (strcmp(name, "char") == 0 || strcmp(name, "signed char") == 0 ||
					    strcmp(name, "unsigned char") == 0);
}

/* Before enumerations had a flag for it (pahole 1.24), only their values told that they are signed. */
static bool is_signed_enumeration(const struct btf_types *types, const struct btf_type *from)
{
	if (types->has_signs || btf_kind(from) == BTF_ENUM64)
		return btf_kflag(from);
	for (unsigned int i = 0; i < btf_vlen(from); i++)
		if (btf_enum(from)[i].val < 0)
			return true;
	return false;
}

/* Fills what is no reference; false if the type refers to another, by *target_ret. */
static bool fill_plain(const struct btf_types *types, struct c_type *type, const struct btf_type *from,
		       uint32_t *target_ret)
{
	switch (btf_kind(from)) {
	case BTF_INT:
		fill_integer(type, from);
		return true;
	case BTF_FLOAT:
	case BTF_STRUCT:
	case BTF_UNION:
		type->size = from->size;
		return true;
	case BTF_ENUM:
	case BTF_ENUM64:
		type->size = from->size;
		type->is_signed = is_signed_enumeration(types, from);
		return true;
	case BTF_FWD:
		type->is_union = btf_kflag(from);
		return true;
	case BTF_ARRAY:
		type->count = btf_array(from)->nelems;
		*target_ret = btf_array(from)->type;
		return false;
	case BTF_PTR:
		type->size = 8;
		*target_ret = from->type;
		return false;
	default:
		*target_ret = from->type;
		return false;
	}
}

/* NULL if it is no type of C, or damaged. */
static const struct c_type *make_type(struct btf_types *types, uint32_t number, const struct btf_type *from,
				      unsigned int depth)
{
	unsigned int kind = btf_kind(from);
	struct c_type *type;
	uint32_t target;

	if (kind >= G_N_ELEMENTS(kinds) || !kinds[kind])
		return NULL;
	type = arena_new0(types->arena, struct c_type);
	type->kind = kinds[kind];
	type->name = name_at(types, from->name_off);
	type->complete = complete;
	type->source = types;
	type->handle = number;
	if (!fill_plain(types, type, from, &target)) {
		type->target = type_of_number(types, target, depth + 1);
		if (!type->target)
			return NULL;
	}
	g_hash_table_insert(types->made, GUINT_TO_POINTER(number), type);
	return type;
}

static const struct c_type *type_of_number(struct btf_types *types, uint32_t number, unsigned int depth)
{
	static const struct c_type nothing = { .kind = C_VOID };
	const struct btf_type *from;
	const struct c_type *made;

	types = owner(types, number);
	if (number == 0)
		return &nothing;
	made = g_hash_table_lookup(types->made, GUINT_TO_POINTER(number));
	if (made || depth > LONGEST_CHAIN)
		return made;
	from = btf__type_by_id(types->btf, number);
	/* Notes of the compiler to a type: as if they were not there. */
	if (from && btf_kind(from) == BTF_TYPE_TAG)
		return type_of_number(types, from->type, depth + 1);
	return from ? make_type(types, number, from, depth) : NULL;
}

/* ---- Parts ---- */

static void add_member(struct btf_types *types, struct c_type *record, const struct btf_type *from,
		       unsigned int index)
{
	const struct btf_member *member = &btf_members(from)[index];
	const struct c_type *type = type_of_number(types, member->type, 0);
	struct c_member *part;

	if (!type)
		return;
	part = arena_new0(types->arena, struct c_member);
	part->name = name_at(types, member->name_off);
	part->type = type;
	part->bit_offset = btf_member_bit_offset(from, index);
	part->bit_size = btf_member_bitfield_size(from, index);
	g_ptr_array_add(record->parts, part);
}

static void complete_record(struct btf_types *types, struct c_type *record, const struct btf_type *from)
{
	for (unsigned int i = 0; i < btf_vlen(from); i++)
		add_member(types, record, from, i);
}

static void add_enumerator(struct btf_types *types, GPtrArray *parts, uint32_t name, int64_t value)
{
	struct c_enumerator *part = arena_new0(types->arena, struct c_enumerator);

	part->name = name_at(types, name);
	part->value = value;
	if (part->name)
		g_ptr_array_add(parts, part);
}

static int64_t enumerator_value(const struct btf_types *types, const struct btf_type *from, unsigned int index)
{
	const struct wide_enumerator *wide = (const struct wide_enumerator *)(from + 1) + index;
	const struct btf_enum *narrow = btf_enum(from) + index;

	if (btf_kind(from) == BTF_ENUM64)
		return (int64_t)((uint64_t)wide->high << 32 | wide->low);
	return is_signed_enumeration(types, from) ? narrow->val : (int64_t)(uint32_t)narrow->val;
}

static uint32_t enumerator_name(const struct btf_type *from, unsigned int index)
{
	return btf_kind(from) == BTF_ENUM64 ? ((const struct wide_enumerator *)(from + 1))[index].name :
					      btf_enum(from)[index].name_off;
}

static void complete_enumeration(struct btf_types *types, struct c_type *type, const struct btf_type *from)
{
	for (unsigned int i = 0; i < btf_vlen(from); i++)
		add_enumerator(types, type->parts, enumerator_name(from, i), enumerator_value(types, from, i));
}

static void complete_function(struct btf_types *types, struct c_type *type, const struct btf_type *from)
{
	const struct btf_param *parameters = btf_params(from);

	for (unsigned int i = 0; i < btf_vlen(from); i++) {
		struct c_parameter *part = arena_new0(types->arena, struct c_parameter);

		part->name = name_at(types, parameters[i].name_off);
		/* The last one without a name and of no type stands for "...". */
		part->type = parameters[i].type ? type_of_number(types, parameters[i].type, 0) : NULL;
		g_ptr_array_add(type->parts, part);
	}
}

static void complete(struct c_type *type)
{
	struct btf_types *types = type->source;
	const struct btf_type *from = btf__type_by_id(types->btf, type->handle);

	type->parts = arena_array(types->arena);
	switch (type->kind) {
	case C_STRUCTURE:
	case C_UNION:
		complete_record(types, type, from);
		break;
	case C_ENUMERATION:
		complete_enumeration(types, type, from);
		break;
	case C_FUNCTION:
		complete_function(types, type, from);
		break;
	default:
		break;
	}
}

/* ---- Names ---- */

/* The next type behind `number` that is of one of the kinds (bits); 0: none is left. */
static uint32_t next_of(const struct btf_types *types, uint32_t number, uint32_t wanted)
{
	while (++number < types->count)
		if (wanted >> btf_kind(btf__type_by_id(types->btf, number)) & 1)
			return number;
	return 0;
}

#define BIT(kind) (UINT32_C(1) << (kind))

static uint32_t wanted_kinds(enum c_kind kind)
{
	switch (kind) {
	case C_STRUCTURE:
		return BIT(BTF_STRUCT);
	case C_UNION:
		return BIT(BTF_UNION);
	case C_ENUMERATION:
		return BIT(BTF_ENUM) | BIT(BTF_ENUM64);
	case C_TYPEDEF:
		return BIT(BTF_TYPEDEF);
	case C_FUNCTION:
		return BIT(BTF_FUNC);
	case C_INTEGER:
		return BIT(BTF_INT);
	default:
		return 0;
	}
}

static const char *name_of(const struct btf_types *types, uint32_t number)
{
	return name_at(types, btf__type_by_id(types->btf, number)->name_off);
}

/* Its number; 0 if there is none. */
static uint32_t find_own(const struct btf_types *types, uint32_t wanted, const char *name)
{
	for (uint32_t number = next_of(types, types->first - 1, wanted); number;
	     number = next_of(types, number, wanted)) {
		const char *has = name_of(types, number);

		if (has && strcmp(has, name) == 0)
			return number;
	}
	return 0;
}

/* The same of a function: whoever asked for all their names will ask for many of them. */
static uint32_t find_function(const struct btf_types *types, const char *name)
{
	if (types->functions)
		return GPOINTER_TO_UINT(g_hash_table_lookup(types->functions, name));
	return find_own(types, BIT(BTF_FUNC), name);
}

/* What a function or variable is of. */
static const struct c_type *type_behind(struct btf_types *types, uint32_t number, enum c_kind wanted)
{
	const struct c_type *type = type_of_number(types, btf__type_by_id(types->btf, number)->type, 0);

	return type && (wanted == C_VOID || type->kind == wanted) ? type : NULL;
}

const struct c_type *btf_types_find(struct btf_types *types, enum c_kind kind, const char *name)
{
	uint32_t number;

	for (; types; types = types->base) {
		number = kind == C_FUNCTION ? find_function(types, name) : find_own(types, wanted_kinds(kind), name);
		if (number)
			return kind == C_FUNCTION ? type_behind(types, number, C_FUNCTION) :
						    type_of_number(types, number, 0);
	}
	return NULL;
}

const struct c_type *btf_types_variable(struct btf_types *types, const char *name)
{
	for (; types; types = types->base) {
		uint32_t number = find_own(types, BIT(BTF_VAR), name);

		if (number)
			return type_behind(types, number, C_VOID);
	}
	return NULL;
}

/* A section's variables with that name; *offset_ret is the last one's. */
static unsigned int count_in_section(const struct btf_types *types, const struct btf_type *section, const char *name,
				     uint32_t *offset_ret)
{
	const struct btf_var_secinfo *variables = btf_var_secinfos(section);
	unsigned int found = 0;

	for (unsigned int i = 0; i < btf_vlen(section); i++) {
		const struct btf_type *variable = btf__type_by_id(types->btf, variables[i].type);
		const char *has = variable ? name_at(types, variable->name_off) : NULL;

		if (!has || strcmp(has, name) != 0)
			continue;
		*offset_ret = variables[i].offset;
		found++;
	}
	return found;
}

bool btf_types_per_cpu(struct btf_types *types, const char *name, uint32_t *offset_ret)
{
	uint32_t section = find_own(types, BIT(BTF_DATASEC), PER_CPU_SECTION);

	return section && count_in_section(types, btf__type_by_id(types->btf, section), name, offset_ret) == 1;
}

void btf_types_variable_names(struct btf_types *types, GPtrArray *names)
{
	for (uint32_t number = next_of(types, types->first - 1, BIT(BTF_VAR)); number;
	     number = next_of(types, number, BIT(BTF_VAR)))
		if (name_of(types, number))
			g_ptr_array_add(names, (char *)name_of(types, number));
}

bool btf_types_enumerator(struct btf_types *types, const char *name, int64_t *value_ret)
{
	uint32_t wanted = wanted_kinds(C_ENUMERATION);

	for (; types; types = types->base) {
		for (uint32_t number = next_of(types, types->first - 1, wanted); number;
		     number = next_of(types, number, wanted)) {
			const struct btf_type *from = btf__type_by_id(types->btf, number);

			for (unsigned int i = 0; i < btf_vlen(from); i++) {
				const char *has = name_at(types, enumerator_name(from, i));

				if (!has || strcmp(has, name) != 0)
					continue;
				*value_ret = enumerator_value(types, from, i);
				return true;
			}
		}
	}
	return false;
}

void btf_types_enumerator_names(struct btf_types *types, GPtrArray *names)
{
	uint32_t wanted = wanted_kinds(C_ENUMERATION);

	for (uint32_t number = next_of(types, types->first - 1, wanted); number;
	     number = next_of(types, number, wanted)) {
		const struct btf_type *from = btf__type_by_id(types->btf, number);

		for (unsigned int i = 0; i < btf_vlen(from); i++) {
			const char *name = name_at(types, enumerator_name(from, i));

			if (name)
				g_ptr_array_add(names, (char *)name);
		}
	}
}

void btf_types_names(struct btf_types *types, enum c_kind kind, GPtrArray *names)
{
	bool is_first = kind == C_FUNCTION && !types->functions;
	uint32_t wanted = wanted_kinds(kind);

	if (is_first)
		types->functions = new_table(types->arena, g_str_hash, g_str_equal);
	for (uint32_t number = next_of(types, types->first - 1, wanted); number;
	     number = next_of(types, number, wanted)) {
		const char *name = name_of(types, number);

		if (!name)
			continue;
		g_ptr_array_add(names, (char *)name);
		if (is_first && !g_hash_table_contains(types->functions, name))
			g_hash_table_insert(types->functions, (char *)name, GUINT_TO_POINTER(number));
	}
}

/* ---- Opening ---- */

static int print_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level;
	(void)format;
	(void)arguments;
	return 0;
}

static void free_btf(gpointer btf)
{
	btf__free(btf);
}

/* Passes all types once: how many there are, and what way of writing they follow. */
static void survey(struct btf_types *types)
{
	const struct btf_type *type;

	types->has_signs = types->base && types->base->has_signs;
	for (types->count = types->first; (type = btf__type_by_id(types->btf, types->count)); types->count++)
		types->has_signs |= btf_kind(type) == BTF_ENUM64 || (btf_kind(type) == BTF_ENUM && btf_kflag(type));
}

/* The library's two ways of saying no: NULL since its version 1, before that an error as a pointer. */
static bool is_open(const struct btf *btf)
{
	return btf && !libbpf_get_error(btf);
}

struct btf_types *btf_types_open(struct arena *arena, const char *path, struct btf_types *base,
				 const char **why_ret)
{
	struct btf_types *types;
	struct btf *btf;

	libbpf_set_print(print_nothing);
	btf = base ? btf__parse_raw_split(path, base->btf) : btf__parse_raw(path);
	if (!is_open(btf)) {
		*why_ret = arena_printf(arena, "%s cannot be read, is damaged, or newer than the libbpf of spile",
					path);
		return NULL;
	}
	types = arena_new0(arena, struct btf_types);
	types->arena = arena;
	types->btf = btf;
	types->base = base;
	types->first = base ? base->count : 1;
	survey(types);
	types->made = new_table(arena, NULL, NULL);
	arena_defer(arena, free_btf, btf);
	return types;
}

#endif /* HAVE_LIBBPF */
