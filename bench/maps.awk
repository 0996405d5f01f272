# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes the table of maps, or JSON, of what the guest has said: "clock NANOSECONDS", then for each
# kind VALUE.KEY lines "KIND put|in SIZE NANOSECONDS" of a thousand accesses and "KIND memory KIB".
# Exit status 1 if anything is missing, or if the guest's clock did not count instructions.

function what(value, access) {
	if (access == "in")
		return "k in a"
	return value == "counter" ? "a[k]++" : value == "number" ? "a[k] = v" : "a[k] <<< v"
}

# The three arrays of the script have so many elements together.
function bytes(kind) {
	return (memory[kind] - memory["none.number"]) * 1024 / (10 + 1000 + 100000)
}

function has(kind, access,    i) {
	for (i = 1; i <= 3; i++)
		if (!((kind, access, sizes[i]) in taken))
			return 0
	return kind in memory
}

function cost(kind, access, i) {
	return taken[kind, access, sizes[i]] / 1000
}

function table_row(kind, value, key, access) {
	printf "%-12s %-8s %9.1f %9.1f %9.1f %10.1f\n", what(value, access), key,
		cost(kind, access, 1), cost(kind, access, 2), cost(kind, access, 3), bytes(kind)
}

function json_row(kind, value, key, access) {
	printf "%s\n  {\"access\": \"%s\", \"key\": \"%s\", \"instructions\": {\"10\": %.3f, \"1000\": %.3f, \"100000\": %.3f}, ",
		printed++ ? "," : "", what(value, access), key,
		cost(kind, access, 1), cost(kind, access, 2), cost(kind, access, 3)
	printf "\"bytes_per_element\": %.1f}", bytes(kind)
}

function row(value, key, access,    kind) {
	kind = value "." key
	if (!has(kind, access)) {
		print "failed: " what(value, access) ", key a " key > "/dev/stderr"
		failed = 1
	} else if (json)
		json_row(kind, value, key, access)
	else
		table_row(kind, value, key, access)
}

function rows(key) {
	row("counter", key, "put")
	row("number", key, "put")
	row("number", key, "in")
	row("statistic", key, "put")
}

BEGIN { split("10 1000 100000", sizes) }

$1 == "clock" { clock = $2 }

$2 == "memory" { memory[$1] = $3 }

$2 == "put" || $2 == "in" { taken[$1, $2, $3] = $4 }

END {
	if (clock < 990000 || clock > 1010000) {
		printf "a million instructions took %d ns: this clock does not count them\n",
			clock > "/dev/stderr"
		exit 1
	}
	if (json)
		printf "{\"unit\": \"instructions per access\", \"kernel\": \"%s\", \"cases\": [", release
	else {
		printf "Instructions for one access to an array of so many elements, and bytes of each\n"
		printf "kernel %s, least of 30 rounds of 1000 accesses, one CPU\n\n", release
		printf "%-12s %-8s %9s %9s %9s %10s\n", "access", "key", "10", "1000", "100000", "bytes"
	}
	rows("number")
	rows("string")
	if (json)
		print "\n ]}"
	exit failed
}
