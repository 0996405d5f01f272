#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What `spile vm` says when there is no machine, or it ends badly: a test for each such message,
# named by its tag. QEMU is a shell script that speaks to spile as the agent and the kernel of a
# machine would (vm/channel.h); ../guest/vm.bats has real ones. See common.bash.

load common

# fake_kernel [LINE...]: the kernel 1.0-fake, in the cache, all built in but for these lines of
# modules.dep.
fake_kernel() {
	local root=$XDG_CACHE_HOME/spile/vm/kernels/1.0-fake
	local modules=$root/lib/modules/1.0-fake
	echo image | put "$root/boot/vmlinuz-1.0-fake"
	printf '%s\n' "$@" | put "$modules/modules.dep"
	printf 'kernel/%s.ko\n' virtio_pci virtio_console 9pnet_virtio 9p overlay | put "$modules/modules.builtin"
}

# fake_machine <<COMMANDS: QEMU, as a shell script with the lines $line and $console, and
#
#   hello             the agent runs
#   take_request      until the command has come
#   frame TYPE TEXT   from the agent (TYPE in octal, up to 255 bytes)
#   hang              until spile hangs up, at most a minute
#
# The busybox is static, which is all that is asked of it before the boot.
fake_machine() {
	fake_kernel
	cp "$TOP/build/spile-agent" "$work/tools/busybox"
	program qemu-system-x86_64 < <(
		cat <<-'END'
			#!/bin/bash
			for word; do
				case $word in
				socket,id=line,fd=*) line=${word##*=} ;;
				socket,id=console,fd=*) console=${word##*=} ;;
				esac
			done
			frame() { printf "\\$1\\0\\0\\0\\x$(printf %x ${#2})\\0\\0\\0%s" "$2" >&"$line"; }
			hello() { frame 1 ''; }
			take_request() {
				: >"$0.request"
				cat <&"$line" >>"$0.request" &
				until od -An -v -tx1 "$0.request" | tr -d ' \n' | grep -q 150000000c000000; do sleep 0.02; done
				kill $!
			}
			hang() { read -r -t 60 -u "$console"; }
		END
		cat
	)
}

# vm OPTION...: tries to boot it.
vm() {
	SPILE_VM_ACCELERATOR=tcg "$SPILE" vm --kernel=1.0-fake "$@"
}

# ---- before there is a machine ----

@test "E-vm-usage: options that are unknown, or have wrong values" {
	local help="note: spile vm --help lists the options"
	refused 125 "$SPILE" vm --no-such-option -- true <<-END
		spile: error: Unknown option --no-such-option [E-vm-usage]
		$help
	END
	refused 125 "$SPILE" vm --memory=1 -- true <<-END
		spile: error: --memory needs at least 128 (MB) [E-vm-usage]
		$help
	END
	refused 125 "$SPILE" vm --cpus=0 -- true <<-END
		spile: error: --cpus needs a number from 1 to 255 [E-vm-usage]
		$help
	END
	refused 125 "$SPILE" vm --writable=nowhere -- true <<-END
		spile: error: --writable needs a folder that exists [E-vm-usage]
		$help
	END
}

@test "help is given for the asking" {
	"$SPILE" vm --help >"$work/out" 2>"$work/err"
	grep -q -- '--kernel=RELEASE' "$work/out"
	[ ! -s "$work/err" ]
}

@test "E-vm-architecture: machines are made on x86_64 only" {
	refused 125 setarch i686 "$SPILE" vm -- true <<-END
		spile: error: machines are made on x86_64 only; this is i686 [E-vm-architecture]
	END
}

@test "E-vm-no-qemu: QEMU is missing" {
	[ ! -e /usr/libexec/qemu-kvm ] || skip "/usr/libexec/qemu-kvm is found without PATH"
	without_qemu() { PATH=$work/tools "$SPILE" vm -- true; }
	refused 125 without_qemu <<-END
		spile: error: QEMU (qemu-system-x86_64) is missing [E-vm-no-qemu]
		note: Debian: apt-get install qemu-system-x86; RHEL: dnf install qemu-kvm
	END
}

@test "E-vm-cache: the cache is below a file" {
	fake_machine </dev/null
	touch "$work/file"
	refused 125 vm --cache="$work/file/cache" -- true <<-END
		spile: error: cannot make or write the cache folder WORK/file/cache: Not a directory [E-vm-cache]
		note: set XDG_CACHE_HOME to a folder of yours
	END
}

