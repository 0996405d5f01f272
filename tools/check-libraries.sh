#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Does a program need no newer libraries than those of the oldest distribution it is for? Compares
# what it takes of elfutils, by the versions of its symbols, with elfutils 0.176 (libdw up to
# ELFUTILS_0.176, libelf up to ELFUTILS_1.7). GLib's functions are kept to their version by the
# compiler (GLIB_VERSION_MAX_ALLOWED). And is it linked with none that it should only load when it is
# needed (translator/base/libarchive.c)? Prints each offender and exits with 1 if there was one.
#
#   tools/check-libraries.sh PROGRAM
#   tools/check-libraries.sh --self-test   fails unless planted symbols are told apart
set -u
export LC_ALL=C

# Of "objdump -T": symbols of a later version.
newer_symbols() {
	awk 'match($0, /ELFUTILS_[0-9.]+/) {
		split(substr($0, RSTART + 9, RLENGTH - 9), number, ".")
		if (number[1] > 1 || (number[1] == 1 && number[2] > 7) || (number[1] == 0 && number[2] > 176))
			print $NF " is of " substr($0, RSTART, RLENGTH)
	}'
}

if [ "${1:-}" = --self-test ]; then
	found=$(newer_symbols <<-END
		0000000000000000      DF *UND*  0000000000000000 (ELFUTILS_0.122) dwarf_child
		0000000000000000      DF *UND*  0000000000000000  ELFUTILS_0.176  dwelf_elf_begin
		0000000000000000      DF *UND*  0000000000000000 (ELFUTILS_0.177) planted_of_libdw
		0000000000000000      DF *UND*  0000000000000000 (ELFUTILS_1.7) elf_compress
		0000000000000000      DF *UND*  0000000000000000 (ELFUTILS_1.8) planted_of_libelf
		0000000000000000      DF *UND*  0000000000000000 (GLIBC_2.38) strlcpy
	END
	)
	[ "$found" = "planted_of_libdw is of ELFUTILS_0.177
planted_of_libelf is of ELFUTILS_1.8" ] && exit
	echo "$found"
	exit 1
fi

[ $# -eq 1 ] || { sed -n '/^#   tools/s/^# *//p' "$0" >&2; exit 2; }
if objdump -p "$1" | grep 'NEEDED.*libarchive'; then
	echo "$1: is linked with libarchive, which makes each start twice as long"
	exit 1
fi
symbols=$(objdump -T "$1") || exit 1
newer=$(echo "$symbols" | newer_symbols)
[ -z "$newer" ] || { echo "$1: $newer"; exit 1; }
