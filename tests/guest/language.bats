#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What scripts mean: each script of language/ runs in the machine and says exactly what its own
# comments expect.
#
#   #build: OPTIONS      of spile, beside -p4
#   #arguments: WORDS    the script's own
#   #run: OPTIONS        of spilerun
#   #out: LINE           every line of the output, in order; what stands behind one space
#   #err: LINE           likewise of standard error
#   #status: N           if not 0
#   #warning: LINE       every warning of spile, as far as the end of its line; none here: not compared

load common

# comment SCRIPT KEY: the values of its "#KEY: value" comments.
comment() {
	sed -n "s/^#$2:\( \|\$\)//p" "$BATS_TEST_DIRNAME/language/$1.stp"
}

# build SCRIPT: a failure is found by the test of that script. Quoted words of #build: keep
# together: eval.
build() {
	eval "build_module ${1//-/_} $(comment "$1" build) $1.stp $(comment "$1" arguments)" >"$results/$1.err"
}

setup_file() {
	start_guest_tests
	build_workload workload
	local script name commands=
	cp "$BATS_TEST_DIRNAME"/language/*.stp "$modules"
	for script in "$BATS_TEST_DIRNAME"/language/*.stp; do
		name=$(basename "$script" .stp)
		[ "$(jobs -pr | wc -l)" -lt 2 ] || wait -n || true
		build "$name" 3>&- &
		commands+="[ ! -e ${name//-/_}.ko ] || record $name $SPILERUN $(comment "$name" run) ${name//-/_}.ko"$'\n'
	done
	wait || true
	guest "$commands"
}

# run_of SCRIPT: it said what it expects, and ended as it expects.
run_of() {
	[ -e "$results/$1.status" ] || { cat "$results/$1.err"; return 1; }
	comment "$1" out | diff -u - "$results/$1.out" || { show "$1"; return 1; }
	comment "$1" err | diff -u - "$results/$1.err" || return 1
	[ -z "$(comment "$1" warning)" ] ||
		diff -u <(comment "$1" warning) <(grep -F ' warning: ' "$modules/${1//-/_}.log") || return 1
	[ "$(comment "$1" out | wc -l)" -gt 0 ]
	local status
	status=$(comment "$1" status)
	expect_status "$1" "${status:-0}"
}

@test "every script of the folder has a test" {
	local script
	for script in "$BATS_TEST_DIRNAME"/language/*.stp; do
		grep -qE "run_of $(basename "$script" .stp)( |\$)" "$BATS_TEST_FILENAME" || {
			echo "no test runs $(basename "$script")"
			return 1
		}
	done
}

@test "arrays: keys, membership, order, deletion" { run_of arrays ; }
@test "elements that were found before" { run_of found-elements ; }
@test "loops and conditions" { run_of loops ; }
@test "try and catch" { run_of errors-caught ; }
@test "recursion, and MAXNESTING" { run_of recursion ; }
@test "MAXACTION ends a loop without an end" { run_of too-many-actions ; }
@test "arrays that wrap" { run_of wrapping-arrays ; }
@test "a full array gives up the insertion" { run_of full-array ; }
@test "statistics and their operators" { run_of statistics ; }
@test "histograms" { run_of histograms ; }
@test "strings and the functions for them" { run_of strings ; }
@test "dates and clocks" { run_of dates ; }
@test "arithmetic of 64 bits" { run_of arithmetic ; }
@test "evaluation is from left to right" { run_of evaluation-order ; }
@test "formats and the print family" { run_of formats ; }
@test "globals and arguments from the command line" { run_of settings ; }
@test "begin and end probes run in order" { run_of order ; }
@test "error probes run before end probes" { run_of error-order ; }
@test "oneshot, log and warn" { run_of oneshot ; }
@test "timers of every unit tick in time" { run_of timers ; }
@test "timer.profile sees the task that it interrupts" { run_of profile-context ; }
@test "wildcards, ppfunc and pp" { run_of wildcards ; }
@test "optional and sufficient points" { run_of optional ; }
@test "results of functions, and maxactive" { run_of results ; }
@test "tasks, command lines, stacks and places" { run_of context-functions ; }
@test "states, files, times and namespaces of tasks" { run_of task-functions ; }
@test "numbers and strings in memory" { run_of memory-functions ; }
@test "escapes, parts of strings, errors and clocks" { run_of text-functions ; }
@test "arguments and registers of known calls" { run_of known-arguments ; }
@test "tracepoints, their arguments and members" { run_of tracepoints ; }
@test "preprocessor: conditions" { run_of preprocessor-conditions ; }
@test "preprocessor: macros" { run_of macros ; }
@test "preprocessor: script arguments" { run_of script-arguments ; }
@test "preprocessor: all arguments in a list" { run_of script-arguments-all ; }
@test "numbers, strings, comments and names" { run_of literals ; }
@test "globals: initial values, sizes, private ones" { run_of globals-forms ; }
@test "locals begin as 0 and empty" { run_of locals ; }
@test "types are inferred through the whole script" { run_of inference ; }
@test "functions of one name by number of arguments" { run_of function-overloads ; }
@test "functions of one name by next and priority" { run_of function-next ; }
@test "aliases: prologues and epilogues, nested, with suffixes and wildcards" { run_of aliases ; }
@test "aliases: optional and sufficient points" { run_of aliases-optional ; }
@test "braces in probe points" { run_of brace-expansion ; }
@test "conditions on probe points" { run_of conditions ; }
@test "embedded C" { run_of embedded-c ; }
@test "foreach: values, slices, orders, limits" { run_of foreach-forms ; }
@test "slices in delete and in" { run_of slices-and-delete ; }
@test "try and catch, left in every way" { run_of try-catch ; }
@test "regular expressions" { run_of regular-expressions ; }
@test "matched() and ngroups()" { run_of matched-groups ; }
@test "precedence of every pair of operators" { run_of operator-precedence ; }
@test "operators of strings" { run_of string-operators ; }
@test "operators of the target world without debuginfo" { run_of target-operators ; }
@test "variance, statistics in arrays, empty ones" { run_of statistics-operators ; }
@test "buckets by number, layouts of histograms" { run_of histogram-buckets ; }
@test "every directive of printf" { run_of printf-directives ; }
@test "memory by %m and %M" { run_of memory-directives ; }
@test "globals that nobody reads are displayed" { run_of display-globals ; }
@test "--no-global-var-display" { run_of display-off ; }
@test "what nobody uses is left out, with warnings" { run_of pruning ; }
@test "-u keeps it" { run_of unoptimized ; }
@test "every way into a full array" { run_of full-array-kinds ; }
@test "faults give up the hit" { run_of faults-given-up ; }
@test "a handler on error and end runs once" { run_of error-and-end ; }
@test "error probes need an error" { run_of error-none ; }
@test "MAXERRORS errors are survived" { run_of errors-survived ; }
@test "survived errors leave the status 0" { run_of errors-few ; }
@test "--suppress-handler-errors" { run_of errors-suppressed ; }
@test "--stap-errors: full arrays are errors" { run_of errors-as-stap ; }
@test "--stap-errors: faults are errors" { run_of faults-as-stap ; }
@test "--suppress-time-limits" { run_of time-limits ; }
