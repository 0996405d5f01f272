#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How modules come to be, against the newest kernel headers installed here: by the shortcut and by
# kbuild they are the same, so are those of two folders, and what the cache keeps is found again,
# never believed, and limited. All tests share one warm cache but those that spoil it.

load common

# The newest kernel whose build tree is here; the kernel itself need not be.
newest_headers() {
	local tree
	for tree in /lib/modules/*/build/; do
		[ ! -e "$tree/Makefile" ] || basename "$(dirname "$tree")"
	done | sort -V | tail -n 1
}

setup_file() {
	export TOP SPILE RELEASE SHARED
	TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	SPILE=$(realpath -m "${SPILE:-$TOP/spile}")
	SHARED=$BATS_FILE_TMPDIR/cache
	RELEASE=$(newest_headers)
	[ -z "$RELEASE" ] || XDG_CACHE_HOME=$SHARED "$SPILE" warm -r "$RELEASE"
}

# Scripts that between them use all families, arrays, statistics, texts and expressions.
scripts() {
	echo "$TOP"/examples/*.stp
}

# made [OPTION...]: the module of the script on the command line, in the current folder; its bytes.
made() {
	"$SPILE" -r "$RELEASE" -p4 -m mine "$@" >"$work/said" 2>"$work/messages"
	sha256sum <mine.ko
}

# refute COMMAND...: it fails.
refute() {
	! "$@"
}

need_headers() {
	[ -n "$RELEASE" ] || skip "needs the headers of a kernel"
	export XDG_CACHE_HOME=$SHARED
}

@test "the shortcut makes what kbuild makes, to the byte" {
	local script
	need_headers
	for script in $(scripts); do
		plain=$(made --kbuild "$script")
		rm -rf "$SHARED/spile/modules"
		short=$(made -v "$script")
		refute grep kbuild "$work/messages"
		[ "$plain" = "$short" ] || { echo "$script differs"; return 1; }
	done
}

@test "two folders and two caches give the same bytes" {
	need_headers
	cp -r "$TOP/examples" "$work/examples"
	(cd "$TOP/examples" && "$SPILE" -r "$RELEASE" -p3 opens.stp) >"$work/first.c"
	(cd "$work/examples" && "$SPILE" -r "$RELEASE" -p3 opens.stp) >"$work/second.c"
	cmp "$work/first.c" "$work/second.c"
	cd "$work/examples"
	first=$(made opens.stp)
	cp -r "$TOP"/{runtime,module,include,tapsets,Kbuild,spile,spile-translate,spilerun} "$work/tools/"
	SPILE=$work/tools/spile XDG_CACHE_HOME=$work/cache
	second=$(made opens.stp)
	[ "$first" = "$second" ]
}

@test "the same script comes from the cache, another one does not" {
	need_headers
	first=$(made -v -e 'probe begin { printf("%d\n", 1); exit() }')
	refute grep 'in the cache' "$work/messages"
	second=$(made -v -e 'probe begin { printf("%d\n", 1); exit() }')
	grep 'in the cache' "$work/messages"
	[ "$first" = "$second" ]
	made -v -e 'probe begin { printf("%d\n", 2); exit() }'
	refute grep 'in the cache' "$work/messages"
	made -v -D MAXSTRINGLEN=256 -e 'probe begin { printf("%d\n", 1); exit() }'
	refute grep 'in the cache' "$work/messages"
}

@test "a change of our own sources is seen, whatever time they claim to be of" {
	need_headers
	mkdir -p "$work/tools"
	cp -r "$TOP"/{runtime,module,include,tapsets,Kbuild,spile,spile-translate,spilerun} "$work/tools/"
	SPILE=$work/tools/spile
	made -e 'probe begin { exit() }'
	made -v -e 'probe begin { exit() }'
	grep 'in the cache' "$work/messages"
	touch -r "$work/tools/runtime/core.c" "$work/time"
	sed -i 's/The part of the runtime/The part of our runtime/' "$work/tools/runtime/core.c"
	touch -r "$work/time" "$work/tools/runtime/core.c"
	made -v -e 'probe begin { exit() }'
	refute grep 'in the cache' "$work/messages"
}

@test "a script that includes files of its own is made anew each time" {
	local script
	need_headers
	script="%{
#include \"$work/own.h\"
%}
function own:long() %{ STAP_RETURN(OWN); %}
probe begin { println(own()); exit() }"
	echo '#define OWN 1' >"$work/own.h"
	first=$(made -g -e "$script")
	echo '#define OWN 2' >"$work/own.h"
	second=$(made -v -g -e "$script")
	refute grep 'in the cache' "$work/messages"
	[ "$first" != "$second" ]
}

@test "a kept module that was cut off, changed, or is not ours alone is made anew" {
	local kept spoil
	need_headers
	for spoil in 'truncate -s 20000' 'truncate -s 0' 'sed -i s/spile/elips/' 'chmod 666'; do
		rm -rf "$SHARED/spile/modules"
		first=$(made -e 'probe begin { exit() }')
		kept=$(echo "$SHARED"/spile/modules/*)
		$spoil "$kept"
		second=$(made -v -e 'probe begin { exit() }')
		refute grep 'in the cache' "$work/messages"
		[ "$first" = "$second" ]
	done
}

@test "eight at a time, with a cold cache, all get their module" {
	local number
	need_headers
	rm -rf "$SHARED"/spile/modules
	for number in 1 2 3 4 5 6 7 8; do
		"$SPILE" -r "$RELEASE" -p4 -m "at_once_$((number % 4))_$number" \
			-e "probe begin { println($((number % 4))); exit() }" &
	done >/dev/null
	wait
	[ "$(ls at_once_*.ko | wc -l)" -eq 8 ]
	refute ls "$SHARED"/spile/modules/*.??????
	[ -z "$(find "$SHARED" -name 'prepared-*.??????')" ]
}

@test "a cache that cannot be written costs time, not the module" {
	need_headers
	rm -rf "$SHARED/spile/modules"
	echo "in the way" >"$SHARED/spile/modules"
	made -e 'probe begin { println("unkept"); exit() }'
	[ -s mine.ko ]
	rm "$SHARED/spile/modules"
}

@test "the cache is listed, kept small, and cleaned" {
	need_headers
	made -e 'probe begin { println("small"); exit() }'
	"$SPILE" cache | grep -E "^ *[0-9]+  [0-9: -]+  headers  $RELEASE$"
	"$SPILE" cache --list | grep -E '^ *[0-9]+  [0-9: -]+  module   -e$'
	XDG_CACHE_HOME=$work/copy
	cp -r "$SHARED" "$work/copy"
	SPILE_CACHE_MB=1 made -e 'probe begin { println("last"); exit() }'
	[ "$("$SPILE" cache | grep -c ' headers ')" -eq 0 ]
	[ "$("$SPILE" cache | awk 'END { print $1 }')" -le 1048576 ]
	made -v -e 'probe begin { println("last"); exit() }'
	grep 'in the cache' "$work/messages"
	"$SPILE" cache --clean
	[ "$("$SPILE" cache | wc -l)" -eq 1 ]
}

@test "a tree that does not fit the shortcut is left to kbuild" {
	need_headers
	cp -r "$SHARED" "$work/copy"
	export XDG_CACHE_HOME=$work/copy
	rm -rf "$XDG_CACHE_HOME"/spile/kernel/*/prepared-* "$XDG_CACHE_HOME"/spile/modules
	for sample in "$XDG_CACHE_HOME"/spile/kernel/*/flags-*.ko; do echo none >"$sample"; done
	made -v -e 'probe begin { println("plain"); exit() }'
	grep "kbuild makes the module: its modules differ from kbuild's" "$work/messages"
	[ -s mine.ko ]
	# It is remembered for a day.
	made -v -e 'probe begin { println("plain again"); exit() }'
	grep 'kbuild makes the module' "$work/messages"
	cp "$SHARED"/spile/kernel/*/flags-*.ko "$XDG_CACHE_HOME"/spile/kernel/*/
	made -v -e 'probe begin { println("still plain"); exit() }'
	grep 'kbuild makes the module' "$work/messages"
	touch -d '2 days ago' "$XDG_CACHE_HOME"/spile/kernel/*/prepared-*
	made -v -e 'probe begin { println("short"); exit() }'
	refute grep 'kbuild makes the module' "$work/messages"
}

