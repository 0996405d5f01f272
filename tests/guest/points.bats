#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Where probes sit besides the kernel's own functions: functions of modules, which are there or not,
# places within functions, and variables. target.c is what they sit on.

load common

build_target() {
	mkdir "$BATS_FILE_TMPDIR/target"
	cp "$BATS_TEST_DIRNAME/target.c" "$BATS_FILE_TMPDIR/target"
	echo 'obj-m := target.o' >"$BATS_FILE_TMPDIR/target/Kbuild"
	make -C "/lib/modules/$RELEASE/build" M="$BATS_FILE_TMPDIR/target" modules >"$modules/target.log" 2>&1 ||
		{ cat "$modules/target.log"; return 1; }
	cp "$BATS_FILE_TMPDIR/target/target.ko" "$modules"
}

# The second instruction of target_add, as it is in the file: what comes behind the tracer's call.
second_instruction() {
	local start next
	start=$(nm "$modules/target.ko" | sed -n 's/ T target_add$//p')
	next=$(objdump -d "$modules/target.ko" |
		sed -n '/<target_add>:$/,$ { /endbr/d; /call/d; s/^ *\([0-9a-f]*\):.*/\1/p }' | head -n 1)
	printf '%x\n' $((0x$next - 0x$start))
}

build_function_probes() {
	build_module functions -e '
	global entries, sum, returns, results, together, names
	probe module("target").function("target_add") { entries++; sum += ulong_arg(1); names[probefunc(), pp()]++ }
	probe kprobe.module("target").function("target_add").return { returns++; results += returnval() }
	probe module("targ?t").function("target_add*").call { together++ }
	probe module("not_there").function("x") ?, module("target").function("nor_this") ? { println("no") }
	probe end {
		println(entries, " ", sum, " ", returns, " ", results, " ", together)
		foreach ([name, point] in names) println(name, " ", point, " ", names[name, point])
	}'
	build_module named -e '
	probe module("targ*").function("target_add") {
		if (n++) next
		behind = register("rip") - 1 - addr()	# an ENDBR
		println(symname(addr()), " ", behind == 0 || behind == 4, " ", probemod(), " ", module_name())
		println(symdata(addr()), " ", modname(addr()), " ", symdata(addr() + 5))
	}
	probe module("target").function("target_add").return {
		if (m++) next
		println(symname(addr()), " ", probemod())
	}
	probe kernel.function("vfs_read") { if (!seen++) println(symdata(addr()), " ", probemod(), " ", modname(addr())) }
	probe begin { println(symname(1), " ", symdata(4096), ":", modname(1), ":", addr(), ":", probemod(), ":") }
	global n, m, seen'
	build_module stacks -e '
	probe module("target").function("target_add") {
		if (n++) next
		print_backtrace()
		println(symname(stack(0)), " ", symname(stack(1)), " ", symname(stack(2)), " ", stack(-1), " ", stack(1000))
		println("caller ", caller() == symname(caller_addr()) . sprintf(" 0x%x", stack(1)), " ", symname(caller_addr()))
		println("lists ", callers(2) == sprintf("0x%x 0x%x", stack(0), stack(1)), " ", callers(0) == "", " ",
			isinstr(backtrace(), callers(3)), " ", sprint_backtrace() == sprint_syms(callers(-1)), " ",
			sprint_syms(callers(1)) == symdata(addr()) . "\n")
		print_syms(callers(1))
		print_stack("nothing")
	}
	probe module("target").function("target_add").return {
		if (m++) next
		println("return ", symname(stack(0)), " ", symname(stack(1)), " ", symname(caller_addr()), " ", stack(0) == addr())
	}
	probe kernel.trace("sys_enter") {
		if (execname() != "sh" || o++) next
		println("tracepoint ", isinstr(sprint_backtrace(), module_name()), " ", isinstr(sprint_backtrace(), "do_syscall_64"))
	}
	global n, m, o'
	build_module absent -e 'probe module("target").function("target_nothing") { exit() }'
	build_module not_loaded -e 'probe module("not_there").function("x") { exit() }'
}

