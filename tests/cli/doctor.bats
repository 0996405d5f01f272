#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `spile doctor` on made-up machines: a root folder each, with as much of a kernel as the doctor
# looks at. What becomes of a machine's state in judgement is in tests/unit/test_doctor.c, and beside
# what real kernels do in tests/guest/doctor.bats. See common.bash.

# shellcheck disable=SC2016,SC2154 # a Makefile's dollars; variables are common.bash's

load common

release=6.1.0-13-amd64

# tree RELEASE [UTS_RELEASE]: a build tree below /usr/src, and the link to it.
tree() {
	local tree=$work/root/usr/src/linux-headers-$1
	echo "#define UTS_RELEASE \"${2:-$1}\"" | put "$tree/include/generated/utsrelease.h"
	echo '#define UTS_VERSION "#1 SMP Made up"' | put "$tree/include/generated/utsversion.h"
	put "$tree/include/generated/autoconf.h" </dev/null
	put "$tree/Module.symvers" </dev/null
	put "$tree/Makefile" </dev/null
	put "$tree/scripts/mod/modpost" </dev/null
	chmod 755 "$tree/scripts/mod/modpost"
	mkdir -p "$work/root/lib/modules/$1"
	ln -sfn "/usr/src/linux-headers-$1" "$work/root/lib/modules/$1/build"
}

# on FILE TEXT...: a file of the machine with these lines.
on() {
	local file=$1
	shift
	printf '%s\n' "$@" | put "$work/root/$file"
}

# installed PROGRAM...
installed() {
	local name
	for name; do
		on "usr/bin/$name" '#!/bin/sh'
		chmod 755 "$work/root/usr/bin/$name"
	done
}

# A machine that runs the kernel, on which all works but what takes debuginfo.
sound_machine() {
	tree "$release"
	installed gcc make ld
	on etc/os-release ID=debian 'VERSION_ID="12"' 'PRETTY_NAME="Debian made up"'
	on proc/sys/kernel/osrelease "$release"
	on proc/sys/kernel/version '#1 SMP Made up'
	on proc/self/status 'Name: spile' 'Uid: 0 0 0 0' 'CapEff: 000001ffffffffff'
	on proc/sys/kernel/modules_disabled 0
	on proc/kallsyms '0000000000000000 T vfs_read'
	on sys/kernel/security/lockdown '[none] integrity confidentiality'
	on boot/config-$release CONFIG_{MODULES,MODULE_UNLOAD,RELAY,PROC_FS,KPROBES,KRETPROBES,KALLSYMS}=y \
		CONFIG_{TRACEPOINTS,PERF_EVENTS,HAVE_HW_BREAKPOINT,DYNAMIC_FTRACE,UPROBES}=y
	btf
}

# A header of BTF with nothing behind it but an empty string.
btf() {
	mkdir -p "$work/root/sys/kernel/btf"
	printf '\x9f\xeb\x01\x00\x18\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0' >"$work/root/sys/kernel/btf/vmlinux"
}

# doctor STATUS [OPTION...]: its report to $work/out, with ROOT in the place of the folder.
doctor() {
	local wanted=$1 status=0
	shift
	"$SPILE" doctor --root="$work/root" "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
	sed -i "s|$work/root|ROOT|g" "$work/out"
	same_lines /dev/null "$work/err"
	[ "$status" -eq "$wanted" ] || {
		echo "status $status, not $wanted"
		cat "$work/out"
		return 1
	}
}

# says TEXT: it is in the report, wherever that breaks its lines.
says() {
	tr -s ' \n' ' ' <"$work/out" | grep -qF -e "$(echo "$1" | tr -s ' ')" || {
		echo "not said: $1"
		cat "$work/out"
		return 1
	}
}

# ---- machines ----

@test "a machine on which all works but what takes debuginfo, in full" {
	sound_machine
	doctor 1
	same_lines - "$work/out" <<-END
		kernel $release, which runs here, on Debian made up

		  yes      making modules (ROOT/usr/src/linux-headers-$release, gcc)
		  yes      loading modules
		  yes      unloading modules
		  yes      modules without a signature (none is asked for)
		  yes      probes of functions by name (ROOT/proc/kallsyms)
		  yes      return probes
		  yes      arguments by name (ROOT/sys/kernel/btf/vmlinux)
		  no       locals, lines, inlined functions
		           there is no debuginfo (DWARF) of kernel $release here
		             -> apt-get install linux-image-$release-dbg
		  yes      tracepoints (headers of ROOT/usr/src/linux-headers-$release)
		  yes      watchpoints
		  not yet  user programs
		           this version of spile has none

		Scripts can run here, but for what is missing.
	END
	nothing_left "$TMPDIR"
}