@test "E-vm-kernel: a path is no release" {
	fake_machine </dev/null
	refused 125 vm --kernel=../1.0-fake -- true <<-END
		spile: error: '../1.0-fake' is not a kernel release [E-vm-kernel]
	END
	refused 125 vm --kernel= -- true <<-END
		spile: error: '' is not a kernel release [E-vm-kernel]
	END
}

@test "E-vm-no-kernel: the kernel is nowhere, and leaves no trace" {
	fake_machine </dev/null
	program apt-get <<-'END'
		#!/bin/sh
		echo "E: Unable to locate package $3" >&2
		exit 100
	END
	refused 125 vm --cache="$work/empty" --kernel=9.9.9-none -- true <<-END
		spile: fetching the kernel 9.9.9-none ...
		spile: error: the kernel 9.9.9-none is not installed, and its packages could not be fetched [E-vm-no-kernel]
		note: E: Unable to locate package linux-image-9.9.9-none
		note: Debian: apt-get update, then apt-get install linux-image-9.9.9-none; RHEL: dnf install kernel-core-9.9.9-none (and kmod, for depmod)
	END
	nothing_left "$work/empty/kernels"
}

@test "E-vm-kernel-lacks: the kernel was built without 9p, and without FUSE" {
	fake_machine </dev/null
	sed -i '/9p/d' "$XDG_CACHE_HOME"/spile/vm/kernels/*/lib/modules/*/modules.builtin
	refused 125 vm -- true <<-END
		spile: error: the kernel 1.0-fake lacks the module fuse [E-vm-kernel-lacks]
		note: the host's files reach the machine over 9p or FUSE; choose another kernel with --kernel=RELEASE (Debian: apt-cache search linux-image)
	END
}

@test "E-vm-files: a way to the host's files that there is not" {
	fake_machine </dev/null
	SPILE_VM_FILES=nfs refused 125 vm -- true <<-END
		spile: error: SPILE_VM_FILES is 'nfs', and has to be 9p or fuse [E-vm-files]
	END
}

@test "E-vm-kernel-unreadable: only root may read the kernel's image" {
	local spile image=spile/vm/kernels/1.0-fake/boot/vmlinuz-1.0-fake
	spile=$(copied_spile)
	fake_machine </dev/null
	chmod 000 "$XDG_CACHE_HOME/$image"
	chmod 777 "$TMPDIR" "$XDG_CACHE_HOME/spile/vm"
	SPILE=$spile refused 125 as_nobody "$spile" vm --kernel=1.0-fake -- true <<-END
		spile: error: you may not read the kernel image WORK/cache/$image [E-vm-kernel-unreadable]
		note: make it readable: sudo chmod 644 WORK/cache/$image
		note: or copy it: sudo install -m 644 -D WORK/cache/$image WORK/cache/$image
	END
}

@test "E-vm-no-agent: the machine's first program is not there" {
	fake_machine </dev/null
	export SPILE_VM_AGENT=$work/nowhere
	refused 125 vm -- true <<-END
		spile: error: the guest's agent (spile-agent) is WORK/nowhere [E-vm-no-agent]
		note: it belongs into ...; SPILE_VM_AGENT=PATH names another one
	END
}

@test "E-vm-no-busybox: the busybox needs shared libraries" {
	fake_machine </dev/null
	cp "$SPILE-translate" "$work/tools/busybox"
	refused 125 vm -- true <<-END
		spile: error: WORK/tools/busybox needs shared libraries, which the machine does not have when it starts [E-vm-no-busybox]
		note: Debian: apt-get install busybox-static; RHEL: dnf install busybox (from EPEL)
	END
}

@test "E-vm-module: a module that the machine needs is not there" {
	fake_machine </dev/null
	fake_kernel 'kernel/9p.ko.xz:'
	refused 125 vm -- true <<-END
		spile: error: cannot read the module WORK/cache/spile/vm/kernels/1.0-fake/lib/modules/1.0-fake/kernel/9p.ko.xz: Failed to open ... [E-vm-module]
	END
}

@test "E-vm-start: there is no file descriptor left for QEMU" {
	fake_machine </dev/null
	few_descriptors() {
		local fd
		for fd in {3..255}; do
			eval "exec $fd>&-"
		done
		ulimit -n 7
		vm -- true
	}
	refused 125 eval '(few_descriptors)' <<-END
		spile: error: cannot start QEMU: Too many open files [E-vm-start]
	END
}

# ---- the machine ends badly ----

