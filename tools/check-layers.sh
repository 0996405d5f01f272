#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Do the rooms know only what they may? Reads every #include line of the sources and compares
# it with the table below; looks for kernel feature tests outside of runtime/compat/. Prints
# each offender as "file:line: why" and exits with 1 if there was one.
#
#   tools/check-layers.sh [TREE]       the checkout by default
#   tools/check-layers.sh --self-test  plants one violation of each rule in a temporary tree
#                                      and fails unless exactly these are reported
set -u
export LC_ALL=C

# A room and the rooms whose headers it may include, besides its own. `system:` lists patterns
# of <...> headers that are another room's business.
rooms='
launcher             :
translator/base      : launcher
translator/script    : translator/base
translator/target    : translator/base include
translator/knowledge : translator/target translator/base include
translator/probes    : translator/knowledge translator/script translator/target translator/base include
translator/regex     : translator/base
translator/analysis  : translator/regex translator/probes translator/knowledge translator/script translator/target translator/base include
translator/emit      : translator/analysis translator/regex translator/probes translator/knowledge translator/script translator/target translator/base include
translator/build     : translator/emit translator/analysis translator/probes translator/knowledge translator/script translator/target translator/base launcher include
translator/doctor    : translator/knowledge translator/target translator/base
translator/driver    : vm translator/build translator/emit translator/analysis translator/probes translator/knowledge translator/script translator/target translator/base launcher include
vm                   : translator/target translator/base
reader               : include
include              :
runtime/compat       : include
runtime              : runtime/compat include
module               : runtime runtime/compat include
'

# Who may include <PATTERN>: the only rooms, by PATTERN.
systems='
^(elfutils/|dwarf\.h|gelf\.h)          : translator/knowledge
^archive                               : translator/base translator/knowledge vm
^bpf/                                  : translator/knowledge
^(glib|gio/|gmodule|glib-unix)         : translator/base translator/script translator/target translator/knowledge translator/probes translator/regex translator/analysis translator/emit translator/build translator/doctor translator vm
'

# Lines "file:line:text" of all files of the rooms that are C.
matching_lines() {
	for folder in launcher translator vm reader include runtime module; do
		[ ! -d "$folder" ] || grep -rnE --include='*.[ch]' "$1" "$folder"
	done
}

