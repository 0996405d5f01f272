#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# --stats: what the programs print of probes whose hits the workload knows.

load common

build_scripts() {
	cat >"$modules/all.stp" <<'END'
global n
probe begin { n++ }
probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload") n++ }
probe kprobe.function("__x64_sys_getppid").return { if (execname() == "workload") for (i = 0; i < 500; i++) n++ }
probe kprobe.function("vfs_[rw]*") { n++ }
probe kernel.trace("sys_enter") { n++ }
probe timer.ms(20) { n++ }
probe timer.profile { n++ }
probe end { println("end") }
END
	build_module all --no-global-var-display "$modules/all.stp"
}

setup_file() {
	command -v python3 >/dev/null || skip "python3 is missing; run: tools/setup check"
	start_guest_tests
	build_workload workload
	build_scripts
	guest '
record table $SPILERUN -t -c "./workload parents 5000" all.ko
record json $SPILERUN -q --stats=json -c "./workload parents 5000" all.ko
record none $SPILERUN -c "./workload parents 5000" all.ko
record option $SPILERUN --stats=xml all.ko
'
}

# row NAME: the line of the table for the probe of that name, up to its mechanisms.
row() {
	grep -F "  $1, " "$results/table.err" || {
		show table
		return 1
	}
}

# fact EXPRESSION: what Python makes of it; `p` has the probes by name, `s` is all.
fact() {
	tail -n 1 "$results/json.err" | python3 -c 'import json, sys
s = json.load(sys.stdin)["spile_stats"]
p = {probe["probe"]: probe for probe in s["probes"]}
entry, returned = (p["kprobe.function(\"__x64_sys_getppid\")" + kind] for kind in ("", ".return"))
sys.exit(0 if eval(sys.argv[1]) else "not so: %s\n%s" % (sys.argv[1], json.dumps(s, indent=1)))' "$1"
}

@test "the table has hits, cycles and mechanism of each probe" {
	expect_status table 0
	row begin | grep -E '^ +1( +[0-9]+){3}  begin, by session$'
	row 'kprobe.function("__x64_sys_getppid")' | grep -E '^ +500[0-9] .*, by (kprobe|ftrace)$'
	row 'kprobe.function("__x64_sys_getppid").return' | grep -E ', by kretprobe$'
	row 'kprobe.function("vfs_[rw]*")' | grep -E ', [0-9]+ points by (kprobe|ftrace)'
	row 'kernel.trace("sys_enter")' | grep -E ', by tracepoint$'
	row 'timer.ms(20)' | grep -E ', by timer$'
	row timer.profile | grep -E ', by profile$'
}

@test "JSON is the last line, and one that a program reads" {
	expect_status json 0
	[ "$(grep -c '^{"spile_stats": ' "$results/json.err")" -eq 1 ]
	fact 'len(s["probes"]) == 8 and s["module"] == "all" and s["failed"] is False'
	fact 'sum(sum(q["points"].values()) for q in s["probes"]) - 5 == s["points_attached"]'
	fact 's["records_sent"] == 1 and s["records_lost"] == 0 and s["memory"] > 0'
}

@test "hits that ran and hits that were skipped are all there were" {
	fact '5000 <= entry["hits"] + sum(entry["skipped"].values()) <= 5020'
	fact '5000 <= returned["hits"] + sum(returned["skipped"].values()) <= 5020'
}

@test "every hit is timed, and the longer handler took longer" {
	fact 'all(q["timed"] == q["hits"] + q["skipped"]["lock"] for q in s["probes"])'
	fact 'all(q["cycles_least"] <= q["cycles_average"] <= q["cycles_most"] for q in s["probes"])'
	fact 'all(q["cycles_average"] == q["cycles"] // q["timed"] for q in s["probes"] if q["timed"])'
	fact 'returned["cycles_least"] < returned["cycles_average"]'
	fact 'returned["cycles"] > 5 * entry["cycles"] > 0'
}

@test "without the option nothing is said" {
	expect_status none 0
	! grep -E 'cycles|spile_stats' "$results/none.err"
}

@test "a form that does not exist is refused in words" {
	expect_status option 1
	expect_line option.err "spilerun: error: --stats stands alone or is --stats=json, not --stats=xml"
}
