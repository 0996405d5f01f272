/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers questions about variables: BTF has those of the kernel that are kept per CPU, DWARF all, by
 * way of the scopes around a place in the code, and of the index for what stands at file scope.
 */
#include "knowledge/variables.h"

#include "knowledge/dwarf/types.h"
#include "knowledge/per_cpu.h"

#ifdef HAVE_LIBDW

#include <string.h>

#include "knowledge/code.h"
#include "knowledge/code/entries.h"
#include "knowledge/dwarf/attributes.h"
#include "knowledge/dwarf/scene.h"
#include "knowledge/dwarf/scope.h"

/* ---- Made of what DWARF says ---- */

/* NULL: the DWARF cannot be read. */
static const struct dwarf_scene *scene_of(struct dwarf_source *source)
{
	struct dwarf_scene *scene;
	const char *why;

	if (source->scene || !dwarf_file_read(source->file, &why))
		return source->scene;
	scene = dwarf_scene_new(source->arena, source->file, source->module);
	scene->find_entry = code_find_entry;
	scene->context = source;
	return source->scene = scene;
}

static const struct code_variable *make(struct dwarf_source *source, struct dwarf_variable *variable,
					const struct location *location)
{
	struct code_variable *made = arena_new0(source->arena, struct code_variable);

	made->name = name_intern(variable->name);
	made->type = dwarf_type_of_object(source, &variable->die);
	made->is_parameter = variable->is_parameter;
	made->location = location;
	return made->type ? made : NULL;
}

/* ---- At file scope ---- */

/* Whether a source file's path is `file`, or ends with it behind a '/'. */
static bool is_file(const char *path, const char *file)
{
	size_t length = strlen(path), wanted = strlen(file);

	if (length < wanted || strcmp(path + length - wanted, file) != 0)
		return false;
	return length == wanted || path[length - wanted - 1] == '/';
}

/* The record with those flags and of that file (NULL: of any) that says most. */
static const struct index_variable *find_record(const struct dwarf_source *source, const char *name, const char *file,
						uint32_t flags)
{
	uint32_t first, all, count = index_find(source->index, INDEX_VARIABLES, name, &first);
	const struct index_variable *variables = index_table(source->index, INDEX_VARIABLES, &all);
	const struct index_variable *found = NULL;

	for (uint32_t i = first; i < first + count; i++) {
		const struct index_variable *variable = &variables[i];

		if ((variable->flags & flags) != flags || (file && !is_file(index_path(source->index, variable->file), file)))
			continue;
		if (!found || variable->flags > found->flags)
			found = variable;
	}
	return found;
}

/*
 * What is defined in C is where its definition says; what C only declares, and assembly or the
 * linker's script define, is where its symbol is.
 */
static const struct location *locate_global(struct dwarf_source *source, struct dwarf_variable *variable, uint32_t flags)
{
	struct dwarf_place place = { .scene = scene_of(source) };
	uint64_t address;

	if (flags & VARIABLE_DEFINED)
		return dwarf_location(&place, &variable->die);
	return dwarf_file_find_symbol(source->file, variable->name, &address) ? dwarf_location_at(&place, address) : NULL;
}

/* One with those flags, of that file or of any. */
static const struct code_variable *find_global(struct dwarf_source *source, const char *name, const char *file,
					       uint32_t flags)
{
	const struct index_variable *record = find_record(source, name, file, flags | VARIABLE_DEFINED);
	struct dwarf_variable variable = { .name = name };
	const struct location *location;

	if (!record)
		record = find_record(source, name, file, flags | VARIABLE_EXTERNAL);
	if (!record || !dwarf_file_die(source->file, record->die, &variable.die))
		return NULL;
	location = locate_global(source, &variable, record->flags);
	return location ? make(source, &variable, location) : NULL;
}

static const struct code_variable *find_in_dwarf(struct knowledge *knowledge, const char *module, const char *name,
						 const char *file, const char **why_ret)
{
	struct dwarf_source *source = knowledge_dwarf(knowledge, module, why_ret);

	if (!source)
		return NULL;
	*why_ret = NULL;
	return find_global(source, name, file, 0);
}

static void names_in_dwarf(struct knowledge *knowledge, const char *module, GPtrArray *names)
{
	const char *why;
	struct dwarf_source *source = knowledge_dwarf(knowledge, module, &why);
	uint32_t count = 0;
	const struct index_variable *variables = source ? index_table(source->index, INDEX_VARIABLES, &count) : NULL;

	for (uint32_t i = 0; i < count; i++)
		g_ptr_array_add(names, (char *)index_string(source->index, variables[i].name));
}

/* ---- At a place in the code ---- */

static struct dwarf_source *open_view(struct knowledge *knowledge, const struct code_site *site, struct dwarf_view *ret)
{
	const char *why;
	struct dwarf_source *source = knowledge_dwarf(knowledge, site->module, &why);
	Dwarf_Die scope;
	bool has_scope;

	if (!source || !scene_of(source))
		return NULL;
	has_scope = site->scope && dwarf_file_die(source->file, site->scope, &scope);
	return dwarf_view_open(scene_of(source), source->file->dwarf, site->address, has_scope ? &scope : NULL, ret) ?
	       source : NULL;
}

/*
 * Optimisation at link time leaves what a variable is with the unit of its text; where it is, another
 * unit says, whose entry refers to that one.
 */
