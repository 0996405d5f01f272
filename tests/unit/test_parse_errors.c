/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * translator/script: what is said of text that is no script, where the parser goes on behind it,
 * and how deep it goes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "script_support.h"

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
		{ "probe a. { }", "1:12: error: expected a component of a probe point, found '}' "
				  "[E-syntax]" },
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
		{ "probe a { print() }", "1:11: error: 'print' wants at least one value "
					 "[E-argument-count]" },
		{ "probe a { x = sprint() }", "1:15: error: 'sprint' wants at least one value "
					      "[E-argument-count]" },
		{ "probe a { printd(\",\", 1) }", "1:11: error: 'printd' wants at least 2 values "
						  "behind the delimiter, found 1 [E-argument-count]" },
		{ "probe a { x = sprintdln(\",\") }", "1:15: error: 'sprintdln' wants at least 2 "
						     "values behind the delimiter, found 0 "
						     "[E-argument-count]" },
		{ "probe a { print = 1 }", "1:17: error: expected '(' behind 'print', which is part "
					   "of the language and no variable, found '=' [E-syntax]" },
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
				    "takes an address, or a member of one [E-syntax]" },
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
		{ "private 3", "1:9: error: expected 'global', 'function', 'probe' or a name behind "
			       "'private', found the number 3 [E-syntax]" },
		{ "x = 1", "1:1: error: expected 'probe', 'function' or 'global', found the name 'x' "
			   "[E-syntax]" },
		{ "private probe a { }", "1:9: error: only a probe alias can be private: leave out "
					 "'private' [E-syntax]" },
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

