/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of a session up to the load: called by session.c, which then goes on, and by main.c for
 * --check, which ends there. So what --check passes is what a session would have passed. Symbols that
 * the kernel lacks are looked for by --check alone: a session hears of them from the kernel itself.
 */
#include "check.h"

#include <stdio.h>

#include "anchors.h"
#include "build_id.h"
#include "fit.h"
#include "load.h"
#include "message.h"

static bool check_fit(const struct module_file *module, const struct options *options)
{
	struct host host;
	bool fits;

	fit_host(&host);
	fits = fit_check(module, &host, options->is_check);
	if (!fits && !options->is_check)
		return false;
	return fit_check_parameters(module, options->parameters, options->parameter_count) && fits;
}

bool check_module(const struct module_file *module, const struct options *options, struct points *functions,
		  struct points *variables)
{
	return check_fit(module, options) && build_id_check(module) &&
	       points_resolve_all(functions, module, SYMBOL_FUNCTION) &&
	       points_resolve_all(variables, module, SYMBOL_VARIABLE);
}

static bool check_symbols(const struct module_file *module)
{
	struct text list = { 0 };
	size_t count = load_list_missing(module, &list);

	if (count) {
		message_error("%s needs what this kernel does not have: %s", module->path, list.bytes);
		message_note("translate the script again, with the build tree of this very kernel");
	}
	text_fini(&list);
	return count == 0;
}

/* Whether the kernel modules are loaded whose variables the script reads; a session asks at the load. */
static bool check_anchors(const struct module_file *module)
{
	struct text parameters = { 0 };
	bool found = anchors_add_parameter(&parameters, module);

	text_fini(&parameters);
	return found;
}

int check_run(const struct options *options)
{
	struct points functions = { 0 }, variables = { 0 };
	struct module_file module;
	bool fits;

	if (!module_file_open(&module, options->module))
		return 1;
	fits = check_module(&module, options, &functions, &variables);
	fits = check_anchors(&module) && fits;
	fits = check_symbols(&module) && fits;
	if (fits)
		printf("%s fits this kernel\n", module.path);
	points_fini(&functions);
	points_fini(&variables);
	module_file_fini(&module);
	return fits ? 0 : 1;
}
