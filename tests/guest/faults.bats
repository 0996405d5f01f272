#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Nothing is lost, leaked or left when things go wrong around a session: the kernel refuses something
# (refuse/ has it do so, once for each thing that a module asks for), CPUs go and come, a probed
# module is unloaded; twenty thousand probes, and all functions of the network and of files under
# load. And what must not be probed is refused.

load common

# script NAME [OPTION...]: builds the script on standard input.
script() {
	cat >"$modules/$1.stp"
	build_module "$@" "$1.stp"
}

# Asks the kernel for one of each.
build_everything() {
	script everything <<'END'
global parents, opened, kept, switches, written, ticks, seen, lengths
probe begin { println("begin") }
probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload") parents++ }
probe kprobe.function("strnlen") { seen[execname() =~ "work.*"]++ }
probe kprobe.function("vfs_open").return { opened++ }
probe kprobe.function("do_sys_openat2").return { if (@entry(ulong_arg(1))) kept++ }
probe kernel.trace("sched_switch") { switches++ }
probe kernel.data("refuse:at").write { written++ }
probe timer.profile { lengths <<< ticks++ printf("") }
probe end { println(parents, " ", switches > 0, " ", written > 0, " ", ticks > 0, " ", opened + kept + seen[1] + @count(lengths) >= 0) }
END
}

build_for_cpus() {
	script comes <<'END'
global ticks
probe timer.profile { ticks[cpu()]++ }
probe timer.ms(50) { if (ticks[1] >= 3) { println("CPU 1 ticks") exit() } }
END
	script ticking <<'END'
global ticks
probe begin { println("begin") }
probe timer.profile { ticks++ }
probe end { println(ticks > 0) }
END
	script moving <<'END'
global calls
probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload") { calls++ println("call") } }
probe timer.profile { calls += 0 }
probe end { println(calls) }
END
	script lines <<'END'
probe kernel.trace("sys_enter") { if ($id == 110 && execname() == "sender") printf("%d %d\n", $regs->si, $regs->di) }
END
}

# Twenty thousand probes with one handler, on as many functions.
build_many() {
	{
		echo 'global hits, parents probe'
		(cd "$modules" && "$SPILE" -r "$RELEASE" -l 'kprobe.function("*")') |
			sed -n 's/.*function("\([^"]*\)").*/kprobe.function("\1") ?,/p' |
			grep -v '__x64_sys_getppid' | awk 'NR % 2' | head -n 19998
		echo 'kprobe.function("vfs_read") { hits++ }'
		echo 'probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload") parents++ }'
		echo 'probe end { println(parents, " ", hits > 0) }'
	} | script many
}

build_wildcards() {
	script wild <<'END'
global entries, returns
probe kprobe.function("vfs_*"), kprobe.function("tcp_*") { entries[probefunc()]++ }
probe kprobe.function("vfs_*").return ?, kprobe.function("tcp_*").return ? { returns++ }
probe begin { println("begin") }
probe end {
	println(entries["tcp_sendmsg"] > 0, " ", entries["tcp_v4_rcv"] + entries["tcp_recvmsg"] > 0, " ", entries["vfs_read"] > 0, " ", returns > 0)
}
END
	script gone <<'END'
global entered, returned, parents
probe kprobe.module("subject").function("subject_function") { entered++ }
probe kprobe.module("subject").function("subject_function").return { returned++ }
probe kprobe.module("subject").function("subject_w*") { entered += 100 }
probe kprobe.function("__x64_sys_getppid") { if (execname() == "workload") parents++ }
probe end { println(entered, " ", returned, " ", parents) }
END
}

build_forbidden() {
	local name
	for name in notify_die exc_int3; do
		build_module "$name" -e "probe kprobe.function(\"$name\") { next }"
	done
	build_module notify -e 'probe kprobe.function("notify_*") { next } probe begin { exit() }'
	build_module optional -e 'probe kprobe.function("notify_die") ? { next } probe begin { println("begin") exit() }'
	build_module others -e 'probe kprobe.module("ticking").function("*") { next }'
}

