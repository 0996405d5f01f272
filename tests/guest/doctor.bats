#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What `spile doctor` says of kernels that forbid things, beside what happens when a module is then
# loaded by the kernel itself (insmod, which asks nobody), and run by spilerun. One machine is
# changed step by step, the last step being the one that cannot be taken back; two more are started
# locked down, and with signatures enforced.

# shellcheck disable=SC2016,SC2154 # what runs in the machine is quoted; variables are common.bash's

load common

# A session of each module, and the doctor; insmod_entry is what the kernel says by itself.
steps='
export HOME=/tmp/home SPILE
mkdir -p $HOME
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
mountpoint -q /sys/kernel/security || mount -t securityfs securityfs /sys/kernel/security
step() {
	record $1-doctor "$SPILE" doctor --json
	record $1-text "$SPILE" doctor
	record $1-entry $SPILERUN -c "cat /proc/version" entry.ko
	record $1-return $SPILERUN -c "cat /proc/version" return.ko
	record $1-check $SPILERUN --check entry.ko
}
by_kernel() {
	record $1-insmod insmod entry.ko
	rmmod entry 2>/dev/null || :
}
'

setup_file() {
	start_guest_tests
	build_module entry -e '
	global hits
	probe kprobe.function("vfs_read") { hits++ }
	probe end { println(hits ? "hit" : "not hit") }'
	build_module return -e '
	global hits
	probe kprobe.function("vfs_read").return { hits++ }
	probe end { println(hits ? "hit" : "not hit") }'
	sed 's/relay_open/relay_opem/g' "$modules/entry.ko" >"$modules/odd.ko"
	{ guest_functions && echo "$steps" && echo 'step container; by_kernel container'; } >"$results/container.sh"
	guest "$steps"'
step plain
by_kernel plain
record odd-check $SPILERUN --check odd.ko
record odd-insmod insmod odd.ko
echo 0 >/sys/kernel/debug/kprobes/enabled
step kprobes_off
echo 1 >/sys/kernel/debug/kprobes/enabled
echo 0 >/proc/sys/kernel/ftrace_enabled
cat /proc/sys/kernel/ftrace_enabled >$results/tracer
step tracer_off
echo 1 >/proc/sys/kernel/ftrace_enabled
setpriv --bounding-set -sys_module sh $results/container.sh
echo 1 >/proc/sys/kernel/modules_disabled
step disabled
by_kernel disabled
'
	guest "$steps"'
step integrity
by_kernel integrity
' --append=lockdown=integrity
	guest "$steps"'
step enforced
by_kernel enforced
' --append=module.sig_enforce=1
}

# ability STEP NAME: yes, no, partly ...
ability() {
	sed -n "s/.*{\"name\": \"$2\", .*\"works\": \"\\([a-z-]*\\)\".*/\\1/p" "$results/$1-doctor.out"
}

# has STEP ABILITY STATE
has() {
	[ "$(ability "$1" "$2")" = "$3" ] || {
		echo "$2 is '$(ability "$1" "$2")', not '$3'"
		show "$1-text"
		return 1
	}
}

# ran STEP MODULE LINE: a session that ended well and printed that last.
ran() {
	expect_status "$1-$2" 0
	[ "$(tail -n 1 "$results/$1-$2.out")" = "$3" ] || {
		show "$1-$2"
		return 1
	}
}

# refused_by_all STEP: by the kernel, by spilerun before it asks the kernel, and by --check.
refused_by_all() {
	expect_status "$1-insmod" 1
	expect_status "$1-entry" 1
	expect_status "$1-check" 1
	# What spilerun has to say of a load that it tried.
	if grep -q 'could not be loaded' "$results/$1-entry.err"; then
		show "$1-entry"
		return 1
	fi
}

@test "an ordinary machine: what the doctor promises is so" {
	has plain load yes
	has plain signing yes
	has plain functions yes
	has plain returns yes
	has plain arguments yes
	expect_status plain-insmod 0
	ran plain entry hit
	ran plain return hit
	expect_status plain-check 0
	expect_line plain-check.out "entry.ko fits this kernel"
}

@test "a module that needs what this kernel does not have" {
	expect_status odd-insmod 1
	expect_status odd-check 1
	expect_line odd-check.err "spilerun: error: odd.ko needs what this kernel does not have: relay_opem"
}

@test "kprobes switched off: entries by the function tracer, and no returns" {
	has kprobes_off functions partly
	has kprobes_off returns no
	expect_status kprobes_off-doctor 1
	expect_line kprobes_off-text.out "             -> echo 1 > /sys/kernel/debug/kprobes/enabled"
	ran kprobes_off entry hit
	ran kprobes_off return "not hit"
	expect_line kprobes_off-return.err 'WARNING: kprobe.function("vfs_read").return is not hit at vfs_read: the function tracer is switched off (sysctl kernel.ftrace_enabled), or kprobes are (debugfs kprobes/enabled)'
}

@test "the function tracer switched off: entries by kprobes, and no returns" {
	# Newer kernels do not let go of the tracer: then there is nothing to say.
	if [ "$(cat "$results/tracer")" = 1 ]; then
		has tracer_off functions yes
		skip "this kernel ignores kernel.ftrace_enabled"
	fi
	has tracer_off functions partly
	has tracer_off returns no
	expect_status tracer_off-doctor 1
	ran tracer_off entry hit
	ran tracer_off return "not hit"
}

@test "kernel.modules_disabled: no script runs, and all say so" {
	has disabled load no
	expect_status disabled-doctor 2
	refused_by_all disabled
	expect_line disabled-entry.err "spilerun: error: this kernel loads no modules any more until it is restarted"
}

@test "root without CAP_SYS_MODULE, as in a container" {
	has container load no
	expect_status container-doctor 2
	refused_by_all container
}

@test "lockdown for integrity: modules without a signature are refused" {
	has integrity load yes
	has integrity signing no
	expect_status integrity-doctor 1
	refused_by_all integrity
	expect_line integrity-entry.err "spilerun: error: the kernel is locked down (integrity) and entry.ko is not signed"
}

@test "module.sig_enforce: the same" {
	has enforced signing no
	expect_status enforced-doctor 1
	refused_by_all enforced
	expect_line enforced-entry.err "spilerun: error: the kernel takes signed modules only (module.sig_enforce) and entry.ko is not signed"
}
