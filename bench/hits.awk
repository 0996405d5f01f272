# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes the table of hits, or JSON, of what hits and hits-guest have said (first file) and the rows
# that are wanted (second file, those of cases/list). The figure of a measurement is the least time
# of a round under it, less the least without a probe, divided by the calls; a ratio is spile's
# figure to another one. Exit status 1 if anything of spile or the bare modules is missing, or if
# the guest's clock did not count instructions: then no figure means anything.

function cost(kind, name) {
	return (least[kind, name] - plain) / calls
}

# How far the middle round lies above the least, for each call.
function spread(kind, name) {
	return (median[kind, name] - least[kind, name]) / calls
}

function has(kind, name) {
	return (kind, name) in least
}

# The name that row `i` has among the measurements of `kind`.
function name_of(kind, i) {
	return kind == "bare" ? module[i] : script[i]
}

function figure(kind, name) {
	return has(kind, name) ? sprintf("%.1f", cost(kind, name)) : "-"
}

function ratio(kind, i,    name) {
	name = name_of(kind, i)
	if (!has("spile", script[i]) || !has(kind, name) || cost(kind, name) <= 0)
		return "-"
	return sprintf("%.2f", cost("spile", script[i]) / cost(kind, name))
}

# How far middle and least round are apart where they are it most, for each kind of measurement.
function spreads(    i, text) {
	for (i = 1; i <= kinds; i++)
		if (kind[i] in widest)
			text = text sprintf("%s%s %.1f", text ? ", " : "", kind[i], widest[kind[i]])
	return text
}

# Why cells are empty, one line for each reason.
function print_missing(    i) {
	for (i = 1; i <= reasons; i++)
		printf "No figure of %s: %s\n", who[i], reason[i]
}

function print_head(    i, other) {
	printf "Instructions for each call of getppid, above the %.1f without a probe\n", plain / calls
	printf "kernel %s, least of %d rounds of %d calls; a million instructions took %d ns\n",
		release, rounds, calls, clock
	if (versions)
		printf "%s; kfunc is bpftrace's way without kprobes\n", versions
	printf "ratio: spile's figure to that on the left\n\n%-44s %8s", "case", "spile"
	for (i = 2; i <= kinds; i++)
		printf " %9s %5s", kind[i], "ratio"
	print ""
}

function print_table(    i, k) {
	print_head()
	for (i = 1; i <= rows; i++) {
		printf "%-44s %8s", title[i], figure("spile", script[i])
		for (k = 2; k <= kinds; k++)
			printf " %9s %5s", figure(kind[k], name_of(kind[k], i)), ratio(kind[k], i)
		print ""
	}
	printf "\nThe middle round lay at most so many instructions a call above the least: %s.\n",
		spreads()
	printf "Without a probe, first and last differ by %.2f.\n", drift
	print_missing()
}

function quoted(text) {
	gsub(/["\\]/, "\\\\&", text)
	return "\"" text "\""
}

function object(kind, name) {
	if (!has(kind, name))
		return "null"
	return sprintf("{\"instructions\": %.3f, \"spread\": %.3f, \"hits\": %d}",
		       cost(kind, name), spread(kind, name), hits[kind, name])
}

function print_json_case(i,    k, times) {
	printf "  {\"case\": %s, \"script\": %s, \"module\": %s,\n", quoted(title[i]),
		quoted(script[i]), quoted(module[i])
	for (k = 1; k <= kinds; k++)
		printf "   \"%s\": %s,\n", kind[k], object(kind[k], name_of(kind[k], i))
	printf "   \"ratios\": {"
	for (k = 2; k <= kinds; k++) {
		times = ratio(kind[k], i)
		printf "%s\"%s\": %s", (k > 2 ? ", " : ""), kind[k],
			(times == "-" ? "null" : times)
	}
	printf "}}%s\n", (i < rows ? "," : "")
}

function print_json(    i) {
	printf "{\"unit\": \"instructions per call\", \"kernel\": %s, ", quoted(release)
	printf "\"calls\": %d, ", calls
	printf "\"rounds\": %d, \"nanoseconds_of_a_million\": %d, ", rounds, clock
	printf "\"without_probe\": %.3f, \"drift\": %.3f, ", plain / calls, drift
	printf "\"versions\": %s,\n \"missing\": [", quoted(versions)
	for (i = 1; i <= reasons; i++)
		printf "%s{\"of\": %s, \"reason\": %s}", (i > 1 ? ", " : ""), quoted(who[i]),
			quoted(reason[i])
	print "],\n \"cases\": ["
	for (i = 1; i <= rows; i++)
		print_json_case(i)
	print " ]}"
}

# The words of the line from the n-th on.
function words(n,    text) {
	text = $0
	while (--n > 0)
		sub(/^[^ ]+ +/, "", text)
	return text
}

BEGIN { kinds = split(peers ? "spile bare stap bpftrace kfunc" : "spile bare", kind) }

FNR != NR && !/^#/ {
	script[++rows] = $1
	module[rows] = $2
	title[rows] = words(3)
}

FNR != NR { next }

$1 == "clock" { clock = $2; next }

$1 == "plain" {
	if (plain != "")
		drift = ($2 > plain ? $2 - plain : plain - $2) / calls
	if (plain == "" || $2 < plain)
		plain = $2
	next
}

$1 == "version" {
	versions = versions (versions ? ", " : "") $2 " " $3
	next
}

$1 == "failed" { failures[++failed] = words(2); next }

$1 == "missing" {
	reason[++reasons] = words(4)
	who[reasons] = $3 == "*" ? $2 : $2 " (" $3 ")"
	next
}

{
	least[$1, $2] = $3
	median[$1, $2] = $4
	hits[$1, $2] = $6
	if (spread($1, $2) > widest[$1])
		widest[$1] = spread($1, $2)
}

END {
	if (clock < 990000 || clock > 1010000) {
		printf "a million instructions took %d ns: this clock does not count them\n",
			clock > "/dev/stderr"
		exit 1
	}
	if (json)
		print_json()
	else
		print_table()
	for (i = 1; i <= failed; i++)
		print "failed: " failures[i] > "/dev/stderr"
	exit failed > 0
}
