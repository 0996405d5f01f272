#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Target variables whose types come from BTF, against what the workload is known to do: sizes and
# names of what it reads, its own process ids, what the kernel's code says of its structures.

load common

# Whether the kernel's types come with its per-CPU variables, which 5.10's do not: as spile has unpacked
# them for the scripts before.
has_variables() {
	grep -aqs '\.data\.\.percpu' "${XDG_CACHE_HOME:-$HOME/.cache}"/spile/kernel/*/btf-vmlinux-*
}

# A script that compares where members are with what the compiler says, and bit-fields of the current
# task with what it reads.
offsets_script() {
	local place record member
	printf '%%{\n#include <linux/fs.h>\n#include <linux/sched.h>\n#include <linux/cred.h>\n'
	printf '#include <linux/mm_types.h>\n#include <linux/netdevice.h>\n%%}\nprobe begin {\n'
	for place in file:f_flags file:f_mode file:f_inode file:f_op file:private_data inode:i_ino inode:i_size \
		inode:i_mode inode:i_nlink inode:i_sb inode:i_mapping dentry:d_name.name dentry:d_name.len \
		dentry:d_parent dentry:d_inode super_block:s_dev super_block:s_magic super_block:s_id \
		task_struct:pid task_struct:tgid task_struct:comm task_struct:mm task_struct:flags \
		task_struct:se.vruntime task_struct:se.load.weight task_struct:signal task_struct:nsproxy \
		mm_struct:start_code mm_struct:total_vm mm_struct:mmap_lock cred:uid.val cred:cap_effective \
		sk_buff:len sk_buff:protocol sk_buff:head sk_buff:data net_device:name net_device:ifindex; do
		record=${place%%:*} member=${place#*:}
		printf '\tif (%%{ offsetof(struct %s, %s) %%} != &@cast(0, "struct %s")->%s) println("%s %s")\n' \
			"$record" "$member" "$record" "${member//./->}" "$record" "$member"
	done
	for member in sched_reset_on_fork in_execve in_iowait; do
		printf '\tif (%%{ current->%s %%} != @cast(task_current(), "task_struct")->%s) println("%s")\n' \
			"$member" "$member" "$member"
	done
	printf '\tprintln("all compared")\n\texit()\n}\n'
}

setup_file() {
	start_guest_tests
	"$SPILE" -r "$RELEASE" --sources=btf -p2 -e 'probe kernel.function("vfs_read") { println($count) }' >/dev/null 2>&1 ||
		skip "no BTF of kernel $RELEASE here"
	build_workload workload
	build_module reads -e '
	probe kernel.function("vfs_read") {
		if (execname() != "workload" || $count < 10) next
		f = $file
		printf("entry %d of %s %d flags %d\n", $count, kernel_string($file->f_path->dentry->d_name->name),
		       f->f_inode->i_size, $file->f_flags & 3)
	}
	probe kernel.function("vfs_read").return {
		if (execname() != "workload" || $count < 10) next
		printf("return %d of %d from %d to %d in %s\n", $return, $count, @entry($pos[0]), $pos[0], @entry(execname()))
	}
	probe kernel.function("ksys_read") { if (execname() == "workload" && $fd == 100) println($$vars) }
	probe kernel.function("ksys_read").return { if (execname() == "workload" && $fd == 100) println($$return) }'
	build_module casts -e '
	probe kernel.function("ksys_read") {
		if (execname() != "workload" || $fd != 100) next
		task = @cast(task_current(), "struct task_struct")
		printf("%d %d %d %d\n", task->pid == tid(), task->tgid == pid(), task->real_parent->tgid == ppid(),
		       kernel_string(task->comm) == execname())
		printf("%d %c%c\n", task->comm[0] == 119, task->comm[1], task->comm[strlen(execname()) - 1])
		printf("%d\n", &task->comm == task->comm)
		try { println(@cast(0, "task_struct", "kernel")->pid) } catch { println("caught") }
		println(@enumname(@enum("PIDTYPE_TGID"), "pid_type"), " ", @enumname(task->prio - task->prio, "enum pid_type", "kernel"), " ",
			@enumname(-77, "pid_type") . "", " ", @enumname(task->pid * 0 + 1000000000000, "pid_type"))
		printf("%d %d\n", @enum("PIDTYPE_TGID"), @defined(task->nosuch) || @defined(@cast(0, "struct nosuch")->x))
	}'
	build_module printed -e '
	probe kernel.function("vfs_read") {
		if (execname() != "workload" || $count != 10) next
		println($file->f_path$)
		println($file->f_path->dentry->d_name$$)
		println(@cast(task_current(), "task_struct")->comm$)
		println($count$, " ", $pos$)
		println($file$)
		println(@cast(8, "struct path")$)
	}'
	build_module fields -e '
	global now, before
	probe kernel.function("load_elf_binary") { now[@cast(task_current(), "task_struct")->in_execve]++ }
	probe kernel.function("ksys_read") { if (execname() == "workload") before[@cast(task_current(), "task_struct")->in_execve]++ }
	probe kernel.trace("sched_process_exec") { now[$p->in_execve]++ }
	probe kernel.function("do_mmap") {
		/* The eighth is the address of an empty list. */
		now[7] = $uf->next == $uf
	}
	probe end { printf("%d %d %d %d\n", now[0], now[1] > 1, before[1], now[7]) }'
	has_variables || echo "the BTF of $RELEASE has no variables" >"$modules/without_variables"
	[ -e "$modules/without_variables" ] || build_module per_cpu -g -e '
	global all, right
	probe kernel.function("ksys_read") {
		if (execname() != "workload" || $fd != 100) next
		all++
		right += @var("this_cpu_off") == %{ this_cpu_read(this_cpu_off) %} && @var("runqueues")->cpu == cpu() &&
			 @var("runqueues")->curr->pid == tid() && @var("runqueues")->curr == task_current()
	}
	probe end { println(all, " ", right) }'
	build_module readers -e '
	global calls, wrong
	probe kernel.function("vfs_read").return {
		if (execname() != "workload" || kernel_string($file->f_path->dentry->d_name->name) != "zero") next
		calls[$count]++
		if ($return != $count || @entry(tid()) != tid()) wrong++
	}
	probe end { foreach (size+ in calls) printf("%d: %d\n", size, calls[size]); println(wrong) }'
	build_module several -e '
	probe kernel.function("ksys_re*") {
		if (execname() == "workload" && @defined($count) && $fd == 100) printf("%s %d\n", probefunc(), $count)
	}'
	offsets_script >"$modules/offsets.stp"
	build_module offsets -g offsets.stp
	guest '