setup_file() {
	start_guest_tests
	build_workload workload
	gcc -O1 -static -Wall -Wextra -o "$modules/sender" "$BATS_TEST_DIRNAME/sender.c"
	kernel_module refuse
	kernel_module subject
	build_everything
	build_for_cpus
	build_many
	build_wildcards
	build_forbidden
	# Writes the number that is there.
	cat >"$modules/everything.sh" <<'END'
./workload parents 500
at=/sys/module/refuse/parameters/at
read -r number <$at && echo "$number" >$at
END
	# How many timers there are. The list is put together while they move in it: one may be there twice,
	# or not at all.
	cat >"$modules/ticks.sh" <<'END'
for i in 1 2 3 4 5; do
	grep mod_profile_ticked /proc/timer_list
done | grep -o '<[0-9a-f]*>' | sort -u | wc -l
END
	cat >"$modules/ticking.sh" <<'END'
ticks() { sh ticks.sh >>"$results/ticks"; }
ticks
echo 0 >/sys/devices/system/cpu/cpu1/online
ticks
echo 1 >/sys/devices/system/cpu/cpu1/online
ticks
END
	cat >"$modules/moving.sh" <<'END'
for i in 1 2 3 4; do ./workload parents 5000 & done
for i in 1 2 3 4 5; do
	echo 0 >/sys/devices/system/cpu/cpu1/online
	echo 1 >/sys/devices/system/cpu/cpu1/online
done
wait
END
	# Sends with the reader stopped, and a CPU goes before that reads anything.
	cat >"$modules/leaving.sh" <<'END'
kill -STOP $PPID
./sender 2 0 2000 fixed
echo 0 >/sys/devices/system/cpu/cpu1/online
kill -CONT $PPID
END
	cat >"$modules/gone.sh" <<'END'
echo 3 >/sys/module/subject/parameters/run
rmmod subject
./workload parents 100
insmod subject/subject.ko
echo 3 >/sys/module/subject/parameters/run
./workload parents 100
END
	# A megabyte by way of TCP, and files meanwhile.
	cat >"$modules/traffic.pl" <<'END'
use IO::Socket::INET;
my $server = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die;
if (!fork) {
	my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->sockport) or die;
	print $client 'x' x 1000 for 1 .. 1000;
	exit;
}
my ($from, $sum) = ($server->accept, 0);
while (my $length = sysread($from, my $text, 4096)) { $sum += $length }
die unless $sum == 1000000;
END
	guest '
online=/sys/devices/system/cpu/cpu1/online
refusing=/sys/module/refuse/parameters
# What must be as before: modules, probes, what the tracer calls, /proc/driver/spile:*, states of CPUs, warnings.
state() {
	cut -d" " -f1 /proc/modules | sort
	cat /sys/kernel/debug/kprobes/list /sys/kernel/debug/tracing/enabled_functions
	ls -d /proc/driver/spile:* 2>&1
	grep spile /sys/devices/system/cpu/hotplug/states
	dmesg | grep -E "WARNING|BUG|Oops|Call Trace|refcount|scheduling while|sleeping function|stall" || true
}
is_back() { [ "$(cat $online)" = 1 ]; }
state >$results/state.before

# One line for each thing refused: number, status, function, things still held, folders left; output; messages.
echo 0 >/proc/sys/debug/kprobes-optimization
insmod refuse/refuse.ko target=everything
cp $refusing/places $results/places
turn=0 refused=none
while [ -n "$refused" ] && [ $turn -lt 300 ]; do
	turn=$((turn + 1))
	echo $turn >$refusing/at
	$SPILERUN -q -c "sh everything.sh" everything.ko >/tmp/out 2>/tmp/err
	status=$?
	refused=$(cat $refusing/refused)
	echo "$turn,$status,$refused,$(tr "\n" " " <$refusing/held),$(ls -d /proc/driver/spile:* 2>/dev/null | tr "\n" " "),$(tr "\n" " " </tmp/out),$(tr "\n" " " </tmp/err)"
done >$results/refusals
rmmod refuse
echo 1 >/proc/sys/debug/kprobes-optimization
state >$results/state.refused

echo 0 >$online
record comes $SPILERUN -q -c "sh -c \"echo 1 >$online; sleep 100\"" comes.ko
wait_for is_back
record ticking $SPILERUN -q -c "sh ticking.sh" ticking.ko
sh ticks.sh >>$results/ticks
record moving $SPILERUN -q -c "sh moving.sh" moving.ko
record leaving $SPILERUN -q -c "sh leaving.sh" lines.ko
echo 1 >$online

insmod subject/subject.ko
record gone $SPILERUN -q -c "sh gone.sh" gone.ko
rmmod subject

record many $SPILERUN -v -c "./workload parents 1000" many.ko
record wild $SPILERUN -v -c "perl traffic.pl" wild.ko

for name in notify_die exc_int3 optional notify; do record $name $SPILERUN -v $name.ko; done
grep -c "[[:space:]]notify_" /sys/kernel/debug/kprobes/blacklist >$results/listed
$SPILERUN ticking.ko >$results/other.out 2>&1 &
pid=$!
wait_for test -s $results/other.out
record others $SPILERUN others.ko
kill -INT $pid
wait $pid
state >$results/state.after
' --timeout=3000
}

