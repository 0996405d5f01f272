#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Do the documents name all there is? Compares the programs' own help and the sources with docs/:
# each public function of the tapsets with TAPSETS.md, each probe point of `spile --help` with
# PROBES.md, each option of spile, spilerun and `spile vm` and its like with the manual pages, each tag of a
# message with DIAGNOSTICS.md; and looks whether the files that documents link to exist. Prints
# a line for each offence and exits with 1 if there was one. Needs ./spile and ./spilerun.
#
#   tools/check-docs.sh              looks at docs/
#   tools/check-docs.sh --self-test  takes one entry of each kind out of a copy of docs/, adds one
#                                    too many, and fails unless exactly these are reported
# shellcheck disable=SC2016 # backquotes are Markdown's here
set -u
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 2

work=$(mktemp -d "${TMPDIR:-/tmp}/spile-docs.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
docs=docs

# ---- what there is: a name per line, sorted ----

public_functions() {
	sed -nE 's/^function ([A-Za-z_0-9]+).*/\1/p' tapsets/*.stp | sort -u
}

probe_points() {
	./spile --help | awk '/^Probe points:/ { inside = 1; next } /^$/ { inside = 0 } inside { print $1 }' | sort -u
}

# The options of a help text, "-p" and "--pass", each by itself.
options_of() {
	"$@" --help | awk '/^  +-/ {
		for (i = 1; i <= 2 && $i ~ /^-/; i++) {
			option = $i
			sub(/[=,[].*/, "", option)
			print option
		}
	}' | sort -u
}

message_tags() {
	grep -rhoE --include='*.c' '"[EW]-[a-z][a-z-]*"' translator vm | tr -d '"' | sort -u
}

# ---- what the documents have ----

# Names of functions: behind a backquote in TAPSETS.md.
described_functions() {
	grep -oE '`(function )?[A-Za-z_0-9]+' "$docs/TAPSETS.md" | sed -E 's/^`(function )?//' | sort -u
}

# Points too, and whole: "timer.s(N)" is not described by "timer.s(N).randomize(M)".
described_points() {
	grep -oE '`[a-z]+(\.[a-z]+|\([NM]\)|\("[a-z:@]+"\))*' "$docs/PROBES.md" | tr -d '`' | sort -u
}

# manual_options PAGE SECTION: the items that begin with options in sections of that name, or in
# all but those whose names begin so, if it begins with a "!".
manual_options() {
	awk -v wanted="$2" '
	/^\.Sh / { section = substr($0, 5) }
	/^\.It Fl / && (wanted ~ /^!/ ? index(section, substr(wanted, 2)) != 1 : section == wanted) {
		for (i = 2; i < NF; i++)
			if ($i == "Fl") print "-" $(i + 1)
	}' "$docs/man/$1" | sort -u
}

described_tags() {
	sed -nE 's/^- `([EW]-[a-z-]+)`.*/\1/p' "$docs/DIAGNOSTICS.md"
}

# ---- the comparisons ----

# missing WHAT WHERE: lines of $work/there that are not in $work/described.
missing() {
	if [ ! -s "$work/there" ]; then
		echo "$2: found no $1 to compare with"
		return
	fi
	comm -23 "$work/there" "$work/described" | sed "s|^|$2: no entry for $1 |"
}

# superfluous WHAT WHERE: the other way round.
superfluous() {
	comm -13 "$work/there" "$work/described" | sed "s|^|$2: there is no $1 |"
}

check_options() {
	page=$1 section=$2
	shift 2
	options_of "$@" >"$work/there"
	manual_options "$page" "$section" >"$work/described"
	missing "$* option" "man/$page"
	superfluous "$* option" "man/$page"
}

check_tags() {
	message_tags >"$work/there"
	described_tags >"$work/order"
	sort -u "$work/order" >"$work/described"
	missing message DIAGNOSTICS.md
	superfluous message DIAGNOSTICS.md
	cmp -s "$work/order" "$work/described" || echo "DIAGNOSTICS.md: not sorted, or an entry twice"
}

# Links to files: relative to the document that has them.
check_links() {
	for document in README.md CONTRIBUTING.md "$docs"/*.md; do
		# A copy of docs/ has the same neighbours as docs/ itself.
		folder=$(dirname "$document")
		[ "$folder" != "$docs" ] || folder=docs
		grep -oE '\]\([^):#]+' "$document" | sed 's/^](//' | sort -u | while read -r target; do
			[ -e "$folder/$target" ] || echo "$(basename "$document"): links to $target, which does not exist"
		done
	done
}

check_all() {
	public_functions >"$work/there"
	described_functions >"$work/described"
	missing function TAPSETS.md
	probe_points >"$work/there"
	described_points >"$work/described"
	missing "probe point" PROBES.md
	check_options spile.1 "!SPILE " ./spile
	check_options spile.1 "SPILE VM" ./spile vm
	check_options spile.1 "SPILE WARM" ./spile warm
	check_options spile.1 "SPILE CACHE" ./spile cache
	check_options spile.1 "SPILE DOCTOR" ./spile doctor
	check_options spilerun.1 "!SPILE " ./spilerun
	check_tags
	check_links
}

# take_out FILE PATTERN: wherever it occurs.
take_out() {
	sed -E "s/$2//g" "$docs/$1" >"$work/rest" && cp "$work/rest" "$docs/$1"
}

self_test() {
	check_all | sort >"$work/before"
	cp -r docs "$work/docs" && docs=$work/docs
	take_out TAPSETS.md '`(function )?pexecname\>'
	take_out PROBES.md '`timer\.jiffies\(N\)'
	take_out man/spile.1 '^\.It Fl (k , Fl -keep|-rescue)'
	take_out man/spilerun.1 '^\.It Fl d\>'
	take_out DIAGNOSTICS.md '^- `E-guru`'
	echo '.It Fl Z' >>"$docs/man/spilerun.1"
	echo '- `W-zeal`: of no message. See [nothing](no-such-file).' >>"$docs/DIAGNOSTICS.md"
	sort >"$work/expected" <<-END
		DIAGNOSTICS.md: links to no-such-file, which does not exist
		DIAGNOSTICS.md: no entry for message E-guru
		DIAGNOSTICS.md: there is no message W-zeal
		PROBES.md: no entry for probe point timer.jiffies(N)
		TAPSETS.md: no entry for function pexecname
		man/spile.1: no entry for ./spile option --keep
		man/spile.1: no entry for ./spile option -k
		man/spile.1: no entry for ./spile vm option --rescue
		man/spilerun.1: no entry for ./spilerun option -d
		man/spilerun.1: there is no ./spilerun option -Z
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
	echo "tools/check-docs.sh: no option '$1'; see the comment at its top" >&2
	exit 2
	;;
esac
