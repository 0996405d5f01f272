#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How probes get onto functions: entries by the function tracer, the rest by kprobes, thousands at
# once; what is counted is what happened, and afterwards nothing is left on the kernel.

load common

# script NAME [OPTION...]: builds the script on standard input.
script() {
	cat >"$modules/$1.stp"
	build_module "$@" "$1.stp"
}

# Scripts that probe a function's entry and return; other than these have one of both.
build_pairs() {
	script both <<'END_OF_SCRIPT'
global order, calls
probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload") order = 1 }
probe kprobe.function("__x64_sys_getppid").return { if (execname() == "workload") order = order * 10 + 4 }
probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload") order = order * 10 + 2 }
probe kprobe.function("__x64_sys_getppid").return { if (execname() == "workload") order = order * 10 + 5 }
probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload") order = order * 10 + 3 }
probe kprobe.function("__x64_sys_getppid").return {
	if (execname() != "workload") next
	if (order * 10 + 6 == 123456) calls++
}
probe end { println(calls) }
END_OF_SCRIPT
	build_module both_again both.stp
	script exhausted <<'END_OF_SCRIPT'
global first, second, returned
probe kprobe.function("hrtimer_nanosleep") { if (execname() == "sleep") first++ }
probe kprobe.function("hrtimer_nanosleep").return.maxactive(1) { if (execname() == "sleep") returned++ }
probe kprobe.function("hrtimer_nanosleep") { if (execname() == "sleep") second++ }
probe end { println(first, " ", second, " ", returned) }
END_OF_SCRIPT
	script unfollowed <<'END_OF_SCRIPT'
global on, entered, returned
probe kprobe.function("hrtimer_nanosleep") { if (execname() == "sleep") entered++ }
probe kprobe.function("hrtimer_nanosleep").return.maxactive(1) if (on) { returned++ }
probe timer.s(1000) { on = 1 }
probe end { println(entered, " ", returned) }
END_OF_SCRIPT
	script halves <<'END_OF_SCRIPT'
global on, entered, returned, entries, returns, never, switched
probe kprobe.function("__x64_sys_getppid") if (on) { if (execname() == "workload") entries++ }
probe kprobe.function("__x64_sys_getppid").return { if (execname() == "workload") returned++ }
probe kprobe.function("vfs_read") { if (execname() == "workload" && ulong_arg(3) == 1) entered++ }
probe kprobe.function("vfs_read").return if (!on) { returns++ }
probe kprobe.function("vfs_read") if (on > 1) { never++ }
probe timer.ms(50) { on = !on; switched++ }
probe end {
	println(entered, " ", returned)
	println(entries > 0 && entries < returned, " ", returns > 0 && returns < entered, " ", never, " ", switched > 3)
}
END_OF_SCRIPT
	# Without a call site: the kernel makes its kprobe a jump.
	script jumping <<'END_OF_SCRIPT'
global entered, returned
probe kprobe.function("strnlen") { if (execname() == "sh") entered++ }
probe kprobe.function("strnlen").return { if (execname() == "sh") returned++ }
probe end { println(entered >= 20, " ", entered - returned) }
END_OF_SCRIPT
	# The module itself calls the first one for each line of the others.
	script nested <<'END_OF_SCRIPT'
global entered, returned
probe kprobe.function("ktime_get_mono_fast_ns"), kprobe.function("ktime_get_mono_fast_ns").return { next }
probe kprobe.function("vfs_read") { if (execname() == "workload" && ulong_arg(3) == 1) printf("entry %d\n", ++entered) }
probe kprobe.function("vfs_read").return { if (execname() == "workload" && returnval() == 1) printf("return %d\n", ++returned) }
probe end { println(entered, " ", returned) }
END_OF_SCRIPT
	# The kernel allows no kretprobe there.
	script refused <<'END_OF_SCRIPT'
global entered, returned
probe kprobe.function("__switch_to") { entered++ }
probe kprobe.function("__switch_to").return ? { returned++ }
probe end { println(entered > 0, " ", returned) }
END_OF_SCRIPT
}