# refusals CONDITION: lines of those for which awk says so, with $1 to $7 as written above.
refusals() {
	awk -F, "$1" "$results/refusals"
}

@test "every thing that the kernel may refuse was refused once, and the last session went well" {
	local name
	# shellcheck disable=SC2016 # awk's dollars
	[ "$(refusals '$3 == "" { print $2, $6 }')" = "0 begin 500 1 1 1 1 " ]
	while read -r name; do
		case $name in
		# Only for tracepoints of modules.
		register_tracepoint_module_notifier) continue ;;
		# Where another form of the function is called.
		vzalloc | vzalloc_node | ftrace_set_filter_ip | __alloc_percpu | pcpu_alloc_noprof) continue ;;
		esac
		refusals "\$3 == \"$name\"" | grep -q . || {
			echo "$name was not refused:"
			cat "$results/refusals"
			return 1
		}
	done <"$results/places"
	between "$(wc -l <"$results/refusals")" 30 299
}

@test "whatever is refused: a clear error, or the session goes another way and misses nothing" {
	# shellcheck disable=SC2016 # awk's dollars
	refusals '!($2 == 0 && $6 == "begin 500 1 1 1 1 " && $7 == "") &&
		!($2 == 1 && $7 ~ /could not be loaded: (Cannot allocate memory|No such device or address) spilerun: note: |would not take its probe points: |ERROR: out of memory|ERROR: cannot attach [^ ]*: /) { print; failed = 1 }
		END { exit failed }'
}

@test "whatever is refused: nothing is held any more, nothing stays" {
	# shellcheck disable=SC2016 # awk's dollars
	refusals '$4 != "" || $5 != "" { print; failed = 1 } END { exit failed }'
	diff -u "$results/state.before" "$results/state.refused"
}

@test "a CPU that comes during the session has its profile tick, one that goes takes it along" {
	same "CPU 1 ticks" "$results/comes.out"
	same "begin
1" "$results/ticking.out"
	same "2
1
2
0" "$results/ticks"
}

@test "no hit and no record is lost when CPUs go and come" {
	local lost printed
	expect_status moving 0
	expect_line moving.out 20000
	printed=$(grep -cx call "$results/moving.out")
	lost=$(number_of moving.err '^WARNING: \([0-9]*\) records* lost: .*')
	[ $((printed + ${lost:-0})) -eq 20000 ]
}

@test "what a CPU wrote before it went is printed" {
	expect_status leaving 0
	same "" "$results/leaving.err"
	[ "$(grep -c '^1 ' "$results/leaving.out")" -eq 2000 ]
	[ "$(wc -l <"$results/leaving.out")" -eq 4000 ]
}

@test "a module that is probed may be unloaded, and is not found again" {
	expect_status gone 0
	same "306 6 200" "$results/gone.out"
	sort "$results/gone.err" >"$results/gone.sorted"
	same 'WARNING: probe kprobe.module("subject").function("subject_function") has lost subject_function: its module was unloaded
WARNING: probe kprobe.module("subject").function("subject_function").return has lost subject_function: its module was unloaded
WARNING: probe kprobe.module("subject").function("subject_w*") has lost subject_work: its module was unloaded' "$results/gone.sorted"
}

@test "twenty thousand probes in one script" {
	expect_status many 0
	expect_line many.out "1000 1"
	between "$(number_of many.err '^\([0-9]*\) points attached: .*')" 15000 20001
}

@test "all functions of files and of TCP, their returns too, under load" {
	expect_status wild 0
	same "begin
1 1 1 1" "$results/wild.out"
	between "$(number_of wild.err '^\([0-9]*\) points attached: .*')" 400 5000
}

# refuses NAME REASON
refuses() {
	expect_status "$1" 1
	expect_line "$1.err" "spilerun: error: the function '$1' must not be probed: $2"
	[ "$(grep -vc "^spilerun: the kernel's symbols " "$results/$1.err")" -le 2 ]
}

@test "what must not be probed is refused with the reason" {
	refuses notify_die "it is in the kernel's list /sys/kernel/debug/kprobes/blacklist"
	refuses exc_int3 "it lies in the kernel's section .noinstr.text"
	expect_status others 1
	grep -q "^spilerun: error: the function '.*' must not be probed: it belongs to a session of spile$" "$results/others.err"
}

@test "and left out of patterns, counted, and of what is optional" {
	expect_status notify 0
	expect_line notify.err "spilerun: 'notify_*' would stand for $(cat "$results/listed") more that must not be probed"
	expect_status optional 0
	same "begin" "$results/optional.out"
}

@test "the kernel is as it was before all this" {
	diff -u "$results/state.before" "$results/state.after"
	! grep -E 'WARNING|BUG|Oops|Call Trace' "$results/state.after"
}