head -c 1000 /dev/zero >/tmp/known
for name in reads casts printed fields several per_cpu; do
	[ ! -e $name.ko ] || record $name $SPILERUN -c "./workload sizes /tmp/known" $name.ko
done
record offsets $SPILERUN offsets.ko
record readers $SPILERUN -c "./workload readers 300" readers.ko
'
}

@test "parameters, their members, and a result" {
	expect_status reads 0
	same "entry 10 of known 1000 flags 0
fd=0x64 buf=$(buffer) count=0xa
return 10 of 10 from 0 to 10 in workload
return=0xa
entry 200 of known 1000 flags 0
fd=0x64 buf=$(buffer) count=0xc8
return 200 of 200 from 10 to 210 in workload
return=0xc8
entry 3000 of known 1000 flags 0
fd=0x64 buf=$(buffer) count=0xbb8
return 790 of 3000 from 210 to 1000 in workload
return=0x316" <(sort_calls)
}

# Where the workload reads to: the same for all its calls.
buffer() { sed -n 's/^fd=0x64 buf=\(0x[0-9a-f]*\) count=.*/\1/p' "$results/reads.out" | head -n 1; }

# ksys_read calls vfs_read: its line comes first, and last of all its result.
sort_calls() { awk '/^fd=/ { first = $0; next } /^entry/ { print; print first; next } { print }' "$results/reads.out"; }

@test "@cast, indices, addresses, @defined, @enum and @enumname" {
	same "$(for _ in 1 2 3; do printf '1 1 1 1\n1 od\n1\ncaught\nPIDTYPE_TGID PIDTYPE_PID -77 1000000000000\n1 0\n'; done)" "$results/casts.out"
	expect_status casts 0
}

@test "per-CPU variables of the kernel" {
	[ ! -e "$modules/without_variables" ] || skip "$(cat "$modules/without_variables")"
	same '3 3' "$results/per_cpu.out"
	expect_status per_cpu 0
}

@test "pretty printing" {
	expect_status printed 0
	sed -e 's/0xffff[0-9a-f]*/ADDRESS/g' "$results/printed.out" >"$results/printed.names"
	expect_line printed.names '{.mnt=ADDRESS, .dentry=ADDRESS}'
	grep -qE '^\{<union>=\{<class>=\{\.hash=[0-9]+, \.len=5\}, \.hash_len=[0-9]+\}, \.name="known"\}$' "$results/printed.names"
	expect_line printed.names '"workload"'
	expect_line printed.names '10 0'
	grep -qE '^\{.*\.f_flags=32768, .*\.f_lock=\{\.\.\.\}.*\}$|^\{.*\.f_lock=\{\.\.\.\}, .*\.f_flags=32768, .*\}$' "$results/printed.names"
	expect_line printed.names 'ERROR'
}

@test "members are where the compiler has them" {
	same 'all compared' "$results/offsets.out"
	expect_status offsets 0
}

@test "bit-fields, and parameters on the stack" {
	same '0 1 0 1' "$results/fields.out"
	expect_status fields 0
}

@test "each call has its own values of the entry" {
	same '1000: 300
2000: 300
3000: 300
4000: 300
0' "$results/readers.out"
	expect_status readers 0
}

@test "a pattern is a probe for each function" {
	same 'ksys_read 10
ksys_read 200
ksys_read 3000' "$results/several.out"
	expect_status several 0
}
