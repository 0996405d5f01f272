#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Exactness: hits on several CPUs at once, a known number of them with known numbers (hammer.c), and
# totals that are right to the last unit, for globals of every kind. Each script of exact/ begins
# with its law, and exact/model.awk computes what it has to say.
#
# The scripts run on two and on four CPUs. Under emulation each of these has a thread of the host, so
# that they meet within a handler, and in the order of their memory. Scripts that have the kernel
# patch its code meanwhile (kprobes, conditions on points) run in the machine as it is: see vm/qemu.c.

load common

CALLS=50000
LONG_CALLS=500000
AT_ONCE="counters taken emptied leaving pairs plain full wrap grows across interrupts alone contended"
IN_TURNS="functions switching"

# build SCRIPT: handlers wait for a lock so long that none is skipped for it, but in contended.stp.
build() {
	local patience=1000000
	[ "$1" != contended ] || patience=0
	cp "$BATS_TEST_DIRNAME/exact/$1.stp" "$modules"
	build_module "$1" -D MAXTRYLOCK="$patience" -D MAXACTION_INTERRUPTIBLE=100000000 \
		-D STP_NO_OVERLOAD "$1.stp"
}

# calls_of SCRIPT: by each CPU; switching takes its time.
calls_of() {
	[ "$1" = switching ] && echo "$LONG_CALLS" || echo "$CALLS"
}

# run_all MACHINE CPUS SCRIPT...: each as $results/SCRIPT-MACHINE.out and so on.
run_all() {
	local machine=$1 cpus=$2 script commands=
	shift 2
	for script; do
		commands+="record $script-$machine $SPILERUN -v -c './hammer $cpus $(calls_of "$script")' $script.ko"$'\n'
	done
	guest "$commands"'
dmesg | grep -E "WARNING:|BUG:|Oops|Call Trace|detected stall" >$results/kernel-'"$machine"'
:' --cpus="$cpus"
}

setup_file() {
	start_guest_tests
	gcc -O1 -static -Wall -Wextra -o "$modules/hammer" "$BATS_TEST_DIRNAME/hammer.c"
	local script threads=$SPILE_VM_ACCELERATOR
	for script in $AT_ONCE $IN_TURNS; do
		build "$script"
	done
	[ "$threads" != tcg ] || threads=tcg,thread=multi
	SPILE_VM_ACCELERATOR=$threads run_all two 2 $AT_ONCE
	SPILE_VM_ACCELERATOR=$threads run_all four 4 $AT_ONCE
	run_all turns 2 $IN_TURNS
}

# cpus_of MACHINE
cpus_of() {
	[ "$1" = four ] && echo 4 || echo 2
}

# skipped SCRIPT-MACHINE: hits of the hammer's calls that are reported as skipped.
skipped() {
	grep 'probe hits\? skipped' "$results/$1.err" |
		grep -oE '[0-9]+ by probe (kernel\.trace\("(timer:)?itimer_state"\)|k(probe|ernel)\.function)' |
		awk '{ sum += $1 } END { print sum + 0 }'
}

# said SCRIPT-MACHINE: its output without the lines of numbers that nobody can know.
said() {
	grep -vE '^(rounds|looks|x_looks|sums|beats|ticks|timers|interrupts) ' "$results/$1.out"
}

# law SCRIPT MACHINE: it ran well, skipped none of the hammer's calls, and said what the model says.
law() {
	local run=$1-$2
	expect_status "$run" 0 || return 1
	[ "$(skipped "$run")" -eq 0 ] || { show "$run"; return 1; }
	awk -v script="$1" -v cpus="$(cpus_of "$2")" -v calls="$CALLS" \
		-f "$BATS_TEST_DIRNAME/exact/model.awk" | sort >"$BATS_TEST_TMPDIR/expected"
	[ -s "$BATS_TEST_TMPDIR/expected" ]
	said "$run" | sort | diff "$BATS_TEST_TMPDIR/expected" - || { show "$run"; return 1; }
}

# at_least NAME SCRIPT MACHINE N: the script's number of that name.
at_least() {
	between "$(number_of "$2-$3.out" "^$1 \([0-9]*\)\$")" "$4" 999999999
}

@test "what is only added to, and read in the end, is all that was added" {
	law counters two
	law counters four
}

@test "what a timer takes away and what is left are all that was added" {
	local machine
	for machine in two four; do
		law taken "$machine"
		at_least rounds taken "$machine" 20
	done
}

