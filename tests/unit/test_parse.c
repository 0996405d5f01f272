/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * translator/script: text into a tree, the tree into text again, and what is said of text that is
 * no script. Trees are compared in the notation of script_support.h.
 *
 * SPILE_FUZZ_SECONDS=300 makes the last test go on for as long, with other mutations each time;
 * with ASAN_OPTIONS=detect_leaks=0, since GLib's table of interned names leaves its old copies
 * behind whenever it grows beyond a multiple of 2048 names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include <glib/gstdio.h>

#include "script/tapset.h"

#include "script_support.h"

/* ---- Good scripts ---- */

static void assert_tree(const char *text, const char *expected)
{
	struct session session;
	g_autofree char *tree = NULL, *summary = NULL;

	session_parse(&session, text, NULL);
	tree = dump_script(session.script);
	summary = session_summary(&session);
	assert_string_equal(summary, "");
	assert_string_equal(tree, expected);
	session_end(&session);
}

/* The statements of a handler. */
static void assert_statements(const char *statements, const char *expected)
{
	g_autofree char *text = g_strdup_printf("probe p { %s }", statements);
	g_autofree char *tree = g_strdup_printf("(probe p {%s})\n", expected);

	assert_tree(text, tree);
}

static void test_operator_precedence(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		/* Each level against the next tighter one, on both sides. */
		{ "a = b ? c : d", "(= a (? b c d))" },
		{ "a ? b : c || d", "(? a b (|| c d))" },
		{ "a || b ? c : d", "(? (|| a b) c d)" },
		{ "a || b && c", "(|| a (&& b c))" },
		{ "a && b || c", "(|| (&& a b) c)" },
		{ "a && b | c", "(&& a (| b c))" },
		{ "a | b && c", "(&& (| a b) c)" },
		{ "a | b ^ c", "(| a (^ b c))" },
		{ "a ^ b | c", "(| (^ a b) c)" },
		{ "a ^ b & c", "(^ a (& b c))" },
		{ "a & b ^ c", "(^ (& a b) c)" },
		{ "a & b in c", "(& a (in c b))" },
		{ "a in b & c", "(& (in b a) c)" },
		{ "a == b in c", "(in c (== a b))" },
		{ "a == b << c", "(== a (<< b c))" },
		{ "a << b == c", "(== (<< a b) c)" },
		{ "a << b . c", "(<< a (. b c))" },
		{ "a . b << c", "(<< (. a b) c)" },
		{ "a . b + c", "(. a (+ b c))" },
		{ "a + b . c", "(. (+ a b) c)" },
		{ "a + b * c", "(+ a (* b c))" },
		{ "a * b + c", "(+ (* a b) c)" },
		{ "-a * b", "(* (- a) b)" },
		{ "a * -b", "(* a (- b))" },
		{ "-a++", "(- (post++ a))" },
		{ "- -a", "(- (- a))" },
		{ "!a == b", "(== (! a) b)" },
		/* Left to right, all operators of a level alike. */
		{ "a - b - c", "(- (- a b) c)" },
		{ "a / b * c % d", "(% (* (/ a b) c) d)" },
		{ "a + b - c", "(- (+ a b) c)" },
		{ "a << b >> c", "(>> (<< a b) c)" },
		{ "a . b . c", "(. (. a b) c)" },
		{ "a < b <= c > d >= e == f != g", "(!= (== (>= (> (<= (< a b) c) d) e) f) g)" },
		{ "a =~ \"x\" !~ \"y\"", "(!~ (=~ a \"x\") \"y\")" },
		{ "a in b in c", "(in c (in b a))" },
		{ "a && b && c", "(&& (&& a b) c)" },
		/* Right to left. */
		{ "a = b = c", "(= a (= b c))" },
		{ "a += b -= c", "(+= a (-= b c))" },
		{ "a ? b : c ? d : e", "(? a b (? c d e))" },
		{ "a ? b ? c : d : e", "(? a (? b c d) e)" },
		{ "a ? b = c : d", "(? a (= b c) d)" },
		/* Parentheses. */
		{ "(a + b) * c", "(* (+ a b) c)" },
		{ "a - (b - c)", "(- a (- b c))" },
		{ "((a))", "a" },
		{ "(a = b) + c", "(+ (= a b) c)" },
		{ "!([a, b] in c)", "(! (in c a b))" },
		{ "a && [b, c] in d && e", "(&& (&& a (in d b c)) e)" },
		{ "[a] in b", "(in b a)" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_statements(cases[i].text, cases[i].expected);
}

static void test_assignments(void **state)
{
	(void)state;
	assert_statements("a = 1 a <<< 2 a += 3 a -= 4 a *= 5 a /= 6 a %= 7",
			  "(= a 1) (<<< a 2) (+= a 3) (-= a 4) (*= a 5) (/= a 6) (%= a 7)");
	assert_statements("a <<= 1; a >>= 2; a &= 3; a ^= 4; a |= 5; a .= \"x\"",
			  "(<<= a 1) (>>= a 2) (&= a 3) (^= a 4) (|= a 5) (.= a \"x\")");
	assert_statements("a[1, \"x\"] = 2; $b->c = 3", "(= (index a 1 \"x\") 2) (= $b->c 3)");
	assert_statements("a++ b--; ++c; --d; a[b]++ $x++", "(post++ a) (post-- b) (pre++ c) (pre-- d) "
			  "(post++ (index a b)) (post++ $x)");
}

static void test_values(void **state)
{
	(void)state;
	assert_statements("1; 0x10; \"a\" \"b\" /* x */ \"c\"", "1 16 \"abc\"");
	assert_statements("18446744073709551615; -1", "-1 (- 1)");
	assert_statements("+a; -a; !a; ~a; !~a; !!a", "(+ a) (- a) (! a) (~ a) (! (~ a)) (! (! a))");
	assert_statements("f() g(1) h (a, b + 1, i(\"x\"))",
			  "(call f) (call g 1) (call h a (+ b 1) (call i \"x\"))");
	assert_statements("string + long", "(+ string long)");
	assert_statements("@count(a) @sum(a[1]) @min(a) @max(a) @avg(a)",
			  "(count a) (sum (index a 1)) (min a) (max a) (avg a)");
	assert_statements("print(@hist_log(a)) print(@hist_linear(a[b], -10, 0x20, 5))",
			  "(print (hist_log a)) (print (hist_linear (index a b) -10 32 5))");
}

static void test_target_variables(void **state)
{
	(void)state;
	assert_statements("$x $$vars $x$$", "$x $$vars $x$$");
	assert_statements("$x->a->b[1][i + 1]->next->private->in",
			  "$x->a->b[1][(+ i 1)]->next->private->in");
	assert_statements("&$x; &$x->y[2]; a &$x", "&$x &$x->y[2] (& a $x)");
	assert_statements("a = &$x->y; a & &$x", "(= a &$x->y) (& a &$x)");
}

static void test_print_family(void **state)
{
	(void)state;
	assert_statements("print(1) println(a, b) println() sprint(1) sprintln(2)",
			  "(print 1) (println a b) (println) (sprint 1) (sprintln 2)");
	assert_statements("printf(\"%d\" \"\\n\", a) sprintf(\"x\")",
			  "(printf \"%d\\n\" a) (sprintf \"x\")");
	assert_statements("printd(\" \", 1, 2) printdln(\",\", a) sprintd(\"\", b) sprintdln(\"-\")",
			  "(printd \" \" 1 2) (printdln \",\" a) (sprintd \"\" b) (sprintdln \"-\")");
	assert_statements("print = 1", "(= print 1)");
}

static void test_statements(void **state)
{
	(void)state;
	assert_statements("", "");
	assert_statements("; ;", "; ;");
	assert_statements("a; b;; c", "a b ; c");
	assert_statements("a = 1 b = 2", "(= a 1) (= b 2)");
	assert_statements("x ++ y", "(post++ x) y");
	assert_statements("a\n(b)", "(call a b)");
	assert_statements("a\n-b", "(- a b)");
	assert_statements("{ a { } b }", "{a {} b}");
	assert_statements("next break; continue", "(next) (break) (continue)");
	assert_statements("return", "(return)");
	assert_statements("return; a", "(return) a");
	assert_statements("return a + 1", "(return (+ a 1))");
	assert_statements("if (a) return else return 1", "(if a (return) (return 1))");
	assert_statements("delete a; delete a[1, 2]", "(delete a) (delete (index a 1 2))");
	assert_statements("try { a } catch { b }", "(try {a} _ {b})");
	assert_statements("try { } catch (msg) { print(msg) }", "(try {} msg {(print msg)})");
}

static void test_branches_and_loops(void **state)
{
	(void)state;
	assert_statements("if (a) b", "(if a b)");
	assert_statements("if (a) b; else c", "(if a b c)");
	assert_statements("if (a) { } else if (b) { } else { }", "(if a {} (if b {} {}))");
	assert_statements("if (a) if (b) c; else d", "(if a (if b c d))");
	assert_statements("if (a) { if (b) c } else d", "(if a {(if b c)} d)");
	assert_statements("if (a) ; else ;", "(if a ; ;)");
	assert_statements("while (a) b", "(while a b)");
	assert_statements("while (1) { break }", "(while 1 {(break)})");
	assert_statements("for (i = 0; i < 9; i++) a", "(for (= i 0) (< i 9) (post++ i) a)");
	assert_statements("for (;;) ;", "(for _ _ _ ;)");
	assert_statements("for (; a;) { }", "(for _ a _ {})");
}

static void test_foreach(void **state)
{
	(void)state;
	assert_statements("foreach (k in a) b", "(foreach [k] _ a b)");
	assert_statements("foreach ([k] in a) b", "(foreach [k] _ a b)");
	assert_statements("foreach ([j, k] in a) b", "(foreach [j k] _ a b)");
	assert_statements("foreach (k+ in a) b", "(foreach [k] _ a by 1+ b)");
	assert_statements("foreach (k- in a) b", "(foreach [k] _ a by 1- b)");
	assert_statements("foreach ([j, k-] in a) b", "(foreach [j k] _ a by 2- b)");
	assert_statements("foreach (k in a+) b", "(foreach [k] _ a by 0+ b)");
	assert_statements("foreach ([j, k] in a- limit 10) b", "(foreach [j k] _ a by 0- limit 10 b)");
	assert_statements("foreach (k in a limit n * 2) b", "(foreach [k] _ a limit (* n 2) b)");
	assert_statements("foreach (v = k in a) b", "(foreach [k] v a b)");
	assert_statements("foreach (v = [j, k] in a-) b", "(foreach [j k] v a by 0- b)");
	assert_statements("foreach (v = [j+, k] in a) b", "(foreach [j k] v a by 1+ b)");
	assert_statements("foreach (k in a @sum -) b", "(foreach [k] _ a by 0- @sum b)");
	assert_statements("foreach (k in a @count + limit 3) { }",
			  "(foreach [k] _ a by 0+ @count limit 3 {})");
}

static void test_globals(void **state)
{
	(void)state;
	assert_tree("global a", "(global a)\n");
	assert_tree("global a, b = 3, s = \"x\" \"y\", c[100], d%, e%[50];",
		    "(global a)\n(global b 3)\n(global s \"xy\")\n(global c[100])\n(global d%)\n"
		    "(global e%[50])\n");
	assert_tree("global a = -5 global b", "(global a -5)\n(global b)\n");
	assert_tree("global m = -9223372036854775808", "(global m -9223372036854775808)\n");
	assert_tree("private global a, b private c",
		    "(private global a)\n(private global b)\n(private global c)\n");
}

static void test_functions(void **state)
{
	(void)state;
	assert_tree("function f() { return 1 }", "(function f {(return 1)})\n");
	assert_tree("function f (a, b:long, c:string) { }", "(function f a b:long c:string {})\n");
	assert_tree("function f:string (a:string) { return a }",
		    "(function f:string a:string {(return a)})\n");
	assert_tree("private function f:long() { }", "(private function f:long {})\n");
	assert_tree("function f:long(a) %{ /* pure */ x = 1; %}",
		    "(function f:long a C< /* pure */ x = 1; >)\n");
	assert_tree("%{ #include <a.h> %} function f() %{%}",
		    "C< #include <a.h> >\n(function f C<>)\n");
}

static void test_probes(void **state)
{
	(void)state;
	assert_tree("probe begin { }", "(probe begin {})\n");
	assert_tree("probe begin, end { a }", "(probe begin end {a})\n");
	assert_tree("probe kernel.function(\"a\" \"b\").return { }",
		    "(probe kernel.function(\"ab\").return {})\n");
	assert_tree("probe timer.s(5), begin(-1) { }", "(probe timer.s(5) begin(-1) {})\n");
	assert_tree("probe syscall.*, a*b.**, process.next, x.in.if { }",
		    "(probe syscall.* a*b.** process.next x.in.if {})\n");
	assert_tree("probe sys*32.a9 { }", "(probe sys*32.a9 {})\n");
	assert_tree("probe a.b?, c.d!, e { }", "(probe a.b? c.d! e {})\n");
	assert_tree("probe a if (b > 1), c? if (d) { }", "(probe a if (> b 1) c? if d {})\n");
	assert_tree("probe a { } ; probe b { };", "(probe a {})\n(probe b {})\n");
	assert_tree("", "");
}

static void test_script_arguments(void **state)
{
	static const char *const values[] = { "timer.s(1)", "7", "it's \"x\"" };
	static const struct script_arguments arguments = { G_N_ELEMENTS(values), values };
	struct session session;
	g_autofree char *tree = NULL;

	(void)state;
	session_parse(&session, "probe $1, x.f(@2) { a = $2 + $#; print(@3 \"!\") }", &arguments);
	tree = dump_script(session.script);
	assert_string_equal(tree, "(probe timer.s(1) x.f(\"7\") "
				  "{(= a (+ 7 3)) (print \"it's \\\"x\\\"!\")})\n");
	assert_string_equal(session.messages, "");
	session_end(&session);
}

static void test_spans(void **state)
{
	static const char text[] = "probe a.b(1) { xy = z[1] + f(2); if (q) { } }";
	struct session session;
	const struct probe_declaration *probe;
	const struct probe_component *component;
	const struct stmt *first, *second;
	const struct expr *value;

	(void)state;
	session_parse(&session, text, NULL);
	assert_string_equal(session.messages, "");
	probe = g_ptr_array_index(session.script->probes, 0);
	first = g_ptr_array_index(probe->body->block, 0);
	second = g_ptr_array_index(probe->body->block, 1);
	value = first->expr->assign.value;
	component = g_ptr_array_index(
		((struct probe_point *)g_ptr_array_index(probe->points, 0))->components, 1);
#define assert_span(place, expected) do { \
	assert_int_equal((place).end - (place).start, strlen(expected)); \
	assert_memory_equal(text + (place).start, expected, strlen(expected)); \
} while (0)
	assert_span(probe->span, "probe a.b(1)");
	assert_span(component->span, "b(1)");
	assert_span(probe->body->span, "{ xy = z[1] + f(2); if (q) { } }");
	assert_span(first->span, "xy = z[1] + f(2)");
	assert_span(first->expr->assign.operator_span, "=");
	assert_span(first->expr->assign.target->span, "xy");
	assert_span(value->span, "z[1] + f(2)");
	assert_span(value->binary.left->index.name_span, "z");
	assert_span(value->binary.right->span, "f(2)");
	assert_span(value->binary.right->call.name_span, "f");
	assert_span(second->span, "if (q) { }");
	session_end(&session);
}

