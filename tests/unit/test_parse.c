/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * translator/script: text into a tree, production by production. Trees are compared in the notation
 * of script_support.h; each is printed and parsed again as well, and must be the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "script_support.h"

/* ---- Good scripts ---- */

/* What the tree is, and that it is still so when it has been printed and parsed again. */
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
	assert_true(check_round_trip(text));
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
		{ "a =~ \"x\" in c", "(in c (=~ a \"x\"))" },
		{ "a << b =~ \"x\" && c", "(&& (=~ (<< a b) \"x\") c)" },
		{ "!a !~ \"x\" ? b : c", "(? (!~ (! a) \"x\") b c)" },
		{ "(a =~ \"x\") == b", "(== (=~ a \"x\") b)" },
		{ "a =~ \"x\" \"y\" -b", "(=~ a \"xy\") (- b)" },
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
		{ "(a in b) in c", "(in c (in b a))" },
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
	assert_statements("stringy + longer", "(+ stringy longer)");
	assert_statements("@count(a) @sum(a[1]) @min(a) @max(a) @avg(a)",
			  "(count a) (sum (index a 1)) (min a) (max a) (avg a)");
	assert_statements("@variance(a) @variance(a[1], 0) @variance(a, 62)",
			  "(variance a) (variance (index a 1) 0) (variance a 62)");
	assert_statements("print(@hist_log(a)) print(@hist_linear(a[b], -10, 0x20, 5))",
			  "(print (hist_log a)) (print (hist_linear (index a b) -10 32 5))");
	assert_statements("@hist_log(a)[i + 1] @hist_linear(a, 1, 2, 3)[-4]",
			  "(hist_log a bucket (+ i 1)) (hist_linear a 1 2 3 bucket (- 4))");
	assert_statements("x = %{ 1 %} + %{%}; f(%{ 2 %})", "(= x (+ C< 1 > C<>)) (call f C< 2 >)");
	assert_statements("[a, *] in b; [*] in b; c && [*, *] in b",
			  "(in b a *) (in b *) (&& c (in b * *))");
}

static void test_target_variables(void **state)
{
	(void)state;
	assert_statements("$x $$vars", "$x $$vars");
	assert_statements("$x$; $x$$; $x->y$; $x[1]->y$$; $$vars$; $$parms$$",
			  "$x pretty$ $x pretty$$ $x->y pretty$ $x[1]->y pretty$$ $$vars pretty$ "
			  "$$parms pretty$$");
	assert_statements("$x->a->b[1][i + 1]->next->private->in",
			  "$x->a->b[1][(+ i 1)]->next->private->in");
	assert_statements("&$x; &$x->y[2]; a &$x", "&$x &$x->y[2] (& a $x)");
	assert_statements("a = &$x->y; a & &$x", "(= a &$x->y) (& a &$x)");
	assert_statements("&@cast(a, \"t\")->b; &@var(\"v\"); &a->b; &(a)->b[1]; &f(1)->b",
			  "&(cast a \"t\")->b &(var \"v\") &(autocast a)->b &(autocast a)->b[1] "
			  "&(autocast (call f 1))->b");
}

static void test_casts_and_variables(void **state)
{
	(void)state;
	assert_statements("@cast(a, \"t\")", "(cast a \"t\")");
	assert_statements("@cast(a + 1, \"t\" \"u\", \"m\")->b[2]->c",
			  "(cast (+ a 1) \"tu\" \"m\")->b[2]->c");
	assert_statements("@cast(@cast($x, \"t\")->y, \"u\")[1]->z$",
			  "(cast (cast $x \"t\")->y \"u\")[1]->z pretty$");
	assert_statements("@cast(a, \"t\")->b = 1; @var(\"v\")++",
			  "(= (cast a \"t\")->b 1) (post++ (var \"v\"))");
	assert_statements("@var(\"v@f.c\") @var(\"v\", \"m\")->a->b$$",
			  "(var \"v@f.c\") (var \"v\" \"m\")->a->b pretty$$");
	assert_statements("x->y; x->y->z; f(x)->y; (x)->y[1]; (x)[1]; x[1]->y; x[1][2]",
			  "(autocast x)->y (autocast x)->y->z (autocast (call f x))->y "
			  "(autocast x)->y[1] (autocast x)[1] (autocast (index x 1))->y "
			  "(autocast (index x 1))[2]");
	assert_statements("x->y = 1; x->y++; -x->y; x->y$ . \"a\"; ($x)->y; @entry($x)->y",
			  "(= (autocast x)->y 1) (post++ (autocast x)->y) (- (autocast x)->y) "
			  "(. (autocast x)->y pretty$ \"a\") (autocast $x)->y "
			  "(autocast (at entry $x))->y");
	assert_statements("x->next->long->string->in", "(autocast x)->next->long->string->in");
	assert_statements("f(1)\n[2] in a", "(in a (autocast (call f 1))[2])");
}

