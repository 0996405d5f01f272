#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A finished module and spilerun are all that a host needs: they run below a root folder that has
# nothing but them and busybox, without compiler, headers, libraries or spile.

load common

setup_file() {
	start_guest_tests
	build_module opens_by_process "$TOP/examples/opens-by-process.stp"
	guest '
root=/tmp/airgap
mkdir -p $root/bin $root/proc $root/sys $root/dev
cp $SPILERUN opens_by_process.ko $root/
cp "$(command -v busybox)" $root/bin/busybox
for tool in sh ls cat find; do ln -s busybox $root/bin/$tool; done
mount -t proc proc $root/proc
mount -t sysfs sysfs $root/sys
alone() { env -i PATH=/bin busybox chroot $root "$@"; }
record files alone find / -xdev -type f
record absent alone sh -c "command -v gcc make spile; ls /lib/modules /usr/include"
record session alone /spilerun -q -c "/bin/sh -c \"for i in 1 2 3 4 5 6 7; do : </bin/busybox; done\"" /opens_by_process.ko
record modules alone cat /proc/modules
'
}

@test "there is nothing but busybox, spilerun and the module" {
	[ "$(sort "$results/files.out")" = "/bin/busybox
/opens_by_process.ko
/spilerun" ]
	same "" "$results/absent.out"
	expect_status absent 1
}

@test "the module runs there and sees the opens of its command" {
	expect_status session 0
	same "" "$results/session.err"
	# /bin/sh of busybox is static: the seven redirections are all that it opens.
	between "$(number_of session.out '^sh  *\([0-9]*\)$')" 7 9
}

@test "and is gone afterwards" {
	expect_status modules 0
	! grep -q opens_by_process "$results/modules.out"
}