# The compiled parts in the shared cache, and when they were made.
parts() {
	stat -c '%n %Y %i' "$SHARED"/spile/kernel/*/prepared-*/*.o
}

@test "what does not depend on the script is compiled once for all" {
	local before with_limit
	need_headers
	before=$(parts)
	made -v -e 'global a probe kprobe.function("vfs_read") { a[pid()] <<< 1 } probe timer.s(1) { exit() }'
	refute grep kbuild "$work/messages"
	[ "$(parts)" = "$before" ]
	made -D MAXSTRINGLEN=80 -e 'probe begin { println("limits") }'
	with_limit=$(parts)
	[ "$(echo "$with_limit" | wc -l)" -eq $(($(echo "$before" | wc -l) + 1)) ]
	made -D MAXSTRINGLEN=80 -e 'probe begin { println("the same limits") }'
	[ "$(parts)" = "$with_limit" ]
}

@test "a part that is spoilt is no part of a module" {
	local part
	need_headers
	cp -r "$SHARED" "$work/copy"
	export XDG_CACHE_HOME=$work/copy
	made -e 'probe begin { println("sound") }'
	for part in "$XDG_CACHE_HOME"/spile/kernel/*/prepared-*/part-main-*.o; do truncate -s 5000 "$part"; done
	made -v -e 'probe begin { println("spoilt") }'
	grep 'kbuild makes the module: a step of its own failed' "$work/messages"
	nm mine.ko | grep -q ' [Tt] rt_contexts_init$'
}