check_includes() {
	matching_lines '^[[:space:]]*#[[:space:]]*include[[:space:]]*["<]' |
		awk -v rooms="$rooms" -v systems="$systems" '
	function trim(text) { gsub(/^[ \t]+|[ \t]+$/, "", text); return text }
	function report(why) { print place ": " why; }

	# The room that a file belongs to: the longest known folder it lies in.
	function room_of(path,    folder) {
		for (folder = path; sub(/\/[^\/]*$/, "", folder); )
			if (folder in allowed) return folder
		return ""
	}
	# The room of an included header as it is spelled: through -Itranslator, -I. or -Iruntime.
	function room_of_header(name, own,    room) {
		if (name == "abi.h" || name == "format.h") return "include"
		if (name == "kconf.h") return "runtime/compat"
		if (name !~ /\//) return own
		if ((room = room_of("translator/" name)) != "") return room
		if ((room = room_of(name)) != "") return room
		if (own ~ /^(runtime|module)/ && name ~ /^(\.\.\/)*compat\//) return "runtime/compat"
		if (own == "module") return own
		return "?"
	}
	function may(own, other) {
		return own == other || index(" " allowed[own] " ", " " other " ") > 0
	}
	function check_quoted(name, own,    other) {
		other = room_of_header(name, own)
		if (other == "?") report("\"" name "\" belongs to no room that is known here")
		else if (!may(own, other)) report(own " may not include \"" name "\" of " other)
	}
	function check_system(name, own,    i) {
		if (own ~ /^(runtime|module)$/)
			report("<" name "> on the kernel side belongs into runtime/compat/")
		for (i = 1; i <= system_count; i++)
			if (name ~ pattern[i] && index(" " users[i] " ", " " own " ") == 0)
				report(own " may not include <" name ">")
	}

	BEGIN {
		count = split(rooms, line, "\n")
		for (i = 1; i <= count; i++)
			if (split(line[i], half, ":") == 2) allowed[trim(half[1])] = trim(half[2])
		count = split(systems, line, "\n")
		for (i = 1; i <= count; i++)
			if (split(line[i], half, " : ") == 2) {
				pattern[++system_count] = trim(half[1])
				users[system_count] = trim(half[2])
			}
	}
	{
		split($0, field, ":")
		place = field[1] ":" field[2]
		own = room_of(field[1])
		if (own == "" && field[1] != "translator/main.c") report("lies in no room of the table")
		if (own == "") next  # main.c knows everything
		text = substr($0, length(place) + 2)
		name = text
		sub(/^[^"<]*["<]/, "", name)
		sub(/[">].*/, "", name)
		if (text ~ /^[^"<]*</) check_system(name, own)
		else check_quoted(name, own)
	}'
}

# The guest agent runs where there is only a kernel: no library but libc.
check_agent() {
	for file in vm/agent*.[ch] vm/channel.[ch]; do
		[ ! -e "$file" ] || grep -nHE '#include ([<"](glib|archive)|"((vm/)?vm\.h|(base|target)/))' "$file" |
			sed 's/:[^:]*$/: the guest agent depends on libc alone/'
	done
}

check_feature_tests() {
	words='LINUX_VERSION_CODE|KERNEL_VERSION|RHEL_RELEASE_[A-Z]*|HAVE_[A-Z0-9_]+|EXPORTED_[a-z0-9_]+'
	for folder in runtime module include tapsets; do
		[ ! -d "$folder" ] || grep -rnwE --include='*.[ch]' --include='*.stp' "$words" "$folder"
		[ ! -d "$folder" ] || grep -rnE --include='*.[ch]' \
			'^[[:space:]]*#[[:space:]]*(el)?if.*CONFIG_' "$folder"
	done | grep -v '^runtime/compat/' |
		sed -E 's/^([^:]*:[0-9]*):.*/\1: kernel feature tests belong into runtime\/compat\//'
}

check_tree() {
	check_includes
	check_agent
	check_feature_tests
}

# plant FILE TEXT...: one line of the tree under test for each TEXT.
plant() {
	mkdir -p "$(dirname "$1")"
	file=$1
	shift
	printf '%s\n' "$@" >>"$file"
}

plant_good() {
	plant translator/main.c '#include "emit/emit.h"' '#include "vm/vm.h"' '#include <glib.h>'
	plant translator/emit/emit.c '#include "emit.h"' '#include "probes/probe.h"' '#include "abi.h"'
	plant translator/knowledge/dwarf.c '#include <elfutils/libdw.h>' '#include "base/diag.h"'
	plant reader/main.c '#include "reader/load.h"' '#include "abi.h"' '#include <elf.h>'
	plant runtime/map.h '#include "runtime/compat/kernel.h"' '#include "runtime/lock.h"'
	plant runtime/compat/kernel.h '#include <linux/module.h>' '#ifdef HAVE_PROC_OPS' '#if CONFIG_SMP'
	plant module/main.c '#include "runtime/context.h"' '#include "control.h"' '#include "kconf.h"'
	plant vm/agent.c '#include "protocol.h"' '#include <stdio.h>'
}

plant_bad() {
	plant translator/base/a.c '#include "script/ast.h"'
	plant translator/script/b.c '#include "target/symbols.h"'
	plant translator/target/c.c '#  include "script/ast.h"'
	plant translator/probes/d.h '#include "emit/emit.h"'
	plant translator/emit/e.c '#include "build/kbuild.h"'
	plant translator/emit/f.c '#include <elfutils/libdw.h>'
	plant translator/build/g.c '#include "vm/vm.h"'
	plant reader/h.c '#include "base/diag.h"'
	plant reader/i.c '#include <glib.h>'
	plant runtime/j.h '#include <linux/slab.h>'
	plant runtime/k.h '#include "module/control.h"'
	plant runtime/l.h '#ifdef HAVE_TIMER_SETUP'
	plant module/m.h '#if LINUX_VERSION_CODE < 5'
	plant module/n.h '#ifdef CONFIG_SMP'
	plant runtime/compat/o.h '#include "runtime/map.h"'
	plant translator/emit/p.c '#include "elsewhere/x.h"'
	plant translator/cellar/r.c '#include "base/diag.h"'
	plant vm/agent_q.c '#include <glib.h>'
}

self_test() {
	tree=$(mktemp -d "${TMPDIR:-/tmp}/spile-layers.XXXXXX") || exit 1
	trap 'rm -rf "$tree"' EXIT
	cd "$tree" || exit 1
	plant_good
	if [ -n "$(check_tree)" ]; then
		echo "reported without a reason:"
		check_tree
		exit 1
	fi
	plant_bad
	check_tree | sed 's/:.*//' | sort -u >reported
	plant_bad_files >planted
	diff planted reported || { echo "planted (<) and reported (>) differ"; exit 1; }
}

# The files that plant_bad wrote: those with a one-letter name at the end.
plant_bad_files() {
	find . -name '?.[ch]' -o -name '*_?.[ch]' | sed 's/^\.\///' | sort
}

case ${1:-} in
--self-test) self_test ;;
*)
	cd "${1:-$(dirname "$0")/..}" || exit 2
	offenders=$(check_tree)
	[ -z "$offenders" ] || { echo "$offenders"; exit 1; }
	;;
esac
