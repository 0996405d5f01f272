#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The same command line again: the launcher runs the kept module without the translator, as long as
# nothing has changed that the run came from, and nobody can tell but by the time it takes. The
# translator is linked when it starts and the launcher is not, which is how a test sees who was at work.

load common

setup_file() {
	start_guest_tests
	build_module other -e 'probe begin { exit() }'
	# What a kernel's first script takes long for, the machine finds done.
	XDG_CACHE_HOME=$results/cache build_module warm -e 'probe begin { exit() }'
	guest "top=$TOP"'
export XDG_CACHE_HOME=$results/cache TMPDIR=/root/tmp
mkdir /root/tmp /root/here /root/tapsets
cd /root/here
run() {
	name=$1
	shift
	# For a file to be an input it must have been left alone for some ticks.
	sleep 0.3
	rm -rf /root/linked
	mkdir /root/linked
	record $name env LD_DEBUG=statistics LD_DEBUG_OUTPUT=/root/linked/by $SPILE "$@"
	ls /root/linked | wc -l >$results/$name.linked
	ls -A $TMPDIR >$results/$name.left
}
twice() {
	name=$1
	shift
	run $name "$@"
	run ${name}_again "$@"
}
say() {
	echo "probe begin { println(\"$1 in \", module_name()) exit() }" >here.stp
}
say first
twice first here.stp
run third here.stp
run other_words here.stp ""
# Each of these changes one thing.
touch $top/runtime/core.c
run source here.stp
say second
twice edited here.stp
echo "function nothing() { return 0 }" >/root/tapsets/one.stp
twice tapset -I /root/tapsets here.stp
echo "function less() { return 0 }" >/root/tapsets/two.stp
run tapset_more -I /root/tapsets here.stp
run known here.stp
export COLOUR=blue
run environment here.stp
unset COLOUR
run known_again here.stp
insmod $modules/other.ko
run other_module here.stp
rmmod other
cp here.stp /root/here.stp
cd /root
run other_folder here.stp
cd /root/here
# The cache is not what it was.
damage() {
	for file in $XDG_CACHE_HOME/spile/$1/*; do
		dd if=/dev/zero of=$file bs=1 seek=$2 count=1 conv=notrunc
	done
}
run kept here.stp
damage modules 600
run damaged_module here.stp
run kept_2 here.stp
for file in $XDG_CACHE_HOME/spile/runs/*; do truncate -s 3000 $file; done
run damaged_record here.stp
run kept_3 here.stp
chmod a+w $XDG_CACHE_HOME/spile/runs/*
run open_record here.stp
run kept_4 here.stp
chmod a+w $XDG_CACHE_HOME/spile
run open_cache here.stp
chmod go-w $XDG_CACHE_HOME/spile
# What has to be said again.
twice warning -e "probe begin { x = 1 exit() }"
twice error -e "probe begin { error(\"it is so\") }"
twice input - <here.stp
twice verbose -v here.stp
# A session that somebody ends.
for name in ended ended_again; do
	rm -f /root/said
	run $name -o /root/said -e "probe begin { println(\"begun\") } probe end { println(\"ended\") }" &
	wait_for grep -q begun /root/said
	kill -TERM $(pidof spile spile-translate)
	wait
	cat /root/said >$results/$name.text
done
$SPILE cache --list >$results/list
$SPILE cache --clean
ls $XDG_CACHE_HOME/spile >$results/cleaned
cut -d " " -f 1 /proc/modules | grep spile >$results/modules
true' --memory=2048
}

# translated NAME, launched NAME: who was at work in a run that ended well.
translated() {
	[ "$(cat "$results/$1.linked")" -gt 0 ] || { show "$1"; return 1; }
}

launched() {
	[ "$(cat "$results/$1.linked")" -eq 0 ] || { show "$1"; return 1; }
}

# says NAME TEXT: on standard output, and nothing else; no file is left behind.
says() {
	[ "$(cat "$results/$1.status")" -eq 0 ] && [[ $(cat "$results/$1.out") == $2 ]] && [ ! -s "$results/$1.err" ] &&
		[ ! -s "$results/$1.left" ] || { show "$1"; return 1; }
}

@test "the second time needs no translator, and has a name of its own" {
	translated first
	launched first_again
	launched third
	for name in first first_again third; do
		says "$name" 'first in spile_????????_???????'
	done
	[ "$(cat "$results"/{first,first_again,third}.out | sort -u | wc -l)" -eq 3 ]
}

@test "other words, folders and environments are other command lines" {
	for name in other_words other_folder environment; do
		translated "$name"
	done
	says environment 'second in *'
	launched known_again
	says known_again 'second in *'
}

@test "a changed script, tapset or source is seen" {
	translated source
	says source 'first in *'
	translated edited
	says edited 'second in *'
	launched edited_again
	says edited_again 'second in *'
	translated tapset
	launched tapset_again
	translated tapset_more
	says tapset_more 'second in *'
	launched known
}

@test "other modules in the kernel may be other probe points" {
	translated other_module
	says other_module 'second in *'
}

@test "what is damaged in the cache, or open to others, is not used" {
	local name
	for name in damaged_module damaged_record open_record; do
		translated "$name"
		says "$name" 'second in *'
	done
	for name in kept_2 kept_3 kept_4; do
		launched "$name"
		says "$name" 'second in *'
	done
	translated open_cache
	grep -q 'E-cache-folder' "$results/open_cache.err"
}

@test "what was said is said again" {
	local name
	for name in warning warning_again; do
		grep -q 'W-' "$results/$name.err"
		translated "$name"
	done
	translated error
	launched error_again
	for name in error error_again; do
		[ "$(cat "$results/$name.status")" -eq 1 ]
		grep -q 'it is so' "$results/$name.err"
	done
	translated input_again
	translated verbose_again
	grep -q 'Pass 1' "$results/verbose_again.err"
}

@test "a session is ended by a signal to the launcher" {
	translated ended
	launched ended_again
	for name in ended ended_again; do
		printf 'begun\nended\n' | diff - "$results/$name.text"
		[ "$(cat "$results/$name.status")" -eq "$(cat "$results/ended.status")" ]
		[ ! -s "$results/$name.left" ]
	done
	[ ! -s "$results/modules" ]
}

@test "runs are listed with what else is kept, and cleaned away" {
	grep -q '  run      .*spile here.stp$' "$results/list"
	grep -q '  module   here.stp$' "$results/list"
	! grep -q runs "$results/cleaned"
}
