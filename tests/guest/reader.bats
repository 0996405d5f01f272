#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# spilerun and what it writes to: slow, stopped, broken and full outputs, files by the megabyte,
# bulk mode. Whatever happens, lines written + lines said to be missing = lines sent, the module is
# gone afterwards, and spilerun stays small.

load common

# script NAME [OPTION...]: builds the script on standard input.
script() {
	cat >"$modules/$1.stp"
	build_module "$@" "$1.stp"
}

build_scripts() {
	script report -D MAXACTION_INTERRUPTIBLE=1000000 <<'END'
probe begin { exit() }
probe end { for (i = 1; i <= 100000; i++) printf("line %d of the report of 100000\n", i) }
END
	script flood <<'END'
probe begin { println("begin") }
probe kprobe.function("__x64_sys_getppid") {
	if (execname() == "workload") printf("%s %d of %d calls\n", execname(), tid(), pid())
}
END
	script numbers -D MAXACTION_INTERRUPTIBLE=10000000 <<'END'
probe begin {
	for (i = 1; i <= 100000; i++) printf("%d is a number with some more text behind it\n", i)
	warn("all numbers")
	exit()
}
END
	script silent <<'END'
probe begin { println("the only line") }
probe end { println("end") }
END
	script bulk <<'END'
global calls
probe begin { println("begin") }
probe kprobe.function("__x64_sys_getppid") {
	if (execname() == "workload") { calls <<< tid(); printf("%s %x\n", execname(), 255) }
}
probe timer.ms(100) { println("tick") }
probe end { printf("%d calls\n", @count(calls)) print(@hist_log(calls)) }
END
}

