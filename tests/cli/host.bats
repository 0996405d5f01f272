#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What spile says about files, folders, programs and build trees of the host that are missing or
# broken: a test for each such message, named by its tag. See common.bash.

load common

# fake_tree [COMPILER [COMMAND]]: a kernel's build tree of release 1.0-fake that "compiles" with
# the first (true) and makes modules with the second, a line of a Makefile. Its kbuild leaves no
# more than spile needs to learn the compiler's flags.
fake_tree() {
	local modules=${2:-'echo module >"$(M)/$$(sed -n "s/SPILE_MODULE := //p" $(M)/Kbuild).ko"'}
	echo '#define UTS_RELEASE "1.0-fake"' | put "$work/tree/include/generated/utsrelease.h"
	put "$work/tree/include/generated/autoconf.h" </dev/null
	put "$work/tree/Module.symvers" </dev/null
	printf '%s\n' '0000000000000000 T vfs_read' '0000000000000000 T vfs_write' |
		put "$work/tree/System.map"
	put "$work/tree/Makefile" <<-END
		\$(if \$(word 2,\$(M)),\$(error building multiple external modules is not supported))
		.PHONY: modules
		ifneq (\$(wildcard \$(M)/spile_part.c),)
		modules: ; @echo 'cmd_script.o := ${1:-true} -c -o script.o script.c' >'\$(M)/.script.o.cmd'
		else
		modules: ; @$modules
		endif
	END
}

# empty_headers: what a script's C includes before a header of tracepoints, each of it empty.
empty_headers() {
	local header
	sed -n 's/^#include <\(.*\)>$/\1/p' "$BATS_TEST_DIRNAME/../../runtime/compat/kernel.h" |
		while read -r header; do
			put "$work/tree/include/$header" </dev/null
		done
}

# build [OPTION...]: a module for that tree; last, so that options stand before the script.
build() {
	"$SPILE" -r "$work/tree" -p4 "$@" -e 'probe begin { exit() }'
}

# as_root COMMAND...: as if the user were root. See disguise.c.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
		return
	fi
	"${CC:-cc}" -shared -fPIC -o "$work/disguise.so" "$BATS_TEST_DIRNAME/disguise.c" || return
	ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 LD_PRELOAD=$work/disguise.so "$@"
}

@test "a sound tree gives a module: so the refusals below are for what they say" {
	fake_tree
	build -m sound
	[ "$(cat sound.ko)" = module ]
	nothing_left "$TMPDIR"
}

# ---- the script and the tapsets ----

@test "E-no-script: the script is not there, or is a folder" {
	refused 1 "$SPILE" nowhere.stp <<-END
		spile: error: cannot read 'nowhere.stp': No such file or directory [E-no-script]
	END
	mkdir folder.stp
	refused 1 "$SPILE" folder.stp <<-END
		spile: error: cannot read 'folder.stp': Is a directory [E-no-script]
	END
}

@test "E-no-script: what never ends is not read to the end; a pipe is" {
	local what
	endless() { "$SPILE" -p1 "$what" </dev/zero; }
	for what in /dev/zero - /dev/stdin; do
		refused 1 endless <<-END
		spile: error: '...' is too large: at most 64 MB are read of a script; split it, or move parts of it to tapsets (-I) [E-no-script]
		END
	done
	[ "$(echo 'probe begin { exit() }' | "$SPILE" -p1 /dev/stdin)" = "$("$SPILE" -p1 -e 'probe begin { exit() }')" ]
}

@test "E-tapset: the folder of -I is not there" {
	refused 1 "$SPILE" -I "$work/nowhere" -p1 -e 'probe begin { }' <<-END
		spile: error: cannot read the tapset folder: Error opening directory ...WORK/nowhere...: No such file or directory [E-tapset]
	END
}

@test "E-tapset: a file of the library cannot be read" {
	mkdir "$work/tapsets"
	ln -s nowhere.stp "$work/tapsets/broken.stp"
	refused 1 "$SPILE" -I "$work/tapsets" -p1 -e 'probe begin { }' <<-END
		spile: error: cannot read 'WORK/tapsets/broken.stp': No such file or directory [E-tapset]
	END
}

@test "E-installation: a spile that was copied without its runtime" {
	fake_tree
	SPILE=$(copied_spile)
	rm -r "$work/copy/runtime/compat/autoconf"
	refused 1 build <<-END
		spile: error: the kernel feature tests are missing: Error opening directory ...WORK/copy/runtime/compat/autoconf...: No such file or directory [E-installation]
	END
}

# ---- the kernel's build tree ----

@test "E-no-build-tree: the kernel's headers are not installed" {
	refused 1 "$SPILE" -r 3.10.0-0.el7.none -p2 -e 'probe begin { }' <<-END
		spile: error: no build tree for kernel 3.10.0-0.el7.none [E-no-build-tree]
		note: install it with: yum install kernel-devel-3.10.0-0.el7.none
	END
}

