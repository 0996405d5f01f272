#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sessions in which something goes wrong under load: what ends them, what does not, and what they
# tell then. Errors of single handlers, with exact output, are in language/.

load common

# script NAME [OPTION...]: builds the script on standard input.
script() {
	cat >"$modules/$1.stp"
	build_module "$@" "$1.stp"
}

build_scripts() {
	script faults <<'END'
global calls, done, last[8]
probe kprobe.function("__x64_sys_getppid") {
	if (execname() != "workload") next
	last[calls % 10] = ++calls
	if (calls % 4 == 0 && kernel_string(calls) == "?") done = -1
	if (calls % 4 == 1) try { text = user_string(calls) } catch { text = "caught" }
	done += text == "caught" ? 1 : 10
}
probe error { println("error probe") }
probe end { println(calls, " ", done, " ", calls % 10 in last) foreach (n in last) kept++; println(kept) }
END
	script "some" -D MAXERRORS=3 <<'END'
global calls
probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload" && ++calls % 10 == 0) error("a tenth") }
probe error { println("error probe") }
probe end { println("calls ", calls) }
END
	script suppressed --suppress-handler-errors -D MAXERRORS=3 <<'END'
global calls
probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload" && ++calls % 10 == 0) error("a tenth") }
probe error { println("not reached") }
probe end { println("calls ", calls) }
END
	script as_stap --stap-errors <<'END'
global calls
probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload" && ++calls == 7 && kernel_string(1) == "") calls = 0 }
probe error { println("calls ", calls) }
probe end { println("not reached") }
END
	local limits=(--no-global-var-display -D MAXACTION=5000 -D STP_OVERLOAD_THRESHOLD=1000000 -D STP_OVERLOAD_INTERVAL=10000000)
	local busy='
global calls, rounds
probe kprobe.function("__x64_sys_getppid") {
	if (execname() != "workload") next
	calls++
	for (i = 0; i < 900; i++) rounds++
}
probe error { println("error probe") }
probe end { println(calls < 30000 ? "stopped" : "whole") }'
	script overload "${limits[@]}" <<<"$busy"
	script no_overload "${limits[@]}" -D STP_NO_OVERLOAD <<<"$busy"
	script no_limits "${limits[@]}" -g --suppress-time-limits -D MAXACTION=10 <<<"$busy"
	local contended='
global shared
probe timer.ms(20) { for (i = 0; i < 3000000; i++) shared = shared + 1 }
probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload") shared = shared + 1 }
probe error { println("error probe") }
probe end { println("end") }'
	script skipped --no-global-var-display -D MAXTRYLOCK=0 -D MAXACTION_INTERRUPTIBLE=2147483647 -D MAXSKIPPED=3 <<<"$contended"
	script not_skipped --no-global-var-display -D MAXTRYLOCK=0 -D MAXACTION_INTERRUPTIBLE=2147483647 <<<"$contended"
}

setup_file() {
	start_guest_tests
	build_workload workload
	build_scripts
	guest '
record faults $SPILERUN -c "./workload parents 1000" faults.ko
record some $SPILERUN -c "sh -c \"./workload parents 1000; sleep 30\"" some.ko
record suppressed $SPILERUN -c "./workload parents 1000" suppressed.ko
record as_stap $SPILERUN -c "sh -c \"./workload parents 1000; sleep 30\"" as_stap.ko
record overload $SPILERUN -q -c "./workload parents 30000" overload.ko
record no_overload $SPILERUN -q -c "./workload parents 30000" no_overload.ko
record no_limits $SPILERUN -q -c "./workload parents 30000" no_limits.ko
record skipped $SPILERUN -c "./workload parents 1000000" skipped.ko
record not_skipped $SPILERUN -c "./workload parents 1000000" not_skipped.ko
dmesg | grep -E "WARNING:|BUG:|Oops|Call Trace|detected stall" >$results/kernel
lsmod >$results/modules
'
}

@test "faults and full arrays under load give up hits and insertions, and are told once with their count" {
	expect_status faults 0
	same "1000 5250 1
8" "$results/faults.out"
	expect_line faults.err "WARNING: 200 insertions given up at faults.stp:4:2: array 'last' is full (8 elements, see MAXMAPENTRIES)"
	expect_line faults.err \
		"WARNING: 250 hits of probe kprobe.function(\"__x64_sys_getppid\") given up at faults.stp:5:24: kernel string copy fault at 0x4 (the first)"
	[ "$(wc -l <"$results/faults.err")" -eq 2 ]
}

@test "MAXERRORS errors are survived, the next one ends the session" {
	expect_status "some" 1
	same "error probe
calls 40" "$results/some.out"
	[ "$(grep -cxF 'ERROR: a tenth at some.stp:2:97 in probe kprobe.function("__x64_sys_getppid")' "$results/some.err")" -eq 4 ]
}

@test "suppressed errors are counted at their place" {
	expect_status suppressed 0
	same "calls 1000" "$results/suppressed.out"
	same 'WARNING: 100 hits of probe kprobe.function("__x64_sys_getppid") given up at suppressed.stp:2:97: a tenth (the first)' \
		"$results/suppressed.err"
}

@test "--stap-errors: a fault ends the session, and no end probe runs" {
	expect_status as_stap 1
	same "calls 7" "$results/as_stap.out"
	expect_line as_stap.err 'ERROR: kernel string copy fault at 0x1 at as_stap.stp:2:94 in probe kprobe.function("__x64_sys_getppid")'
}

@test "too much time in handlers ends the session" {
	expect_status overload 1
	same "error probe
stopped" "$results/overload.out"
	grep -E '^ERROR: probe overhead exceeded threshold: .*(--suppress-time-limits|STP_NO_OVERLOAD)' "$results/overload.err"
}

@test "STP_NO_OVERLOAD and --suppress-time-limits lift that" {
	local name
	for name in no_overload no_limits; do
		expect_status "$name" 0
		same "whole" "$results/$name.out"
		same "" "$results/$name.err"
	done
}

@test "more skipped hits than MAXSKIPPED end the session" {
	expect_status skipped 1
	same "error probe
end" "$results/skipped.out"
	grep -E '^ERROR: more than 3 probe hits skipped \(MAXSKIPPED\)' "$results/skipped.err"
	between "$(number_of skipped.err '^WARNING: \([0-9]*\) probe hits skipped: .*')" 4 100000
}

@test "without MAXSKIPPED skipped hits are only told" {
	expect_status not_skipped 0
	same "end" "$results/not_skipped.out"
	between "$(number_of not_skipped.err '^WARNING: \([0-9]*\) probe hits skipped: .*')" 4 1000000
	! grep -q ERROR "$results/not_skipped.err"
}

@test "the kernel has nothing to complain about, and no module is left" {
	same "" "$results/kernel"
	! grep -E '^(faults|some|suppressed|as_stap|overload|no_overload|no_limits|skipped|not_skipped) ' "$results/modules"
}