@test "a link to a build tree that was removed, and a neighbour's headers" {
	sound_machine
	tree 6.1.0-12-amd64
	rm -r "$work/root/usr/src/linux-headers-$release"
	doctor 1
	says "there is no build tree of kernel $release: the link ROOT/lib/modules/$release/build leads to nothing"
	says "-> apt-get install linux-headers-$release"
	says "there is one of kernel 6.1.0-12-amd64, whose modules this kernel does not take; if that kernel is installed, starting it is another way"
	says "Only modules that were made elsewhere can run here."
}

@test "headers of the neighbouring release in the place of this one's" {
	sound_machine
	tree "$release" 6.1.0-12-amd64
	doctor 1
	says "ROOT/lib/modules/$release/build is the build tree of kernel 6.1.0-12-amd64, not of $release"
}

@test "a build tree of another build of the same release" {
	sound_machine
	on proc/sys/kernel/version '#1 SMP Made up before'
	doctor 1
	says "the build tree was made with another build of this release (#1 SMP Made up) than runs (#1 SMP Made up before): modules may be refused until the installed kernel is started"
}

@test "a damaged package of headers is installed again" {
	sound_machine
	rm "$work/root/usr/src/linux-headers-$release/Module.symvers"
	doctor 1
	says "the build tree ROOT/lib/modules/$release/build cannot be used: it has no Module.symvers, the list of what the kernel exports"
	says "-> apt-get install --reinstall linux-headers-$release"
}

@test "scripts of the tree in a package that is not installed, as Debian's linux-kbuild" {
	sound_machine
	rm -r "$work/root/usr/src/linux-headers-$release/scripts"
	ln -s ../../lib/linux-kbuild-6.1/scripts "$work/root/usr/src/linux-headers-$release/scripts"
	doctor 1
	says "the build tree ROOT/usr/src/linux-headers-$release has no program scripts/mod/modpost: it is not prepared, or the package that the folder belongs to is missing"
}

@test "no compiler, which Debian's tree names" {
	sound_machine
	printf '%s\n' 'CCACHE = ccache' 'CC = $(if $(X),$(CCACHE)) $(CROSS_COMPILE)gcc-12' |
		put "$work/root/usr/src/linux-headers-$release/.kernelvariables"
	doctor 1
	says "the compiler of the build tree, gcc-12, is not installed"
	says "-> apt-get install gcc-12"
}

@test "a System.map that is none, of a kernel that does not run" {
	sound_machine
	tree 6.1.0-12-amd64
	on boot/System.map-6.1.0-12-amd64 \
		'ffffffffffffffff B The real System.map is in the linux-image-<version>-dbg package'
	doctor 1 -r 6.1.0-12-amd64
	says "?        loading modules"
	says "kernel 6.1.0-12-amd64 does not run here, so what it allows is not known"
	says "ROOT/boot/System.map-6.1.0-12-amd64 only says in which package the real one is: misspelt names are found when a module is loaded, not before"
	says "Modules for that kernel can be made here, but for what is missing."
	rm -r "$work/root/usr/src/linux-headers-6.1.0-12-amd64"
	doctor 1 -r 6.1.0-12-amd64
	says "No module can be made for that kernel here."
}

@test "no BTF, or one that is damaged" {
	sound_machine
	rm "$work/root/sys/kernel/btf/vmlinux"
	doctor 1
	says "there is no BTF: there is no image of kernel $release here (/boot/vmlinuz-$release): the package of the kernel itself brings it"
	on sys/kernel/btf/vmlinux nonsense
	doctor 1
	says "no       arguments by name"
}

@test "debuginfo, and debuginfo of another build" {
	sound_machine
	echo 'int one;' | put "$work/x.c"
	"${CC:-cc}" -g -shared -nostdlib -Wl,--build-id=0x0123456789abcdef0123456789abcdef01234567 \
		-o "$work/vmlinux" "$work/x.c"
	mkdir -p "$work/root/usr/lib/debug/boot"
	cp "$work/vmlinux" "$work/root/usr/lib/debug/boot/vmlinux-$release"
	objcopy -O binary --only-section=.note.gnu.build-id "$work/vmlinux" "$work/root/sys/kernel/notes"
	doctor 0
	says "yes      locals, lines, inlined functions (ROOT/usr/lib/debug/boot/vmlinux-$release)"
	says "Scripts can run here."
	"${CC:-cc}" -g -shared -nostdlib -Wl,--build-id=0x1123456789abcdef0123456789abcdef01234567 \
		-o "$work/root/usr/lib/debug/boot/vmlinux-$release" "$work/x.c"
	doctor 1
	says "another build"
	says "-> apt-get install linux-image-$release-dbg"
}

