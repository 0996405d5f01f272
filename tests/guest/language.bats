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

@test "arrays: keys, membership, order, deletion also in foreach" { run_of arrays ; }
@test "loops and conditions" { run_of loops ; }
@test "try and catch" { run_of errors-caught ; }
@test "recursion, and MAXNESTING" { run_of recursion ; }
@test "MAXACTION ends a loop without an end" { run_of too-many-actions ; }
@test "arrays that wrap" { run_of wrapping-arrays ; }
@test "a full array is an error" { run_of full-array ; }
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
@test "arguments and registers of known calls" { run_of known-arguments ; }
@test "tracepoints, their arguments and members" { run_of tracepoints ; }
