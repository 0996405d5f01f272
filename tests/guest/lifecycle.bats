#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sessions from load to unload: they end in order however they are ended, say what they could not
# show, and leave the kernel as it was.

load common

# script NAME [OPTION...]: builds the script on standard input.
script() {
	cat >"$modules/$1.stp"
	build_module "$@" "$1.stp"
}

build_scripts() {
	script cycle <<'END'
global reads, results
probe kprobe.function("vfs_read") { reads++ }
probe kprobe.function("do_sys_openat2").return { results <<< returnval() }
probe kernel.trace("sched_switch") { reads++ }
probe timer.profile { reads++ }
probe timer.ms(1) { reads++ }
probe end { println("end ", reads > 0) }
END
	script endless --no-global-var-display <<'END'
global hits
probe begin { println("begin ", target()) }
probe kprobe.function("do_sys_openat2") { hits++ }
probe kprobe.function("do_sys_openat2").return { hits++ }
probe timer.ms(10) { hits++ }
probe end { println("end") }
END
	local twin
	for twin in twin_a twin_b; do
		script "$twin" <<'END'
global opens
probe begin { println("begin") }
probe kprobe.function("do_sys_openat2") { if (execname() == "workload") opens++ }
probe end { println(opens) }
END
	done
	script target <<'END'
probe begin { println("target ", target()) exit() }
END
	script fails <<'END'
global opens
probe begin { println("begin") }
probe kprobe.function("do_sys_openat2") { if (++opens == 5) error("the fifth open") }
probe error { println("error probe") }
probe end { println("opens ", opens) }
END
	script report -D MAXACTION_INTERRUPTIBLE=1000000 <<'END'
probe begin { exit() }
probe end { for (i = 1; i <= 20000; i++) printf("line %d of the report of twenty thousand\n", i) }
END
	script flood <<'END'
global calls
probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload") printf("call %d\n", ++calls) }
probe end { println("calls ", calls) }
END
	script sleepers <<'END'
global returned
probe kprobe.function("hrtimer_nanosleep").return.maxactive(1) { returned++ }
probe end { println("returned ", returned) }
END
	script prompt <<'END'
global opened
probe kprobe.function("vfs_open") { if (pid() == target()) opened++ }
probe end { println(opened > 0) }
END
	# Holds the session thread of that one up right behind whatever it tells the reader.
	script hindrance -g --suppress-time-limits <<'END'
function pause() %{ mdelay(300); %}
probe begin { println("begin") }
probe kprobe.function("__wake_up").return { if (execname() == "prompt") pause() }
END
}

setup_file() {
	start_guest_tests
	build_workload workload
	build_scripts
	cat >"$modules/flood.sh" <<'END'
kill -STOP $PPID
./workload parents 20000
kill -CONT $PPID
END
	guest '
# What must be as before: modules, kprobes, /proc/driver/spile:* and the warnings of the kernel.
state() {
	cut -d" " -f1 /proc/modules | sort
	cat /sys/kernel/debug/kprobes/list
	ls -d /proc/driver/spile:* 2>&1
	dmesg | grep -E "WARNING|BUG|Oops|Call Trace|refcount|scheduling while|stall" || true
}
is_gone() { ! grep -q "^$1 " /proc/modules; }
has_no_kprobes() { ! grep -q . /sys/kernel/debug/kprobes/list; }
state >$results/state.before

# Ends in each of the ways, below.
for ending in "exit 0" "exit 3" "kill -TERM \$\$" "kill -KILL \$\$"; do
	record "status $ending" $SPILERUN -q -c "sh -c \"$ending\"" cycle.ko
done
record "status missing" $SPILERUN -q -c ./no-such-command cycle.ko

( while [ ! -e /tmp/quiet ]; do ./workload opens 500 /etc/passwd; done ) &
load=$!
count=0
while [ $count -lt ${SPILE_SESSIONS:-100} ] && $SPILERUN -q -c true cycle.ko >>$results/cycles.out 2>>$results/cycles.err; do
	count=$((count + 1))
done
echo $count >$results/cycles.count
: >/tmp/quiet
wait $load
state >$results/state.cycled

$SPILERUN endless.ko >$results/interrupted.out 2>$results/interrupted.err &
pid=$!
wait_for test -s $results/interrupted.out
kill -INT $pid
wait $pid
echo $? >$results/interrupted.status

$SPILERUN endless.ko >$results/killed.out 2>$results/killed.err &
pid=$!
wait_for test -s $results/killed.out
record "another" $SPILERUN endless.ko
kill -KILL $pid
wait $pid
wait_for has_no_kprobes
cp /sys/kernel/debug/kprobes/list $results/killed.kprobes
grep -c "^endless " /proc/modules >$results/killed.loaded
record "rmmod" rmmod endless

$SPILERUN endless.ko >$results/left.out 2>$results/left.err &
pid=$!
wait_for test -s $results/left.out
kill -KILL $pid
wait $pid
record "unload" $SPILERUN -d endless
record "unload again" $SPILERUN -d endless
record "unload foreign" $SPILERUN -d overlay
state >$results/state.killed

$SPILERUN -q twin_a.ko >$results/twin_a.out 2>$results/twin_a.err & a=$!
$SPILERUN -q twin_b.ko >$results/twin_b.out 2>$results/twin_b.err & b=$!
wait_for test -s $results/twin_a.out
wait_for test -s $results/twin_b.out
sleep 1
./workload opens 777 /etc/passwd
kill -INT $a
wait $a
./workload opens 23 /etc/passwd
kill -INT $b
wait $b

sleep 60 & sleeper=$!
echo "target $sleeper" >$results/target.expected
record target $SPILERUN -x $sleeper target.ko
record file $SPILERUN -x $sleeper -o $results/file.written target.ko
kill $sleeper
record fails $SPILERUN -q -c "./workload opens 1000 /etc/passwd" fails.ko
record report $SPILERUN report.ko
record flood $SPILERUN -v -c "sh flood.sh" flood.ko buffer_kb=32
record sleepers $SPILERUN -c "sh -c \"for i in 1 2 3 4 5; do sleep 1 & done; wait\"" sleepers.ko

$SPILERUN -q hindrance.ko >$results/hindrance.out 2>$results/hindrance.err &
pid=$!
wait_for test -s $results/hindrance.out
for turn in 1 2 3; do $SPILERUN -q -c true prompt.ko; done >$results/prompt.out 2>$results/prompt.err
kill -INT $pid
wait $pid
state >$results/state.after
' --timeout=$((900 + 10 * ${SPILE_SESSIONS:-100}))
}