/* ---- Bad scripts ---- */

static void assert_messages(const char *text, const char *expected)
{
	struct session session;
	g_autofree char *summary = NULL;

	session_parse(&session, text, NULL);
	summary = session_summary(&session);
	assert_string_equal(summary, expected);
	assert_int_not_equal(session.diag.error_count, 0);
	session_end(&session);
}

static void test_expected_and_found(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "probe", "1:6: error: expected a component of a probe point, found the end of the "
			   "script [E-syntax]" },
		{ "probe a. { }", "1:10: error: '{a,b}' in probe points is not supported yet "
				  "[E-not-supported]" },
		{ "probe a", "1:8: error: expected ',' or '{' behind the probe point, found the end "
			     "of the script [E-syntax]" },
		{ "probe a(b) { }", "1:9: error: expected a number or a string as the argument of a "
				    "probe point, found the name 'b' [E-syntax]" },
		{ "probe a(1 { }", "1:11: error: expected ')' behind the argument, found '{' "
				   "[E-syntax]" },
		{ "probe a { x = }", "1:15: error: expected an expression, found '}' [E-syntax]" },
		{ "probe a { x = ) }", "1:15: error: expected an expression, found ')' [E-syntax]" },
		{ "probe a { f(1 2) }", "1:15: error: expected ',' or ')' behind the arguments, found "
					"the number 2 [E-syntax]" },
		{ "probe a { b[] }", "1:12: error: expected 1 to 9 keys between '[' and ']', found 0 "
				     "[E-key-count]" },
		{ "probe a { b[1,2,3,4,5,6,7,8,9,10] }",
		  "1:12: error: expected 1 to 9 keys between '[' and ']', found 10 [E-key-count]" },
		{ "probe a { b ? c }", "1:17: error: expected ':' in the middle of '?:', found '}' "
				       "[E-syntax]" },
		{ "probe a { b in 3 }", "1:16: error: expected the name of an array behind 'in', "
					"found the number 3 [E-syntax]" },
		{ "probe a { [b, c] }", "1:18: error: expected 'in' behind the list of keys, found "
					"'}' [E-syntax]" },
		{ "probe a { 1 = 2 }", "1:11: error: cannot assign to this: expected a variable, an "
				       "array element or a target variable [E-syntax]" },
		{ "probe a { f()++ }", "1:11: error: cannot increment this: expected a variable, an "
				       "array element or a target variable [E-syntax]" },
		{ "probe a { --3 }", "1:13: error: cannot decrement this: expected a variable, an "
				     "array element or a target variable [E-syntax]" },
		{ "probe a { b ? c : d = e }",
		  "1:11: error: cannot assign to this: expected a variable, an array element or a "
		  "target variable [E-syntax]" },
		{ "probe a { &b }", "1:12: error: expected a target variable behind the '&' that "
				    "takes an address [E-syntax]" },
		{ "probe a { $b->3 }", "1:15: error: expected the name of a member behind '->', found "
				       "the number 3 [E-syntax]" },
		{ "probe a { printf(b) }", "1:18: error: expected a string as the format of "
					   "'printf', found the name 'b' [E-syntax]" },
		{ "probe a { printd(1) }", "1:18: error: expected a string as the delimiter of "
					   "'printd', found the number 1 [E-syntax]" },
		{ "probe a { printf(\"x\" 1) }", "1:22: error: expected ',' or ')' behind the format "
						 "of 'printf', found the number 1 [E-syntax]" },
		{ "probe a { @count(1) }", "1:18: error: expected a statistic: the name of a variable "
					   "or an array element [E-syntax]" },
		{ "probe a { @hist_linear(b, 1, c, 2) }",
		  "1:30: error: expected a number as the high bound of '@hist_linear', found the "
		  "name 'c' [E-syntax]" },
		{ "probe a { if b }", "1:14: error: expected '(' behind 'if', found the name 'b' "
				      "[E-syntax]" },
		{ "probe a { if (b) }", "1:18: error: expected a statement, found '}' [E-syntax]" },
		{ "probe a { else b }", "1:11: error: 'else' without an 'if' before it [E-syntax]" },
		{ "probe a { catch { } }", "1:11: error: 'catch' without a 'try' before it "
					   "[E-syntax]" },
		{ "probe a { try { } }", "1:19: error: expected 'catch' behind the block of 'try', "
					 "found '}' [E-syntax]" },
		{ "probe a { for (b) c }", "1:17: error: expected ';' behind what 'for' starts with, "
					   "found ')' [E-syntax]" },
		{ "probe a { foreach (1 in b) c }", "1:20: error: expected a name for the key, found "
						    "the number 1 [E-syntax]" },
		{ "probe a { foreach ([b+, c-] in d) e }",
		  "1:26: error: 'foreach' sorts by one key or by the value, not by two of them "
		  "[E-syntax]" },
		{ "probe a { foreach (b in c @sum) d }",
		  "1:31: error: expected '+' or '-' behind what 'foreach' sorts by, found ')' "
		  "[E-syntax]" },
		{ "probe a { delete 3 }", "1:18: error: cannot delete this: expected a variable or an "
					  "array element [E-syntax]" },
		{ "global 3", "1:8: error: expected the name of a global, found the number 3 "
			      "[E-syntax]" },
		{ "global if", "1:8: error: expected the name of a global, found 'if' [E-syntax]" },
		{ "global a = b", "1:12: error: expected a number or a string as the initial value, "
				  "found the name 'b' [E-syntax]" },
		{ "global a[0]", "1:10: error: the size of an array is at least 1 [E-number-range]" },
		{ "global a[3] = 1", "1:15: error: an array ('a' has a size) cannot have an initial "
				     "value [E-syntax]" },
		{ "function f { }", "1:12: error: expected '(' behind the name of the function, found "
				    "'{' [E-syntax]" },
		{ "function f:int() { }", "1:12: error: expected 'long' or 'string' behind ':', found "
					  "the name 'int' [E-syntax]" },
		{ "function f() ", "1:14: error: expected '{' or '%{' behind the parameters, found "
				   "the end of the script [E-syntax]" },
		{ "function print() { }", "1:10: error: 'print' is part of the language and cannot be "
					  "declared [E-duplicate-function]" },
		{ "private 3", "1:9: error: expected 'global' or 'function' behind 'private', found "
			       "the number 3 [E-syntax]" },
		{ "x = 1", "1:1: error: expected 'probe', 'function' or 'global', found the name 'x' "
			   "[E-syntax]" },
		{ "private probe a { }", "1:9: error: only a probe alias can be private [E-syntax]" },
		{ "}", "1:1: error: expected 'probe', 'function' or 'global', found '}' [E-syntax]" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *expected = g_strdup_printf("t.stp:%s\n", cases[i].expected);

		assert_messages(cases[i].text, expected);
	}
}

