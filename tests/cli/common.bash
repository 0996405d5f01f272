# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the tests share that provoke messages about the host: no script is at fault, but a folder, a
# program or a kernel's build tree. Nothing of the host is needed or changed: kernels, their trees
# and QEMU are made up here, each test has a home, a cache and a temporary folder of its own, and
# works as root and as anybody else.
#
#   $work          folder of the test; messages have WORK in its place
#   $work/here     the current folder
#   $work/tools    programs found before all others
#   $TMPDIR        must be empty when spile has ended

setup_file() {
	export TOP SPILE
	TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	SPILE=$(realpath -m "${SPILE:-$TOP/spile}")
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
}

setup() {
	export TMPDIR HOME XDG_CACHE_HOME LC_ALL=C
	work=$BATS_TEST_TMPDIR
	TMPDIR=$work/tmp HOME=$work/home XDG_CACHE_HOME=$work/cache
	chmod 755 "$work"
	mkdir "$TMPDIR" "$HOME" "$XDG_CACHE_HOME" "$work/here" "$work/tools"
	PATH=$work/tools:$PATH
	cd "$work/here" || return
}

# refused STATUS COMMAND... <<MESSAGES: the command ends with that status and says exactly these
# lines, nothing to standard output, and leaves nothing in the temporary and the current folder.
refused() {
	local wanted=$1 status=0 before
	shift
	before=$(ls -A)
	cat >"$work/expected"
	"$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
	sed -i "s|$work|WORK|g" "$work/err"
	[ "$status" -eq "$wanted" ] || {
		echo "status $status, not $wanted"
		cat "$work/out" "$work/err"
		return 1
	}
	same_lines "$work/expected" "$work/err"
	same_lines /dev/null "$work/out"
	nothing_left "$TMPDIR"
	[ "$before" = "$(ls -A)" ]
}

# same_lines EXPECTED ACTUAL: line by line; "..." in an expected one is any text.
same_lines() {
	local number wanted actual
	mapfile -t wanted < <(sed -e 's/[].[()*+?{}|^$\]/\\&/g' -e 's/\\\.\\\.\\\./.*/g' "$1")
	mapfile -t actual <"$2"
	[ "${#wanted[@]}" -eq "${#actual[@]}" ] || {
		echo "${#wanted[@]} lines expected (-), ${#actual[@]} said (+)"
		diff -u "$1" "$2"
		return 1
	}
	for number in "${!wanted[@]}"; do
		[[ ${actual[number]} =~ ^${wanted[number]}$ ]] || {
			echo "line $((number + 1)): expected (-) and said (+) differ"
			diff -u "$1" "$2"
			return 1
		}
	done
}

# nothing_left FOLDER
nothing_left() {
	[ -z "$(ls -A "$1")" ] || {
		echo "left behind in $1:"
		ls -AR "$1"
		return 1
	}
}

# put FILE <<TEXT: writes it, and the folders above it.
put() {
	mkdir -p "$(dirname "$1")"
	cat >"$1"
}

# program NAME <<TEXT: a program that is found before any other of its name.
program() {
	put "$work/tools/$1"
	chmod 755 "$work/tools/$1"
}

# as_nobody COMMAND...: not as root. What it reads has to be readable by all.
as_nobody() {
	if [ "$(id -u)" -ne 0 ]; then
		"$@"
	else
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	fi
}

# A spile, with all it needs beside it, outside of the checkout, which may lie below a folder that
# is closed to others. Prints its path.
copied_spile() {
	local copy=$work/copy
	mkdir -p "$copy/build"
	(cd "$TOP" && cp -r spilerun Kbuild runtime module include tapsets "$copy")
	cp "$SPILE" "$SPILE-translate" "$copy"
	cp "$TOP/build/spile-agent" "$copy/build"
	chmod -R a+rX "$copy"
	echo "$copy/spile"
}
