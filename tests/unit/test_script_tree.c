/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * translator/script: the tree after parsing. It prints as text that gives the same tree, it is
 * walked and copied, and the library's files are read into trees; at the end texts are damaged at
 * random, and whatever comes of that must do no harm.
 *
 * SPILE_FUZZ_SECONDS=300 makes that last test go on for as long, with other mutations each time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include <glib/gstdio.h>

#include "script/tapset.h"
#include "script/walk.h"

#include "script_support.h"

/* ---- There and back ---- */

/* Scripts to begin with, for the mutations as well. */
static const char *const corpus[] = {
	"",
	"global a",
	"global a = -9223372036854775808, b = \"\\001\\\"\\\\ \\n\303\244\", c[7], d%, e%[9]",
	"private global a private function f() { }",
	"%{ #include <linux/sched.h> %}\n%{ /* second */ %}",
	"function f:long (a:long, b:string, c) { return a }",
	"function f:string () %{ snprintf(x, 1, \"%%\"); %}",
	"function f(n) { if (n < 2) return 1; return n * f(n - 1) }",
	"probe begin { }",
	"probe begin(-5), end, error, never { ; }",
	"probe timer.ms(100), timer.profile, timer.s(5) { exit() }",
	"probe kernel.function(\"vfs_*@fs/read_write.c\").call!, kernel.function(\"x\").return? { }",
	"probe syscall.*, a*b**.c, process(\"/bin/sh\").begin, module(\"m*\").function(\"*\").inline { }",
	"probe kernel.trace(\"sched_switch\") if (on && !off) { n++ }",
	"probe p { a = b = c += d -= e *= f /= g %= h }",
	"probe p { a <<= 1 a >>= 2 a &= 3 a |= 4 a ^= 5 s .= \"x\" s <<< 6 }",
	"probe p { x = a || b && c | d ^ e & f == g << h . i + j * k }",
	"probe p { x = ((((a * b) + c) . d) << e) == f }",
	"probe p { x = a - (b - (c - d)); y = a / (b * c) % d }",
	"probe p { x = - - a + + b - -c; y = - -1; z = -(-(3)) }",
	"probe p { x = !~a; y = !!a; z = ~-+a }",
	"probe p { x = a ? b : c ? d : e; y = (a ? b : c) ? (d = 1) : e in g }",
	"probe p { x = 18446744073709551615 + 0x8000000000000000 + 007 + 9223372036854775807 }",
	"probe p { x = \"a\\tb\" . \"\\x7f\\177\\1\" \"2\" . \"a\\.b\" . \"%d\\n\" }",
	"probe p { if (k in a && [j, k + 1] in b || !([1, \"x\"] in c)) n++ }",
	"probe p { x = (a in b) + 1; y = (a == b) in c; z = (a in b) in c }",
	"probe p { x++ ++y z-- --w; a[x++]--; n = -x++ + ++y }",
	"probe p { x ++ y; a\n(b)\n-c }",
	"probe p { $x = 1; &$x->y[3][i + 1]->next; a & &$b; $$vars; $$parms$; $x$$ }",
	"probe p { f(); f(1, \"2\", g(h(3))); a[1, f(2), b[3]] = a[4, 5, 6] }",
	"probe p { print(a) println() printf(\"%d %s\\n\", a, b) printd(\"|\", 1, 2) printdln(\"\", 3, 4) }",
	"probe p { x = sprint(a, b) . sprintln(c) . sprintf(\"%5d\", d) }",
	"probe p { x = sprintd(\",\", e, 1) . sprintdln(\"\", a, b); print(sprintd(\"\", f, g)) }",
	"probe p { print(@hist_log(s)); print(@hist_linear(s[1, 2], -100, 100, 10)) }",
	"probe p { x = @count(s) + @sum(s[1]) * @min(s) - @max(s) / @avg(s[a, b]) }",
	"probe p { if (a) b; else if (c) d; else { e } if (f) ; }",
	"probe p { if (a) if (b) c; else d; if (a) { if (b) c } else d }",
	"probe p { if (a) while (b) if (c) d; else e; if (a) for (;;) foreach (k in b) { c } else d }",
	"probe p { while (a) { b; if (c) continue; break } while (1) ; }",
	"probe p { for (i = 0; i < 10; i++) a; for (;;) { } for (; b; ) c; for (d;;e) f }",
	"probe p { foreach (k in a) b; foreach ([j] in a) b; foreach ([j, k-] in a limit 5) { b } }",
	"probe p { foreach (v = k+ in a) b; foreach (v = [j, k] in a- limit n + 1) b }",
	"probe p { foreach (k in a @avg + limit 9) b; foreach (v = [j, k] in a @max -) b }",
	"probe p { delete a; delete a[1]; delete a[b, \"c\"] }",
	"probe p { try { a } catch { b } try { try { } catch (e) { } } catch (e) { print(e) } }",
	"probe p { x = @cast(a, \"t\", \"m\")->b[c->d]; y = @var(\"v@f\", \"m\")->z$ . $x->y$$ . $$vars$ }",
	"probe p { x->y = &x->z[1]; (x)[1]->y++; f(a)->b->c = x[1][2]; ($x)->y; &@var(\"v\") }",
	"probe p { if (@defined($x->y) && @entry($z)) x = @enum(\"e\", \"m\") . @enumname(a, \"t\") }",
	"probe p { x = @kderef(4, a + 1) + @uderef(8, $b) - @kregister(0) * @uregister(1) }",
	"probe p { @perf(\"c\") @const(\"C\") @probewrite(x) @variance(s[1], 3) @hist_log(s)[i] }",
	"probe p { %{ C %} x = %{ 1 %} + 2; %{ D %}; (%{ E %}) } private probe a.b += c.{d, e}? { x }",
	"probe a = b?, c! if (d) { x }, { y } probe {a.b, c}.{d(\"x\"), e*}.f(-1)! if (g) { z }",
	"probe p { foreach (v- = [j, k] in a[*, 1] limit 3) { b } foreach (k in @hist_log(s)-) b }",
	"probe p { delete a[*, k]; x = [*, 1] in a && b =~ \"r\" || c !~ \"s\" \"t\" }",
	"function f(a:long, b):2 { next } private function g:string():1 %{ /* pure */ %}",
	"probe p { return } function f() { return; return 1 return (2) }",
	"probe p { next; next break continue { { } ; ; } }",
	"probe p { limit_ = strings + longs; prints = 1 }",
	"# c\nprobe /* x */ p // y\n{ a /**/ = 1 }",
	"probe p { x = a =~ \"^[a-z]\\.c$\" && b !~ \"\\\\d\" }",
	"global a probe p { a++ } function f(x) { return x } probe q { print(f(a)) } global b",
};