static void test_notes(void **state)
{
	(void)state;
	assert_messages("prbe a { }",
			"t.stp:1:1: error: expected 'probe', 'function' or 'global', found the name "
			"'prbe' [E-syntax]\n"
			"note: did you mean 'probe'?\n");
	assert_messages("probe a { b\nprobe c { }",
			"t.stp:2:1: error: expected a statement or '}', found 'probe' [E-syntax]\n"
			"t.stp:1:9: note: to close this block\n");
	assert_messages("probe a { x = ![b, c] in d }",
			"t.stp:1:16: error: expected an expression, found '[' [E-syntax]\n"
			"note: a list of keys is the whole left side of 'in'; with more around it, "
			"write it as ([a, b] in array)\n");
	assert_messages("function f(a, b, a) { }",
			"t.stp:1:18: error: function 'f' has two parameters 'a' "
			"[E-duplicate-parameter]\n"
			"t.stp:1:12: note: the first one\n");
}

static void test_not_supported(void **state)
{
	static const struct {
		const char *text, *place, *construct;
	} cases[] = {
		{ "probe p { x = @cast(a, \"t\")->b }", "1:15", "'@cast' is" },
		{ "probe p { if (@defined($a)) b }", "1:15", "'@defined' is" },
		{ "probe p { x = @M(1) }", "1:15", "'@M' is no operator, and macros are" },
		{ "@M(1)\nprobe p { }", "1:1", "macros are" },
		{ "probe p { x->y }", "1:12", "'->' behind anything but a target variable is" },
		{ "probe p { x = %{ 1 %} + 2 }", "1:15", "embedded C as an expression is" },
		{ "probe p { %{ 1 %} }", "1:11", "embedded C as a statement is" },
		{ "probe p { a[*, 1] }", "1:13", "'*' as a key (slices) is" },
		{ "probe p { foreach (k in a[1, *]) b }", "1:26",
		  "'foreach' over a part of an array (slices) is" },
		{ "probe p { foreach (k in @hist_log(a)) b }", "1:25",
		  "'foreach' over the buckets of a histogram is" },
		{ "probe p { foreach (k in a @variance -) b }", "1:27", "sorting by '@variance' is" },
		{ "probe p { @hist_log(a)[1] }", "1:11", "reading single buckets of histograms is" },
		{ "probe p = q { }", "1:1", "probe aliases are" },
		{ "probe p += q { } , { }", "1:1", "probe aliases are" },
		{ "private probe p = q { }", "1:9", "probe aliases are" },
		{ "probe {a, b}.c { }", "1:7", "'{a,b}' in probe points is" },
		{ "probe kernel.{a, b} { }", "1:14", "'{a,b}' in probe points is" },
		{ "function f():3 { }", "1:13", "priorities of functions are" },
		{ "%( a == 1 %? probe p %: probe q %) { x = }", "1:1",
		  "preprocessor conditions ('%( ... %)') are" },
		{ "probe p { x = %( a == 1 %? 1 %: 2 %) + 3; }", "1:15",
		  "preprocessor conditions ('%( ... %)') are" },
		{ "@define M(a) %( a %)\nprobe p { }", "1:1", "macros ('@define') are" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		/* Behind what is not supported the script goes on as if it had been. */
		g_autofree char *text = g_strdup_printf("%s\nprobe z {\n\ty = )\n}\n", cases[i].text);
		int lines = strchr(cases[i].text, '\n') ? 2 : 1;
		g_autofree char *expected = g_strdup_printf(
			"t.stp:%s: error: %s not supported yet [E-not-supported]\n"
			"t.stp:%d:6: error: expected an expression, found ')' [E-syntax]\n",
			cases[i].place, cases[i].construct, lines + 2);

		assert_messages(text, expected);
	}
}

static void test_recovery(void **state)
{
	(void)state;
	/* Statement by statement, in one block. */
	assert_messages("probe a {\n\tx = ;\n\ty = 1\n\tz = * 2\n\tif (1 { b }\n\tw = )\n}\n",
			"t.stp:2:6: error: expected an expression, found ';' [E-syntax]\n"
			"t.stp:4:6: error: expected an expression, found '*' [E-syntax]\n"
			"t.stp:5:8: error: expected ')' behind the condition, found '{' [E-syntax]\n"
			"t.stp:6:6: error: expected an expression, found ')' [E-syntax]\n");
	/* Inside of the block behind a bad header, and of what its else says. */
	assert_messages("probe a {\n\twhile (x y) {\n\t\tz = )\n\t}\n\tif () {\n\t} else {\n\t\tw = ]\n"
			"\t}\n\tv = }\n",
			"t.stp:2:11: error: expected ')' behind the condition, found the name 'y' "
			"[E-syntax]\n"
			"t.stp:3:7: error: expected an expression, found ')' [E-syntax]\n"
			"t.stp:5:6: error: expected an expression, found ')' [E-syntax]\n"
			"t.stp:7:7: error: expected an expression, found ']' [E-syntax]\n"
			"t.stp:9:6: error: expected an expression, found '}' [E-syntax]\n");
	/* A ';' inside of parentheses ends no statement. */
	assert_messages("probe a {\n\tfor (i = 0, i < 3; i++) { x = ] }\n\ty = ]\n}\n",
			"t.stp:2:12: error: expected ';' behind what 'for' starts with, found ',' "
			"[E-syntax]\n"
			"t.stp:2:32: error: expected an expression, found ']' [E-syntax]\n"
			"t.stp:3:6: error: expected an expression, found ']' [E-syntax]\n");
	/* Declaration by declaration. */
	assert_messages("global =\nfunction f( { x = ) }\nprobe a.( { y = ) }\nglobal b\nfoo\n"
			"probe c { z = ) }\n",
			"t.stp:1:8: error: expected the name of a global, found '=' [E-syntax]\n"
			"t.stp:2:13: error: expected the name of a parameter, found '{' [E-syntax]\n"
			"t.stp:3:9: error: expected a component of a probe point, found '(' "
			"[E-syntax]\n"
			"t.stp:3:17: error: expected an expression, found ')' [E-syntax]\n"
			"t.stp:5:1: error: expected 'probe', 'function' or 'global', found the name "
			"'foo' [E-syntax]\n"
			"t.stp:6:15: error: expected an expression, found ')' [E-syntax]\n");
	/* A missing '}' costs nothing but its own message. */
	assert_messages("probe a {\n\tif (x) {\n\t\ty = 1\nprobe b {\n\tz = )\n}\n",
			"t.stp:4:1: error: expected a statement or '}', found 'probe' [E-syntax]\n"
			"t.stp:2:9: note: to close this block\n"
			"t.stp:5:6: error: expected an expression, found ')' [E-syntax]\n");
	/* What the lexer has complained about is not complained about again. */
	assert_messages("probe a { x = \\\n\ty = f(1 \\ 2)\n\tprintf(\"a\n\tz = ]\n}\n",
			"t.stp:1:15: error: unexpected '\\' [E-syntax]\n"
			"t.stp:2:10: error: unexpected '\\' [E-syntax]\n"
			"t.stp:3:9: error: this string has no end: expected '\"' before the end of "
			"the line [E-unterminated-string]\n"
			"t.stp:4:6: error: expected an expression, found ']' [E-syntax]\n");
	/* Nor is what a missing end has taken along. */
	assert_messages("probe a { if (x) { /* y } }\nprobe b { z = ) }",
			"t.stp:1:20: error: this comment goes on to the end of the script "
			"[E-unterminated-comment]\n");
	/* Words of declarations that are components or members. */
	assert_messages("prob kernel.function(\"a\") { x = ) }\nprobe b { z = ) + $c->private }\n",
			"t.stp:1:1: error: expected 'probe', 'function' or 'global', found the name "
			"'prob' [E-syntax]\n"
			"note: did you mean 'probe'?\n"
			"t.stp:2:15: error: expected an expression, found ')' [E-syntax]\n");
}

static void test_tree_after_errors(void **state)
{
	struct session session;
	g_autofree char *tree = NULL;

	(void)state;
	session_parse(&session, "global a, 3\nfunction f() { x = ; return 1 }\n"
		      "probe b( { }\nprobe c { y = ] }\nprobe d { z }\n", NULL);
	tree = dump_script(session.script);
	assert_string_equal(tree, "(global a)\n(function f {(return 1)})\n(probe c {})\n"
				  "(probe d {z})\n");
	assert_int_equal(session.diag.error_count, 4);
	session_end(&session);
}

/* ---- Depth ---- */

static char *repeat(const char *text, int count)
{
	GString *out = g_string_new(NULL);

	for (int i = 0; i < count; i++)
		g_string_append(out, text);
	return g_string_free(out, FALSE);
}

/* `opening` very often: one message, and no stack overflow. */
static void assert_too_deep(const char *opening)
{
	g_autofree char *deep = repeat(opening, 20000);
	g_autofree char *text = g_strconcat("probe a { ", deep, "}", NULL);
	struct session session;

	session_parse(&session, text, NULL);
	assert_int_equal(session.diag.error_count, 1);
	assert_non_null(strstr(session.messages, "[E-nesting]"));
	session_end(&session);
}

static void test_depth_is_bounded(void **state)
{
	g_autofree char *deep = repeat("(", 150), *shallow = repeat(")", 150);
	g_autofree char *parentheses = g_strconcat("probe a { ", deep, "x", shallow, " }", NULL);
	g_autofree char *sum = repeat("+ 1 ", 1500);
	g_autofree char *sums = g_strconcat("probe a { x ", sum, "; y ", sum, "}", NULL);
	g_autofree char *else_ifs = repeat("if (x) { } else ", 300);
	g_autofree char *chain = g_strconcat("probe a { ", else_ifs, "y }", NULL);
	const char *const fine[] = { parentheses, sums, chain };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(fine); i++) {
		struct session session;

		session_parse(&session, fine[i], NULL);
		assert_string_equal(session.messages, "");
		session_end(&session);
	}
	assert_too_deep("(");
	assert_too_deep("{");
	assert_too_deep("- ");
	assert_too_deep("a = ");
	assert_too_deep("a ? b : ");
	assert_too_deep("a ? ");
	assert_too_deep("a[");
	assert_too_deep("f(");
	assert_too_deep("if (a) ");
	assert_too_deep("a + ");
	assert_too_deep("$a[");
}