# What is 1 for a script that needs module/hits.c, 0 for one that does without.
scripts_by_need() {
	cat <<'END'
0 probe begin { println("hello"); exit() }
0 probe begin, end { print("a\n"); printf("b\n") }
0 probe error { println("an error") } probe begin { exit() }
1 probe begin { error("no") }
1 probe begin { warn("careful") }
1 probe begin { printf("%d\n", pid() / $1) }
1 global n probe begin { n++; println(n) }
1 global a probe begin { a[1] = 2; foreach (k in a) println(k) }
1 probe begin { while (1) println("for ever") }
1 probe timer.s(1) { exit() }
1 probe kprobe.function("vfs_read") { exit() }
0 probe begin { try { println("x") } catch { println("nothing there can fail") } }
1 probe begin { try { error("x") } catch { println("y") } }
END
}

@test "a script that only prints, in the session's own probes, has no part for hits" {
	local needs script
	need_headers
	while read -r needs script; do
		"$SPILE" -r "$RELEASE" -p3 -e "$script" 7 >c 2>messages || { cat messages; return 1; }
		[ "$(grep -c 'hits = &mod_hits' c)" = "$needs" ] || { echo "not $needs: $script"; return 1; }
	done < <(scripts_by_need)
}

# A kernel whose calls are padded has more tables about each function and call.
@test "a module that prints a line is small" {
	local size limit=40960
	need_headers
	! grep -qx CONFIG_CALL_PADDING=y "/lib/modules/$RELEASE/build/include/config/auto.conf" || limit=51200
	made -e 'probe begin { println("hello"); exit() }'
	strip --strip-unneeded mine.ko
	size=$(stat -c %s mine.ko)
	[ "$size" -le "$limit" ] || { echo "$size bytes, more than $limit"; return 1; }
}

@test "spile warm leaves nothing for the first script to do" {
	need_headers
	"$SPILE" warm -r "$RELEASE"
	made -v -e 'probe begin { println("warm"); exit() }'
	refute grep -E 'features of|kbuild' "$work/messages"
	refused 1 "$SPILE" warm --no-such-option <<-END
		spile: error: wrong arguments for \`spile warm\` [E-option]
		note: \`spile warm --help\` lists the options
	END
	refused 1 "$SPILE" cache --no-such-option <<-END
		spile: error: wrong arguments for \`spile cache\` [E-option]
		note: \`spile cache --help\` lists the options
	END
}
