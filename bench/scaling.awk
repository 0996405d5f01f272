# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes the table of scaling, or JSON, of what scaling-guest has measured (first file) and the rows
# that are wanted (second file, cases/scaling). Exit status 1 if anything is missing, or if a clock
# did not count instructions.

function cost(script, n) {
	return hit[script, n] - plain[n]
}

function share_skipped(script, n) {
	return ran[script, n] ? 100 * skipped[script, n] / ran[script, n] : 0
}

function print_table(    i, n, note) {
	printf "Instructions for each hit, on so many CPUs at once\n"
	printf "kernel %s, without a probe a call takes %.1f, %.1f and %.1f\n\n", release,
		plain[1], plain[2], plain[4]
	printf "%-46s %9s %9s %9s\n", "case", "1 CPU", "2 CPUs", "4 CPUs"
	for (i = 1; i <= rows; i++) {
		printf "%-46s %9.1f %9.1f %9.1f", title[i], cost(script[i], 1),
			cost(script[i], 2), cost(script[i], 4)
		if (share_skipped(script[i], 4) >= 0.01)
			printf "   (%.2f %% of hits skipped)", share_skipped(script[i], 4)
		print ""
	}
}

function object(script, n) {
	return sprintf("\"%d\": {\"instructions\": %.3f, \"hits\": %d, \"skipped\": %d}", n,
		       cost(script, n), ran[script, n], skipped[script, n])
}

function print_json(    i) {
	printf "{\"unit\": \"instructions per hit\", \"kernel\": \"%s\", \"cases\": [", release
	for (i = 1; i <= rows; i++)
		printf "%s\n  {\"case\": \"%s\", \"script\": \"%s\", \"cpus\": {%s, %s, %s}}",
			(i > 1 ? "," : ""), title[i], script[i], object(script[i], 1),
			object(script[i], 2), object(script[i], 4)
	print "\n ]}"
}

FNR == NR && $2 == "clock" && ($3 < 990000 || $3 > 1010000) { bad_clock = $3 }

FNR == NR && $2 == "plain" { plain[$1] = $3 }

FNR == NR && $2 == "hit" {
	hit[$3, $1] = $4
	ran[$3, $1] = $5
	skipped[$3, $1] = $6
}

FNR != NR && !/^#/ {
	script[++rows] = $1
	title[rows] = $0
	sub(/^[^ ]+ +/, "", title[rows])
}

END {
	for (i = 1; i <= rows; i++)
		for (n = 1; n <= 4; n *= 2)
			if (ran[script[i], n] == 0) {
				print "failed: " script[i] " on " n " CPUs" > "/dev/stderr"
				failed = 1
			}
	if (bad_clock) {
		printf "a million instructions took %d ns: this clock does not count them\n",
			bad_clock > "/dev/stderr"
		exit 1
	}
	if (json)
		print_json()
	else
		print_table()
	exit failed
}
