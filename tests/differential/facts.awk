# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a translator said of scripts, as facts, a line for each: "NAME ok" or "NAME bad:LINE", and
# "NAME FACT" for the globals, the script's own functions, the points, and the locals of both.
#
# Called by tests/differential/run with pairs of files: NAME.stp, then what was said of it. Reads the
# words of stap and those of spile. "bad:-" has no line, the end of a script is its last line, and
# "died:STATUS" is neither. Left out are functions of the library, initial values, the
# locals in which stap keeps what functions of the library returned (__stable_...), and, when stap is
# recorded (recording=yes), the begin probe that it adds to evaluate conditions.

function begin_script() {
	name = FILENAME
	sub(/\.stp$/, "", name)
	split("", own)
	split("", points)
	split("", locals)
	lines = section = place = ""
	count = evaluates = warned = unprinted = status = failed = ending = last = 0
}

# A line of the script itself: which functions are its own.
function read_script_line(    rest, word) {
	last = FNR
	rest = $0
	while (match(rest, /function +[a-z_0-9]+/)) {
		word = substr(rest, RSTART, RLENGTH)
		sub(/function +/, "", word)
		own[word] = 1
		rest = substr(rest, RSTART + RLENGTH)
	}
}

# stap: "semantic error: TEXT: TOKEN at FILE:LINE:COLUMN", with "FILE" or the place itself on the
# next line at times.
function read_stap_error() {
	failed = 1
	if (place == "" && match($0, /:[0-9]+:[0-9]+$/)) {
		place = substr($0, RSTART + 1, RLENGTH - 1)
		sub(/:.*/, "", place)
	}
	if (/ EOF$/) ending = 1
}

# spile: "FILE:LINE:COLUMN: error: TEXT".
function read_spile_error(    part) {
	split($0, part, ":")
	if (place == "") place = part[2] > last ? last : part[2]
}

# "NAME:TYPE (PARAMETER:TYPE, ...)"
function read_function(    word) {
	word = $0
	sub(/:.*/, "", word)
	is_own = word in own
	if (is_own) lines = lines name " function " $0 "\n"
}

# Of the function or the point above.
function read_local() {
	if (/^  __stable_/) return
	if (section == "probes") locals[count] = locals[count] name " local " $1 "\n"
	else if (is_own) lines = lines name " local " $1 "\n"
}

# "POINT /* <- ALIAS = POINT <- POINTS AS WRITTEN */". In conditions stap shows its own names of
# globals, and each translator has its own way with parentheses.
function read_point(    start, conditions) {
	start = index($0, " if (")
	if (start) {
		conditions = substr($0, start)
		gsub(/__global_|[][()]/, "", conditions)
		$0 = substr($0, 1, start - 1) conditions
		evaluates = 1
	}
	points[++count] = $0
}

function finish(    i) {
	if (name == "") return
	if (status > 1) { print name " died:" status; return }
	if (status) { print name " bad:" (place != "" ? place : ending ? last : "-"); return }
	print name " ok" (warned ? " warned" : "") (unprinted ? " not-printed-back" : "")
	printf "%s", lines
	if (recording && evaluates && points[count] ~ /^begin / && !(count in locals)) count--
	for (i = 1; i <= count; i++) {
		print name " probe " points[i]
		printf "%s", locals[i]
	}
}

FNR == 1 && FILENAME ~ /\.stp$/ { finish(); begin_script() }
FILENAME ~ /\.stp$/ { read_script_line(); next }
/^#status / { status = $2; next }
/^#does not print back/ { unprinted = 1; next }
/^# [a-z]/ { section = $2; next }
/^WARNING: / { if (!/symbol table missing/) warned = 1; next }
/^[^ ]*:[0-9]+:[0-9]+: warning: / || /^spile: warning: / { warned = 1; next }
/^[^ ]*:[0-9]+:[0-9]+: error: / { read_spile_error(); next }
/^(parse|semantic) error: / || failed && /^ +(saw|at): / { read_stap_error(); next }
section == "globals" && /^[a-zA-Z_]/ { sub(/ = .*/, ""); lines = lines name " global " $0 "\n" }
section == "functions" && /^[a-zA-Z_]/ { read_function() }
section == "probes" && / \/\* <- .*\*\/$/ { read_point() }
section != "globals" && /^  [a-zA-Z_]/ { read_local() }
END { finish() }
