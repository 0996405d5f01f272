# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes the table of hits, or JSON, of what hits-guest has measured (first file) and the rows that
# are wanted (second file, those of cases/list). The figure of a module is the least time of a round under
# it, less the least without a probe, divided by the calls. Exit status 1 if anything is missing,
# or if the guest's clock did not count instructions: then no figure means anything.

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

function column(kind, name) {
	return has(kind, name) ? sprintf("%9.1f", cost(kind, name)) : sprintf("%9s", "-")
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

function ratio(script, module) {
	if (!has("spile", script) || !has("bare", module) || cost("bare", module) <= 0)
		return "-"
	return sprintf("%.2f", cost("spile", script) / cost("bare", module))
}

function print_table(    i) {
	printf "Instructions for each call of getppid, above the %.1f without a probe\n", plain / calls
	printf "kernel %s, least of %d rounds of %d calls; a million instructions took %d ns\n\n",
		release, rounds, calls, clock
	printf "%-46s %9s %9s %7s\n", "case", "spile", "bare", "ratio"
	for (i = 1; i <= rows; i++)
		printf "%-46s %s %s %7s\n", title[i], column("spile", script[i]),
			column("bare", module[i]), ratio(script[i], module[i])
	printf "\nThe middle round lay at most %.1f instructions a call above the least;", widest
	printf " without a probe, first and last differ by %.2f.\n", drift
}

function print_json(    i, times) {
	printf "{\"unit\": \"instructions per call\", \"kernel\": %s, ", quoted(release)
	printf "\"calls\": %d, ", calls
	printf "\"rounds\": %d, \"nanoseconds_of_a_million\": %d, ", rounds, clock
	printf "\"without_probe\": %.3f, \"drift\": %.3f,\n \"cases\": [\n", plain / calls, drift
	for (i = 1; i <= rows; i++) {
		printf "  {\"case\": %s, \"script\": %s, \"module\": %s,\n", quoted(title[i]),
			quoted(script[i]), quoted(module[i])
		printf "   \"spile\": %s,\n   \"bare\": %s,\n", object("spile", script[i]),
			object("bare", module[i])
		times = ratio(script[i], module[i])
		printf "   \"ratio\": %s}%s\n", times == "-" ? "null" : times,
			i < rows ? "," : ""
	}
	print " ]}"
}

FNR == NR && $1 == "clock" { clock = $2 }

FNR == NR && $1 == "plain" {
	if (plain != "")
		drift = ($2 > plain ? $2 - plain : plain - $2) / calls
	if (plain == "" || $2 < plain)
		plain = $2
}

FNR == NR && ($1 == "spile" || $1 == "bare") {
	least[$1, $2] = $3
	median[$1, $2] = $4
	hits[$1, $2] = $6
	if (spread($1, $2) > widest)
		widest = spread($1, $2)
}

FNR == NR && $1 == "failed" { failures[++failed] = substr($0, 8) }

FNR != NR && !/^#/ {
	script[++rows] = $1
	module[rows] = $2
	title[rows] = $0
	sub(/^[^ ]+ +[^ ]+ +/, "", title[rows])
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
