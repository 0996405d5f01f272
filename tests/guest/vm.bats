#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The throw-away machine, from outside: what `spile vm` promises about statuses, streams, files,
# time limits and broken guests. Every test boots for real; SPILE_VM names another command.
# TCG is the default here because KVM in nested machines may hang; SPILE_VM_ACCELERATOR=kvm
# runs them with KVM.
# shellcheck disable=SC2012,SC2015,SC2016,SC2086 # what runs in the guest is quoted; SPILE_VM has two words

load common

setup_file() {
	export TOP
	TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	export SPILE_VM="${SPILE_VM:-${SPILE:-$BATS_TEST_DIRNAME/../../spile} vm}"
	export SPILE_VM_ACCELERATOR="${SPILE_VM_ACCELERATOR:-tcg}"
	export XDG_CACHE_HOME="$BATS_FILE_TMPDIR/cache"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
}

setup() {
	work="$BATS_TEST_TMPDIR"
	cd "$work" || return
}

# vm ARGUMENTS...: runs the machine; $status, and the files out and err in the test's folder.
vm() {
	status=0
	$SPILE_VM "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
}

# expect_status N: shows what was said when it is another one.
expect_status() {
	[ "$status" -eq "$1" ] || {
		echo "status $status, not $1"
		cat "$work/out" "$work/err"
		return 1
	}
}

# not COMMAND...: `!` alone does not fail a test.
not() {
	if "$@"; then
		echo "unexpected: $*"
		return 1
	fi
}

@test "a command's exit status is passed on, and the boot is quick" {
	local started
	vm -- true
	expect_status 0
	started=$(date +%s%N)
	vm -- sh -c 'exit 7'
	expect_status 7
	echo "# boot, command and end: $((($(date +%s%N) - started) / 1000000)) ms" >&3
	[ ! -s err ]
}

@test "a command ended by a signal gives 128 and its number" {
	vm -- sh -c 'kill -SEGV $$'
	expect_status 139
}

@test "a command that does not exist gives 127" {
	vm -- no-such-command-here
	expect_status 127
	grep -q 'no-such-command-here: No such file' err
}