build_scripts() {
	build_pairs
	script twice <<'END_OF_SCRIPT'
global first, second
probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload") first++ }
probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload") second++ }
probe end { println(first, " ", second) }
END_OF_SCRIPT
	# The first has several hundred points.
	script order <<'END_OF_SCRIPT'
global order, parents
probe kprobe.function("__x64_sys_*") { if (probefunc() == "__x64_sys_getppid" && execname() == "workload") order = 1 }
probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload") order = order * 10 + 2 }
probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload") { order = order * 10 + 3; parents++ } }
probe end { println(order, " ", parents) }
END_OF_SCRIPT
	script returning <<'END_OF_SCRIPT'
global entered, returned, opened
probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload") entered++ }
probe kprobe.function("__x64_sys_getppid").return { if (execname() == "workload") returned++ }
probe kprobe.function("vfs_open") { opened++ }
probe end { println(entered, " ", returned, " ", opened > 0) }
END_OF_SCRIPT
	script registers <<'END_OF_SCRIPT'
global place, calls, names, bytes
probe kprobe.function("vfs_read") {
	if (execname() != "workload" || ulong_arg(3) != 1) next
	calls++
	place[register("rip")]++
	names[probefunc()]++
	bytes += ulong_arg(3)
}
probe end {
	foreach (address in place) printf("%x\n", address - 1)
	foreach (name in names) println(name, " ", calls, " ", bytes)
}
END_OF_SCRIPT
	# No register is looked at but those of arguments; the last two, the seventh and eighth or one
	# further, are pointers into one stack.
	script arguments <<'END_OF_SCRIPT'
global calls, bytes, mapped, odd
probe kprobe.function("vfs_read") {
	if (execname() != "workload" || ulong_arg(3) != 1) next
	calls++
	bytes += int_arg(3) + (pointer_arg(4) != 0)
}
function are_pointers(a, b) { return !((a ^ b) & ~16383 || a & 7 || a >> 47 != -1) }
probe kprobe.function("do_mmap") {
	mapped++
	if (!are_pointers(ulong_arg(7), ulong_arg(8)) && !are_pointers(ulong_arg(8), ulong_arg(9))) odd++
}
probe end { println(calls, " ", bytes, " ", mapped > 0, " ", odd) }
END_OF_SCRIPT
	# strcpy is of those that the kernel compiles without a call to the tracer.
	script untraced <<'END_OF_SCRIPT'
global hits
probe kprobe.function("strcpy") { hits++ }
probe kprobe.function("vfs_read") { hits++ }
probe end { println("end") }
END_OF_SCRIPT
	script thousands <<'END_OF_SCRIPT'
global hits, parents
probe kprobe.function("vfs_*"), kprobe.function("tcp_*"), kprobe.function("a*") { hits++ }
probe kprobe.function("__x64_sys_getpp*") { if (execname() == "workload") parents++ }
probe begin { println("begin") }
probe end { println(hits > 0, " ", parents) }
END_OF_SCRIPT
	# Of these the kernel compiles several hundred without a call to the tracer.
	script large <<'END_OF_SCRIPT'
global hits
probe kprobe.function("s*") { hits++ }
probe end { println(hits > 0) }
END_OF_SCRIPT
	# The runtime itself, and the kernel on its way to handlers, call some of these.
	script printers <<'END_OF_SCRIPT'
global calls
probe kprobe.function("*printf*") { calls++; printf("%s\n", probefunc()) }
probe kprobe.function("vsnprintf") { calls++ }
probe kprobe.function("copy_from_kernel_nofault"), kprobe.function("ktime_get_mono_fast_ns") { calls++ }
probe timer.ms(5) { printf("timer %d\n", calls) }
probe end { println("calls ", calls > 0) }
END_OF_SCRIPT
	script switching <<'END_OF_SCRIPT'
global on, all, sometimes, reads, never, switched
probe kprobe.function("__x64_sys_getppid") if (on) { if (execname() == "workload") sometimes++ }
probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload") all++ }
probe kprobe.function("vfs_read") if (!on) { reads++ }
probe kprobe.function("vfs_open") if (on > 1) { never++ }
probe timer.ms(50) { on = !on; switched++ }
probe end { println(all, " ", sometimes > 0 && sometimes < all, " ", reads > 0, " ", never, " ", switched > 3) }
END_OF_SCRIPT
	script idle <<'END_OF_SCRIPT'
global on, hits
probe begin { println("begin") }
probe kprobe.function("__x64_sys_getppid") if (on) { hits++ }
probe kprobe.function("vfs_read") if (on) { hits++ }
probe kprobe.function("vfs_read").return if (on) { hits++ }
probe timer.s(100) { on = !on }
probe end { println(hits) }
END_OF_SCRIPT
}