static void test_round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(corpus); i++) {
		if (!check_round_trip(corpus[i]))
			fail_msg("no good script: %s", corpus[i]);
	}
}

static void test_printed_form(void **state)
{
	static const char text[] =
		"global a[9], b=-1 probe x.y(\"q\")?,z if(c){if(d)e;else if(f){g=-h+1}else i "
		"foreach([j,k-]in a limit 3)l++ try{}catch(m){delete a} return}";
	static const char expected[] =
		"global a[9]\n"
		"global b = -1\n"
		"probe x.y(\"q\")?, z if (c)\n"
		"{\n"
		"\tif (d)\n"
		"\t\te;\n"
		"\telse if (f) {\n"
		"\t\tg = (-h) + 1;\n"
		"\t}\n"
		"\telse\n"
		"\t\ti;\n"
		"\tforeach ([j, k-] in a limit 3)\n"
		"\t\tl++;\n"
		"\ttry {\n"
		"\t} catch (m) {\n"
		"\t\tdelete a;\n"
		"\t}\n"
		"\treturn;\n"
		"}\n";
	struct session session;
	GString *out = g_string_new(NULL);

	(void)state;
	session_parse(&session, text, NULL);
	assert_string_equal(session.messages, "");
	script_print(session.script, out);
	assert_string_equal(out->str, expected);
	g_string_free(out, TRUE);
	session_end(&session);
}