@test "what is read and written in one handler can be taken away, element by element" {
	local machine
	for machine in two four; do
		law emptied "$machine"
		at_least rounds emptied "$machine" 20
	done
}

@test "handlers that leave early let go of what they locked" {
	local machine
	for machine in two four; do
		law leaving "$machine"
		at_least rounds leaving "$machine" 10
	done
}

@test "globals that one handler changes together are never seen apart" {
	local machine
	for machine in two four; do
		law pairs "$machine"
		at_least looks pairs "$machine" $((CALLS * $(cpus_of "$machine")))
		at_least x_looks pairs "$machine" $((CALLS * $(cpus_of "$machine")))
		at_least sums pairs "$machine" 20
	done
}

@test "what is read and then written is so as if handlers ran one after the other" {
	law plain two
	law plain four
}

# array_is_full MACHINE ARRAY ELEMENTS: its elements and the insertions given up are all hits.
array_is_full() {
	local total given_up
	total=$(number_of "full-$1.out" "^$2 $3 \([0-9]*\)\$")
	given_up=$(number_of "full-$1.err" "^WARNING: \([0-9]*\) insertions given up at full.stp:[0-9:]* array '$2' is full.*")
	between "$total" 1 $((CALLS * 4)) && between "$given_up" 1 $((CALLS * 4)) &&
		between $((total + given_up)) $((CALLS * $(cpus_of "$1"))) $((CALLS * $(cpus_of "$1"))) || {
		echo "of array $2"
		show "full-$1"
		return 1
	}
}

@test "full arrays keep their elements, and count each insertion that they give up" {
	local machine
	for machine in two four; do
		expect_status "full-$machine" 0
		[ "$(skipped "full-$machine")" -eq 0 ]
		array_is_full "$machine" by_key 100
		array_is_full "$machine" by_name 20
		array_is_full "$machine" of_key 10
		array_is_full "$machine" plain 100
		array_is_full "$machine" texts 30
		array_is_full "$machine" cycled 50
		expect_line "full-$machine.out" "good texts 30"
	done
}

@test "arrays that wrap have the newest elements, a queue the last ones" {
	law wrap two
	law wrap four
}

@test "an array into which all insert at once has each key once" {
	local machine
	for machine in two four; do
		law grows "$machine"
		at_least timers grows "$machine" 100
		at_least interrupts grows "$machine" 10
	done
}

@test "handlers of several points add to the same elements" {
	law across two
	law across four
}

@test "the entry of a function, its return and a tracepoint add to the same globals" {
	law functions turns
}

@test "handlers in interrupts add to the same globals" {
	local machine
	for machine in two four; do
		law interrupts "$machine"
		at_least beats interrupts "$machine" 1000
		at_least ticks interrupts "$machine" 10
		at_least timers interrupts "$machine" 10
	done
}

@test "begin's writes are seen by all hits, and those by end" {
	law alone two
	law alone four
}

@test "hits that ran and hits that are reported as skipped are all hits" {
	local machine ran lost
	for machine in two four; do
		expect_status "contended-$machine" 0
		ran=$(number_of "contended-$machine.out" '^ran \([0-9]*\)$')
		lost=$(skipped "contended-$machine")
		between "$lost" 1 $((CALLS * 8))
		between $((ran + lost)) $((2 * CALLS * $(cpus_of "$machine"))) \
			$((2 * CALLS * $(cpus_of "$machine"))) || { show "contended-$machine"; return 1; }
		at_least held contended "$machine" 1
	done
}

# hits_of SCRIPT-MACHINE N: of the script's Nth probe, from 1, by the report of -v.
hits_of() {
	sed -n 's/^\([0-9]*\) hits\? of probe .*/\1/p' "$results/$1.err" | sed -n "$2p"
}

@test "a point with a condition runs as often as its report says" {
	local all=$((2 * LONG_CALLS)) number
	expect_status switching-turns 0
	expect_line switching-turns.out "n $all"
	for number in "2 seen" "3 x_seen" "4 early"; do
		expect_line switching-turns.out "${number#* } $(hits_of switching-turns "${number% *}")"
		between "$(hits_of switching-turns "${number% *}")" 1 "$all"
	done
	[ "$(skipped switching-turns)" -eq 0 ]
}

@test "the kernel has nothing to complain about" {
	local machine
	for machine in two four turns; do
		same "" "$results/kernel-$machine"
	done
}
