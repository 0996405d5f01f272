#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The scripts of examples/ tell the truth: each watches a workload whose numbers are known.

load common

setup_file() {
	start_guest_tests
	build_workload many-opens
	build_workload many-reads
	build_workload ping
	build_workload busyloop
	for example in opens-by-process opens profile read-latency task-switches; do
		build_module "${example//-/_}" "$TOP/examples/$example.stp"
	done
	cat >"$modules/profile.sh" <<'END'
./busyloop busy 600000 &
until grep -qx "second 3" "$results/profile.out"; do sleep 1; done
kill $!
END
	guest '
# ls and a compiler at work, and 250 opens under a name of their own among theirs.
printf "int main(void) { return 0; }\n" >/tmp/small.c
cat >/tmp/mixed.sh <<END
ls -R /usr >/dev/null
gcc -c -o /tmp/small.o /tmp/small.c
ls -R /usr/include >/dev/null &
./many-opens opens 250 /etc/passwd
wait
END
record opens_by_process $SPILERUN -q -c "sh /tmp/mixed.sh" opens_by_process.ko

# What strace counts is what the script counts: the program loader opens files, too.
opens_of() {
	strace -f -o /tmp/trace -e trace=open,openat,openat2,creat "$@" >/dev/null
	grep -cE "^[0-9]+ +(open|openat|openat2|creat)\(" /tmp/trace
}
opens_of ls /usr/share >$results/strace.count

# ls -R opens every folder that is not hidden, and what it opens to list a single one besides.
folders() { find "$1" -name ".?*" -prune -o -type d -print | wc -l; }
mkdir /tmp/empty
echo $(($(folders /usr) + $(folders /usr/include) + 2 * ($(opens_of ls -R /tmp/empty) - 1))) >$results/ls.expected
record ls_opens $SPILERUN -q -c "ls /usr/share" opens_by_process.ko

mkdir /tmp/known
for name in one two "three with blanks"; do echo "$name" >"/tmp/known/$name"; done
record opens $SPILERUN -q -c "cat /tmp/known/one /tmp/known/two \"/tmp/known/three with blanks\" /tmp/known/none" opens.ko

record read_latency $SPILERUN -c "./many-reads reads 3000" read_latency.ko
record task_switches $SPILERUN -q -c "./ping pings 2000" task_switches.ko

# On one CPU, where nearly all ticks are the loop'"'"'s, however slow the machine is.
echo 0 >/sys/devices/system/cpu/cpu1/online
cut -d" " -f1 /proc/uptime >$results/profile.times
record profile $SPILERUN -q -c "sh profile.sh" profile.ko
cut -d" " -f1 /proc/uptime >>$results/profile.times
lsmod >$results/lsmod
'
}

@test "opens-by-process counts exactly the opens of a known workload" {
	expect_status opens_by_process 0
	expect_line opens_by_process.out "many-opens       250"
	[ ! -s "$results/strace.count" ] ||
		expect_line opens_by_process.out "$(printf '%-16s %d' ls "$(cat "$results/ls.expected")")"
	[ "$(grep -cE '^(ls|cc1|as|gcc) +[1-9][0-9]*$' "$results/opens_by_process.out")" -ge 3 ]
	same "" "$results/opens_by_process.err"
}

@test "opens-by-process sorts by count and prints at most ten" {
	between "$(wc -l <"$results/opens_by_process.out")" 4 10
	awk '{ print $NF }' "$results/opens_by_process.out" | sort -rnc
}

@test "opens-by-process agrees with strace" {
	[ -s "$results/strace.count" ] || skip "strace is missing"
	expect_status ls_opens 0
	expect_line ls_opens.out "$(printf '%-16s %d' ls "$(cat "$results/strace.count")")"
}

@test "opens names process, file and result of each open" {
	local number='[0-9][0-9]*'
	expect_status opens 1
	grep -qx "cat($number) /tmp/known/one = $number" "$results/opens.out"
	grep -qx "cat($number) /tmp/known/two = $number" "$results/opens.out"
	grep -qx "cat($number) /tmp/known/three with blanks = $number" "$results/opens.out"
	grep -qx "cat($number) /tmp/known/none = -2" "$results/opens.out"
	[ "$(grep -c "^cat($number) /tmp/known/" "$results/opens.out")" -eq 4 ]
	same "cat: /tmp/known/none: No such file or directory" "$results/opens.err"
}

@test "read-latency: the buckets hold as many reads as were counted, and the workload's are in it" {
	local reads sum
	expect_status read_latency 0
	reads=$(number_of read_latency.out '^\([0-9]*\) reads, [1-9][0-9]* ns on average$')
	between "$reads" 3000 3500
	sum=$(awk -F'|' '/\|[@ ]+[0-9]+$/ { gsub(/[@ ]/, "", $2); sum += $2 } END { print sum }' "$results/read_latency.out")
	[ "$sum" -eq "$reads" ]
	same "" "$results/read_latency.err"
}

# switches PATTERN: how many of those that are printed.
switches() {
	sed 's/^ *\([0-9]*\)  */\1 /' "$results/task_switches.out" |
		awk -v pattern="$1" '{ count = $1; sub(/^[0-9]* /, ""); if ($0 ~ pattern) sum += count } END { print sum + 0 }'
}

@test "task-switches: both ways of a ping-pong, as often as it went there and back" {
	expect_status task_switches 0
	# Both are on one CPU: a switch each way in each of 2000 rounds, or one to a third that comes between.
	between "$(switches '^ping -> ')" 1900 4000
	between "$(switches ' -> ping$')" 1900 4000
	between "$(switches '^pong -> ')" 1900 4000
	grep -qE '^ *[1-9][0-9]{2,} +ping -> pong$' "$results/task_switches.out"
	between "$(wc -l <"$results/task_switches.out")" 2 15
	awk '{ print $1 }' "$results/task_switches.out" | sort -rnc
}

# The ticks of the second second, in which nothing starts or ends: all, or those of a name.
ticks() {
	sed -n '/^second 1$/,/^second 2$/d; /^second 3$/q; p' "$results/profile.out" |
		awk -v name="$1" 'name == "" || $2 == name { sum += $1 } END { print sum + 0 }'
}

@test "profile: a busy loop has about all ticks of its CPU" {
	expect_status profile 0
	grep -qx "second 1" "$results/profile.out"
	grep -qx "second 3" "$results/profile.out"
	between "$(ticks)" 10 10000
	between $(($(ticks busyloop) * 100 / $(ticks))) 60 100
}

@test "profile: there are no more ticks than the time has" {
	local frequency most sum
	frequency=$(sed -n 's/^CONFIG_HZ=//p' "/lib/modules/$RELEASE/build/.config")
	most=$(awk -v frequency="$frequency" 'NR == 1 { start = $1 } END { print int(($1 - start) * frequency) + 5 }' \
		"$results/profile.times")
	sum=$(awk '$1 ~ /^[0-9]+$/ { sum += $1 } END { print sum + 0 }' "$results/profile.out")
	between "$sum" 30 "$most"
}

@test "examples leave no module behind" {
	! grep -E '^(opens|profile|read_latency|task_switches)' "$results/lsmod"
}

@test "the output of --vm goes to a file of the host, by way of a link too" {
	mkdir "$BATS_TEST_TMPDIR/folder"
	ln -s "$BATS_TEST_TMPDIR/folder" "$BATS_TEST_TMPDIR/link"
	"$SPILE" --vm="$RELEASE" -o "$BATS_TEST_TMPDIR/link/out" -e 'probe begin { println("written") exit() }'
	same written "$BATS_TEST_TMPDIR/folder/out"
}
