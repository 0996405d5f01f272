#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Parameters of which nothing is left but what their registers held when the function was entered, in a
# module of our own (entered/): kept by a probe at the entry, for the handlers of lines further on. The
# module has a copy of each in `kept`, so a handler can say whether its value is right.

load common

# line MARK: of entered.c that ends with the comment "line: MARK".
line() {
	sed -n "/line: $1 /=" "$BATS_TEST_DIRNAME/entered/entered.c"
}

# at FUNCTION MARK: the point.
at() {
	echo "module(\"entered\").statement(\"$1@entered.c:$(line "$2")\")"
}

# Of sleeping threads: how many values were right, and that none was wrong.
woken() {
	echo "global right, wrong
	probe $(at entered_sleeping woken) { if (\$number == \$kept) right++; else wrong++ }
	probe end { printf(\"right %d wrong %d\n\", right, wrong) }"
}

setup_file() {
	start_guest_tests
	described_module entered
	build_module values -e "
	probe $(at entered_plain plain) { printf(\"plain %d %d %d %d %d\n\", \$number, \$kept, \$other, \$kept_other, \$sum) }
	probe $(at entered_inner inlined) { printf(\"inner %d\n\", \$value) }
	probe $(at entered_deep deep) { printf(\"deep %d %d\n\", \$number, \$kept) }"
	build_module returning -e "
	global returned
	probe $(at entered_deep deep) { printf(\"deep %d %d\n\", \$number, \$kept) }
	probe module(\"entered\").function(\"entered_deep\").return { returned++ }
	probe end { printf(\"returned %d\n\", returned) }"
	build_module untraced -e "
	probe $(at entered_untraced untraced) { printf(\"untraced %d %d\n\", \$number, \$kept) }"
	build_module caught -e "
	probe $(at entered_untraced untraced) { try { println(\$number) } catch (why) { println(why) } }"
	build_module sleeping -e "$(woken)"
	build_module few -D MAXENTERED=8 -e "$(woken)"
	"$SPILE" -v -r "$RELEASE" -p3 -e "
	probe $(at entered_plain plain) { println(\$number, \$other, \$sum) }
	probe $(at entered_inner inlined) { println(\$value) }
	probe $(at entered_deep deep) { println(\$number) }
	probe $(at entered_untraced untraced) { println(\$number) }
	probe $(at entered_sleeping woken) { println(\$number) }" >"$results/all.c" 2>"$results/all.err"
	guest '
	p=/sys/module/entered/parameters
	insmod entered/entered.ko
	for script in values returning untraced caught; do
		record $script "$SPILERUN" -v -c "echo 3 >$p/run" $script.ko
	done
	echo 5 >$p/sleepers
	record sleeping "$SPILERUN" -c "echo 40 >$p/sleepers; echo 1 >$p/release; echo 7 >$p/sleepers; echo 1 >$p/release" sleeping.ko
	record few "$SPILERUN" -c "echo 100 >$p/sleepers; echo 1 >$p/release" few.ko
	rmmod entered'
}

@test "nothing but the entry tells what the parameters were" {
	local function
	for function in plain outer deep untraced sleeping; do
		grep -q "rt_entered_value(.*rdi at the entry of entered_$function " "$results/all.c"
		expect_line all.err "Added: a probe that keeps entry values of module(\"entered\").function(\"entered_$function\")"
	done
	grep -q 'rt_entered_value(.*rsi at the entry of entered_plain ' "$results/all.c"
}

@test "parameters, what is computed of them, and parameters of inlined copies" {
	expect_status values 0
	same "$(for i in 0 1 2; do
		echo "plain $((1000 + i)) $((1000 + i)) $((-5000000000 - i)) $((-5000000000 - i)) $((1008 + i))"
		echo "inner $((2000 + i))"
		printf 'deep %d %d\n' 1 1 2 2 3 3 4 4 5 5
	done)" "$results/values.out"
	expect_line values.err '6 points attached: 0 by ftrace, 6 by kprobe; 0 refused by the kernel'
	! grep -q -e WARNING -e 'entry values' "$results/values.err"
}

@test "each call of a function that calls itself has its own, also where its return is probed" {
	expect_status returning 0
	same "$(for i in 0 1 2; do printf 'deep %d %d\n' 1 1 2 2 3 3 4 4 5 5; done; echo 'returned 15')" "$results/returning.out"
	! grep -q WARNING "$results/returning.err"
}

@test "an entry that may be passed more than once in a call is not believed" {
	expect_status untraced 0
	same "" "$results/untraced.out"
	grep -q 'WARNING: cannot attach entry values of module("entered").function("entered_untraced")' "$results/untraced.err"
	grep -q 'WARNING: 3 hits of probe .* given up at .*: unknown call of entered_untraced: its entry could not be probed' \
		"$results/untraced.err"
	same "$(for i in 0 1 2; do echo 'unknown call of entered_untraced: its entry could not be probed'; done)" \
		"$results/caught.out"
}

@test "calls from before the session are unknown, those of many tasks at once are told apart" {
	expect_status sleeping 0
	same 'right 47 wrong 0' "$results/sleeping.out"
	grep -q 'WARNING: 5 hits of probe .*: unknown call of entered_sleeping: it began before the session' "$results/sleeping.err"
}

@test "MAXENTERED: the oldest calls make room, and are unknown then" {
	local right
	expect_status few 0
	right=$(number_of few.out 'right \(.*\) wrong 0')
	between "$right" 1 8
	grep -q "WARNING: $((100 - right)) hits of probe .*: unknown call of entered_sleeping: it began before the session, or was forgotten" \
		"$results/few.err"
}
