#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What DWARF tells of a module of our own (subject/): functions, inlined copies, lines and labels,
# parameters and locals. The module writes down itself what it works with; each of the scripts has to
# have seen the same.

load common

# line MARK: of subject.c that ends with the comment "line: MARK".
line() {
	sed -n "/line: $1 /=" "$BATS_TEST_DIRNAME/subject/subject.c"
}

# A file like a module's, with 1200 inlined copies of a function.
many_copies() {
	{
		echo 'static inline __attribute__((always_inline)) void copied(void) { asm volatile("nop\n\tnop"); }'
		echo 'void calls(void) {'
		for _ in {1..1200}; do echo 'copied();'; done
		echo '}'
	} >"$modules/subject/many.c"
	gcc -g -O2 -c -o "$modules/subject/many.ko" "$modules/subject/many.c"
}

setup_file() {
	start_guest_tests
	described_module subject
	build_module entry -e '
	probe module("subject").function("subject_work") {
		printf("entry %d %u %u %u %d %d %x %u %u %s %d %u %d %d\n", $item->number, $item->low, $item->middle,
		       $item->high, $item->negative, $item->color, $item->whole, $item->second, $item->third,
		       kernel_string($item->name), $item->small[2], $item->grid[1][2], $item->next->number, $factor)
		printf("static %d %d\n", $subject_total, @var("subject_total@subject.c", "subject"))
		printf("counted %d %d\n", @var("subject_first", "subject"), @var("subject_counted@subject.c", "subject"))
		printf("function %x\n", $item->function)
	}
	probe module("subject").function("subject_work").return {
		printf("return %d %d %d\n", $return, $factor, @entry($item->number))
	}
	probe module("subject").function("subject_many@subject.c") {
		printf("many %d %d %d %d %u %u %u %x\n", $a, $b, $c, $d, $e, $f, $g, $h)
	}'
	build_module by_value -e '
	probe module("subject").function("subject_values") {
		printf("values %d %d %u %d %d %d\n", $pair->first, $pair->second, $pair->third, $between, $large->words[2],
		       $large->pair->second)
	}
	probe module("subject").function("subject_values").return {
		printf("kept %d %d %d\n", $pair->first, $pair->second, $large->words[2])
	}'
	build_module inlined -e '
	probe module("subject").function("subject_scaled").inline { printf("inlined %d %d\n", $item->number, $factor) }'
	build_module lines -e "
	probe module(\"subject\").statement(\"subject_scaled@subject.c:$(line scaled)\") { printf(\"scaled %d\n\", \$scaled) }
	probe module(\"subject\").statement(\"subject_work@subject.c:$(line sum)\") {
		printf(\"sum %d %d %d\n\", \$sum, \$i, \$doubled)
	}
	probe module(\"subject\").statement(\"subject_work@subject.c:$(line local)\") {
		printf(\"local %d %s %d\n\", \$local->number, kernel_string(\$local->name), \$local->next->number)
	}"
	build_module relative -e "
	probe module(\"subject\").statement(\"subject_work@subject.c+$(($(line sum) - $(line work)))\") {
		printf(\"sum %d %d %d\n\", \$sum, \$i, \$doubled)
	}"
	build_module wildcards -e '
	probe module("subject").function("subject_f*@subj*.c").return { printf("returned %d\n", $return) }
	probe module("subject").function("*work*").call { printf("%s\n", "parms " . $$parms) }'
	build_module assigned -g -e "
	probe module(\"subject\").statement(\"subject_scaled@subject.c:$(line scaled)\") {
		\$scaled += 1000
		printf(\"scaled %d\\n\", \$scaled)
	}"
	build_module label -e '
	probe module("subject").function("subject_work").label("done") { printf("label %d\n", $sum) }'
	build_module callee -e '
	probe module("subject").function("subject_work").callee("subject_function") { printf("callee %d\n", $value) }
	global others
	probe module("subject").function("subject_function") { others++ }
	probe end { printf("entered %d\n", others) }'
	build_module callee_return -e '
	probe module("subject").function("subject_work").callees.return { if (probefunc() == "subject_function") printf("%s", "") }
	probe module("subject").function("subject_work").callee("subject_function").return.maxactive(20) {
		printf("callee %d\n", $return - 1)
	}
	global all
	probe module("subject").function("subject_function").return { all++ }
	probe end { printf("returned %d\n", all) }'
	build_module places -e "
	global kept
	probe module(\"subject\").function(\"subject_work\") {
		kept = addr()
		printf(\"rdi %016x rsp %016x\n\", register(\"rdi\"), register(\"rsp\"))
		print_regs()
		print_backtrace_fileline()
	}
	probe module(\"subject\").statement(\"subject_work@subject.c:$(line sum)\") {
		printf(\"statement %s %s %d %s\n\", symfile(addr()), symline(addr()), symfileline(addr() + 1) == sprintf(\"0x%x\", addr() + 1),
		       symfileline(kept))
		exit()
	}
	probe end { println(\"end \", symline(kept), \" \", symfileline(16), \" \", usymname(17), usymdata(18), usymfileline(19)) }"
	many_copies
	guest '
	for script in entry by_value inlined lines relative wildcards assigned label callee callee_return places; do
		insmod subject/subject.ko
		record $script "$SPILERUN" -c "echo 3 >/sys/module/subject/parameters/run" $script.ko
		cat /sys/module/subject/parameters/record >$results/$script.record
		rmmod subject
	done'
}

# agrees NAME KIND...: the script's lines are the module's of these kinds, and in that order.
agrees() {
	local name=$1 kinds
	shift
	kinds=$(echo "$*" | tr ' ' '|')
	expect_status "$name" 0
	grep -E "^($kinds) " "$results/$name.record" >"$results/$name.expected"
	[ "$(wc -l <"$results/$name.expected")" -ge 3 ]
	diff -u "$results/$name.expected" "$results/$name.out"
}

@test "parameters at the entry, and after the return" {
	agrees entry entry static counted function return many
}

@test "members of structures passed by value" {
	agrees by_value values kept
}

@test "parameters of inlined copies" {
	agrees inlined inlined
}

@test "locals at lines, also of inlined code" {
	agrees lines scaled sum local
}

@test "locals at a line that is counted from the function's" {
	agrees relative sum
}

@test "returns and parameters of functions by wildcards" {
	agrees wildcards returned parms
}

@test "a register that is assigned to is what the code goes on with" {
	agrees assigned scaled
	! grep -qE '^scaled [0-9]{1,3}$' "$results/assigned.record"
}

@test "locals at a label" {
	agrees label label
}

@test "calls from one function only" {
	expect_line callee.out 'entered 6'
	sed -i '/^entered/d' "$results/callee.out"
	agrees callee callee
	expect_line callee_return.out 'returned 6'
	sed -i '/^returned/d' "$results/callee_return.out"
	agrees callee_return callee
}

# list POINT: what spile says of it.
list() {
	run "$SPILE" -r "$RELEASE" -l "$1"
}

@test "a module is bound to the build whose places it has, and says so once" {
	local id
	id=$(readelf -n "$modules/subject/subject.ko" | sed -n 's/.*Build ID: //p')
	[ "$(modinfo -F spile_build_id "$modules/lines.ko")" = "subject:$id" ]
}

@test "lists are in SystemTap's form" {
	list 'module("subject").function("subject_scaled@subject.c")'
	[[ $output == *'module("subject").function("subject_scaled@'*'subject.c:'*'")' ]]
	list 'module("subject").function("subject_once").callee("subject_w*")'
	[[ $output == 'module("subject").function("subject_once@'*'subject.c:'*'").callee("subject_work@'*'subject.c:'*'")' ]]
	list 'module("subject").function("subject_once").callees'
	[[ $output == *'.callee("subject_work@'* ]]
	[[ $output != *'.callees'* ]]
}

@test "E-no-statement: a line without code" {
	list 'module("subject").statement("subject_work@subject.c:1")'
	[ "$status" -eq 1 ]
	[[ $output == *'[E-no-statement]'* ]]
	[[ $output == *".nearest behind a statement takes"* ]]
	list 'module("subject").statement("subject_work@subject.c:1").nearest'
	[ "$status" -eq 0 ]
}

# refuses TEXT... SCRIPT: spile says all of these.
refuses() {
	local text
	run "$SPILE" -r "$RELEASE" -p2 -e "${*: -1}"
	[ "$status" -eq 1 ]
	for text in "${@:1:$#-1}"; do
		[[ $output == *"$text"* ]] || { echo "not said: $text"; echo "$output"; return 1; }
	done
}

@test "E-target-variable: variables of file scope" {
	refuses "module subject has no variable 'subject_totl' [E-target-variable]" "note: did you mean 'subject_total'?" \
		'probe begin { println(@var("subject_totl", "subject")) }'
	refuses "module subject has no variable 'subject_total' in a file 'object.c' [E-target-variable]" \
		"note: '@var(\"subject_total\")' looks for it in all files" \
		'probe begin { println(@var("subject_total@object.c", "subject")) }'
	refuses "'struct module' has no member 'nmae' [E-target-member]" "note: did you mean 'name'?" \
		'probe begin { println(@var("__this_module", "subject")->nmae) }'
	refuses "a whole 'struct module' is no value" 'probe begin { println(@var("__this_module", "subject")) }'
}

@test "W-inlined: too many copies come along" {
	run "$SPILE" -r "$RELEASE" -p2 -e 'probe module("many").function("c*") { println(1) }'
	[[ $output == *'1200 inlined copies of functions are left out [W-inlined]'* ]]
	list 'module("many").function("copied").inline'
	[ "$status" -eq 0 ]
}

@test "files and lines of what is probed, and the registers there" {
	local work sum rdi rsp
	work=$(line work) sum=$(line sum)
	expect_status places 0
	grep -qE "^statement ([^ ]*/)?subject\.c $sum 1 ([^ ]*/)?subject\.c:$work\$" "$results/places.out"
	grep -qxF "end $work 0x10 0x110x120x13" "$results/places.out"
	grep -qE "^ 0x[0-9a-f]+ : subject_work\+0x0/0x[0-9a-f]+ \[subject\] at ([^ ]*/)?subject\.c:$work\$" "$results/places.out"
	read -r _ rdi _ rsp <<<"$(grep -m 1 '^rdi ' "$results/places.out")"
	grep -qE "^RSI: [0-9a-f]{16}  RDI: $rdi  RBP: [0-9a-f]{16}  RSP: $rsp\$" "$results/places.out"
	[ "$(grep -cE '^(RIP|RAX|RSI|R8|R12): ' "$results/places.out")" = $((5 * $(grep -c '^rdi ' "$results/places.out"))) ] || {
		show places
		return 1
	}
}