static void test_type_names(void **state)
{
	(void)state;
	assert_string_equal(type_name(TYPE_LONG), "long");
	assert_string_equal(type_name(TYPE_STRING), "string");
	assert_string_equal(type_name(TYPE_STATS), "stats");
	assert_string_equal(type_name(TYPE_VOID), "void");
	assert_string_equal(type_name(TYPE_UNKNOWN), "unknown");
}

/* ---- Walks and copies ---- */

static const char every_node[] =
	"probe p {\n"
	"\tx[a, f(b)] += -c->d[e] . sprintf(\"%d\", g ? h : i);\n"
	"\tif ([j, *] in k && l in m) n++; else { next }\n"
	"\twhile (@defined($o->q[r])) break;\n"
	"\tfor (s = 1; s < 2; s <<< 3) continue;\n"
	"\tforeach (t = [u, v-] in w[*, y] limit z) delete x[*];\n"
	"\tforeach (u in @hist_log(x)) x = @hist_linear(x, 1, 2, 3)[u];\n"
	"\ttry { %{ C %} } catch (m) { x = %{ D %} =~ \"r\" }\n"
	"\tx = @cast(a, \"t\")->b + @variance(x, 1) + @var(\"v\");\n"
	"}\n";

static void dump_alone(const struct stmt *stmt, GString *out)
{
	g_string_truncate(out, 0);
	dump_stmt(stmt, out);
}

static void wreck_expr(struct expr *expr, void *data)
{
	(void)data;
	if (expr->kind == EXPR_INDEX)
		g_ptr_array_set_size(expr->index.keys, 0);
	else if (expr->kind == EXPR_TARGET)
		expr->target.path->len = 0;
	else if (expr->kind == EXPR_VARIABLE)
		expr->variable.name = "wrecked";
}

static void wreck_stmt(struct stmt *stmt, void *data)
{
	(void)data;
	if (stmt->kind == STMT_FOREACH) {
		((struct foreach_key *)g_ptr_array_index(stmt->foreach.keys, 0))->name = "wrecked";
		if (stmt->foreach.value)
			stmt->foreach.value->name = "wrecked";
		if (stmt->foreach.slice)
			g_ptr_array_set_size(stmt->foreach.slice, 0);
	}
}

/* A copy is equal, and what is done to it does not show in the original. */
static void test_clone(void **state)
{
	struct session session;
	const struct probe_declaration *probe;
	struct stmt *copy;
	GString *original = g_string_new(NULL), *copied = g_string_new(NULL);

	(void)state;
	session_parse(&session, every_node, NULL);
	assert_string_equal(session.messages, "");
	probe = g_ptr_array_index(session.script->probes, 0);
	dump_alone(probe->body, original);
	copy = stmt_clone(session.arena, probe->body);
	dump_alone(copy, copied);
	assert_string_equal(copied->str, original->str);
	stmt_walk(copy, wreck_stmt, wreck_expr, NULL);
	dump_alone(copy, copied);
	assert_string_not_equal(copied->str, original->str);
	dump_alone(probe->body, copied);
	assert_string_equal(copied->str, original->str);
	g_string_free(original, TRUE);
	g_string_free(copied, TRUE);
	session_end(&session);
}

static void test_clone_of_expression(void **state)
{
	struct session session;
	const struct probe_declaration *probe;
	const struct stmt *stmt;
	struct expr *copy;

	(void)state;
	session_parse(&session, "probe p { x[y] = $z->w }", NULL);
	probe = g_ptr_array_index(session.script->probes, 0);
	stmt = g_ptr_array_index(probe->body->block, 0);
	copy = expr_clone(session.arena, stmt->expr);
	assert_ptr_not_equal(copy, stmt->expr);
	assert_ptr_not_equal(copy->assign.target, stmt->expr->assign.target);
	assert_ptr_not_equal(copy->assign.target->index.keys, stmt->expr->assign.target->index.keys);
	assert_ptr_not_equal(copy->assign.value->target.path, stmt->expr->assign.value->target.path);
	session_end(&session);
}

/* Adds what the span says of its use, once for each span. */
static void note_span(struct span span, GString *out)
{
	if (span.source)
		g_string_append_printf(out, "%s ", span.expansion ? span.expansion->what : "-");
}

