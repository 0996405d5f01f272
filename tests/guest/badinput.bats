#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Wrong input of every kind: each is refused with an error that says what is wrong, a status that
# is not 0, and nothing left behind: no module, no temporary folder, no file.

load common

setup_file() {
	start_guest_tests
	build_module good -e 'probe begin { println("hello") exit() }'
	build_module reads -e 'probe kprobe.function("vfs_read") { exit() }'
	build_module forbidden -e 'probe kprobe.function("exc_int3") { exit() }'
	build_module floods -D MAXACTION_INTERRUPTIBLE=100000 \
		-e 'probe begin { for (i = 0; i < 20000; i++) println("a line of the report"); exit() }'
	make_bad_modules
	guest '
left() { cut -d" " -f1 /proc/modules | sort; ls -d /proc/driver/spile:* /dev/shm/* 2>&1; }
left >$results/left.before
mkdir /small && mount -t tmpfs -o size=64k tmpfs /small
record full $SPILERUN -o /small/written floods.ko
record folder $SPILERUN -o /no/such/folder/written good.ko
for module in other-kernel other-tree other-abi renamed; do
	record $module $SPILERUN $module.ko
done
record forbidden $SPILERUN forbidden.ko
record nobody setpriv --reuid=65534 --regid=65534 --clear-groups $SPILERUN good.ko
record parameter $SPILERUN good.ko no_such_parameter=1
record range $SPILERUN good.ko buffer_kb=1
$SPILERUN -o /small/endless reads.ko >/dev/null 2>&1
record loaded sh -c "insmod good.ko && $SPILERUN -o /small/second good.ko; rmmod good"
ls /small >$results/small
umount /small && rmdir /small
left >$results/left.after
record works $SPILERUN good.ko
'
}

# Copies of good modules with a word changed, in place and of the same length.
make_bad_modules() {
	local other=${RELEASE//[0-9]/7}
	cd "$modules"
	sed "s/spile_kernel=$RELEASE/spile_kernel=$other/" good.ko >other-kernel.ko
	sed "s/vermagic=$RELEASE/vermagic=$other/" good.ko >other-tree.ko
	sed 's/spile_abi=[0-9]/spile_abi=9/' good.ko >other-abi.ko
	sed 's/vfs_read/vfs_raed/g' reads.ko >renamed.ko
	head -c 5000 good.ko >truncated.ko
	head -c $(($(stat -c %s good.ko) - 1000)) good.ko >no-end.ko
	: >empty.ko
}

setup() {
	export TMPDIR=$BATS_TEST_TMPDIR/temporary
	mkdir "$TMPDIR" "$BATS_TEST_TMPDIR/work"
	chmod 777 "$TMPDIR" "$BATS_TEST_TMPDIR/work"
	chmod 755 "$BATS_TEST_TMPDIR"
	cd "$BATS_TEST_TMPDIR/work"
}

# refused COMMAND...: it fails with status 1, says nothing on standard output and leaves no file.
# What it says is in $BATS_TEST_TMPDIR/err.
refused() {
	local status=0
	"$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" </dev/null || status=$?
	[ "$status" -eq 1 ] && [ ! -s "$BATS_TEST_TMPDIR/out" ] || {
		echo "status $status"
		cat "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/err"
		return 1
	}
	[ -z "$(find "$TMPDIR" . -mindepth 1)" ] || {
		find "$TMPDIR" . -mindepth 1
		return 1
	}
}

# translation_refused TEXT ARGUMENTS...: what spile says is exactly that text.
translation_refused() {
	local text=$1
	shift
	refused "$SPILE" "$@"
	same "$text" "$BATS_TEST_TMPDIR/err"
}

# load_refused TEXT ARGUMENTS...: likewise spilerun.
load_refused() {
	local text=$1
	shift
	refused "$SPILERUN" "$@"
	same "$text" "$BATS_TEST_TMPDIR/err"
}

# ---- Scripts ----

@test "a syntax error is shown in its line" {
	translation_refused "-e:1:26: error: expected ',' or ')' behind the format of 'printf', found '}' [E-syntax]
probe begin { printf(\"x\" }
                         ^" -r "$RELEASE" -p4 -m bad -e 'probe begin { printf("x" }'
}

@test "an unknown function, and the one that was meant" {
	translation_refused "-e:1:15: error: unknown function 'prinltn' [E-unknown-function]
probe begin { prinltn(\"x\") }
              ^~~~~~~
note: did you mean 'println'?" -r "$RELEASE" -p4 -m bad -e 'probe begin { prinltn("x") }'
}

@test "an unknown probe point, and the one that was meant" {
	translation_refused "-e:1:7: error: unknown probe point 'kernel.functoin(\"x\")' [E-unknown-probe]
probe kernel.functoin(\"x\") { exit() }
      ^~~~~~~~~~~~~~~~~~~~
note: did you mean 'kernel.function(\"name\")'?" -r "$RELEASE" -p4 -m bad -e 'probe kernel.functoin("x") { exit() }'
}

@test "a module for a kernel that is not running here is not built" {
	[ "$(id -u)" = 0 ] || skip "takes root"
	[ "$(uname -r)" != "$RELEASE" ] || skip "the kernel with headers is the running one"
	run "$SPILE" -r "$RELEASE" -e 'probe begin { exit() }'
	[ "$status" = 1 ]
	[ "${lines[0]}" = "spile: error: the module would be for kernel $RELEASE, which is not running here [E-other-kernel]" ]
}

@test "a script that is not there" {
	translation_refused "spile: error: cannot read 'no.stp': No such file or directory [E-no-script]" no.stp
}

@test "a script that is a folder" {
	refused "$SPILE" -p1 /
	grep -q '\[E-no-script\]$' "$BATS_TEST_TMPDIR/err"
}

# ---- Kernels and users ----

@test "a missing build tree, with the package that has it" {
	refused "$SPILE" -r 9.9.9-1-amd64 -p4 -m bad -e 'probe begin { exit() }'
	head -n 1 "$BATS_TEST_TMPDIR/err" >"$BATS_TEST_TMPDIR/first"
	same "spile: error: no build tree for kernel 9.9.9-1-amd64 [E-no-build-tree]" "$BATS_TEST_TMPDIR/first"
	grep -qE '^note: .*install (linux-headers-9\.9\.9-1-amd64|kernel-devel-9\.9\.9-1-amd64)' "$BATS_TEST_TMPDIR/err"
}

@test "a folder that is no build tree" {
	translation_refused "spile: error: /no/tree is not a kernel build tree: no such folder [E-no-build-tree]" \
		-r /no/tree -p4 -m bad -e 'probe begin { exit() }'
}

@test "no root: said before anything is built" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
	refused setpriv --reuid=65534 --regid=65534 --clear-groups "$(public_spile)" -r "$RELEASE" -e 'probe begin { exit() }'
	same "spile: error: only root may load kernel modules [E-not-root]
note: try \`sudo spile ...\`, or \`spile --vm ...\` for a throw-away machine, or -p4 to build only" \
		"$BATS_TEST_TMPDIR/err"
}

@test "no root for spilerun" {
	expect_status nobody 1
	same "spilerun: error: loading a module takes root
spilerun: note: run it again as: sudo spilerun good.ko ..." "$results/nobody.err"
}

# ---- Options ----

@test "options of spile that exclude each other" {
	local note="note: \`spile --help\` lists the options"
	translation_refused "spile: error: -c and -x both set target(): give one of them [E-option]
$note" -r "$RELEASE" -c true -x 1 -e 'probe begin { exit() }'
	translation_refused "spile: error: -x 1: that process does not exist in the throw-away machine [E-option]
$note" --vm -x 1 -e 'probe begin { exit() }'
}

@test "options of spile that make no sense" {
	local note="note: \`spile --help\` lists the options"
	translation_refused "spile: error: no script given [E-option]
$note"
	translation_refused "spile: error: -p takes 1 to 5 [E-option]
$note" -p 9 -e 'probe begin { exit() }'
	translation_refused "spile: error: -m Bad-name: a module's name has at most 50 of the characters a-z, 0-9 and _ [E-option]
$note" -m Bad-name -e 'probe begin { exit() }'
}

@test "options of spilerun that exclude each other" {
	load_refused "spilerun: error: -c and -x both set target(): give one of them" \
		-c true -x 1 "$modules/good.ko"
	load_refused "spilerun: error: -d takes only the module to unload; 'more' is too much" -d good more
}

@test "a process that does not exist" {
	load_refused "spilerun: error: -x 999999999: there is no such process" -x 999999999 "$modules/good.ko"
	load_refused "spilerun: error: -x wants a process id, not 'me'" -x me "$modules/good.ko"
}

@test "values that are none" {
	load_refused "spilerun: error: -s wants megabytes, 1 to 1024, not '0'" -s 0 "$modules/good.ko"
	load_refused "spilerun: error: 'x' is no module parameter: they are written name=value" "$modules/good.ko" x
	load_refused "spilerun: error: no module given
spilerun: note: 'spilerun MODULE.ko' runs one; 'spilerun --help' lists the options"
}

@test "parameters that the module does not have, or not with that value" {
	expect_status parameter 1
	expect_line parameter.err "spilerun: error: good.ko has no parameter 'no_such_parameter'"
	expect_line parameter.err "spilerun: note: it has these: budget stats buffer_kb"
	expect_status range 1
	expect_line range.err "spilerun: error: good.ko could not be loaded: Numerical result out of range"
	expect_line range.err "spilerun: note: a module parameter is out of range: buffer_kb takes 32 to 1048576"
}

# ---- Module files ----

@test "files that are no modules" {
	load_refused "spilerun: error: none.ko: No such file or directory" none.ko
	load_refused "spilerun: error: /: it is no file" /
	load_refused "spilerun: error: $modules/empty.ko: it is empty" "$modules/empty.ko"
	load_refused "spilerun: error: /etc/passwd: it is no ELF file" /etc/passwd
}

@test "modules that are not whole" {
	load_refused "spilerun: error: $modules/truncated.ko: it is no kernel module, or not a whole one" \
		"$modules/truncated.ko"
	load_refused "spilerun: error: $modules/no-end.ko: it is no kernel module, or not a whole one" \
		"$modules/no-end.ko"
}

@test "a module that is not of spile" {
	local file=$BATS_TEST_TMPDIR/plain.ko
	mkdir "$BATS_TEST_TMPDIR/build"
	printf '#include <linux/module.h>\nMODULE_LICENSE("GPL");\n' >"$BATS_TEST_TMPDIR/build/plain.c"
	echo 'obj-m := plain.o' >"$BATS_TEST_TMPDIR/build/Kbuild"
	make -s -C "/lib/modules/$RELEASE/build" M="$BATS_TEST_TMPDIR/build" modules >"$BATS_TEST_TMPDIR/log" 2>&1
	mv "$BATS_TEST_TMPDIR/build/plain.ko" "$file"
	load_refused "spilerun: error: $file was not made by spile
spilerun: note: spilerun loads script modules only; others are loaded with insmod" "$file"
}

@test "a module for another kernel: what does not match, in words" {
	local other=${RELEASE//[0-9]/7}
	local note="spilerun: note: translate the script again for it: spile -r $RELEASE -p4 SCRIPT"
	expect_status other-kernel 1
	same "spilerun: error: other-kernel.ko was built for kernel $other, but $RELEASE is running
$note" "$results/other-kernel.err"
	expect_status other-tree 1
	same "spilerun: error: other-tree.ko was compiled by kernel $other's build tree, but $RELEASE is running
$note" "$results/other-tree.err"
}

@test "a module for another spilerun" {
	expect_status other-abi 1
	grep -qx 'spilerun: error: other-abi.ko has module interface 9, this spilerun has [0-8]' "$results/other-abi.err"
}

@test "a function that the kernel does not have, and one that it does not let be probed" {
	expect_status renamed 1
	expect_line renamed.err "spilerun: error: this kernel has no function 'vfs_raed'"
	expect_status forbidden 1
	expect_line forbidden.err "spilerun: error: the function 'exc_int3' must not be probed: it lies in the kernel's section .noinstr.text"
	same "" "$results/forbidden.out"
}

# ---- Output ----

@test "a full disk" {
	expect_status full 1
	grep -qxE "spilerun: error: writing to /small/written failed: No space left on device; not written: [0-9]+ lines, [0-9]+ bytes" "$results/full.err"
	[ "$(wc -l <"$results/full.err")" -eq 1 ]
}

@test "an output file that cannot be made" {
	expect_status folder 1
	same "spilerun: error: /no/such/folder/written: No such file or directory" "$results/folder.err"
}

@test "a session that does not begin leaves no output file" {
	expect_status loaded 0
	expect_line loaded.err "spilerun: error: good.ko could not be loaded: File exists"
	same "endless
written" "$results/small"
}

@test "nothing is left behind, and the good module still works" {
	diff -u "$results/left.before" "$results/left.after"
	expect_status works 0
	same "hello" "$results/works.out"
}