@test "standard output and error are separate" {
	vm -- sh -c 'echo one; echo two >&2; echo three; echo four >&2'
	expect_status 0
	[ "$(cat out)" = "one
three" ]
	[ "$(cat err)" = "two
four" ]
}

@test "a megabyte of any bytes comes through both streams and standard input unchanged" {
	head -c 1048576 /dev/urandom >bytes
	$SPILE_VM -- sh -c 'tee /dev/stderr' <bytes >out 2>err
	cmp bytes out
	cmp bytes err
}

@test "standard input ends when ours does, also when the command leaves it unread" {
	[ "$(printf 'a\nb\n' | $SPILE_VM -- wc -l)" = 2 ]
	[ "$(head -c 3000000 /dev/zero | $SPILE_VM -- sh -c 'head -c 5 | wc -c')" = 5 ]
}

@test "output nobody reads ends the command, as a pipe does" {
	$SPILE_VM --timeout=60 -- yes | head -n 3 >out
	[ "$(wc -l <out)" -eq 3 ]
}

@test "a slow reader gets everything" {
	$SPILE_VM -- seq 200000 | { sleep 8; cat; } >out
	seq 200000 | cmp - out
}

@test "the working directory is the caller's" {
	mkdir -p 'a folder/below'
	cd 'a folder/below'
	vm -- pwd
	expect_status 0
	[ "$(cat "$work/out")" = "$PWD" ]
}

@test "arguments and variables arrive as they are" {
	export SPILE_TEST_VARIABLE='with "quotes" and
a line'
	vm -- sh -c 'printf "%s|" "$SPILE_TEST_VARIABLE" "$@"' sh 'a b' '' "c'd" '*'
	expect_status 0
	[ "$(cat out)" = "$SPILE_TEST_VARIABLE|a b||c'd|*|" ]
}

@test "host files are seen, and not changed by what the guest writes" {
	echo before >file
	vm -- sh -c 'cat file; echo after >file; cat file; echo new >other; rm /etc/passwd; ls other'
	expect_status 0
	[ "$(cat out)" = "before
after
other" ]
	[ "$(cat file)" = before ]
	[ ! -e other ]
	[ -e /etc/passwd ]
}

@test "/proc, /sys and /dev are the guest's own" {
	vm --memory=512 --cpus=1 -- sh -c \
		'grep -c ^processor /proc/cpuinfo; cat /proc/1/comm; ls /sys/kernel/debug/kprobes;
		 test -e /sys/kernel/tracing/trace && echo traces; test -c /dev/ttyS0 && echo port
		 awk "/MemTotal/ { print (\$2 < 524288) }" /proc/meminfo'
	expect_status 0
	[ "$(sed -n 1,2p out)" = "1
init" ]
	grep -qx blacklist out
	grep -qx traces out
	grep -qx port out
	[ "$(tail -n 1 out)" = 1 ]
}

@test "writable folders are written to, and only those" {
	mkdir yes "with, comma" no
	vm --writable="$work/yes" --writable="with, comma" -- \
		sh -c 'echo a >yes/file; echo b >"with, comma/file"; echo c >no/file; mkdir yes/sub'
	expect_status 0
	[ "$(cat yes/file)" = a ]
	[ "$(cat 'with, comma/file')" = b ]
	[ -d yes/sub ]
	[ ! -e no/file ]
}

@test "without 9p the host's files come by FUSE, unchanged, and writable folders are written to" {
	mkdir yes no
	echo before | tee file no/file >yes/file
	SPILE_VM_FILES=fuse vm --writable="$work/yes" -- sh -c '
		echo after | tee file yes/file >no/file && cat file && mv yes/file yes/moved && cd yes &&
		mkdir -p a/b && ln -s ../moved a/link && ln moved hard && chmod 600 moved &&
		touch -d @1000 a/b && head -c 300000 /dev/urandom >a/bytes && truncate -s 5 hard &&
		exec 5<>unnamed && rm unnamed && echo kept >&5 && stat -L -c %s /dev/fd/5 &&
		cksum <a/bytes && mv a c && rmdir c/b && ls c'
	expect_status 0
	[ "$(cat out)" = "after
5
$(cksum <yes/c/bytes)
bytes
link" ]
	[ "$(cat file no/file)" = "before
before" ]
	[ "$(ls yes)" = "c
hard
moved" ]
	[ "$(cat yes/moved yes/c/link)" = afterafter ]
	[ "$(stat -c '%a %h' yes/moved)" = "600 2" ]
}

@test "a module can be loaded" {
	vm -- sh -c 'modprobe dummy && grep -w dummy /proc/modules | cut -d" " -f1'
	expect_status 0
	[ "$(cat out)" = dummy ]
}

@test "SIGTERM reaches the command" {
	$SPILE_VM -- sh -c 'trap "echo caught; exit 9" TERM; echo ready; while :; do sleep 0.1; done' \
		>out 2>err </dev/null 3>&- &
	local pid=$! waited=0
	until grep -q ready out || [ "$waited" -gt 600 ]; do
		sleep 0.1
		waited=$((waited + 1))
	done
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	expect_status 9
	grep -qx caught out
}

@test "killing spile kills QEMU and what else it has started" {
	$SPILE_VM --append="marker=$work" -- sh -c 'echo ready; sleep 300' >out 2>err </dev/null 3>&- &
	local pid=$! waited=0
	until grep -q ready out || [ "$waited" -gt 600 ]; do
		sleep 0.1
		waited=$((waited + 1))
	done
	pgrep -f "qemu.*marker=$work"
	kill -KILL "$pid"
	wait "$pid" || true
	waited=0
	while pgrep -f "marker=$work" && [ "$waited" -lt 600 ]; do
		sleep 0.1
		waited=$((waited + 1))
	done
	not pgrep -f "marker=$work"
}

@test "a command that takes too long is ended and reported" {
	vm --timeout=3 -- sh -c 'echo started; sleep 100'
	expect_status 124
	[ "$(cat out)" = started ]
	grep -q 'not done after 3 seconds \[E-vm-timeout\]' err
}

@test "a panic is reported with the kernel's last words" {
	vm --timeout=60 -- sh -c 'echo before; echo c >/proc/sysrq-trigger; sleep 60'
	expect_status 125
	grep -q 'E-vm-panic' err
	grep -q 'Kernel panic - not syncing: sysrq triggered crash' err
}

@test "a machine that switches itself off is reported" {
	vm --timeout=60 -- sh -c 'echo o >/proc/sysrq-trigger; sleep 60'
	expect_status 125
	grep -q 'E-vm-ended' err
}

@test "a kernel that does not boot is reported with its last words" {
	vm --append=rdinit=/no-such-init -- true
	expect_status 125
	grep -q 'panicked at boot \[E-vm-boot\]' err
	grep -q 'Kernel panic - not syncing' err
}

@test "words of QEMU are shown when it does not start" {
	vm --qemu=-no-such-option -- true
	expect_status 125
	grep -q 'E-vm-boot' err
	grep -q 'QEMU said: .*no-such-option' err
}

# fake_package RELEASE: an apt-get that "downloads" the newest installed kernel under this name.
fake_package() {
	local real root="$work/package" module
	real=$(cd /boot && ls vmlinuz-* 2>/dev/null | sort -V | tail -n 1)
	real=${real#vmlinuz-}
	[ -n "$real" ] && [ -d "/lib/modules/$real" ] || skip "no kernel is installed"
	command -v dpkg-deb >/dev/null || skip "dpkg-deb is missing"
	mkdir -p "$root/boot" "$root/DEBIAN" "$root/usr/lib/modules/$1" tools
	cp "/boot/vmlinuz-$real" "$root/boot/vmlinuz-$1"
	cp "/lib/modules/$real/modules.builtin" "$root/usr/lib/modules/$1/"
	for module in virtio_pci virtio_console 9pnet_virtio 9p fuse overlay; do
		/sbin/modprobe -S "$real" --show-depends "$module" | awk '$1 == "insmod" { print $2 }'
	done | xargs cp -t "$root/usr/lib/modules/$1/"
	printf '%s\n' "Package: linux-image-$1" 'Version: 1' 'Architecture: all' \
		'Maintainer: nobody <nobody@localhost>' 'Description: test' >"$root/DEBIAN/control"
	dpkg-deb -Znone --build "$root" "$work/kernel.deb"
	cat >tools/apt-get <<-END
		#!/bin/sh
		[ "\$3" = linux-image-$1 ] || { echo "E: Unable to locate package \$3" >&2; exit 100; }
		cp "$work/kernel.deb" .
	END
	chmod 755 tools/apt-get
}

@test "a kernel that is not installed is fetched, unpacked and booted, and kept" {
	fake_package 1.0-fetched
	PATH="$work/tools:$PATH" vm --cache="$work/cache" --kernel=1.0-fetched -- \
		sh -c 'ls /lib/modules/$(uname -r)/9p.ko*'
	expect_status 0
	grep -q '/9p.ko' out
	grep -q 'fetching the kernel 1.0-fetched' err
	vm --cache="$work/cache" --kernel=1.0-fetched -- true
	expect_status 0
	[ ! -s err ]
	[ "$(ls -A cache/kernels)" = 1.0-fetched ]
}

@test "it works for a user who is not root, and cannot read more than he may" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, to become another user"
	mkdir shared
	chown 65534:65534 shared
	echo secret >hidden
	chmod 600 hidden
	status=0
	env -u XDG_CACHE_HOME HOME=/nonexistent PATH=/usr/bin:/bin \
		setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$(public_spile)" vm --writable=shared -- \
		sh -c 'id -u; cat hidden; echo mine >shared/file; ls /sys/kernel/debug/kprobes; true' \
		>out 2>err </dev/null || status=$?
	expect_status 0
	[ "$(head -n 1 out)" = 0 ]
	grep -qx blacklist out
	not grep -q secret out
	grep -q 'hidden: Permission denied' err
	[ "$(stat -c %u shared/file)" = 65534 ]
}

# fake_qemu KVM-ACTION: a QEMU that does this for "-accel kvm" and is the real one otherwise.
fake_qemu() {
	mkdir tools
	cat >tools/qemu-system-x86_64 <<-END
		#!/bin/bash
		case " \$* " in *" -accel kvm "*) $1 ;; esac
		exec $(command -v qemu-system-x86_64) "\$@"
	END
	chmod 755 tools/qemu-system-x86_64
}

@test "KVM that hangs is given up, and that is remembered" {
	[ -r /dev/kvm ] && [ -w /dev/kvm ] || skip "/dev/kvm is not there, or not ours"
	fake_qemu 'exec sleep 300'
	SPILE_VM_ACCELERATOR='' PATH="$work/tools:$PATH" vm --cache="$work/cache" -v -- echo finished
	expect_status 0
	[ "$(cat out)" = finished ]
	grep -q 'booted in .* (tcg)' err
	[ "$(cat "$work"/cache/kvm-*)" = fails ]
	SPILE_VM_ACCELERATOR='' PATH="$work/tools:$PATH" vm --cache="$work/cache" -v -- true
	expect_status 0
	not grep -q "'kvm'" err
}

@test "KVM that boots is used, and that is remembered" {
	[ -r /dev/kvm ] && [ -w /dev/kvm ] || skip "/dev/kvm is not there, or not ours"
	fake_qemu 'set -- "${@/kvm/tcg}"; set -- "${@/#host/max}"'
	SPILE_VM_ACCELERATOR='' PATH="$work/tools:$PATH" vm --cache="$work/cache" -v -- echo finished
	expect_status 0
	[ "$(cat out)" = finished ]
	grep -q 'booted in .* (kvm)' err
	[ "$(cat "$work"/cache/kvm-*)" = works ]
}

@test "the initramfs is made once per kernel" {
	local cache="$XDG_CACHE_HOME/spile/vm"
	vm -- true
	expect_status 0
	stat -c '%i %n' "$cache"/initramfs-* "$cache"/vmlinux-* >first
	vm -- true
	expect_status 0
	stat -c '%i %n' "$cache"/initramfs-* "$cache"/vmlinux-* | cmp - first
}

@test "on a terminal the command has one, too, of the same size" {
	command -v script >/dev/null || skip "script(1) is missing"
	status=0
	script -qec "stty rows 33 cols 111; $SPILE_VM -- sh -c 'stty size; tty; exit 5'" \
		typescript </dev/null >out || status=$?
	expect_status 5
	grep -q '33 111' out
	grep -q '/dev/pts/0' out
}

@test "a shell is started without a command, and reads our standard input" {
	printf 'echo from $((40 + 2))\nexit 4\n' >commands
	status=0
	$SPILE_VM <commands >out 2>err || status=$?
	expect_status 4
	grep -q 'from 42' out
}

@test "the rescue shell runs without the host's files" {
	vm --rescue -- /bin/busybox sh -c 'busybox ls /; busybox cat /proc/mounts'
	expect_status 0
	grep -qx modules out
	not grep -q overlay out
}