static void test_operators(void **state)
{
	(void)state;
	assert_statements("@defined($x->y) @defined(a = 1) @entry($x) @entry(a + b)",
			  "(at defined $x->y) (at defined (= a 1)) (at entry $x) (at entry (+ a b))");
	assert_statements("@perf(\"c\") @const(\"A\" \"B\")", "(at perf \"c\") (at const \"AB\")");
	assert_statements("@enum(\"e\") @enum(\"e\", \"m\")", "(at enum \"e\") (at enum \"e\" \"m\")");
	assert_statements("@enumname(a + 1, \"t\") @enumname(1, \"t\", \"m\")",
			  "(at enumname (+ a 1) \"t\") (at enumname 1 \"t\" \"m\")");
	assert_statements("@probewrite(a) @probewrite($a)", "(at probewrite a) (at probewrite $a)");
	assert_statements("@kregister(0) @uregister(7)", "(at kregister 0) (at uregister 7)");
	assert_statements("@kderef(4, a + 1) @uderef(8, $p)",
			  "(at kderef 4 (+ a 1)) (at uderef 8 $p)");
	assert_statements("if (@defined($a)) b", "(if (at defined $a) b)");
}

static void test_print_family(void **state)
{
	(void)state;
	assert_statements("print(1) println(a, b) println() sprint(1) sprintln(2)",
			  "(print 1) (println a b) (println) (sprint 1) (sprintln 2)");
	assert_statements("printf(\"%d\" \"\\n\", a) sprintf(\"x\")",
			  "(printf \"%d\\n\" a) (sprintf \"x\")");
	assert_statements("printd(\" \", 1, 2) printdln(\",\", a, b) sprintd(\"\", b, c, d)",
			  "(printd \" \" 1 2) (printdln \",\" a b) (sprintd \"\" b c d)");
	assert_statements("sprintdln(\"-\", 1, 2)", "(sprintdln \"-\" 1 2)");
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
	assert_statements("delete a[*]; delete a[b[1], *]; delete (a[*, 2])",
			  "(delete (index a *)) (delete (index a (index b 1) *)) "
			  "(delete (index a * 2))");
	assert_statements("%{ C %} a", "(C< C >) a");
	assert_statements("%{ C %}; -a; if (b) %{ D %} else %{ E %}",
			  "(C< C >) (- a) (if b (C< D >) (C< E >))");
	assert_statements("%{ 1 %} - a; (%{ 2 %})", "(- C< 1 > a) C< 2 >");
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
	assert_statements("foreach (k in a @variance -) b",
			  "(foreach [k] _ a by 0- @variance b)");
	assert_statements("foreach (v+ = k in a) b", "(foreach [k] v a by 0+ b)");
	assert_statements("foreach (v- = [j, k] in a) b", "(foreach [j k] v a by 0- b)");
	assert_statements("foreach (k in a[*]) b", "(foreach [k] _ (slice a *) b)");
	assert_statements("foreach (v = [j, k-] in a[*, c + 5] limit 2) b",
			  "(foreach [j k] v (slice a * (+ c 5)) by 2- limit 2 b)");
	assert_statements("foreach (k in a[1] @sum+ limit 2) b",
			  "(foreach [k] _ (slice a 1) by 0+ @sum limit 2 b)");
	assert_statements("foreach (k in @hist_log(a)) b", "(foreach [k] _ (hist_log a) b)");
	assert_statements("foreach (v = [k] in @hist_linear(a[1], 0, 9, 3)- limit 2) b",
			  "(foreach [k] v (hist_linear (index a 1) 0 9 3) by 0- limit 2 b)");
	assert_statements("foreach (k- in @hist_log(a)) b",
			  "(foreach [k] _ (hist_log a) by 1- b)");
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
	assert_tree("function f(a,) { }", "(function f a {})\n");
	assert_tree("function f(a):2 { }", "(function f a priority 2 {})\n");
	assert_tree("function f:long(a:long):3 %{ %}",
		    "(function f:long a:long priority 3 C< >)\n");
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
	assert_tree("probe a.long.string, probe.private { }",
		    "(probe a.long.string probe.private {})\n");
	assert_tree("", "");
}

