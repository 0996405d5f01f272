# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the tests share that run modules in the throw-away machine. Each file of tests builds all
# its modules first, boots once, has one sh script run everything in there, and then only looks at
# the files that this left: a boot costs seconds under emulation, a look costs nothing.
#
#   $modules   folder of the built modules, read by the machine
#   $results   folder that the machine writes to
#   $RELEASE   the kernel of the machine, for `spile -r`
#
# With SPILE_LOAD=N in the environment the machine has N busy loops beside whatever it runs.

# bats before 1.4 makes no folders, one for a file's tests and one for each of them.
if [ -z "${BATS_FILE_TMPDIR:-}" ]; then
	export BATS_FILE_TMPDIR="$BATS_RUN_TMPDIR/${BATS_TEST_FILENAME##*/}.folder"
	mkdir -p "$BATS_FILE_TMPDIR"
fi
[ -n "${BATS_TEST_TMPDIR:-}" ] || BATS_TEST_TMPDIR=$(mktemp -d "$BATS_FILE_TMPDIR/test-XXXXXX")

# start_guest_tests: at the top of setup_file. Skips the file where it cannot run.
start_guest_tests() {
	export TOP SPILE SPILERUN RELEASE modules results
	TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	SPILE=$(realpath -m "${SPILE:-$TOP/spile}")
	SPILERUN=$(realpath -m "${SPILERUN:-$TOP/spilerun}")
	export SPILE_VM_ACCELERATOR="${SPILE_VM_ACCELERATOR:-tcg}"
	RELEASE=$(newest_headers)
	[ -n "$RELEASE" ] || skip "no kernel headers; run: tools/setup check"
	modules=$BATS_FILE_TMPDIR/modules
	results=$BATS_FILE_TMPDIR/results
	mkdir "$modules" "$results"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$modules" "$results"
}

# The newest kernel whose build tree is here; `spile vm` boots the newest that is installed.
newest_headers() {
	local tree
	for tree in /lib/modules/*/build/; do
		[ ! -d "$tree" ] || basename "$(dirname "$tree")"
	done | sort -V | tail -n 1
}

# A spile, with all it needs beside it, that users other than root can run: the checkout may lie
# below a folder that is closed to them. Prints its path.
public_spile() {
	local copy=$BATS_FILE_TMPDIR/public
	if [ ! -d "$copy" ]; then
		mkdir -p "$copy/build"
		(cd "$TOP" && cp -r spile spile-translate spilerun Kbuild runtime module include tapsets "$copy")
		cp "$TOP/build/spile-agent" "$copy/build"
		chmod -R a+rX "$copy"
		chmod a+rx "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
	fi
	echo "$copy/spile"
}

# build_module NAME [OPTION...] FILE [ARGUMENT...]: $modules/NAME.ko. -e SCRIPT instead of FILE.
build_module() {
	local name=$1
	shift
	(cd "$modules" && "$SPILE" -r "$RELEASE" -p4 -m "$name" "$@") >"$modules/$name.log" 2>&1 || {
		echo "building the module $name failed: spile -r $RELEASE -p4 -m $name $*"
		cat "$modules/$name.log"
		return 1
	}
}

# kernel_module NAME: a module of our own for the machine, from the folder NAME beside the tests,
# as $modules/NAME/NAME.ko.
kernel_module() {
	cp -r "$BATS_TEST_DIRNAME/$1" "$modules/"
	make -s -C "/lib/modules/$RELEASE/build" M="$modules/$1" modules >"$modules/$1.log" 2>&1 || {
		cat "$modules/$1.log"
		return 1
	}
}

# described_module NAME: the same with DWARF, which spile takes from there. Skips the file without.
described_module() {
	kernel_module "$1" || return
	readelf -S "$modules/$1/$1.ko" | grep -q '\.debug_info' || skip "kernel $RELEASE builds without DWARF"
	export SPILE_DEBUGINFO=$modules/$1
}

# build_workload NAME: workload.c as $modules/NAME, for a process of that name.
build_workload() {
	gcc -O1 -static -Wall -Wextra -o "$modules/$1" "$BATS_TEST_DIRNAME/workload.c"
}

# The functions of guest(), for sh in the machine.
guest_functions() {
	cat <<'END'
record() {
	record_name=$1
	shift
	"$@" >"$results/$record_name.out" 2>"$results/$record_name.err"
	echo $? >"$results/$record_name.status"
}
wait_for() {
	wait_count=0
	until "$@" >/dev/null 2>&1; do
		wait_count=$((wait_count + 1))
		[ "$wait_count" -lt 200 ] || return 1
		sleep 0.1
	done
}
cd "$modules" || exit 1
END
	local n
	for ((n = 0; n < ${SPILE_LOAD:-0}; n++)); do
		echo "( while :; do :; done ) &"
	done
}

# guest SCRIPT [OPTION...]: runs it with sh in the machine (options of spile vm), in $modules, with
# SPILERUN, modules and results in its environment and these functions:
#
#   record NAME COMMAND...   $results/NAME.out, NAME.err and NAME.status
#   wait_for COMMAND...      until it succeeds; gives up after 20 seconds
guest() {
	guest_functions >"$BATS_FILE_TMPDIR/guest.sh"
	printf '%s\n' "$1" >>"$BATS_FILE_TMPDIR/guest.sh"
	shift
	"$SPILE" vm --kernel="$RELEASE" --timeout=900 --writable="$results" "$@" -- \
		sh "$BATS_FILE_TMPDIR/guest.sh" >"$BATS_FILE_TMPDIR/guest.log" 2>&1 </dev/null || {
		echo "the machine's script ended with status $?:"
		tail -n 40 "$BATS_FILE_TMPDIR/guest.log"
		return 1
	}
}

# show NAME: all that a recorded command said, for the log of a failed test.
show() {
	local part
	for part in status out err; do
		echo "--- $1.$part"
		head -n 60 "$results/$1.$part" 2>&1
	done
}

# same TEXT FILE: FILE is exactly that text and a newline, or empty for "".
same() {
	{ [ -z "$1" ] || printf '%s\n' "$1"; } | diff -u - "$2"
}

# expect_status NAME N
expect_status() {
	[ "$(cat "$results/$1.status")" = "$2" ] || {
		show "$1"
		return 1
	}
}

# expect_line NAME.out|NAME.err TEXT: one of its lines is exactly that text.
expect_line() {
	grep -qxF -e "$2" "$results/$1" || {
		echo "no line '$2' in $1:"
		head -n 60 "$results/$1"
		return 1
	}
}

# number_of NAME.out|NAME.err PATTERN: the number that \( \) matches in the first line found.
number_of() {
	sed -n "s/$2/\\1/p" "$results/$1" | head -n 1
}

# between NUMBER LEAST MOST
between() {
	[ -n "$1" ] && [ "$1" -ge "$2" ] && [ "$1" -le "$3" ] || {
		echo "'$1' is not from $2 to $3"
		return 1
	}
}
