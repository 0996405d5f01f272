# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes the table of passes, or JSON, of the samples that passes has taken, lines of
#
#	NAME PASS MICROSECONDS
#	NAME PASS failed REASON...
#
# in milliseconds: least, median and most of each name and pass, in the order of appearance, and
# the median's ratio to that of the bare build. Exit status 1 if anything of ours failed.

# Puts `time` in its place among the sorted times of `row`.
function insert(row, time,    at) {
	for (at = count[row]++; at > 0 && times[row, at] > time; at--)
		times[row, at + 1] = times[row, at]
	times[row, at + 1] = time
}

function median(row) {
	return times[row, int((count[row] + 1) / 2)]
}

function ratio(row) {
	if (!(bare in count) || !median(bare))
		return "-"
	return sprintf("%.3f", median(row) / median(bare))
}

function print_table(    i, row, part) {
	printf "Processor time, user and system, in milliseconds; runs: %d\n", runs
	printf "kernel %s; ratio: the median to that of the bare build\n\n", release
	printf "%-28s %-10s %8s %8s %8s %7s\n", "script", "pass", "least", "median", "most", "ratio"
	for (i = 1; i <= rows; i++) {
		row = order[i]
		split(row, part)
		if (row in reason)
			printf "%-28s %-10s failed: %s\n", part[1], part[2], reason[row]
		else
			printf "%-28s %-10s %8.1f %8.1f %8.1f %7s\n", part[1], part[2],
				times[row, 1] / 1000, median(row) / 1000,
				times[row, count[row]] / 1000, ratio(row)
	}
}

function object(row,    part, times_bare) {
	split(row, part)
	if (row in reason)
		return sprintf("{\"script\": \"%s\", \"pass\": \"%s\", \"failed\": true}", part[1], part[2])
	times_bare = ratio(row)
	return sprintf("{\"script\": \"%s\", \"pass\": \"%s\", \"least\": %.3f, \"median\": %.3f, " \
		       "\"most\": %.3f, \"ratio\": %s}", part[1], part[2], times[row, 1] / 1000,
		       median(row) / 1000, times[row, count[row]] / 1000,
		       times_bare == "-" ? "null" : times_bare)
}

function print_json(    i) {
	printf "{\"unit\": \"milliseconds of processor time\", \"kernel\": \"%s\", ", release
	printf "\"runs\": %d,\n \"passes\": [\n", runs
	for (i = 1; i <= rows; i++)
		printf "  %s%s\n", object(order[i]), i < rows ? "," : ""
	print " ]}"
}

{
	row = $1 " " $2
	if (!(row in seen)) {
		seen[row] = 1
		order[++rows] = row
	}
}

$2 == "kbuild" { bare = row }

$3 == "failed" {
	failed = failed || $1 != "stap"
	reason[row] = $0
	sub(/^[^ ]+ [^ ]+ failed /, "", reason[row])
	next
}

{ insert(row, $3 + 0) }

END {
	if (json)
		print_json()
	else
		print_table()
	exit failed
}