static void go_to_located(struct dwarf_source *source, struct dwarf_variable *variable)
{
	uint32_t first, all, count = index_find(source->index, INDEX_VARIABLES, variable->name, &first);
	const struct index_variable *records = index_table(source->index, INDEX_VARIABLES, &all);

	for (uint32_t i = first; i < first + count; i++) {
		Dwarf_Die located, origin;

		if (!(records[i].flags & VARIABLE_LOCATED) || !dwarf_file_die(source->file, records[i].die, &located))
			continue;
		origin = located;
		dwarf_go_to_origin(&origin);
		if (origin.addr != variable->die.addr)
			continue;
		variable->die = located;
		return;
	}
}

/* A variable of the unit that the code is in, or that the function's text is in. */
static const struct code_variable *find_in_unit(struct dwarf_source *source, const struct dwarf_view *view,
						const char *name)
{
	struct dwarf_place place = { .scene = view->place.scene };
	struct dwarf_variable variable;
	Dwarf_Die unit = view->unit;

	if (!dwarf_unit_find(&unit, name, &variable) &&
	    !(dwarf_view_text_unit(view, &unit) && dwarf_unit_find(&unit, name, &variable)))
		return NULL;
	if (variable.is_declared)
		return find_global(source, name, NULL, VARIABLE_EXTERNAL);
	go_to_located(source, &variable);
	return make(source, &variable, dwarf_location(&place, &variable.die));
}

const struct location *knowledge_called_from(struct knowledge *knowledge, const struct code_site *site, bool at_return)
{
	const char *why;
	struct dwarf_source *source = site->returns_to ? knowledge_dwarf(knowledge, site->module, &why) : NULL;

	return source ? dwarf_location_of_return(scene_of(source), site->returns_to, at_return) : NULL;
}

const struct location *knowledge_address_of(struct knowledge *knowledge, const struct code_site *site)
{
	const char *why;
	struct dwarf_source *source = knowledge_dwarf(knowledge, site->module, &why);
	struct dwarf_place place = { .scene = source ? scene_of(source) : NULL };
	const struct location *location = place.scene ? dwarf_location_at(&place, site->address) : NULL;

	return location && location->kind == LOCATION_MEMORY ? location : NULL;
}

const struct code_variable *knowledge_variable_at(struct knowledge *knowledge, const struct code_site *site,
						  const char *name)
{
	const struct code_variable *found;
	struct dwarf_variable variable;
	struct dwarf_source *source;
	struct dwarf_view view;

	source = open_view(knowledge, site, &view);
	if (!source)
		return NULL;
	if (dwarf_view_find(&view, name, &variable) && !variable.is_declared)
		return make(source, &variable, dwarf_view_location(&view, &variable));
	found = find_in_unit(source, &view, name);
	return found ? found : find_global(source, name, NULL, VARIABLE_EXTERNAL);
}

GPtrArray *knowledge_variables_at(struct knowledge *knowledge, const struct code_site *site)
{
	GPtrArray *found = arena_array(knowledge_arena(knowledge));
	struct dwarf_source *source;
	struct dwarf_view view;
	GArray *variables;

	source = open_view(knowledge, site, &view);
	if (!source)
		return found;
	variables = dwarf_view_variables(&view);
	for (unsigned int i = 0; i < variables->len; i++) {
		struct dwarf_variable *variable = &g_array_index(variables, struct dwarf_variable, i);
		const struct code_variable *made = make(source, variable, dwarf_view_location(&view, variable));

		if (made && !variable->is_declared)
			g_ptr_array_add(found, (struct code_variable *)made);
	}
	g_array_unref(variables);
	return found;
}

#else

const struct location *knowledge_address_of(struct knowledge *knowledge, const struct code_site *site)
{
	(void)knowledge;
	(void)site;
	return NULL;
}

const struct location *knowledge_called_from(struct knowledge *knowledge, const struct code_site *site, bool at_return)
{
	(void)knowledge;
	(void)site;
	(void)at_return;
	return NULL;
}

const struct code_variable *knowledge_variable_at(struct knowledge *knowledge, const struct code_site *site,
						  const char *name)
{
	(void)knowledge;
	(void)site;
	(void)name;
	return NULL;
}

GPtrArray *knowledge_variables_at(struct knowledge *knowledge, const struct code_site *site)
{
	(void)site;
	return arena_array(knowledge_arena(knowledge));
}

static const struct code_variable *find_in_dwarf(struct knowledge *knowledge, const char *module, const char *name,
						 const char *file, const char **why_ret)
{
	(void)name;
	(void)file;
	knowledge_dwarf(knowledge, module, why_ret);
	return NULL;
}

static void names_in_dwarf(struct knowledge *knowledge, const char *module, GPtrArray *names)
{
	(void)knowledge;
	(void)module;
	(void)names;
}

#endif /* HAVE_LIBDW */

/* ---- At file scope, whoever knows ---- */

const struct code_variable *knowledge_global(struct knowledge *knowledge, const char *module, const char *name,
					     const char *file, const char **why_ret)
{
	const struct code_variable *variable = module || file ? NULL : per_cpu_variable(knowledge, name);

	return variable ? variable : find_in_dwarf(knowledge, module, name, file, why_ret);
}

GPtrArray *knowledge_global_names(struct knowledge *knowledge, const char *module)
{
	GPtrArray *names = arena_array(knowledge_arena(knowledge));

	if (!module)
		per_cpu_names(knowledge, names);
	names_in_dwarf(knowledge, module, names);
	return names;
}