@test "E-no-build-tree: what -r names is not there" {
	refused 1 "$SPILE" -r ./nowhere -p2 -e 'probe begin { }' <<-END
		spile: error: ./nowhere is not a kernel build tree: no such folder [E-no-build-tree]
	END
}

# kernel_file TEXT: a vmlinux, or with -c a module, with that text in it.
kernel_file() {
	cat >"$work/kernel.c" <<-END
		const char banner[] __attribute__((used)) = "$1";
		struct item { int number; struct item *next; } first = { 1, &first };
		__attribute__((noinline)) int fixture_work(struct item *item, int count) { return item->number + count; }
		void _start(void) { fixture_work(&first, 2); }
	END
	shift
	gcc -g -O1 -nostdlib "$@" -o "$work/kernel.o" "$work/kernel.c"
}

@test "E-kernel-file: what -r names is a file of another kind" {
	local what="note: -r takes a release, the folder of a kernel build tree, a vmlinux or a .ko"
	touch file
	refused 1 "$SPILE" -r ./file -p2 -e 'probe begin { }' <<-END
		spile: error: ./file is neither a kernel nor a module: it is no ELF file of 64 bits [E-kernel-file]
		$what
	END
	kernel_file 'Linux version %s' -static -Wl,--build-id
	refused 1 "$SPILE" -r "$work/kernel.o" -p2 -e 'probe begin { }' <<-END
		spile: error: WORK/kernel.o is neither a kernel nor a module: it does not say which kernel it is of [E-kernel-file]
		$what
	END
}

@test "E-no-build-tree: a kernel's file alone is enough until something is compiled" {
	kernel_file 'Linux version 6.6.6-none (nobody)' -static -Wl,--build-id
	run "$SPILE" -r "$work/kernel.o" -L 'kernel.function("fixture_*")'
	[[ $output == *'kernel.c:3") $item:struct item* $count:int' ]]
	run "$SPILE" -r "$work/kernel.o" -p3 -e 'probe kernel.function("fixture_work") { println($item->next->number) }'
	[ "$status" -eq 0 ]
	refused 1 "$SPILE" -r "$work/kernel.o" -p4 -e 'probe kernel.function("fixture_work") { println($count) }' <<-END
		spile: error: no build tree for kernel 6.6.6-none: with a file of it alone nothing can be compiled [E-no-build-tree]
		note: install it with: $(sed -n 's/.*install it with: //p' <("$SPILE" -r 6.6.6-none -p2 -e 'probe begin { }' 2>&1))
	END
	kernel_file 'vermagic=6.6.6-none SMP' -c
	mv "$work/kernel.o" "$work/fixture-module.ko"
	run "$SPILE" -r "$work/fixture-module.ko" -L 'module("fixture_module").function("fixture_work@kernel.c")'
	[[ $output == *'kernel.c:3") $item:struct item* $count:int' ]]
}

@test "E-build-tree-unprepared: a source tree that was never made" {
	local repair="note: in a kernel source tree, 'make' prepares all of it; a package is repaired by reinstalling it"
	fake_tree
	mv "$work/tree/Module.symvers" "$work/symvers"
	refused 1 build <<-END
		spile: error: the kernel build tree WORK/tree cannot be used: it has no Module.symvers, the list of what the kernel exports [E-build-tree-unprepared]
		$repair
	END
	mv "$work/symvers" "$work/tree/Module.symvers"
	rm "$work/tree/include/generated/utsrelease.h"
	refused 1 build <<-END
		spile: error: the kernel build tree WORK/tree cannot be used: it does not say its release (no include/generated/utsrelease.h) [E-build-tree-unprepared]
		$repair
	END
}

@test "E-no-program: make is not installed" {
	fake_tree
	ln -s "$(command -v env)" "$work/tools/env"
	without_make() { PATH=$work/tools build; }
	refused 1 without_make <<-END
		spile: error: building for this kernel needs the program 'make', which is not installed [E-no-program]
		note: install it with: ...make
	END
}

@test "E-kernel-flags: kbuild fails at an empty module" {
	fake_tree
	echo '$(error this tree wants another make)' | put "$work/tree/Makefile"
	refused 1 build <<-END
		spile: error: kbuild of WORK/tree cannot compile an empty module [E-kernel-flags]
		note: make says: Makefile:1: *** this tree wants another make.  Stop.
	END
}

@test "E-sanity: the compiler refuses a simple module" {
	program compiler <<-'END'
		#!/bin/sh
		echo 'linux/module.h: No such file or directory' >&2
		exit 1
	END
	fake_tree "$work/tools/compiler"
	refused 1 build <<-END
		spile: error: a simple module does not compile against WORK/tree [E-sanity]
		note: the compiler says:
		linux/module.h: No such file or directory
	END
}

