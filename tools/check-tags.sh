#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Has each message its test? Compares the tags of the messages in translator/ and vm/ with the
# tests that are named by them: scripts tests/errors/TAG.what.stp, tests "TAG: what" of bats files,
# and unit tests "TAG: what" for what no option of a program leads to. Such a test must look for
# "[TAG]". Prints a line for each offence and exits with 1 if there was one.
#
#   tools/check-tags.sh              looks at tests/
#   tools/check-tags.sh --self-test  takes tests out of a copy of tests/, adds others that are
#                                    none, and fails unless exactly these are reported
set -u
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 2

work=$(mktemp -d "${TMPDIR:-/tmp}/spile-tags.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
tests=tests

# The tags that there are, a line each.
message_tags() {
	grep -rhoE --include='*.c' '"[EW]-[a-z][a-z-]*"' translator vm | tr -d '"' | sort -u
}

# ---- the tests: a line "TAG FILE yes|no" for each, the last word: it looks for "[TAG]" ----

script_tests() {
	for script in "$tests"/errors/*.stp; do
		tag=$(basename "$script")
		tag=${tag%%.*}
		looks=no
		! grep -qF "[$tag]" "$script" || looks=yes
		echo "$tag $script $looks"
	done
}

# From the line that names it to the "}" that ends it.
bats_tests() {
	for file in "$tests"/*/*.bats; do
		awk -v file="$file" '
		/^@test "[EW]-[a-z-]+: / { tag = substr($2, 2, length($2) - 2); looks = "no"; next }
		tag != "" && index($0, "[" tag "]") { looks = "yes" }
		tag != "" && /^}/ { print tag, file, looks; tag = "" }' "$file"
	done
}

unit_tests() {
	grep -oE '"[EW]-[a-z-]+: ' "$tests"/unit/test_*.c | while IFS=: read -r file tag _; do
		tag=${tag#\"}
		looks=no
		! grep -qF "[$tag]" "$file" || looks=yes
		echo "$tag $file $looks"
	done
}

# ---- the comparison ----

check_all() {
	message_tags >"$work/there"
	{ script_tests && bats_tests && unit_tests; } >"$work/tests"
	[ -s "$work/there" ] || echo "found no message to compare with"
	awk '{ print $1 }' "$work/tests" | sort -u >"$work/tested"
	comm -23 "$work/there" "$work/tested" | sed 's/^/no test is named by the message /'
	while read -r tag file looks; do
		file=tests/${file#"$tests"/}
		grep -qx -e "$tag" "$work/there" || echo "$file: there is no message $tag"
		[ "$looks" = yes ] || echo "$file: the test of $tag does not look for [$tag]"
	done <"$work/tests"
}

self_test() {
	check_all | sort >"$work/before"
	cp -r tests "$work/copy" && tests=$work/copy
	rm "$tests"/errors/E-format.*
	sed 's/^@test "E-output: /@test "/' tests/cli/host.bats >"$tests/cli/host.bats"
	sed 's/"E-build-tree-mismatch: /"/' tests/unit/test_target.c >"$tests/unit/test_target.c"
	echo '#expect: zeal.stp:1:1: warning: text [W-zeal]' >"$tests/errors/W-zeal.new.stp"
	printf '%s\n' '@test "E-syntax: nothing is looked for" {' '	true # [E-format]' '}' >"$tests/cli/new.bats"
	sort >"$work/expected" <<-END
		no test is named by the message E-build-tree-mismatch
		no test is named by the message E-format
		no test is named by the message E-output
		tests/cli/new.bats: the test of E-syntax does not look for [E-syntax]
		tests/errors/W-zeal.new.stp: there is no message W-zeal
	END
	check_all | sort | comm -13 "$work/before" - >"$work/reported"
	diff "$work/expected" "$work/reported" || { echo "expected (<) and reported (>) differ"; exit 1; }
}

case ${1:-} in
--self-test) self_test ;;
'')
	check_all >"$work/offences"
	cat "$work/offences"
	[ ! -s "$work/offences" ]
	;;
*)
	echo "tools/check-tags.sh: no option '$1'; see the comment at its top" >&2
	exit 2
	;;
esac