/* ---- There and back ---- */

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
	"probe p { x = (a in b) + 1; y = (a == b) in c; z = a in b in c }",
	"probe p { x++ ++y z-- --w; a[x++]--; n = -x++ + ++y }",
	"probe p { x ++ y; a\n(b)\n-c }",
	"probe p { $x = 1; &$x->y[3][i + 1]->next; a & &$b; $$vars; $$parms$; $x$$ }",
	"probe p { f(); f(1, \"2\", g(h(3))); a[1, f(2), b[3]] = a[4, 5, 6] }",
	"probe p { print(a) println() printf(\"%d %s\\n\", a, b) printd(\"|\", 1, 2) printdln(\"\", 3) }",
	"probe p { x = sprint(a, b) . sprintln(c) . sprintf(\"%5d\", d) }",
	"probe p { x = sprintd(\",\", e) . sprintdln(\"\"); print(sprintd(\"\", f, g)) }",
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
	"probe p { return } function f() { return; return 1 return (2) }",
	"probe p { next; next break continue { { } ; ; } }",
	"probe p { limit_ = string + long; print = 1 }",
	"# c\nprobe /* x */ p // y\n{ a /**/ = 1 }",
	"probe p { x = a =~ \"^[a-z]\\.c$\" && b !~ \"\\\\d\" }",
	"global a probe p { a++ } function f(x) { return x } probe q { print(f(a)) } global b",
};