static void test_refusals(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "probe a.3 { }",
		  "1:9: error: expected a component of a probe point, found the number 3 [E-syntax]" },
		{ "probe a.{b, c { }",
		  "1:15: error: expected ',' or '}' behind an alternative of a probe point, "
		  "found '{' [E-syntax]" },
		{ "probe a.{b!, c}.d { }",
		  "1:17: error: '?', '!' and conditions end a probe point: write them behind "
		  "its last component, not in the braces as well [E-syntax]" },
		{ "probe a.{b?, c}? { }",
		  "1:16: error: '?', '!' and conditions end a probe point: write them behind "
		  "its last component, not in the braces as well [E-syntax]" },
		{ "probe a.{b, } { }",
		  "1:13: error: expected a component of a probe point, found '}' [E-syntax]" },
		{ "probe {} { }",
		  "1:8: error: expected a component of a probe point, found '}' [E-syntax]" },
		{ "probe { x = 1 }",
		  "1:11: error: expected ',' or '}' behind an alternative of a probe point, "
		  "found '=' [E-syntax]" },
		{ "probe a { x =~ y }",
		  "1:16: error: expected a string as the pattern (it is compiled before the "
		  "script runs), found the name 'y' [E-syntax]" },
		{ "probe a { x =~ (\"y\") }",
		  "1:16: error: expected a string as the pattern (it is compiled before the "
		  "script runs), found '(' [E-syntax]" },
		{ "probe a { x !~ \"a\" == b }",
		  "1:20: error: a match and another operator side by side: put parentheses "
		  "around what belongs together [E-syntax]" },
		{ "probe a { x == y =~ \"a\" }",
		  "1:18: error: a match and another operator side by side: put parentheses "
		  "around what belongs together [E-syntax]" },
		{ "probe a { x =~ \"a\" . \"b\" }",
		  "1:20: error: a match and another operator side by side: put parentheses "
		  "around what belongs together [E-syntax]" },
		{ "probe a { a in b in c }",
		  "1:18: error: expected an expression, found 'in' [E-syntax]" },
		{ "probe a { a in b == c }",
		  "1:18: error: expected an expression, found '==' [E-syntax]" },
		{ "probe a = b",
		  "1:12: error: expected '{' behind the probe points, found the end of the "
		  "script [E-syntax]" },
		{ "probe a = { }",
		  "1:13: error: expected a component of a probe point, found '}' [E-syntax]" },
		{ "probe a = b { }, c",
		  "1:18: error: expected '{' for what runs behind the handler, found the name "
		  "'c' [E-syntax]" },
		{ "probe a += b { }, { }",
		  "1:17: error: '+=' defines what runs behind the handler alone: write '=' "
		  "for what runs before and behind it [E-syntax]" },
		{ "probe a, b = c { }",
		  "1:10: error: an alias has one name: define one more for each other name "
		  "[E-syntax]" },
		{ "probe a? = b { }",
		  "1:7: error: the name of an alias has no '?', '!' or condition: write them "
		  "behind the points on the right of '=' [E-syntax]" },
		{ "probe a if (x) = b { }",
		  "1:7: error: the name of an alias has no '?', '!' or condition: write them "
		  "behind the points on the right of '=' [E-syntax]" },
		{ "probe a.b(1) = c { }",
		  "1:9: error: the name of an alias has no arguments: leave out what is "
		  "between '(' and ')' [E-syntax]" },
		{ "probe a.* = b { }",
		  "1:9: error: the name of an alias has no wildcards: write out what '*' "
		  "stands for [E-syntax]" },
		{ "function f(a):0 { }",
		  "1:15: error: the priority of a function is at least 1 [E-number-range]" },
		{ "function f(a):-1 { }",
		  "1:15: error: the priority of a function is at least 1 [E-number-range]" },
		{ "function f(a):b { }",
		  "1:15: error: expected a number as the priority of the function, found the "
		  "name 'b' [E-syntax]" },
		{ "function f(a b) { }",
		  "1:14: error: expected ',' or ')' behind the parameter, found the name 'b' "
		  "[E-syntax]" },
		{ "function f:lnog() { }",
		  "1:12: error: expected 'long' or 'string' behind ':', found the name 'lnog' "
		  "[E-syntax]\n"
		  "note: did you mean 'long'?" },
		{ "function f(a:strin) { }",
		  "1:14: error: expected 'long' or 'string' behind ':', found the name "
		  "'strin' [E-syntax]\n"
		  "note: did you mean 'string'?" },
		{ "function long() { }",
		  "1:10: error: expected the name of a function, found 'long' [E-syntax]" },
		{ "global string",
		  "1:8: error: expected the name of a global, found 'string' [E-syntax]" },
		{ "global a[2147483648]",
		  "1:10: error: the size of an array is less than 2147483648 [E-number-range]" },
		{ "global a%[x]",
		  "1:11: error: expected a number as the size of the array, found the name "
		  "'x' [E-syntax]" },
		{ "private private a",
		  "1:9: error: expected 'global', 'function', 'probe' or a name behind "
		  "'private', found 'private' [E-syntax]" },
		{ "probe a { x[1, *] = 2 }",
		  "1:16: error: '*' as a key stands for many elements: it fits behind "
		  "'delete', 'foreach (... in' and before 'in' [E-syntax]" },
		{ "probe a { f(x[*]) }",
		  "1:15: error: '*' as a key stands for many elements: it fits behind "
		  "'delete', 'foreach (... in' and before 'in' [E-syntax]" },
		{ "probe a { delete x[y[*]] }",
		  "1:22: error: '*' as a key stands for many elements: it fits behind "
		  "'delete', 'foreach (... in' and before 'in' [E-syntax]" },
		{ "probe a { delete f(x[*]) }",
		  "1:18: error: cannot delete this: expected a variable or an array element "
		  "[E-syntax]" },
		{ "probe a { delete x + 1 }",
		  "1:18: error: cannot delete this: expected a variable or an array element "
		  "[E-syntax]" },
		{ "probe a { * in b }",
		  "1:11: error: expected an expression, found '*' [E-syntax]" },
		{ "probe a { foreach (k in a[]) b }",
		  "1:26: error: expected 1 to 9 keys between '[' and ']', found 0 "
		  "[E-key-count]" },
		{ "probe a { foreach ([] in a) b }",
		  "1:21: error: expected a name for the key, found ']' [E-syntax]" },
		{ "probe a { foreach (v- = k+ in a) b }",
		  "1:26: error: 'foreach' sorts by one key or by the value, not by two of "
		  "them [E-syntax]" },
		{ "probe a { foreach (k+ in a-) b }",
		  "1:27: error: 'foreach' sorts by one key or by the value, not by two of "
		  "them [E-syntax]" },
		{ "probe a { foreach ([j k] in a) b }",
		  "1:23: error: expected ',' or ']' behind a key of 'foreach', found the name "
		  "'k' [E-syntax]" },
		{ "probe a { foreach (k in @hist_log(a)[1]) b }",
		  "1:37: error: 'foreach' goes over all buckets of a histogram: ask for one "
		  "of them in an expression, as in '@hist_log(x)[5]' [E-syntax]" },
		{ "probe a { foreach (k in @hist_log(a) @count+) b }",
		  "1:38: error: buckets of a histogram hold one number each: write "
		  "'+' or '-' alone to sort by it [E-syntax]" },
		{ "probe a { foreach ([j, k] in @hist_log(a)) b }",
		  "1:24: error: the buckets of a histogram have one key, their number "
		  "[E-key-count]" },
		{ "probe a { foreach (k in @count(a)) b }",
		  "1:25: error: expected the name of an array behind 'in', found '@count' "
		  "[E-syntax]" },
		{ "probe a { foreach (k in a limt 3) b }",
		  "1:27: error: expected ')' behind the array of 'foreach', found the name "
		  "'limt' [E-syntax]\n"
		  "note: did you mean 'limit'?" },
		{ "probe a { foreach (k in a limit) b }",
		  "1:32: error: expected an expression, found ')' [E-syntax]" },
		{ "probe a { fro (i = 0; i < 3; i++) b }",
		  "1:21: error: expected ',' or ')' behind the arguments, found ';' "
		  "[E-syntax]\n"
		  "note: did you mean 'for'?" },
		{ "probe a { foreahc (k+ in a) b }",
		  "1:23: error: expected an expression, found 'in' [E-syntax]\n"
		  "note: did you mean 'foreach'?" },
		{ "probe a { try { } cath { } }",
		  "1:19: error: expected 'catch' behind the block of 'try', found the name "
		  "'cath' [E-syntax]\n"
		  "note: did you mean 'catch'?" },
		{ "probe a { try { } catch () { } }",
		  "1:26: error: expected a name for the error message, found ')' [E-syntax]" },
		{ "probe a { try x; catch y }",
		  "1:15: error: expected '{' behind 'try', found the name 'x' [E-syntax]\n"
		  "t.stp:1:18: error: 'catch' without a 'try' before it [E-syntax]" },
		{ "probe a { @variance(x, 63) }",
		  "1:24: error: the shift of '@variance' is from 0 to 62 [E-number-range]" },
		{ "probe a { @variance(x, -1) }",
		  "1:24: error: the shift of '@variance' is from 0 to 62 [E-number-range]" },
		{ "probe a { @variance(x, y) }",
		  "1:24: error: expected a number as the shift of '@variance', found the name "
		  "'y' [E-syntax]" },
		{ "probe a { @count(x, 1) }",
		  "1:19: error: expected ')' behind the statistic, found ',' [E-syntax]" },
		{ "probe a { @count($x) }",
		  "1:18: error: expected a statistic: the name of a variable or an array "
		  "element [E-syntax]" },
		{ "probe a { @hist_linear(x) }",
		  "1:25: error: expected ',' before the next parameter of '@hist_linear', "
		  "found ')' [E-syntax]" },
		{ "probe a { @hist_log(x)[1, 2] }",
		  "1:25: error: expected ']' behind the number of the bucket, found ',' "
		  "[E-syntax]" },
		{ "probe a { @hist_log(x)[] }",
		  "1:24: error: expected an expression, found ']' [E-syntax]" },
		{ "probe a { @defined() }",
		  "1:20: error: expected an expression, found ')' [E-syntax]" },
		{ "probe a { @defined(x, y) }",
		  "1:21: error: expected ')' behind the arguments of '@defined', found ',' "
		  "[E-syntax]" },
		{ "probe a { @entry x }",
		  "1:18: error: expected '(' behind '@entry', found the name 'x' [E-syntax]" },
		{ "probe a { @perf(x) }",
		  "1:17: error: expected a string as an argument of '@perf', found the name "
		  "'x' [E-syntax]" },
		{ "probe a { @perf(\"x\", 1) }",
		  "1:20: error: expected ')' behind the arguments of '@perf', found ',' "
		  "[E-syntax]" },
		{ "probe a { @const(1) }",
		  "1:18: error: expected a string as an argument of '@const', found the "
		  "number 1 [E-syntax]" },
		{ "probe a { @enum(x) }",
		  "1:17: error: expected a string as an argument of '@enum', found the name "
		  "'x' [E-syntax]" },
		{ "probe a { @enum(\"x\", y) }",
		  "1:22: error: expected a string as an argument of '@enum', found the name "
		  "'y' [E-syntax]" },
		{ "probe a { @enumname(\"t\") }",
		  "1:24: error: expected ',' before the next argument of '@enumname', found "
		  "')' [E-syntax]" },
		{ "probe a { @enumname(1, t) }",
		  "1:24: error: expected a string as an argument of '@enumname', found the "
		  "name 't' [E-syntax]" },
		{ "probe a { @probewrite(1) }",
		  "1:23: error: '@probewrite' asks of a variable as a whole: expected its "
		  "name [E-syntax]" },
		{ "probe a { @probewrite($x->y) }",
		  "1:23: error: '@probewrite' asks of a variable as a whole: expected its "
		  "name [E-syntax]" },
		{ "probe a { @kregister(x) }",
		  "1:22: error: expected a number as an argument of '@kregister', found the "
		  "name 'x' [E-syntax]" },
		{ "probe a { @kregister(1 + 2) }",
		  "1:24: error: expected ')' behind the arguments of '@kregister', found '+' "
		  "[E-syntax]" },
		{ "probe a { @uregister(\"x\") }",
		  "1:22: error: expected a number as an argument of '@uregister', found a "
		  "string [E-syntax]" },
		{ "probe a { @kderef(x) }",
		  "1:19: error: expected a number as an argument of '@kderef', found the name "
		  "'x' [E-syntax]" },
		{ "probe a { @kderef(4) }",
		  "1:20: error: expected ',' before the next argument of '@kderef', found ')' "
		  "[E-syntax]" },
		{ "probe a { @uderef(4, 5, 6) }",
		  "1:23: error: expected ')' behind the arguments of '@uderef', found ',' "
		  "[E-syntax]" },
		{ "probe a { @cast(x) }",
		  "1:18: error: expected ',' before the type in '@cast', found ')' [E-syntax]" },
		{ "probe a { @cast(x, y) }",
		  "1:20: error: expected a string, the name of a type, in '@cast', found the "
		  "name 'y' [E-syntax]" },
		{ "probe a { @cast(x, \"y\", z) }",
		  "1:25: error: expected a string, the module or program to look in, found "
		  "the name 'z' [E-syntax]" },
		{ "probe a { @cast(x, \"y\", \"z\", 1) }",
		  "1:28: error: expected ')' behind the arguments, found ',' [E-syntax]" },
		{ "probe a { @cast x }",
		  "1:17: error: expected '(' behind '@cast', found the name 'x' [E-syntax]" },
		{ "probe a { @var(x) }",
		  "1:16: error: expected a string, the name of a variable, in '@var', found "
		  "the name 'x' [E-syntax]" },
		{ "probe a { @var(\"x\", y) }",
		  "1:21: error: expected a string, the module or program to look in, found "
		  "the name 'y' [E-syntax]" },
		{ "probe a { x->1 }",
		  "1:14: error: expected the name of a member behind '->', found the number 1 "
		  "[E-syntax]" },
		{ "probe a { x-> }",
		  "1:15: error: expected the name of a member behind '->', found '}' "
		  "[E-syntax]" },
		{ "probe a { x->\"y\" }",
		  "1:14: error: expected the name of a member behind '->', found a string "
		  "[E-syntax]" },
		{ "probe a { $x->$y }",
		  "1:15: error: expected the name of a member behind '->', found the target "
		  "variable '$y' [E-syntax]" },
		{ "probe a { $x[1, 2] }",
		  "1:15: error: expected ']' behind the index, found ',' [E-syntax]" },
		{ "probe a { $x$->y }",
		  "1:14: error: '->' and '[' cannot follow the '$' of pretty printing: write "
		  "it behind the last member [E-syntax]" },
		{ "probe a { $x->y$[1] }",
		  "1:17: error: '->' and '[' cannot follow the '$' of pretty printing: write "
		  "it behind the last member [E-syntax]" },
		{ "probe a { $x$$$ }",
		  "1:11: error: '$x$$$' has more than two '$' at its end: write '$' for the "
		  "members, '$$' for all that is in them [E-syntax]" },
		{ "probe a { $x$ = 1 }",
		  "1:11: error: cannot assign to this: expected a variable, an array element "
		  "or a target variable [E-syntax]" },
		{ "probe a { &$x$ }",
		  "1:12: error: expected a target variable behind the '&' that takes an "
		  "address, or a member of one [E-syntax]" },
		{ "probe a { & &$x }",
		  "1:13: error: expected an expression, found '&' [E-syntax]" },
		{ "probe a { &x }",
		  "1:12: error: expected a target variable behind the '&' that takes an "
		  "address, or a member of one [E-syntax]" },
		{ "probe a { &(x) }",
		  "1:12: error: expected a target variable behind the '&' that takes an "
		  "address, or a member of one [E-syntax]" },
		{ "probe a { ++ ++x }",
		  "1:14: error: cannot increment this: expected a variable, an array element "
		  "or a target variable [E-syntax]" },
		{ "probe a { x++->y }",
		  "1:14: error: expected an expression, found '->' [E-syntax]" },
		{ "probe a { long = 1 }",
		  "1:11: error: expected an expression, found 'long' [E-syntax]" },
		{ "probe a { x = string }",
		  "1:15: error: expected an expression, found 'string' [E-syntax]" },
		{ "probe a { x ? y, z : w }",
		  "1:16: error: expected ':' in the middle of '?:', found ',' [E-syntax]" },
		{ "probe a { x + y = 1 }",
		  "1:11: error: cannot assign to this: expected a variable, an array element "
		  "or a target variable [E-syntax]" },
		{ "probe a { if (x) else y }",
		  "1:18: error: 'else' without an 'if' before it [E-syntax]" },
		{ "probe a { while () x }",
		  "1:18: error: expected an expression, found ')' [E-syntax]" },
		{ "probe a { [a, b] in c == d }",
		  "1:23: error: expected an expression, found '==' [E-syntax]" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *expected = g_strdup_printf("t.stp:%s\n", cases[i].expected);

		assert_messages(cases[i].text, expected);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expected_and_found),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_tree_after_errors),
		cmocka_unit_test(test_depth_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