static void test_alternatives(void **state)
{
	(void)state;
	assert_tree("probe kernel.{function(\"a\"), function(\"b\")}.return { }",
		    "(probe kernel.function(\"a\").return kernel.function(\"b\").return {})\n");
	assert_tree("probe {a, b}.c { }", "(probe a.c b.c {})\n");
	assert_tree("probe {a, b} { }", "(probe a b {})\n");
	assert_tree("probe {a.b, c}.{d, e} { }", "(probe a.b.d a.b.e c.d c.e {})\n");
	assert_tree("probe {a, {b, c}}.d, e { }", "(probe a.d b.d c.d e {})\n");
	assert_tree("probe a.{b}.c { }", "(probe a.b.c {})\n");
	assert_tree("probe a.{b, c}? { }", "(probe a.b? a.c? {})\n");
	assert_tree("probe a.{b?, c}, d! { }", "(probe a.b? a.c d! {})\n");
	assert_tree("probe a.{b if (x), c} { }", "(probe a.b if x a.c {})\n");
	assert_tree("probe a.{b, c}! if (x) { }", "(probe a.b! if x a.c! if x {})\n");
	assert_tree("probe a.b.{c.d(\"x\"), e*}.f(\"y\")?, g { }",
		    "(probe a.b.c.d(\"x\").f(\"y\")? a.b.e*.f(\"y\")? g {})\n");
	assert_tree("probe a = {b, c}.d { }", "(alias a = b.d c.d prologue {})\n");
}

static void test_aliases(void **state)
{
	(void)state;
	assert_tree("probe a = b { }", "(alias a = b prologue {})\n");
	assert_tree("probe a.b.c = d { x }", "(alias a.b.c = d prologue {x})\n");
	assert_tree("probe a += b { x }", "(alias a = b epilogue {x})\n");
	assert_tree("probe a = b { x }, { y }", "(alias a = b prologue {x} epilogue {y})\n");
	assert_tree("probe a = b?, c! if (d), e(1) { }",
		    "(alias a = b? c! if d e(1) prologue {})\n");
	assert_tree("private probe a = b { }", "(private alias a = b prologue {})\n");
	assert_tree("probe a.if.next = b { } probe c { }",
		    "(alias a.if.next = b prologue {})\n(probe c {})\n");
	assert_tree("probe a.{b} = c { }", "(alias a.b = c prologue {})\n");
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

static void test_spans_of_targets_and_points(void **state)
{
	static const char text[] = "probe a.b = {c, d}.e? if (f) { &@cast(g, \"t\")->h[1]; i(j)->k }";
	struct session session;
	const struct alias *alias;
	const struct probe_point *point;
	const struct expr *cast, *autocast;
	const struct path_step *step;

	(void)state;
	session_parse(&session, text, NULL);
	assert_string_equal(session.messages, "");
	alias = g_ptr_array_index(session.script->aliases, 0);
	point = g_ptr_array_index(alias->points, 1);
	cast = ((struct stmt *)g_ptr_array_index(alias->prologue->block, 0))->expr;
	autocast = ((struct stmt *)g_ptr_array_index(alias->prologue->block, 1))->expr;
	step = g_ptr_array_index(cast->target.path, 1);
	assert_span(alias->span, "probe a.b = {c, d}.e? if (f)");
	assert_span(point->span, "{c, d}.e?");
	assert_span(((struct probe_component *)g_ptr_array_index(point->components, 0))->span, "d");
	assert_span(point->condition->span, "f");
	assert_span(cast->span, "&@cast(g, \"t\")->h[1]");
	assert_span(step->span, "[1]");
	assert_span(autocast->span, "i(j)->k");
	assert_span(autocast->target.operand->span, "i(j)");
	session_end(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_operator_precedence),
		cmocka_unit_test(test_assignments),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_target_variables),
		cmocka_unit_test(test_casts_and_variables),
		cmocka_unit_test(test_operators),
		cmocka_unit_test(test_print_family),
		cmocka_unit_test(test_statements),
		cmocka_unit_test(test_branches_and_loops),
		cmocka_unit_test(test_foreach),
		cmocka_unit_test(test_globals),
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_probes),
		cmocka_unit_test(test_alternatives),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_script_arguments),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_spans_of_targets_and_points),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
