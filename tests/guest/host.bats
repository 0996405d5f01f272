#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# spile on a host of its own: inside the machine it translates, compiles for the running kernel,
# loads and prints, as root would have it on a real one. Compiling takes about a minute there.

# shellcheck disable=SC2016,SC2154 # what runs in the machine is quoted; variables are common.bash's

load common

setup_file() {
	start_guest_tests
	guest '
export HOME=/tmp/home XDG_CACHE_HOME=/tmp/home/cache TMPDIR=/tmp/scratch SPILE
mkdir -p $HOME $TMPDIR
record demo env HOST=1 "$(dirname "$SPILE")/tools/demo"
record missing "$SPILE" -e "probe kprobe.function(\"vfs_raed\") { exit() }"
record own_module "$SPILE" -m mine -e "probe begin { println(\"mine\") exit() }"
record left ls $TMPDIR
record modules cat /proc/modules
'
}

@test "make demo HOST=1 traces the host itself, and the trace comes last" {
	expect_status demo 0
	[ "$(number_of demo.out '^ls  *\([0-9]*\)$')" -ge 1 ]
	tail -n 1 "$results/demo.out" | grep -Eq '^[a-z]+ +[0-9]+$'
}

@test "a mistyped function is found in the running kernel's symbols before anything is built" {
	expect_status missing 1
	expect_line missing.err "-e:1:14: error: kernel $RELEASE has no function 'vfs_raed' to probe [E-no-function]"
	expect_line missing.err "note: did you mean 'vfs_read'?"
}

@test "-m leaves the module in the current folder besides running it" {
	expect_status own_module 0
	same mine "$results/own_module.out"
}

@test "no module and no temporary folder stays behind" {
	same "" "$results/left.out"
	run grep -E '^(spile|mine)' "$results/modules.out"
	[ "$status" = 1 ]
}