static void note_expr(struct expr *expr, void *out)
{
	note_span(expr->span, out);
	if (expr->kind == EXPR_INDEX)
		note_span(expr->index.name_span, out);
	if (expr->kind == EXPR_BINARY)
		note_span(expr->binary.operator_span, out);
	if (expr->kind == EXPR_ASSIGN)
		note_span(expr->assign.operator_span, out);
	if (expr->kind == EXPR_IN)
		note_span(expr->in.name_span, out);
	if (expr->kind == EXPR_CALL)
		note_span(expr->call.name_span, out);
	if (expr->kind == EXPR_PRINT)
		note_span(expr->print.format_span, out);
	for (guint i = 0; expr->kind == EXPR_TARGET && i < expr->target.path->len; i++)
		note_span(((struct path_step *)g_ptr_array_index(expr->target.path, i))->span, out);
}

static void note_stmt(struct stmt *stmt, void *out)
{
	note_span(stmt->span, out);
	if (stmt->kind == STMT_TRY)
		note_span(stmt->try_catch.name_span, out);
	if (stmt->kind != STMT_FOREACH)
		return;
	note_span(stmt->foreach.name_span, out);
	if (stmt->foreach.value)
		note_span(stmt->foreach.value->span, out);
	for (guint i = 0; i < stmt->foreach.keys->len; i++)
		note_span(((struct foreach_key *)g_ptr_array_index(stmt->foreach.keys, i))->span,
			  out);
}

static void test_expansion(void **state)
{
	static const struct expansion first = { .what = "first" }, second = { .what = "second" };
	struct session session;
	const struct probe_declaration *probe;
	struct stmt *copy;
	GString *uses = g_string_new(NULL);

	(void)state;
	session_parse(&session, every_node, NULL);
	probe = g_ptr_array_index(session.script->probes, 0);
	copy = stmt_clone(session.arena, probe->body);
	copy->span.expansion = &first;
	stmt_set_expansion(copy, &second);
	stmt_walk(copy, note_stmt, note_expr, uses);
	assert_true(g_str_has_prefix(uses->str, "first second "));
	assert_null(strstr(uses->str, "- "));
	assert_null(strstr(uses->str + 1, "first"));
	g_string_truncate(uses, 0);
	stmt_walk(probe->body, note_stmt, note_expr, uses);
	assert_null(strstr(uses->str, "second"));
	g_string_free(uses, TRUE);
	session_end(&session);
}

/* ---- Tapsets ---- */

static void write_file(const char *folder, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void remove_file(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);

	assert_int_equal(g_remove(path), 0);
}

static void test_tapset_library(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("spile-tapset-XXXXXX", NULL);
	g_autofree char *below = g_build_filename(folder, "below", NULL);
	const char *const directories[] = { folder, NULL };
	static const char *const functions[] = { "first", "second", "third" };
	struct parse_context context = { .arena = NULL };
	struct session session;
	GPtrArray *library;

	(void)state;
	assert_int_equal(g_mkdir(below, 0700), 0);
	write_file(folder, "z.stp", "function third() { }");
	write_file(folder, "a.stp", "function first() %{ %}");
	write_file(below, "b.stp", "function second() { return $1 }");
	write_file(folder, "c.txt", "no script");
	session_start(&session, "");
	context.arena = session.arena;
	context.diag = &session.diag;
	library = tapset_library_load(&context, directories);
	assert_int_equal(library->len, 3);
	for (guint i = 0; i < library->len; i++) {
		const struct script *script = g_ptr_array_index(library, i);
		const struct function *function = g_ptr_array_index(script->functions, 0);

		assert_true(script->source->is_tapset);
		assert_string_equal(function->name, functions[i]);
	}
	assert_int_equal(session.diag.error_count, 1);
	fflush(session.diag.out);
	assert_non_null(strstr(session.messages, "b.stp:1:28: error: a file of the library has no "
						 "script arguments [E-script-argument]"));
	session_end(&session);
	remove_file(folder, "z.stp");
	remove_file(folder, "a.stp");
	remove_file(folder, "c.txt");
	remove_file(below, "b.stp");
	assert_int_equal(g_rmdir(below), 0);
	assert_int_equal(g_rmdir(folder), 0);
}