# Functions and tracepoints of the kernel's own modules, whose types are asked of the modules' files.
build_module_probes() {
	[ -d "/lib/modules/$RELEASE/kernel" ] || {
		echo "the modules of kernel $RELEASE are not installed here" >"$modules/without_modules"
		return
	}
	build_module loops -e '
	probe module("loop").function("loop_control_ioctl") { printf("%x %d\n", $cmd, $file->f_mode != 0) }'
	build_module wireless -e '
	probe module("mac80211").trace("drv_start") { println($$name, " ", $local->hw->wiphy != 0, " ", $$parms =~ "^local=0xf") }
	probe module("mac80211").trace("drv_st*p") { println($$name, " ", $local != 0) }'
	build_module synced -e '
	global all, of_module, of_other
	probe module("ext4").trace("ext4_sync_fs") { all++ }
	probe module("ext4").trace("ext4:ext4_sync_f[s]") { of_module += $wait <= 1 && $sb->s_magic == 0xef53 }
	probe module("j*2").trace("jbd2_*commit") { of_other++ }
	probe end { println(all > 0, " ", all - of_module, " ", of_other) }'
	build_module headless -e '
	global compactions
	probe kernel.trace("mm_compaction_begin") { if (!compactions++) println($$name, " ", $zone_start < $zone_end, " ", $sync) }
	probe kernel.trace("ext4_sync_file_enter") { println($$name, " ", $file->f_inode->i_ino, " ", $datasync) }
	probe kernel.trace("ext4_unlink_ent*") { println($$name, " ", kernel_string($dentry->d_name->name), " ", $parent->i_ino) }'
}