setup_file() {
	start_guest_tests
	build_workload workload
	gcc -O1 -static -Wall -Wextra -o "$modules/terminal" "$BATS_TEST_DIRNAME/terminal.c"
	build_scripts
	cat >"$modules/stopped.sh" <<'END'
kill -STOP $PPID
./workload parents 20000
sleep 10
kill -CONT $PPID
./workload parents 100
END
	cat >"$modules/memory.sh" <<'END'
./workload parents 100000 & ./workload parents 100000
wait
cat /proc/$PPID/status
END
	guest '
state() {
	cut -d" " -f1 /proc/modules | sort
	cat /sys/kernel/debug/kprobes/list
	ls -d /proc/driver/spile:* 2>&1
	dmesg | grep -E "WARNING|BUG|Oops|Call Trace|refcount|scheduling while|stall" || true
}
# status NAME COMMAND...: for commands in pipes.
status() {
	status_name=$1
	shift
	"$@" 2>$results/$status_name.err
	echo $? >$results/$status_name.status
}
state >$results/state.before
mkdir /tmp/w

for size in buffer_kb=32 buffer_kb=1024 buffer_kb=16384; do
	status report-$size $SPILERUN report.ko $size >$results/report-$size.out
done
status slow $SPILERUN report.ko | { sleep 5; cat; } >$results/slow.out
status gone $SPILERUN -v report.ko | head -n 1000 >$results/gone.out

status silent $SPILERUN silent.ko | head -n 1 >$results/silent.out

$SPILERUN -c true silent.ko >&- 2>$results/closed.err
echo $? >$results/closed.status

mkdir /tmp/small
mount -t tmpfs -o size=512k none /tmp/small
record full $SPILERUN -v -o /tmp/small/out report.ko
wc -l </tmp/small/out >$results/full.lines

record stop ./terminal stop 5 sh -c "$SPILERUN -v -c \"./workload parents 30000\" flood.ko buffer_kb=32 2>$results/stop.err"
record hangup ./terminal close 3 sh -c "trap \"\" HUP; $SPILERUN -v -c \"sleep 1\" report.ko 2>$results/hangup.err; echo \$? >$results/hangup.inner"
record stopped $SPILERUN -v -c "sh stopped.sh" flood.ko buffer_kb=32
record memory $SPILERUN -v -o /tmp/w/flood -c "sh memory.sh" flood.ko
wc -l </tmp/w/flood >$results/memory.lines

# A pipe that nobody reads, and three times Ctrl-C.
mkfifo /tmp/w/pipe
sleep 60 </tmp/w/pipe & reader=$!
$SPILERUN -v report.ko >/tmp/w/pipe 2>$results/stuck.err & pid=$!
sleep 3
kill -INT $pid; sleep 0.3; kill -INT $pid; sleep 0.3; kill -INT $pid
wait $pid
echo $? >$results/stuck.status
kill $reader

record rotate $SPILERUN -q -o /tmp/w/%Y-out -S 1,3 numbers.ko
ls /tmp/w/*-out* >$results/rotate.names
cat /tmp/w/*-out.? >$results/rotate.written
for file in /tmp/w/*-out.?; do wc -c <$file; tail -c 1 $file | tr "\n" "#"; echo; done >$results/rotate.sizes
record one $SPILERUN numbers.ko

$SPILERUN -q -o /tmp/w/switched -c "sleep 100" bulk.ko >$results/switched.out 2>&1 & pid=$!
wait_for grep tick /tmp/w/switched
kill -USR2 $pid
wait_for grep tick /tmp/w/switched.1
kill -INT $pid
wait $pid
cat /tmp/w/switched /tmp/w/switched.1 >$results/switched.written

record bulk $SPILERUN -v -b -o /tmp/w/b -c "sh -c \"./workload parents 20000; sleep 1\"" bulk.ko
ls /tmp/w/b_cpu* >$results/bulk.names
record merged $SPILERUN -q --merge /tmp/w/b_cpu*
record merged_to $SPILERUN -q --merge -o /tmp/w/merged /tmp/w/b_cpu*
cp /tmp/w/merged $results/merged.written
record lossy $SPILERUN -b -o /tmp/w/l -c "sh stopped.sh" flood.ko buffer_kb=32
record lossy_merged $SPILERUN --merge /tmp/w/l_cpu*
# The file of a CPU; the workload may have been on any.
set -- /tmp/w/b_cpu[0-9]
cp $1 /tmp/w/cpu
head -c $(($(wc -c </tmp/w/cpu) - 8)) /tmp/w/cpu >/tmp/w/cut
record cut $SPILERUN --merge /tmp/w/cut /tmp/w/b_cpuP
record foreign $SPILERUN --merge /etc/passwd
record other $SPILERUN --merge /tmp/w/cpu /tmp/w/l_cpuP
record twice $SPILERUN --merge /tmp/w/cpu /tmp/w/cpu
record partial $SPILERUN --merge /tmp/w/b_cpuP
record headless $SPILERUN --merge /tmp/w/cpu
state >$results/state.after
'
}

# sum_up NAME LINES: lines written, lost and not written are those that were sent.
sum_up() {
	local sent lost unwritten
	sent=$(number_of "$1.err" '^\([0-9]*\) records\{0,1\}, .*')
	lost=$(number_of "$1.err" '^WARNING: \([0-9]*\) records\{0,1\} lost: .*')
	unwritten=$(number_of "$1.err" '.*not written: \([0-9]*\) lines\{0,1\}, .*')
	echo "written $2, lost ${lost:-0}, not written ${unwritten:-0}, sent $sent"
	[ "$(($2 + ${lost:-0} + ${unwritten:-0}))" -eq "$sent" ]
}

is_report() {
	seq -f "line %.0f of the report of 100000" 100000 | cmp - "$results/$1.out"
}

@test "a report of 100000 lines arrives whole whatever the buffer's size" {
	local size
	for size in buffer_kb=32 buffer_kb=1024 buffer_kb=16384; do
		expect_status report-$size 0
		same "" "$results/report-$size.err"
		is_report report-$size
	done
}

@test "and on a slow output" {
	expect_status slow 0
	same "" "$results/slow.err"
	is_report slow
}

@test "a pipe without reader ends the session: status 1, and what was not written is counted" {
	expect_status gone 1
	[ "$(wc -l <"$results/gone.out")" -eq 1000 ]
	grep -qE '^spilerun: error: writing to standard output failed: Broken pipe; not written: [0-9]+ lines, [0-9]+ bytes$' "$results/gone.err"
	# What the pipe still held went with it: at most 64 KiB.
	local unwritten
	unwritten=$(number_of gone.err '.*not written: \([0-9]*\) lines, .*')
	between "$((1000 + unwritten))" 95000 100000
}

@test "even if the script has nothing to say any more" {
	expect_status silent 1
	same "the only line" "$results/silent.out"
	same "spilerun: error: writing to standard output failed: Broken pipe; not written: 1 line, 4 bytes" "$results/silent.err"
}

@test "a standard output that is closed is told" {
	expect_status closed 1
	same "spilerun: error: writing to standard output failed: Bad file descriptor; not written: 2 lines, 18 bytes" "$results/closed.err"
}

@test "a full disk ends the session: lines in the file and lines told are all there were" {
	expect_status full 1
	grep -qE '^spilerun: error: writing to /tmp/small/out failed: No space left on device; not written: [0-9]+ lines' "$results/full.err"
	between "$(cat "$results/full.lines")" 10000 20000
	sum_up full "$(cat "$results/full.lines")"
}

@test "a terminal stopped by Ctrl-S loses only what is counted" {
	expect_status stop 0
	between "$(number_of stop.err '^WARNING: \([0-9]*\) records lost: .*')" 1 30000
	sum_up stop "$(wc -l <"$results/stop.out")"
	! grep -vE '^(begin|workload [0-9]+ of [0-9]+ calls)$' "$results/stop.out"
}

@test "a terminal that is closed ends the session, and what was not written is counted" {
	grep -qx 1 "$results/hangup.inner"
	grep -qE '^spilerun: error: writing to standard output failed: Input/output error; not written: [0-9]+ lines' "$results/hangup.err"
}

@test "spilerun stopped for ten seconds loses only what is counted" {
	expect_status stopped 0
	between "$(number_of stopped.err '^WARNING: \([0-9]*\) records lost: .*')" 1 20000
	sum_up stopped "$(wc -l <"$results/stopped.out")"
	[ "$(awk '/lost here$/ { sum += $2 } END { print sum }' "$results/stopped.err")" -eq \
		"$(number_of stopped.err '^WARNING: \([0-9]*\) records lost: .*')" ]
}

@test "spilerun stays below five megabytes" {
	expect_status memory 0
	between "$(number_of memory.out '^VmHWM:[^0-9]*\([0-9]*\) kB')" 500 5000
	sum_up memory "$(cat "$results/memory.lines")"
}

@test "an output that takes nothing is given up at the third Ctrl-C" {
	expect_status stuck 1
	grep -qE '^spilerun: error: standard output did not take the output in time; not written: [0-9]+ lines' "$results/stuck.err"
}

@test "-S: whole lines in files of a megabyte, the newest three, named by strftime" {
	expect_status rotate 0
	same "WARNING: all numbers" "$results/rotate.err"
	[ "$(sed 's/[0-9]\{4\}-//' "$results/rotate.names")" = "/tmp/w/out.2
/tmp/w/out.3
/tmp/w/out.4" ]
	# Sizes and last bytes in turn.
	[ "$(awk 'NR % 2 == 1 && $1 > 1048576 || NR % 2 == 0 && $0 != "#"' "$results/rotate.sizes")" = "" ]
	between "$(head -n 1 "$results/rotate.sizes")" 1048476 1048576
	tail -n "$(wc -l <"$results/rotate.written")" "$results/one.out" | cmp - "$results/rotate.written"
}

@test "SIGUSR2 begins the next file" {
	same "" "$results/switched.out"
	grep -qx begin "$results/switched.written"
	grep -q 'calls$' "$results/switched.written"
}

@test "-b: files of all streams, merged into what would have been printed" {
	expect_status bulk 0
	same "" "$results/bulk.out"
	grep -qx /tmp/w/b_cpuP "$results/bulk.names"
	expect_status merged 0
	same "" "$results/merged.err"
	[ "$(grep -cx 'workload ff' "$results/merged.out")" -eq 20000 ]
	expect_line merged.out "20000 calls"
	expect_line merged.out tick
	[ "$(head -n 1 "$results/merged.out")" = begin ]
	grep -q '|@@' "$results/merged.out"
	expect_status merged_to 0
	same "" "$results/merged_to.out"
	cmp "$results/merged.out" "$results/merged.written"
}

@test "--merge tells gaps and losses" {
	local lost
	expect_status lossy_merged 0
	lost=$(number_of lossy_merged.err '^WARNING: \([0-9]*\) records lost: .*')
	between "$lost" 1 20000
	[ "$(awk '/lost here$/ { sum += $2 } END { print sum }' "$results/lossy_merged.err")" -eq "$lost" ]
	[ "$(($(grep -c '^workload' "$results/lossy_merged.out") + lost))" -eq 20100 ]
}

@test "--merge refuses what is cut off, foreign, of another session, double or missing" {
	local name
	for name in cut foreign other twice partial headless; do
		expect_status $name 1
		same "" "$results/$name.out"
	done
	same "spilerun: error: /tmp/w/cut: it is cut off: its session did not end in order, or not all of it was copied" "$results/cut.err"
	same "spilerun: error: /etc/passwd: it was not written by spilerun -b" "$results/foreign.err"
	same "spilerun: error: /tmp/w/cpu and /tmp/w/l_cpuP are of different sessions" "$results/other.err"
	same "spilerun: error: /tmp/w/cpu and /tmp/w/cpu are the same stream" "$results/twice.err"
	grep -qE '^spilerun: error: the session of /tmp/w/b_cpuP wrote [23] files, not 1$' "$results/partial.err"
	same "spilerun: error: the file of process context is missing, whose name ends with _cpuP" "$results/headless.err"
}

@test "the kernel is as it was before all this" {
	diff -u "$results/state.before" "$results/state.after"
	! grep -E 'WARNING|BUG|Oops|Call Trace' "$results/state.after"
}