@test "E-kernel-build: the compiler refuses the module, and the evidence stays" {
	local folder
	fake_tree true 'printf "%s/script.c:1:2: error: no such thing\nWORK.h:7: error: nor that\n" "$(M)" >&2; exit 1'
	build -m mine >"$work/out" 2>"$work/err" && return 1
	folder=$(echo "$TMPDIR"/spile-*)
	[ -s "$folder/script.c" ]
	[ -s "$folder/Kbuild" ]
	grep -q 'script.c:1:2: error: no such thing' "$folder/build.log"
	put "$work/expected" <<-END
		spile: error: the module cannot be built for this kernel [E-kernel-build]
		note: FOLDER/script.c:1: no such thing
		note: WORK.h:7: nor that
		note: the generated C and all that make said (build.log) are in FOLDER
	END
	sed -i "s|$folder|FOLDER|g" "$work/err"
	same_lines "$work/expected" "$work/err"
	rm -r "$folder"
	nothing_left "$TMPDIR"
	nothing_left .
}

@test "E-no-function: the kernel has no such function" {
	local inlined="note: inlined functions have no symbol; a '?' behind the point makes it optional"
	fake_tree
	refused 1 "$SPILE" -r "$work/tree" -p2 -e 'probe kernel.function("vfs_raed") { println("x") }' <<-END
		-e:1:14: error: kernel 1.0-fake has no function 'vfs_raed' to probe [E-no-function]
		probe kernel.function("vfs_raed") { println("x") }
		             ^~~~~~~~~~~~~~~~~~~~
		note: did you mean 'vfs_read'?
		$inlined
	END
	refused 1 "$SPILE" -r "$work/tree" -p2 -e 'probe kernel.function("nfs_*") { println("x") }' <<-END
		-e:1:14: error: no function of kernel 1.0-fake matches 'nfs_*' [E-no-function]
		probe kernel.function("nfs_*") { println("x") }
		             ^~~~~~~~~~~~~~~~~
		$inlined
	END
}

@test "E-tracepoint-header: a header that reaches into the kernel's sources" {
	fake_tree "${CC:-cc} -nostdinc -I$work/tree/include"
	put "$work/tree/include/linux/tracepoint.h" <<-'END'
		#define TRACE_EVENT(name, proto) __DECLARE_TRACE(name, proto)
	END
	put "$work/tree/include/trace/events/reach.h" <<-'END'
		#include "../../net/reached.h"
		TRACE_EVENT(reach, (int depth));
	END
	refused 1 "$SPILE" -r "$work/tree" -p2 -e 'probe kernel.trace("reach") { println("x") }' <<-END
		-e:1:14: error: the header that declares 'reach' cannot be compiled outside of the kernel's sources [E-tracepoint-header]
		probe kernel.trace("reach") { println("x") }
		             ^~~~~~~~~~~~~~
		note: the compiler says: ...
		WORK/tree/include/trace/events/reach.h:1:...../../net/reached.h...
		...
		...
		compilation terminated.
	END
}

@test "W-tracepoint-header: a pattern leaves out what names types of the kernel's sources" {
	fake_tree "${CC:-cc} -nostdinc -I$work/tree/include"
	empty_headers
	put "$work/tree/include/linux/tracepoint.h" <<-'END'
		#define __DECLARE_TRACE(name, proto) void trace_##name proto;
		#define TRACE_EVENT(name, proto) __DECLARE_TRACE(name, proto)
	END
	put "$work/tree/include/trace/events/deep.h" <<-'END'
		TRACE_EVENT(deep_one, (int depth))
		TRACE_EVENT(deep_two, (depth_t depth))
	END
	echo 'TRACE_EVENT(deep_three, (int depth))' >"$work/tree/include/trace/events/flat.h"
	run "$SPILE" -r "$work/tree" -p2 -e 'probe kernel.trace("deep_*") { println("x") }'
	[ "$status" -eq 0 ]
	[[ $output == *"-e:1:14: warning: 'deep_*' leaves out 2 tracepoints whose headers cannot be compiled outside of the kernel's sources [W-tracepoint-header]"* ]]
	[[ $output == *'these are trace/events/deep.h; what a module defines'* ]]
	[[ $output == *'kernel.trace("deep_three")'* && $output != *'trace("deep_one")'* ]]
	local name
	for name in 'deep_t[w]o' deep_two; do
		run "$SPILE" -r "$work/tree" -p2 -e "probe kernel.trace(\"$name\") { println(\"x\") }"
		[ "$status" -eq 1 ]
		[[ $output == *"-e:1:14: error: the headers that declare '$name' cannot be compiled outside of the kernel's sources [E-tracepoint-header]"* ]]
	done
}

