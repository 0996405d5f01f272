# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a script of this folder has to say: the same computed here, from the numbers of the calls,
# one after the other. Called by exact.bats with the script's name, the number of CPUs, and the
# calls made on each; the order of the lines does not matter.

function bucket_of_log(v,    k) {
	if (v == 0)
		return 64
	for (k = 0; (v < 0 ? -v : v) >= 2 ^ k; k++)
		continue
	return v < 0 ? 64 - k : 64 + k
}

# Adds a value to what is kept of statistic `name`.
function add(name, v) {
	if (!(name in count) || v < least[name])
		least[name] = v
	if (!(name in count) || v > most[name])
		most[name] = v
	count[name]++
	sum[name] += v
}

function show(array, title,    k) {
	for (k in array)
		print title, k, array[k]
}

function counters(    v, i, name) {
	for (v = 0; v < total; v++) {
		add("all", v)
		log_bucket[bucket_of_log(v - 1000)]++
		i = v % 1000
		linear[i < 100 ? 0 : i > 899 ? 17 : 1 + int((i - 100) / 50)]++
		by_key[v % 1009]++
		by_cpu[int(v / calls) " " v % 13] += v
		by_name["name " v % 50]--
		by_three[v % 3 " " v % 4 " " v % 5]++
		add("of_key " v % 97, v)
		name = "of_name name " v % 19
		add(name, v % 100)
		buckets[name, 1 + int(v % 100 / 10)]++
	}
	print "n", total
	print "down", -total
	print "sum", 5 + sum["all"]
	print "negative", -sum["all"]
	print "all", total, sum["all"], 0, total - 1, int(sum["all"] / total),
		int(total * (total + 1) / 12)
	show(log_bucket, "shifted")
	for (i = 0; i < 18; i++)
		print "remainder", i, linear[i] + 0
	show(by_key, "by_key")
	show(by_cpu, "by_cpu")
	show(by_name, "by_name")
	show(by_three, "by_three")
	for (name in count) {
		if (name ~ /^of_key/)
			print name, count[name], sum[name], least[name], most[name]
		if (name ~ /^of_name/) {
			print name, count[name], sum[name]
			for (i = 0; i < 12; i++)
				print name, "bucket", i, buckets[name, i] + 0
		}
	}
}

function taken(    all) {
	all = total * (total - 1) / 2
	print "taken", total
	print "taken_sum", all
	print "taken_key", total
	print "taken_two", all
	print "taken_of_key", total
	print "taken_of_sum", all
	print "taken_all", total, total / 8
	print "taken_name", total
	print "taken_alone", total
	print "all", total, all
	print "backwards", 0
}

function emptied() {
	print "taken", total
	print "taken_key", total * (total - 1) / 2
	print "taken_name", total
	print "taken_texts", total
}

function pairs() {
	print "n", total
	print "m", total
	print "x", total
	print "y", -total
	print "torn", 0
	print "x_torn", 0
	print "wrong", 0
}

function leaving() {
	print "n", total
	print "x", total - int((total + 2) / 3)
	print "y", int(total / 3)
	print "caught", int((total + 1) / 3)
	print "wrong", 0
}

# Exclusive or of 0 to n.
function parity(n) {
	return n % 4 == 0 ? n : n % 4 == 1 ? 1 : n % 4 == 2 ? n + 1 : 0
}

function plain(    v) {
	for (v = 0; v < total; v++) {
		by_key[v % 101]++
		by_name["name " v % 50 " " v % 3] += v
	}
	print "least", 0
	print "most", total - 1
	print "x", total
	print "sum", total * (total - 1) / 2
	print "parity", parity(total - 1)
	print "ones", int((total + 1) / 2)
	print "strange", 0
	print "turn", total % 2 ? "the other one, which is longer" : "one of the two texts"
	show(by_key, "by_key")
	show(by_name, "by_name")
}

function wrap(    i) {
	for (i = 1; i <= 64; i++)
		print "recent", i
	for (i = 1; i <= 40; i++)
		print "named", i
	for (i = 1; i <= 10; i++)
		print "queue", i
	print "serial", total
	print "hot", 50, 1
	print "lost", 0
}

function across(    v) {
	for (v = 0; v < total; v++)
		counted[v % 101] += 3
	print "x", 3 * total
	print "n", 3 * total
	show(counted, "counted")
	show(counted, "accumulated")
}

function functions(    cpu) {
	for (cpu = 0; cpu < cpus; cpu++)
		counted[cpu] = 3 * calls
	print "x", 3 * total
	print "n", 3 * total
	show(counted, "counted")
	show(counted, "accumulated")
}

function interrupts() {
	print "calls", total
	print "x_calls", total
	print "n", 0
	print "s", 0
	print "by_cpu", 0
	print "x", 0
	print "x_by_cpu", 0
}

function grows() {
	print "grown 25000 times", 2 * cpus
	print "named 25000 times", 4 * cpus
	print "of_key 25000 times", 2 * cpus, 1
	print "rest", 0
}

function alone(    v, i) {
	for (i = 0; i < 10; i++) {
		by_key[i] = 100 * i - (i == 3)
		add("of_key " i, -1)
	}
	for (v = 0; v < total; v++) {
		by_key[v % 10]++
		add("of_key " v % 10, 1)
	}
	print "n", 7 + total
	print "x", 1000 + total
	print "s", 1 + total, 50 + total * (total - 1) / 2
	print "blind", 0
	show(by_key, "by_key")
	for (i in count)
		print i, count[i], sum[i]
}

BEGIN {
	OFMT = CONVFMT = "%.0f"
	total = cpus * calls
	if (script == "counters") counters()
	if (script == "taken") taken()
	if (script == "emptied") emptied()
	if (script == "leaving") leaving()
	if (script == "pairs") pairs()
	if (script == "plain") plain()
	if (script == "wrap") wrap()
	if (script == "across") across()
	if (script == "functions") functions()
	if (script == "interrupts") interrupts()
	if (script == "grows") grows()
	if (script == "alone") alone()
}
