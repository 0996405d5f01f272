#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The index of the kernel's symbols: who comes later has the same points as who read the kernel's
# list, in a fraction of the bytes; and where the index is not to be trusted, nobody notices.

load common

setup_file() {
	start_guest_tests
	build_module named -e 'probe kprobe.function("vfs_read") { println(symname(addr())); exit() }'
	build_module pattern -e 'global n
	probe kprobe.function("vfs_*"), kprobe.function("do_sys_open*"), kprobe.function("vfs_read").return { n++ }
	probe end { if (n < 0) println("no hits are shown") }'
	build_module watched -e 'global n
	probe kernel.data("jiffies_64").write { n++ }
	probe end { if (n < 0) println("no hits are shown") }'
	build_module forbidden -e 'probe kprobe.function("exc_int3") { exit() }'
	build_module listed -e 'probe kprobe.function("notify_die") { exit() }'
	build_module missing -e 'probe kprobe.function("vfs_raed") { exit() }'
	# Run beside a session: what spilerun has read by then, and what is attached.
	cat >"$modules/look.sh" <<'END'
grep rchar "/proc/$PPID/io"
cut -d " " -f 1 /sys/kernel/debug/tracing/enabled_functions | sort
sort /sys/kernel/debug/kprobes/list
END
	guest '
index=/var/cache/spile
try() {
	record $1_named $SPILERUN -v -c "cat /proc/version" named.ko
	record $1_pattern $SPILERUN -c "sh look.sh" pattern.ko
	record $1_watched $SPILERUN -v -c "cat /proc/version" watched.ko
	for name in forbidden listed missing; do record $1_$name $SPILERUN $name.ko; done
}
# Nobody can make a folder there.
rm -rf $index
>$index
try without
rm $index
record first $SPILERUN -v -c "sh look.sh" pattern.ko
ls -ld $index $index/* >$results/files
try later
dd if=/dev/null of=$(echo $index/*) bs=1 seek=100000
for name in cut cut_again; do record $name $SPILERUN -v -c "cat /proc/version" named.ko; done
# Without debugfs what it forbids is not known, and is as soon as it is there.
rm -rf $index
umount -l /sys/kernel/debug
for name in closed opened opened_again; do
	[ $name = closed ] || mount -t debugfs none /sys/kernel/debug
	record $name $SPILERUN -v -c "cat /proc/version" named.ko
done
record listed_again $SPILERUN listed.ko
chmod 777 $index
record open_folder $SPILERUN -v -c "cat /proc/version" named.ko
chmod 755 $index
# Where addresses are hidden there is nothing to keep.
rm -rf $index
echo 2 >/proc/sys/kernel/kptr_restrict
record hidden $SPILERUN -v -c "cat /proc/version" named.ko
[ -e $index ] && echo made >$results/hidden.files
dmesg >$results/dmesg
'
}

# has NAME PATTERN, has_not NAME PATTERN: what a session said of the index.
has() { grep -q "$2" "$results/$1.err" || { show "$1"; return 1; }; }
has_not() { ! grep "$2" "$results/$1.err" || { show "$1"; return 1; }; }
made='the kernel.s symbols are kept in /var/cache/spile'
used='the kernel.s symbols come from /var/cache/spile'

@test "the first session makes it, later ones use it" {
	has first "$made"
	for name in later_named later_watched; do
		expect_status "$name" 0
		has "$name" "$used"
		has_not "$name" "$made"
	done
	grep -q '^drwx------' "$results/files"
	grep -q '^-rw-------.*/symbols-[0-9a-f]*$' "$results/files"
}

@test "later ones read no more of the kernel's list than its beginning" {
	between "$(number_of first.out '^rchar: \(.*\)')" 1000000 100000000
	between "$(number_of later_pattern.out '^rchar: \(.*\)')" 1000 200000
}

@test "the points are the same" {
	expect_line later_named.out 'vfs_read'
	for name in without first later; do
		[ "$name" = first ] || name=${name}_pattern
		grep -v rchar "$results/$name.out" >"$results/$name.points"
		[ "$(wc -l <"$results/$name.points")" -gt 20 ]
		diff "$results/without_pattern.points" "$results/$name.points"
	done
	expect_status without_watched 0
}

@test "what is refused is refused in the same words" {
	for name in forbidden listed missing; do
		expect_status "without_$name" 1
		expect_status "later_$name" 1
		same "$(cat "$results/without_$name.err")" "$results/later_$name.err"
	done
	grep -q "must not be probed: it lies in the kernel's section .noinstr.text" "$results/later_forbidden.err"
	grep -q "must not be probed: it is in the kernel's list" "$results/later_listed.err"
	grep -q "did you mean .*'vfs_read'" "$results/later_missing.err"
}

@test "a damaged one is made again" {
	expect_status cut 0
	has cut "$made"
	has cut_again "$used"
}

@test "what must not be probed is learnt as soon as it can be" {
	has closed "$made"
	has opened "$made"
	has opened_again "$used"
	same "$(cat "$results/without_listed.err")" "$results/listed_again.err"
}

@test "none where others may write, nor of hidden addresses" {
	for name in without_named open_folder hidden; do
		expect_status "$name" 0
		has_not "$name" /var/cache/spile
	done
	[ ! -e "$results/hidden.files" ]
}

@test "the kernel has nothing to complain about" {
	! grep -E 'BUG|WARNING|Oops' "$results/dmesg"
}