setup_file() {
	start_guest_tests
	build_workload workload
	build_scripts
	cat >"$modules/jumping.sh" <<'END'
is_a_jump() { grep -q ' strnlen+.*OPTIMIZED' /sys/kernel/debug/kprobes/list; }
until is_a_jump || [ "$((tries += 1))" -gt 100 ]; do sleep 0.1; done
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do ./workload parents 1; done
cat /sys/kernel/debug/kprobes/list >"$results/jumping.kprobes"
END
	guest '
functions=/sys/kernel/debug/tracing/enabled_functions
switch=/proc/sys/kernel/ftrace_enabled
ignored="ftrace_enabled file is deprecated"
# What must be as before: modules, probes, what the tracer calls, and the warnings of the kernel.
state() {
	cut -d" " -f1 /proc/modules | sort
	cat /sys/kernel/debug/kprobes/list $functions $switch
	dmesg | grep -v "$ignored" | grep -E "WARNING|BUG|Oops|Call Trace|refcount|scheduling while|stall|ftrace" || true
}
now() { cut -d" " -f1 /proc/uptime; }
state >$results/state.before

record twice $SPILERUN -v -c "./workload parents 5000" twice.ko
record order $SPILERUN -v -c "./workload parents 500" order.ko
record returning $SPILERUN -v -c "./workload parents 500" returning.ko
record registers $SPILERUN -v -c "./workload reads 500" registers.ko
record arguments $SPILERUN -v -c "./workload reads 500" arguments.ko
record untraced $SPILERUN -v -c "./workload reads 100" untraced.ko
record printers $SPILERUN -v -c "./workload reads 2000" printers.ko
grep " vfs_read$" /proc/kallsyms >$results/vfs_read

now >$results/thousands.times
$SPILERUN -v -c "./workload parents 3000" thousands.ko >$results/thousands.out 2>$results/thousands.err
echo $? >$results/thousands.status
now >>$results/thousands.times
state >$results/state.thousands

record large $SPILERUN -v -c "./workload reads 100" large.ko
record switching $SPILERUN -v -c "sh -c \"./workload reads 10000; ./workload parents 300000; ./workload reads 10000\"" switching.ko

sleepers="for i in 1 2 3 4 5; do sleep 1 & done; wait"
record both $SPILERUN -v -c "./workload parents 500" both.ko
record exhausted $SPILERUN -c "sh -c \"$sleepers\"" exhausted.ko
record unfollowed $SPILERUN -c "sh -c \"$sleepers\"" unfollowed.ko
record halves $SPILERUN -v -c "sh -c \"./workload parents 300000; ./workload reads 100000\"" halves.ko
record jumping $SPILERUN -v -c "sh jumping.sh" jumping.ko
record nested $SPILERUN -c "./workload reads 500" nested.ko
record refused $SPILERUN -v -c "./workload reads 500" refused.ko

# Beside probes of others on the same function, before and behind.
echo p:first __x64_sys_getppid >/sys/kernel/debug/tracing/kprobe_events
echo 1 >/sys/kernel/debug/tracing/events/kprobes/first/enable
$SPILERUN idle.ko >$results/beside.idle 2>&1 &
pid=$!
wait_for test -s $results/beside.idle
record beside $SPILERUN -v -c "$SPILERUN -v -c \"./workload parents 500\" both_again.ko" both.ko
kill -INT $pid
wait $pid
echo 0 >/sys/kernel/debug/tracing/events/kprobes/first/enable
echo >/sys/kernel/debug/tracing/kprobe_events

# Nothing is called for the sake of a probe that is off.
$SPILERUN idle.ko >$results/idle.out 2>$results/idle.err &
pid=$!
wait_for test -s $results/idle.out
wait_for grep -q idle /proc/modules
sleep 1
cp $functions $results/idle.functions
cp /sys/kernel/debug/kprobes/list $results/idle.kprobes
kill -INT $pid
wait $pid

# A tracer in use cannot be switched off; one that is off is done without.
$SPILERUN -c "sh -c \"echo 0 >$switch || cat $switch\"" twice.ko >$results/kept.out 2>$results/kept.err
echo 0 >$switch
record off $SPILERUN -v -c "./workload parents 5000" twice.ko
record off_order $SPILERUN -c "./workload parents 500" order.ko
record off_returning $SPILERUN -v -c "./workload parents 500" returning.ko
record off_registers $SPILERUN -v -c "./workload reads 500" registers.ko
dmesg | grep "$ignored" >$results/ignored
echo 1 >$switch

state >$results/state.after
'
}