# What only a script with debuginfo asks for: said by hand.
build_places() {
	build_module within -g -e "
	global second, arguments
	%{ MODULE_INFO(spile_kprobe, \"0 - target:target_add+0x$(second_instruction)\"); %}
	probe module(\"target\").function(\"not_this\") ? { second++; arguments += ulong_arg(1) }
	probe end { println(second, \" \", arguments) }"
	build_module absolute -g -e '
	global hits, arguments
	probe kernel.statement(0xffffffff11223344).absolute { hits++; arguments += ulong_arg(1) }
	probe end { println(hits, " ", arguments) }'
	# The machine alone knows the address: where in the file it has to stand.
	grep -obUa ffffffff11223344 "$modules/absolute.ko" | cut -d: -f1 >"$modules/absolute.places"
	build_module behind -g -e '
	%{ MODULE_INFO(spile_kprobe, "0 - target:target_add+0x1000"); %}
	probe module("target").function("target_add") { exit() }'
	build_module stranger -g -e '
	%{ MODULE_INFO(spile_build_id, ":0123456789abcdef"); %}
	probe begin { exit() }'
	build_module strangers -g -e '
	%{ MODULE_INFO(spile_build_id, "target:0123456789abcdef"); MODULE_INFO(spile_build_id, "not_there:01"); %}
	probe begin { exit() }'
}

build_watchpoints() {
	build_module watched -e '
	global writes, accesses, upper, reads, places
	probe kernel.data("target:target_value").length(8).write { writes++; places[register("rip") != 0, execname()]++ }
	probe kernel.data("target:target_record+0x8").rw { accesses++ }
	probe kernel.data("target:target_record").length(8).write { upper++ }
	probe kernel.data("target:target_part").rw { reads++ }
	probe end {
		println(writes, " ", accesses, " ", upper, " ", reads)
		foreach ([known, name] in places) println(known, " ", name)
	}'
	build_module literal -e '
	global writes
	probe kernel.data(0xffffffff11223340).length(8).write { writes++ }
	probe end { println(writes) }'
	LC_ALL=C grep -obUaP '\x40\x33\x22\x11\xff\xff\xff\xff' "$modules/literal.ko" | cut -d: -f1 >"$modules/literal.places"
	build_module many -e '
	probe kernel.data("jiffies").write, kernel.data("jiffies+4").write, kernel.data("target:target_value").rw,
	      kernel.data("target:target_part").rw, kernel.data("target:target_record").rw { exit() }'
	build_module few -e '
	global hits
	probe kernel.data("target:target_part").rw, kernel.data("target:target_nothing").write ?,
	      kernel.data("nothing_at_all").write ? { hits++ }
	probe end { println(hits) }'
	build_module half -e '
	global on, hits, seen
	probe kernel.data("target:target_value").write if (on) { hits++ }
	probe kernel.trace("sched_switch") { if (on != 2) seen++ }
	probe timer.ms(500) {
		on = !on
		if (hits) { println("hit"); exit() }
	}
	probe timer.s(120) { println("never hit"); exit() }'
	build_module no_variable -e 'probe kernel.data("target:target_add").write { exit() }'
	build_module uneven -e 'probe kernel.data("target:target_value+0x1").length(4).write { exit() }'
}

setup_file() {
	start_guest_tests
	build_target
	build_function_probes
	build_module_probes
	build_places
	build_watchpoints
	guest '
record unloaded $SPILERUN functions.ko
insmod target.ko
modprobe loop
modprobe ext4
record functions $SPILERUN -c "sh -c \"echo 10 >/sys/module/target/parameters/calls\"" functions.ko
record named $SPILERUN -c "sh -c \"echo 10 >/sys/module/target/parameters/calls\"" named.ko
record stacks $SPILERUN -c "sh -c \"echo 10 >/sys/module/target/parameters/calls\"" stacks.ko
record absent $SPILERUN absent.ko
record not_loaded $SPILERUN not_loaded.ko
record within $SPILERUN -c "sh -c \"echo 10 >/sys/module/target/parameters/calls\"" within.ko
record behind $SPILERUN behind.ko
address=$(grep -E " [tT] target_add[[:space:]]" /proc/kallsyms | cut -d" " -f1)
cp absolute.ko /tmp/absolute.ko
for place in $(cat absolute.places); do
	printf %s "$address" | dd of=/tmp/absolute.ko bs=1 seek="$place" conv=notrunc
done
record absolute $SPILERUN -c "sh -c \"echo 10 >/sys/module/target/parameters/calls\"" /tmp/absolute.ko
record nowhere $SPILERUN absolute.ko
address=$(grep -E " [bBdD] target_value[[:space:]]" /proc/kallsyms | cut -d" " -f1)
cp literal.ko /tmp/literal.ko
for place in $(cat literal.places); do
	for at in 15 13 11 9 7 5 3 1; do
		printf "\\$(printf %03o "0x$(echo "$address" | cut -c$at-$((at + 1)))")"
	done | dd of=/tmp/literal.ko bs=1 seek="$place" conv=notrunc
done
record literal $SPILERUN -c "sh -c \"echo 10 >/sys/module/target/parameters/calls\"" /tmp/literal.ko
for name in watched few; do
	record $name $SPILERUN --stats -c "sh -c \"echo 10 >/sys/module/target/parameters/calls\"" $name.ko
done
for name in many no_variable uneven; do record $name $SPILERUN $name.ko; done
(while echo 1 >/sys/module/target/parameters/calls && sleep 0.01; do :; done) & writer=$!
record half $SPILERUN half.ko
kill $writer
record watched_again $SPILERUN -c "sh -c \"echo 20 >/sys/module/target/parameters/calls\"" watched.ko
record stranger $SPILERUN stranger.ko
record strangers $SPILERUN strangers.ko
[ -e without_modules ] || record loops $SPILERUN -c "losetup -f" loops.ko
dd if=/dev/zero of=/tmp/image bs=1M count=4 && mkfs.ext2 -F /tmp/image && mkdir /tmp/mounted
[ -e without_modules ] || {
	modprobe mac80211_hwsim radios=1
	record wireless $SPILERUN -c "sh -c \"ip link set wlan0 up && ip link set wlan0 down\"" wireless.ko
	rmmod mac80211_hwsim
}
[ -e without_modules ] || record synced $SPILERUN -c "sh -c \"mount -t ext4 -o loop /tmp/image /tmp/mounted && sync && umount /tmp/mounted\"" synced.ko
[ -e without_modules ] || {
	mount -t ext4 -o loop /tmp/image /tmp/mounted
	echo a word >/tmp/mounted/file
	stat -c "ext4_sync_file_enter %i 0" /tmp/mounted/file >$results/headless.expected
	record headless $SPILERUN -c "sh -c \"echo 1 >/proc/sys/vm/compact_memory; sync /tmp/mounted/file; rm /tmp/mounted/file\"" headless.ko
	umount /tmp/mounted
}
rmmod target
rmmod ext4
[ -e without_modules ] || record no_module $SPILERUN synced.ko
record gone $SPILERUN functions.ko
dmesg >$results/dmesg
'
}

@test "functions of a module, by name and by pattern" {
	expect_status functions 0
	expect_line functions.out '10 55 10 165 20'
	expect_line functions.out 'target_add module("target").function("target_add") 10'
}

@test "tracepoints whose headers reach into the kernel's sources" {
	[ ! -e "$modules/without_modules" ] || skip "$(cat "$modules/without_modules")"
	expect_status headless 0
	same "mm_compaction_begin 1 1
$(cat "$results/headless.expected")
ext4_unlink_enter file 2" "$results/headless.out"
}

@test "names of addresses" {
	expect_status named 0
	expect_line named.out '0x1 0x1000::0::'
	expect_line named.out 'target_add 1 target named'
	grep -qE '^target_add\+0x0/0x[0-9a-f]+ \[target\] target target_add\+0x5/0x[0-9a-f]+ \[target\]$' "$results/named.out" || {
		show named
		return 1
	}
	expect_line named.out 'target_add_both target'
	grep -qE '^vfs_read\+0x0/0x[0-9a-f]+ \[kernel\] kernel kernel$' "$results/named.out"
}

@test "the calls that lead to a probe" {
	expect_status stacks 0
	sed -n 's/^ 0x[0-9a-f]* : \([a-z_0-9]*\)+0x[0-9a-f]*\/0x[0-9a-f]* \(.*\)/\1 \2/p' "$results/stacks.out" >"$results/stacks.names"
	same 'target_add [target]
target_add_both [target]
set_calls [target]' <(head -n 3 "$results/stacks.names")
	grep -qE '^[a-z_0-9]*syscall[a-z_0-9]* \[kernel\]$' "$results/stacks.names"
	same 'target_add [target]' <(tail -n 1 "$results/stacks.names")
	expect_line stacks.out 'target_add target_add_both set_calls 0 0'
	expect_line stacks.out 'caller 1 target_add_both'
	expect_line stacks.out 'lists 1 1 1 1 1'
	expect_line stacks.out 'return target_add_both set_calls target_add_both 1'
	expect_line stacks.out 'tracepoint 0 1'
}

@test "a module that is not loaded" {
	expect_status unloaded 1
	expect_line unloaded.err "spilerun: error: module 'target' is not loaded"
	expect_status not_loaded 1
	expect_line not_loaded.err "spilerun: error: module 'not_there' is not loaded"
	expect_status gone 1
	expect_line gone.err "spilerun: error: module 'target' is not loaded"
}

need_modules() { [ ! -e "$modules/without_modules" ] || skip "$(cat "$modules/without_modules")"; }

@test "a module without the function" {
	expect_status absent 1
	expect_line absent.err "spilerun: error: module 'target' has no function 'target_nothing'"
}

@test "parameters of a module's function" {
	need_modules
	expect_status loops 0
	expect_line loops.out '4c82 1'
}

@test "tracepoints of a module" {
	need_modules
	expect_status synced 0
	expect_line synced.out '1 0 0'
	expect_status no_module 1
	grep -q 'cannot attach .*ext4_sync_fs.*: no module of that name that is loaded has such a tracepoint' "$results/no_module.err"
}

@test "tracepoints whose header is not installed" {
	need_modules
	expect_status wireless 0
	same 'drv_start 1 1
drv_stop 1' "$results/wireless.out"
}

@test "a place within a function" {
	expect_status within 0
	expect_line within.out '10 55'
	expect_status behind 1
	grep -q "'target:target_add+0x1000' lies behind the end of that function" "$results/behind.err"
}

@test "an address" {
	expect_status absolute 0
	expect_line absolute.out '10 55'
	expect_status nowhere 1
	grep -q 'cannot attach kernel.statement(0xffffffff11223344).absolute: ' "$results/nowhere.err"
}

@test "accesses to variables" {
	expect_status watched 0
	expect_line watched.out '10 10 0 10'
	expect_line watched.out '1 sh'
	grep -q 'by watchpoint' "$results/watched.err"
	expect_line watched_again.out '20 20 0 20'
	[ -s "$modules/literal.places" ]
	expect_status literal 0
	expect_line literal.out 10
	expect_status few 0
	expect_line few.out 10
	expect_line half.out hit
}

@test "variables that cannot be watched" {
	expect_status many 1
	grep -q 'cannot attach kernel.data("target:target_record").rw: no debug register is free' "$results/many.err"
	expect_status no_variable 1
	expect_line no_variable.err "spilerun: error: module 'target' has no variable 'target_add'"
	expect_status uneven 1
	grep -q 'cannot attach .*: the address is no multiple of the length' "$results/uneven.err"
}

@test "another build than the one that places are of" {
	expect_status stranger 1
	grep -q "stranger.ko was made for another build of this kernel" "$results/stranger.err"
	expect_status strangers 1
	grep -q "strangers.ko was made for another build of module 'target' than is loaded" "$results/strangers.err"
}

@test "the kernel has nothing to complain about" {
	! grep -E 'BUG|WARNING|Oops' "$results/dmesg"
}