@test "a hundred sessions, or SPILE_SESSIONS, under load all end well" {
	[ "$(cat "$results/cycles.count")" -eq "${SPILE_SESSIONS:-100}" ]
	[ "$(grep -cx 'end 1' "$results/cycles.out")" -eq "${SPILE_SESSIONS:-100}" ]
	same "" "$results/cycles.err"
	cmp "$results/state.before" "$results/state.cycled"
}

@test "the exit status is the command's" {
	expect_status "status exit 0" 0
	expect_status "status exit 3" 3
	expect_status 'status kill -TERM $$' 143
	expect_status 'status kill -KILL $$' 137
	expect_status "status missing" 127
	expect_line "status missing.err" "spilerun: error: cannot run './no-such-command': No such file or directory"
	expect_line "status exit 3.out" "end 1"
}

@test "SIGINT ends a session in order" {
	expect_status interrupted 0
	same "begin 0
end" "$results/interrupted.out"
}

@test "a session whose reader is killed ends by itself, and its module can go" {
	same "begin 0" "$results/killed.out"
	[ ! -s "$results/killed.kprobes" ]
	[ "$(cat "$results/killed.loaded")" -eq 1 ]
	expect_status rmmod 0
}

@test "-d removes a module that was left behind, and nothing else" {
	expect_status unload 0
	expect_status "unload again" 1
	same "spilerun: error: no script module endless is loaded" "$results/unload again.err"
	expect_status "unload foreign" 1
	same "spilerun: error: no script module overlay is loaded" "$results/unload foreign.err"
	cmp "$results/state.before" "$results/state.killed"
}

@test "a module that is loaded already is not loaded twice, nor taken from its session" {
	expect_status another 1
	expect_line another.err "spilerun: error: endless.ko could not be loaded: File exists"
	expect_line another.err \
		"spilerun: note: a module endless is loaded already; if nobody uses it: spilerun -d endless"
}

@test "two sessions of one script do not disturb each other" {
	same "begin
777" "$results/twin_a.out"
	same "begin
800" "$results/twin_b.out"
}

@test "-x sets target(), -o writes to the file only" {
	expect_status target 0
	cmp "$results/target.expected" "$results/target.out"
	expect_status file 0
	cmp "$results/target.expected" "$results/file.written"
	same "" "$results/file.out"
}

@test "a run-time error: status 1, error probe, end probe, and what was counted" {
	expect_status fails 1
	same "begin
error probe
opens 5" "$results/fails.out"
	same "ERROR: the fifth open at fails.stp:3:61 in probe kprobe.function(\"do_sys_openat2\")" "$results/fails.err"
}

@test "what the command does first is seen, be the session thread ever so slow" {
	same "1
1
1" "$results/prompt.out"
	same "" "$results/prompt.err"
}

@test "a report of 20000 lines arrives whole" {
	expect_status report 0
	same "" "$results/report.err"
	seq -f "line %.0f of the report of twenty thousand" 20000 | cmp - "$results/report.out"
}

@test "lost records are counted: printed and lost are all that were sent" {
	local printed lost gaps cpus
	expect_status flood 0
	expect_line flood.out "calls 20000"
	printed=$(grep -cE '^call [0-9]+$' "$results/flood.out")
	lost=$(number_of flood.err '^WARNING: \([0-9]*\) records lost: .*')
	between "$lost" 1 20000
	[ "$((printed + lost))" -eq 20000 ]
	grep -qE "^WARNING: $lost records lost: $lost by probe kprobe\.function\(\"__x64_sys_getppid\"\); [0-9]+ on CPU [01](, [0-9]+ on CPU 1)?\$" "$results/flood.err"
	cpus=$(grep '^WARNING: .* records lost: ' "$results/flood.err" | grep -oE '[0-9]+ on CPU' | awk '{ sum += $1 } END { print sum }')
	[ "$cpus" -eq "$lost" ]
	gaps=$(awk '/^WARNING: [0-9]+ records? (was|were) lost here$/ { sum += $2 } END { print sum + 0 }' "$results/flood.err")
	[ "$gaps" -eq "$lost" ]
	grep -E '^call ' "$results/flood.out" | sort -c -k2,2n -u
}

@test "skipped hits are counted and reported with their reason" {
	local skipped
	expect_status sleepers 0
	skipped=$(number_of sleepers.err '^WARNING: \([0-9]*\) probe hits skipped: .*')
	between "$skipped" 4 8
	same "WARNING: $skipped probe hits skipped: $skipped by probe kprobe.function(\"hrtimer_nanosleep\").return.maxactive(1) (no free return instance, or a timer tick missed)" \
		"$results/sleepers.err"
	between "$(number_of sleepers.out '^returned \([0-9]*\)$')" 1 3
}

@test "the kernel is as it was before all this" {
	diff -u "$results/state.before" "$results/state.after"
	! grep -E 'WARNING|BUG|Oops|Call Trace' "$results/state.after"
}