static void test_tapset_folder_is_missing(void **state)
{
	static const char *const directories[] = { "/no/such/folder", NULL };
	struct parse_context context = { .arena = NULL };
	struct session session;

	(void)state;
	session_start(&session, "");
	context.arena = session.arena;
	context.diag = &session.diag;
	assert_int_equal(tapset_library_load(&context, directories)->len, 0);
	fflush(session.diag.out);
	assert_non_null(strstr(session.messages, "spile: error: cannot read the tapset folder"));
	assert_non_null(strstr(session.messages, "[E-tapset]"));
	session_end(&session);
}

/* ---- Mutations ---- */

/* Words that are likely to bring the parser from one rule into another. */
static const char *const words[] = {
	"(", ")", "[", "]", "{", "}", "\"", "\\", "%{", "%}", "%(", "%)", "/*", "*/", "#", "\n", ";",
	",", ".", "?", ":", "=", "++", "--", "->", "&", "in", "if (", "else", "foreach (", "try {",
	"catch", "probe ", "global ", "function ", "private ", "return", "delete ", "limit ", "@count(",
	"@hist_linear(", "@define x ", "$", "$1", "@1", "$x", "!~", "=~", "<<<", "-", "0x", "9", "\377",
	"next", "print(", "printf(\"", " ", "@cast(", ", \"t\")", "@var(\"", "@kderef(4, ", "@defined(",
	"@variance(", "@hist_log(x)", "[*]", "+= ", "!", "{a, b}", "string", ":long", ":2", "$$", "&",
};

static void mutate(GRand *random, GString *text)
{
	gint32 at = g_rand_int_range(random, 0, (gint32)text->len + 1);
	gint32 rest = (gint32)text->len - at, length = g_rand_int_range(random, 0, 12);
	const char *word;

	length = MIN(length, rest);
	switch (g_rand_int_range(random, 0, 5)) {
	case 0:
		g_string_erase(text, at, length);
		break;
	case 1:
		g_string_erase(text, at, length);
		/* fall through */
	case 2:
		word = words[g_rand_int_range(random, 0, G_N_ELEMENTS(words))];
		g_string_insert(text, at, word);
		break;
	case 3:
		word = corpus[g_rand_int_range(random, 0, G_N_ELEMENTS(corpus))];
		g_string_insert(text, at, word);
		break;
	case 4:
		if (length > 0) {
			g_autofree char *part = g_strndup(text->str + at, length);

			g_string_insert(text, g_rand_int_range(random, 0, (gint32)text->len + 1),
					part);
		}
		break;
	}
}

/* Whatever the text: no crash, no hang, no leak; and what is accepted prints and parses again. */
static void test_mutations(void **state)
{
	const char *seconds = g_getenv("SPILE_FUZZ_SECONDS");
	gint64 end = g_get_monotonic_time() + (seconds ? atoi(seconds) * G_USEC_PER_SEC : 0);
	GRand *random = seconds ? g_rand_new() : g_rand_new_with_seed(1);
	unsigned long rounds = 0, good = 0;

	(void)state;
	do {
		GString *text = g_string_new(
			corpus[g_rand_int_range(random, 0, G_N_ELEMENTS(corpus))]);
		gint32 count = g_rand_int_range(random, 1, 8);

		for (gint32 i = 0; i < count; i++)
			mutate(random, text);
		good += check_round_trip(text->str);
		rounds++;
		g_string_free(text, TRUE);
	} while (rounds < 1500 || g_get_monotonic_time() < end);
	g_rand_free(random);
	/* Both ways must have been gone. */
	assert_true(good > rounds / 100);
	assert_true(good < rounds);
	if (seconds)
		printf("# %lu texts, %lu of them good scripts\n", rounds, good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_printed_form),
		cmocka_unit_test(test_type_names),
		cmocka_unit_test(test_clone),
		cmocka_unit_test(test_clone_of_expression),
		cmocka_unit_test(test_expansion),
		cmocka_unit_test(test_tapset_library),
		cmocka_unit_test(test_tapset_folder_is_missing),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