@test "E-vm-boot: QEMU does not start, or the kernel panics at boot" {
	fake_machine <<-'END'
		echo "qemu: no such thing" >&2
		exit 1
	END
	refused 125 vm -- true <<-END
		spile: error: the machine ended at boot [E-vm-boot]
		note: its kernel said nothing
		note: QEMU said: qemu: no such thing
	END
	fake_machine <<-'END'
		printf 'Booting\nKernel panic - not syncing: no init\n' >&"$console"
	END
	refused 125 vm -- true <<-END
		spile: error: the machine panicked at boot [E-vm-boot]
		note: the last words of its kernel:
		  Kernel panic - not syncing: no init
	END
}

@test "E-vm-boot: QEMU without virtfs is told from one that is broken" {
	fake_machine <<-'END'
		echo "'virtio-9p-pci' is not a valid device model name" >&2
		exit 1
	END
	refused 125 vm -- true <<-END
		spile: error: the machine ended at boot [E-vm-boot]
		note: its kernel said nothing
		note: QEMU said: 'virtio-9p-pci' is not a valid device model name
		note: this QEMU is built without virtfs (9p), as RHEL's is; SPILE_VM_FILES=fuse does without it
	END
}

# The only string that grows on its way: spile adds the folders of root's programs to PATH.
@test "E-vm-command: a variable grows longer than 128 KiB" {
	fake_machine <<-'END'
		hello
		hang
	END
	PATH=$work/tools:/usr/bin:/bin
	too_long() { PATH=$PATH:$(printf "%0$((131060 - ${#PATH}))d" 0) vm -- true; }
	refused 125 too_long <<-END
		spile: error: the command cannot be sent to the machine: an argument or variable is longer than 128 KiB [E-vm-command]
	END
}

@test "E-vm-guest: the agent cannot do its part" {
	fake_machine <<-'END'
		hello
		take_request
		frame 6 "cannot mount the host's files over 9p: No such device"
		hang
	END
	refused 125 vm -- true <<-END
		spile: error: cannot mount the host's files over 9p: No such device [E-vm-guest]
	END
}

@test "E-vm-panic: the kernel panics while the command runs" {
	fake_machine <<-'END'
		hello
		take_request
		printf 'quiet\nBUG: kernel NULL pointer dereference\nKernel panic - not syncing: Fatal exception\n' >&"$console"
	END
	refused 125 vm -- true <<-END
		spile: error: the machine's kernel panicked [E-vm-panic]
		note: the last words of its kernel:
		  BUG: kernel NULL pointer dereference
		  Kernel panic - not syncing: Fatal exception
	END
}

@test "E-vm-ended: the machine switches itself off" {
	fake_machine <<-'END'
		hello
		take_request
		echo 'reboot: Power down' >&"$console"
	END
	refused 125 vm -- true <<-END
		spile: error: the machine ended before the command did [E-vm-ended]
		note: the last words of its kernel:
		  reboot: Power down
	END
}

@test "E-vm-ended: the machine ends before it has got all of the command" {
	local letter
	fake_machine <<-'END'
		hello
	END
	for letter in A B C D E F; do
		export "SPILE_TEST_$letter=$(printf '%0100000d' 0)"
	done
	refused 125 vm -- true <<-END
		spile: error: the machine ended before the command did [E-vm-ended]
		note: its kernel said nothing
	END
}

@test "E-vm-timeout: the command takes too long" {
	fake_machine <<-'END'
		hello
		take_request
		hang
	END
	refused 124 vm --timeout=1 -- true <<-END
		spile: error: the command was not done after 1 seconds [E-vm-timeout]
		note: its kernel said nothing
	END
}

@test "E-vm-interrupted: the third signal of one kind ends a machine that goes on" {
	fake_machine <<-'END'
		echo $$ >"$0.pid"
		hello
		take_request
		touch "$0.runs"
		hang
	END
	interrupted() {
		local pid qemu=$work/tools/qemu-system-x86_64
		SPILE_VM_ACCELERATOR=tcg "$SPILE" vm --kernel=1.0-fake -- true 3>&- &
		pid=$!
		until [ -e "$qemu.runs" ]; do sleep 0.02; done
		for _ in 1 2 3; do
			kill -TERM "$pid"
			sleep 0.2
		done
		wait "$pid"
	}
	refused 143 interrupted <<-END
		spile: error: interrupted; the machine is ended [E-vm-interrupted]
	END
	[ ! -e "/proc/$(cat "$work/tools/qemu-system-x86_64.pid")" ]
}