/* Parses, prints, parses that, prints that. False if the text is no good script to begin with. */
static bool check_round_trip(const char *text)
{
	struct session first, second;
	GString *once = g_string_new(NULL), *twice = g_string_new(NULL);
	bool is_good;

	session_parse(&first, text, NULL);
	is_good = first.diag.error_count == 0;
	if (is_good) {
		g_autofree char *tree_once = NULL, *tree_twice = NULL;

		script_print(first.script, once);
		session_parse(&second, once->str, NULL);
		assert_string_equal(second.messages, "");
		script_print(second.script, twice);
		tree_once = dump_script(first.script);
		tree_twice = dump_script(second.script);
		assert_string_equal(tree_twice, tree_once);
		assert_string_equal(twice->str, once->str);
		session_end(&second);
	}
	session_end(&first);
	g_string_free(once, TRUE);
	g_string_free(twice, TRUE);
	return is_good;
}

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
	struct session session;
	GPtrArray *library;

	(void)state;
	assert_int_equal(g_mkdir(below, 0700), 0);
	write_file(folder, "z.stp", "function third() { }");
	write_file(folder, "a.stp", "function first() %{ %}");
	write_file(below, "b.stp", "function second() { return $1 }");
	write_file(folder, "c.txt", "no script");
	session_start(&session, "");
	library = tapset_library_load(session.arena, &session.diag, directories);
	assert_int_equal(library->len, 3);
	for (guint i = 0; i < library->len; i++) {
		const struct script *script = g_ptr_array_index(library, i);
		const struct function *function = g_ptr_array_index(script->functions, 0);

		assert_true(script->source->is_tapset);
		assert_string_equal(function->name, functions[i]);
	}
	assert_int_equal(session.diag.error_count, 1);
	fflush(session.diag.out);
	assert_non_null(strstr(session.messages, "b.stp:1:28: error: script argument 1 is not "
						 "given: there are 0 [E-script-argument]"));
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
	struct session session;

	(void)state;
	session_start(&session, "");
	assert_int_equal(tapset_library_load(session.arena, &session.diag, directories)->len, 0);
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
	"next", "print(", "printf(\"", " ",
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
		cmocka_unit_test(test_operator_precedence),
		cmocka_unit_test(test_assignments),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_target_variables),
		cmocka_unit_test(test_print_family),
		cmocka_unit_test(test_statements),
		cmocka_unit_test(test_branches_and_loops),
		cmocka_unit_test(test_foreach),
		cmocka_unit_test(test_globals),
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_probes),
		cmocka_unit_test(test_script_arguments),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_expected_and_found),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_not_supported),
		cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_tree_after_errors),
		cmocka_unit_test(test_depth_is_bounded),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_printed_form),
		cmocka_unit_test(test_type_names),
		cmocka_unit_test(test_tapset_library),
		cmocka_unit_test(test_tapset_folder_is_missing),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