@test "lockdown, and modules disabled" {
	sound_machine
	on sys/kernel/security/lockdown 'none [integrity] confidentiality'
	doctor 1
	says "-> ROOT/usr/src/linux-headers-$release/scripts/sign-file sha256 KEY.priv KEY.der MODULE.ko"
	says "Only modules that were signed can run here."
	on proc/sys/kernel/modules_disabled 1
	doctor 2
	says "No script can run here."
}

@test "options that the kernel was built without, by its compressed configuration" {
	sound_machine
	printf '%s\n' CONFIG_MODULES=y CONFIG_RELAY=y CONFIG_PROC_FS=y '# CONFIG_KPROBES is not set' |
		gzip >"$work/root/proc/config.gz"
	doctor 1
	says "the kernel was built without CONFIG_KPROBES: it has no kprobes"
	says "the kernel was built without CONFIG_MODULE_UNLOAD: a script's module stays until the machine is restarted"
}

# ---- distributions ----

# distribution RELEASE LINE...: a machine that lacks all, with these lines of os-release.
distribution() {
	rm -rf "$work/root"
	on proc/sys/kernel/osrelease "$1"
	shift
	on etc/os-release "$@"
	doctor 1
}

@test "commands of RHEL 7, 8 and 9, Fedora, SUSE and Ubuntu" {
	distribution 3.10.0-1160.el7.x86_64 'ID="rhel"' 'VERSION_ID="7.9"'
	says "-> yum install kernel-devel-3.10.0-1160.el7.x86_64"
	says "-> yum install gcc"
	says "-> debuginfo-install kernel-3.10.0-1160.el7.x86_64"
	distribution 4.18.0-553.el8_10.x86_64 'ID="almalinux"' 'ID_LIKE="rhel centos fedora"' 'VERSION_ID="8.10"'
	says "-> dnf install kernel-devel-4.18.0-553.el8_10.x86_64"
	says "-> dnf install make"
	says "-> dnf debuginfo-install kernel-4.18.0-553.el8_10.x86_64"
	distribution 5.14.0-503.el9.x86_64 'ID="rhel"' 'VERSION_ID="9.5"'
	says "-> dnf install kernel-devel-5.14.0-503.el9.x86_64"
	distribution 6.11.4-301.fc41.x86_64 'ID=fedora' 'VERSION_ID=41'
	says "-> dnf install kernel-devel-6.11.4-301.fc41.x86_64"
	says "-> dnf install gcc"
	distribution 6.4.0-150600.23-default 'ID="sles"' 'ID_LIKE="suse"' 'VERSION_ID="15.6"'
	says "-> zypper install kernel-default-devel=6.4.0-150600.23"
	says "-> zypper install make"
	says "-> zypper --plus-content debug install kernel-default-debuginfo=6.4.0-150600.23"
	distribution 6.8.0-45-generic 'ID=ubuntu' 'ID_LIKE=debian' 'VERSION_ID="24.04"'
	says "-> apt-get install linux-headers-6.8.0-45-generic"
	says "-> apt-get install linux-image-6.8.0-45-generic-dbgsym"
}

# ---- the command line ----

@test "--json is JSON, and has what the text has" {
	sound_machine
	doctor 1 --json
	grep -qF '{"release": "6.1.0-13-amd64", "running": true, "distribution": "debian", "distribution-version": "12", "status": 1,' "$work/out"
	grep -qF '{"what": "there is no debuginfo (DWARF) of kernel 6.1.0-13-amd64 here", "command": "apt-get install linux-image-6.1.0-13-amd64-dbg"}' "$work/out"
	grep -qF '"lockdown": "none"' "$work/out"
	! command -v python3 >/dev/null || python3 -m json.tool <"$work/out" >/dev/null
}

@test "-v tells the facts" {
	sound_machine
	doctor 1 -v
	says "lockdown               none"
	says "secure-boot            -"
	says "configuration          ROOT/boot/config-$release"
}

@test "the only kernel of a root folder in which none runs" {
	tree "$release"
	doctor 1
	says "kernel $release"
	tree 6.1.0-12-amd64
	refused 2 "$SPILE" doctor --root="$work/root" <<-END
		spile: error: no kernel runs in WORK/root, and not just one is installed: name it with -r [E-option]
		note: \`spile doctor --help\` lists the options
	END
}

@test "E-option: arguments of the doctor that make no sense" {
	refused 2 "$SPILE" doctor surplus <<-END
		spile: error: wrong arguments for \`spile doctor\` [E-option]
		note: \`spile doctor --help\` lists the options
	END
	refused 2 "$SPILE" doctor --root="$work/nowhere" <<-END
		spile: error: --root WORK/nowhere: no such folder [E-option]
		note: \`spile doctor --help\` lists the options
	END
	refused 2 "$SPILE" doctor -r "$work/nowhere" <<-END
		spile: error: WORK/nowhere is not a kernel build tree: no such folder [E-no-build-tree]
	END
}
