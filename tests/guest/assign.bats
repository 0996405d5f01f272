#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Assignments to target variables: what the kernel does afterwards shows that it has the new value.

load common

# build_read NAME PROBES: to act on reads of dd alone.
build_read() { build_module "$1" -g -e "$2"; }

setup_file() {
	start_guest_tests
	# By the function tracer; by a kprobe, as the return is probed too; and through a pointer.
	build_read shorter 'probe kernel.function("vfs_read") { if (execname() == "dd" && $count == 100) $count = 5 }'
	build_read shorter_both '
	global returned
	probe kernel.function("vfs_read") { if (execname() == "dd" && $count == 100) $count -= 93 }
	probe kernel.function("vfs_read").return { if (execname() == "dd" && $return == 7) returned++ }
	probe end { println(returned) }'
	build_read further 'probe kernel.function("vfs_read") { if (execname() == "dd" && $count == 100) $pos[0] += 960 }'
	build_read refused_read 'probe kernel.function("vfs_read").return { if (execname() == "dd" && $count == 100) $return = -13 }'
	build_module parts -g -e '
	probe kernel.function("vfs_read") {
		if (execname() != "dd" || $count != 100) next
		task = @cast(task_current(), "task_struct")
		before = task->sched_reset_on_fork
		all = task->sched_contributes_to_load * 2 + task->sched_migrated
		printf("%d", task->sched_reset_on_fork = 1)
		printf(" %d %d", task->sched_reset_on_fork, task->sched_contributes_to_load * 2 + task->sched_migrated == all)
		task->sched_reset_on_fork = 2 + before
		printf(" %d", task->sched_reset_on_fork == before)
		flags = $file->f_flags
		printf(" %d %d", $file->f_flags++ == flags, --$file->f_flags == flags)
		$file->f_flags ^= 1 << 30
		printf(" %d", $file->f_flags == flags + (1 << 30))
		$file->f_flags = flags
		try { @cast(0xffff800000000000, "file")->f_flags = 1 } catch (message) { printf(" %s", message) }
		try { $buf[0] = 1 } catch { printf(" user\n") }
	}
	probe kernel.trace("sched_process_exec") { if (execname() == "dd") printf("%d\n", ($p->nr_dirtied_pause = 77) == $p->nr_dirtied_pause) }'
	head -c 1000 /dev/zero | tr "\\0" x >"$modules/known"
	guest '
for name in shorter shorter_both further refused_read parts; do
	record $name $SPILERUN -v -c "dd if=known of=/tmp/copied bs=100 count=1" $name.ko
	stat -c %s /tmp/copied >$results/$name.size
done
dmesg >$results/dmesg
'
}

@test "a parameter, by the function tracer" {
	expect_status shorter 0
	same 5 "$results/shorter.size"
}

@test "a parameter, by a kprobe" {
	expect_status shorter_both 0
	same 7 "$results/shorter_both.size"
	expect_line shorter_both.out 1
}

@test "memory behind a pointer" {
	same 40 "$results/further.size"
}

@test "a result" {
	[ "$(cat "$results/refused_read.status")" != 0 ]
	grep -qi 'permission denied' "$results/refused_read.err"
	same 0 "$results/refused_read.size"
}

@test "members, bit-fields, and what cannot be written" {
	expect_status parts 0
	same '1
1 1 1 1 1 1 1 write fault at ADDRESS user' <(sed 's/0xffff[0-9a-f]*/ADDRESS/' "$results/parts.out")
}

@test "the kernel has nothing to complain about" {
	! grep -E 'BUG|WARNING|Oops' "$results/dmesg"
}