# points NAME: "N A B R" of the report: points attached, by ftrace, by kprobe, refused.
points() {
	sed -n 's/^\([0-9]*\) points\{0,1\} attached: \([0-9]*\) by ftrace, \([0-9]*\) by kprobe; \([0-9]*\) refused by the kernel$/\1 \2 \3 \4/p' \
		"$results/$1.err"
}

@test "several probes at one function all run, in the script's order" {
	expect_status twice 0
	same "5000 5000" "$results/twice.out"
	[ "$(points twice)" = "2 2 0 0" ]
	same "123 500" "$results/order.out"
}

@test "a function whose return is probed is left to kprobes at its entry too" {
	expect_status returning 0
	same "500 500 1" "$results/returning.out"
	[ "$(points returning)" = "3 1 2 0" ]
}

@test "entries and returns of one function all run, in the script's order" {
	expect_status both 0
	same 500 "$results/both.out"
	[ "$(points both)" = "6 0 6 0" ]
}

@test "entries and returns of one function run beside other sessions and tracers" {
	expect_status beside 0
	same "500
500" "$results/beside.out"
	same "begin
0" "$results/beside.idle"
	[ "$(points beside)" = "6 0 6 0
6 0 6 0" ]
}

@test "with no room to follow a return, entries at the same function lose nothing" {
	expect_status exhausted 0
	grep -q '^5 5 [123]$' "$results/exhausted.out" || { show exhausted; return 1; }
	grep -q '^WARNING: [0-9]* probe hits skipped: [0-9]* by probe kprobe.function("hrtimer_nanosleep").return.maxactive(1) (no free return instance, or a timer tick missed)$' \
		"$results/exhausted.err"
}

@test "the return of a function is not followed for the sake of its entry" {
	expect_status unfollowed 0
	same "5 0" "$results/unfollowed.out"
	same "" "$results/unfollowed.err"
}

@test "conditions switch entry and return each by itself" {
	expect_status halves 0
	same "100000 300000
1 1 0 1" "$results/halves.out"
	[ "$(points halves)" = "5 0 5 0" ]
}

@test "entry and return share a kprobe that the kernel makes a jump" {
	expect_status jumping 0
	same "1 0" "$results/jumping.out"
	[ "$(grep -c ' strnlen+' "$results/jumping.kprobes")" -eq 1 ]
	grep -q ' strnlen+.*OPTIMIZED' "$results/jumping.kprobes"
}

@test "a hit within a handler is counted as skipped, for entry and return" {
	local probe='kprobe.function("ktime_get_mono_fast_ns")' why='(another handler was running)'
	local skipped
	expect_status nested 0
	expect_line nested.out "500 500"
	skipped=$(number_of nested.err '^WARNING: \([0-9]*\) probe hits skipped: .*')
	between "$skipped" 2000 100000
	skipped=$((skipped / 2))
	same "WARNING: $((skipped * 2)) probe hits skipped: $skipped by probe $probe $why, $skipped by probe $probe.return $why" \
		"$results/nested.err"
}

@test "where the kernel allows no return probe, the entry has a kprobe of its own" {
	expect_status refused 0
	same "1 0" "$results/refused.out"
	[ "$(points refused)" = "1 0 1 1" ]
}

@test "handlers see the registers and the name that a kprobe shows" {
	expect_status registers 0
	local function place
	expect_line registers.out "vfs_read 500 500"
	function=$(cut -d' ' -f1 "$results/vfs_read")
	place=$(head -n 1 "$results/registers.out")
	# Or behind an ENDBR.
	[ $((0x$place - 0x$function)) -eq 0 ] || [ $((0x$place - 0x$function)) -eq 4 ]
	[ "$(points registers)" = "1 1 0 0" ]
}

@test "arguments are all there where only they are looked at" {
	expect_status arguments 0
	same "500 1000 1 0" "$results/arguments.out"
	[ "$(points arguments)" = "2 2 0 0" ]
}

@test "a function that the tracer cannot call gets a kprobe" {
	expect_status untraced 0
	[ "$(points untraced)" = "2 1 1 0" ]
}

@test "thousands of functions are attached and detached within seconds" {
	local attached
	expect_status thousands 0
	expect_line thousands.out "1 3000"
	attached=$(points thousands)
	between "$(echo "$attached" | cut -d' ' -f2)" 2000 100000
	between "$(echo "$attached" | cut -d' ' -f3)" 1 1000
	awk 'NR == 1 { start = $1 } END { exit !($1 - start < 60) }' "$results/thousands.times"
	diff -u "$results/state.before" "$results/state.thousands"
}

@test "a large pattern leaves out what the tracer cannot call, and says so" {
	local left_out
	expect_status large 0
	same 1 "$results/large.out"
	left_out=$(number_of large.err '^WARNING: \([0-9]*\) functions left out of kprobe.function("s\*") that the function tracer cannot call; a narrower pattern has them$')
	between "$left_out" 257 5000
	between "$(points large | cut -d' ' -f2)" 1000 100000
	between "$(points large | cut -d' ' -f3)" 0 256
}

@test "functions that the kernel calls on the way to a handler can be probed" {
	expect_status printers 0
	expect_line printers.out "calls 1"
	grep -q '^vsnprintf$\|^seq_printf$\|^snprintf$' "$results/printers.out"
}

@test "conditions switch probes on and off, and the others at the same function lose nothing" {
	expect_status switching 0
	same "300000 1 1 0 1" "$results/switching.out"
	[ "$(points switching)" = "4 4 0 0" ]
}

@test "a probe that is off costs nothing" {
	same "begin
0" "$results/idle.out"
	[ ! -s "$results/idle.functions" ]
	grep -q ' vfs_read+' "$results/idle.kprobes"
	! grep -v DISABLED "$results/idle.kprobes"
}

@test "the tracer cannot be switched off during a session" {
	expect_line kept.out 1
}

# Skips a test that needs the tracer switched off.
need_switch() {
	[ ! -s "$results/ignored" ] || skip "this kernel ignores kernel.ftrace_enabled"
}

@test "with the tracer off, entries get kprobes" {
	need_switch
	expect_status off 0
	same "5000 5000" "$results/off.out"
	[ "$(points off)" = "2 0 2 0" ]
	same "123 500" "$results/off_order.out"
	cmp "$results/registers.out" "$results/off_registers.out"
	[ "$(points off_registers)" = "1 0 1 0" ]
}

@test "with the tracer off, who is not hit hears of it" {
	local probe='kprobe.function("__x64_sys_getppid")'
	local why='is not hit at __x64_sys_getppid: the function tracer is switched off (sysctl kernel.ftrace_enabled), or kprobes are (debugfs kprobes/enabled)'
	need_switch
	expect_status off_returning 0
	same "0 0 1" "$results/off_returning.out"
	expect_line off_returning.err "WARNING: $probe $why"
	expect_line off_returning.err "WARNING: $probe.return $why"
}

@test "the kernel is as it was before all this" {
	diff -u "$results/state.before" "$results/state.after"
	! grep -E 'WARNING|BUG|Oops|Call Trace' "$results/state.after"
}
