# SPDX-License-Identifier: GPL-2.0-or-later
#
# Compares facts. Called by tests/differential/run with three files: the list of differences on
# purpose, the facts of stap, the facts of spile. Says, in the form of that list, what differs and is
# not in it, and what is in it and does not differ; the last line has the numbers. The exit status
# is 1 if it said anything else. Scripts of which spile said nothing are not compared.

function add(side, line,    name) {
	name = line
	sub(/ .*/, "", name)
	sub(/^[^ ]* /, "", line)
	if (!(name in known)) { known[name] = 1; names[++count] = name }
	if ((side, name) in said) line = said[side, name] "; " line
	said[side, name] = line
}

# What the first list has and the second one has not.
function only(first, second,    i, n, part, there, result) {
	n = split(second, part, /; /)
	for (i = 1; i <= n; i++) there[part[i]]++
	n = split(first, part, /; /)
	for (i = 1; i <= n; i++)
		if (there[part[i]]-- <= 0) result = result (result == "" ? "" : "; ") part[i]
	return result == "" ? "-" : result
}

# "" if both say the same. Where stap names no line, any will do.
function difference(ours, theirs,    text) {
	if (ours == theirs || theirs == "bad:-" && ours ~ /^bad:/) return ""
	if (theirs == "") return "said | not recorded"
	text = only(ours, theirs) " | " only(theirs, ours)
	return text == "- | -" ? "one order | another order" : text
}

function read_listed(    column) {
	if (/^#/ || /^$/) return
	if (split($0, column, / \| /) == 4) {
		listed[column[1]] = column[2] " | " column[3]
		return
	}
	print "FAIL  differences.txt:" FNR ": not NAME | OURS | THEIRS | REASON"
	failed++
}

function judge(name,    text) {
	text = difference(said[2, name], said[1, name])
	if (text == listed[name]) {
		if (text == "") same++
		else intended++
		return
	}
	failed++
	if (text != "") print "FAIL  " name " | " text
	else print "FAIL  " name " is listed as different, but is not"
}

FNR == 1 { file++ }
file == 1 { read_listed(); next }
{ add(file - 1, $0) }
END {
	for (i = 1; i <= count; i++)
		if ((2, names[i]) in said) judge(names[i])
	print same + intended + failed " scripts: " same + 0 " as stap, " intended + 0 " different on purpose, " failed + 0 " failed"
	exit failed > 0 || !same
}