# ---- folders and files that spile writes ----

@test "E-temporary-folder: TMPDIR does not exist" {
	fake_tree
	nowhere() { TMPDIR=$work/nowhere build; }
	refused 1 nowhere <<-END
		spile: error: no temporary folder: Failed to create file ...: No such file or directory [E-temporary-folder]
	END
}

@test "E-work-dir: make cannot use a path with a space" {
	fake_tree
	mkdir "$work/a folder"
	spaced() { TMPDIR="$work/a folder" build; }
	refused 1 spaced <<-END
		spile: error: kbuild cannot use the folder 'WORK/a folder/spile-...': its path has white space or one of : $ # \ ' " [E-work-dir]
	END
	nothing_left "$work/a folder"
}

@test "E-write: a file of the build cannot be written" {
	fake_tree true 'mkdir $(M)/build.log'
	build >"$work/out" 2>"$work/err" && return 1
	put "$work/expected" <<-END
		spile: error: Failed to rename file ...: Is a directory [E-write]
	END
	same_lines "$work/expected" "$work/err"
	nothing_left .
}

@test "E-cache-folder: the folder of all caches is a file, or open to others" {
	local wish="note: XDG_CACHE_HOME can name another folder"
	fake_tree
	touch "$work/file"
	in_file() { XDG_CACHE_HOME=$work/file build; }
	refused 1 in_file <<-END
		spile: error: the cache folder cannot be made: Not a directory [E-cache-folder]
		$wish
	END
	mkdir -m 777 "$XDG_CACHE_HOME/spile"
	refused 1 build <<-END
		spile: error: the cache folder cannot be made: Operation not permitted [E-cache-folder]
		$wish
	END
}

@test "E-output: a folder lies where the module would" {
	fake_tree
	mkdir mine.ko
	refused 1 build -m mine <<-END
		spile: error: cannot leave the module: Failed to rename file ...: Is a directory [E-output]
	END
}

# ---- who runs it, and where ----

@test "E-not-root: only root may load modules" {
	local spile
	spile=$(copied_spile)
	fake_tree
	chmod 777 "$TMPDIR" "$XDG_CACHE_HOME"
	refused 1 as_nobody "$spile" -r "$work/tree" -e 'probe begin { exit() }' <<-END
		spile: error: only root may load kernel modules [E-not-root]
		note: try \`sudo spile ...\`, or \`spile --vm ...\` for a throw-away machine, or -p4 to build only
	END
}

@test "E-other-kernel: a module for a kernel that is not running here" {
	fake_tree
	refused 1 as_root "$SPILE" -r "$work/tree" -e 'probe begin { exit() }' <<-END
		spile: error: the module would be for kernel 1.0-fake, which is not running here [E-other-kernel]
		note: -p4 leaves the module, for spilerun on a host with that kernel; --vm=1.0-fake runs it in a throw-away machine
	END
}

# The spile under the sanitizers would take build/ for the folder that it is installed in.
@test "E-no-loader: a spile that was copied without spilerun" {
	local spile
	spile=$(SPILE=$TOP/spile && copied_spile)
	rm "$work/copy/spilerun"
	fake_tree
	echo "#define UTS_RELEASE \"$(uname -r)\"" | put "$work/tree/include/generated/utsrelease.h"
	refused 1 as_root "$spile" -r "$work/tree" -e 'probe begin { exit() }' <<-END
		spile: error: the loader 'spilerun' is neither beside spile nor installed [E-no-loader]
	END
}

@test "E-option: lists and sources that do not go together" {
	refused 1 "$SPILE" --sources=btf,headrs -e 'probe begin { exit() }' <<-'END'
		spile: error: --sources: 'headrs' is no source [E-option]
		note: sources are symbols, btf, headers and dwarf, separated by commas
	END
	refused 1 "$SPILE" --json -e 'probe begin { exit() }' <<-'END'
		spile: error: --json goes with -l or -L [E-option]
		note: `spile --help` lists the options
	END
}

@test "-l and -L list functions by their symbols, and JSON is JSON" {
	fake_tree
	"$SPILE" -r "$work/tree" -l 'kernel.function("vfs_*")' >"$work/out"
	printf 'kernel.function("vfs_read")\nkernel.function("vfs_write")\n' | diff -u - "$work/out"
	"$SPILE" -r "$work/tree" -L 'kernel.function("vfs_r*")' --json >"$work/out"
	printf '[\n {"probe": "kernel.function(\\"vfs_read\\")", "variables": []}\n]\n' | diff -u - "$work/out"
	run "$SPILE" -r "$work/tree" -l 'kernel.function("nosuch_*")'
	[ "$status" -eq 1 ]
	[[ $output == *'[E-no-function]'* ]]
}
