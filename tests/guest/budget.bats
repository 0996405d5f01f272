#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# --budget: what handlers take of a CPU on which nothing but their hits happens, by the cycles that
# --stats counted and those that the workload saw pass.

load common

# script NAME [OPTION...]: builds the script on standard input.
script() {
	cat >"$modules/$1.stp"
	build_module "$@" --no-global-var-display "$1.stp"
}

build_scripts() {
	local heavy='
global rounds
probe kprobe.function("__x64_sys_getppid") { for (i = 0; i < 900; i++) rounds++ }
probe timer.s(100) { }
probe end { println("end") }'
	script heavy -D STP_OVERLOAD_THRESHOLD=1000000 -D STP_OVERLOAD_INTERVAL=10000000 <<<"$heavy"
	script unlimited -D STP_NO_OVERLOAD <<<"$heavy"
	script many <<'END'
global n
probe kprobe.function("__x64_sys_getppid") { n++ }
probe kprobe.function("__x64_sys_getppid").return { n++ }
probe kernel.trace("sys_enter") { n++ }
probe kernel.trace("sys_exit") { n++ }
probe kprobe.function("__x64_sys_getppid"), kernel.trace("sys_enter"), kernel.trace("sys_exit") { n-- }
probe end { println("end") }
END
}

setup_file() {
	command -v python3 >/dev/null || skip "python3 is missing; run: tools/setup check"
	start_guest_tests
	build_workload workload
	build_scripts
	# Time is what the guest executes: the host may take its processors away at any moment. A call
	# takes some 500 cycles, of which 100 count for passing it over: less than these budgets.
	SPILE_VM_ACCELERATOR=tcg guest '
record heavy30 $SPILERUN -q --budget 30 --stats=json -c "./workload storm 1200" heavy.ko
record heavy50 $SPILERUN -q --budget=50% --stats=json -c "./workload storm 1200" heavy.ko
record free $SPILERUN -q --stats=json -c "./workload storm 500" unlimited.ko
record many $SPILERUN --budget=1% --stats=json -c "sh -c \"./workload storm 1500; sleep 3\"" many.ko
record none $SPILERUN --budget=0 many.ko
record much $SPILERUN --budget=101% many.ko
record word $SPILERUN --budget=5%% many.ko
record parameter $SPILERUN many.ko budget=101
' --cpus=1 --qemu=-icount --qemu=shift=0,sleep=off
}

# fact NAME EXPRESSION: what Python makes of it for that session: `probes` is all of them, `p` the
# first, `taken` the thousandths of the CPU that their handlers took, `calls` what was made.
fact() {
	python3 -c 'import json, sys
name, expression = sys.argv[1:]
with open(name + ".err") as file:
    probes = json.loads(file.readlines()[-1])["spile_stats"]["probes"]
with open(name + ".out") as file:
    calls, cycles = map(int, file.readline().split())
p = probes[0]
taken = sum(probe["cycles"] for probe in probes if not probe["points"].get("session")) * 1000 // cycles
sys.exit(0 if eval(expression) else "%s: not so: %s\ntaken %d of 1000, %d calls\n%s" % (
    name, expression, taken, calls, json.dumps(probes, indent=1)))' "$results/$1" "$2" || {
		show "$1"
		return 1
	}
}

@test "handlers take what the budget allows, within a factor of 1.5" {
	fact heavy30 '200 <= taken <= 450'
	fact heavy50 '333 <= taken <= 750'
}

@test "without a budget they take far more" {
	fact free 'taken > 600 and p["skipped"]["budget"] == 0'
}

@test "hits that ran and hits that were passed over are all there were" {
	for name in heavy30 heavy50; do
		fact $name 'p["off_ms"] == 0'
		fact $name 'calls <= p["hits"] + sum(p["skipped"].values()) <= calls + 20'
	done
}

@test "every change is said in the output" {
	grep -E '^WARNING: budget: probe kprobe.function\("__x64_sys_getppid"\) now runs (one hit|[357] hits) in [0-9]+$' \
		"$results/heavy30.err"
}

@test "what a budget lets run is no overload" {
	for name in heavy30 heavy50 many; do
		expect_status $name 0
		grep -x end "$results/$name.out"
		! grep ERROR "$results/$name.err"
	done
}

@test "what costs too much even to pass over is switched off, and on again" {
	grep -E '^WARNING: budget: probe .* is switched off$' "$results/many.err"
	grep -E '^WARNING: budget: probe .* now runs one hit in 256$' "$results/many.err"
	fact many 'any(probe["off_ms"] >= 900 for probe in probes)'
	grep -E '^WARNING: [0-9]+ probe hits skipped: .* \(the budget was used up\)' "$results/many.err"
}

@test "budgets that make no sense are refused in words" {
	for name in none much word; do
		expect_status $name 1
	done
	expect_line none.err "spilerun: error: --budget wants a percentage, 1 to 100, not '0'"
	expect_line much.err "spilerun: error: --budget wants a percentage, 1 to 100, not '101%'"
	expect_line word.err "spilerun: error: --budget wants a percentage, 1 to 100, not '5%%'"
	expect_status parameter 1
	grep -E '^spilerun: error: .*out of range' "$results/parameter.err"
}
