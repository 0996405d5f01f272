#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Honest losses: whatever the rate, lines printed and lines reported lost are together the lines
# that were sent, for each CPU and each probe, and what is printed is whole and in order. sender.c
# makes the calls; each line says which call it is for, and holds as many letters as it asked for.

load common

build_scripts() {
	cat >"$modules/lines.stp" <<'END'
global letters = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
probe kernel.trace("sys_enter") {
	if ($id == 110 && execname() == "sender")
		printf("%d %d %d %s.\n", $regs->si, $regs->di, $regs->dx, substr(letters, 0, $regs->dx))
}
END
	cat >"$modules/pairs.stp" <<'END'
probe kernel.trace("sys_enter") { if ($id == 110 && execname() == "sender") printf("enter %d\n", $regs->di) }
probe kernel.trace("sys_exit") { if ($regs->orig_ax == 110 && execname() == "sender") printf("exit %d\n", $regs->di) }
END
	cat >"$modules/pieces.stp" <<'END'
probe kernel.trace("sys_enter") {
	if ($id == 110 && execname() == "sender") {
		printf("%d ", $regs->si)
		printf("%d ", $regs->di)
		println("end")
	}
}
END
	local script
	for script in lines pairs pieces; do
		build_module $script --suppress-time-limits -g "$script.stp"
	done
}

setup_file() {
	start_guest_tests
	gcc -O1 -static -Wall -Wextra -o "$modules/sender" "$BATS_TEST_DIRNAME/sender.c"
	build_scripts
	# Sends with the reader stopped: as if it were that slow.
	cat >"$modules/stopped.sh" <<'END'
kill -STOP $PPID
./sender "$@"
kill -CONT $PPID
END
	guest '
# session NAME MODULE COMMAND [OPTION...]
session() {
	session_name=$1 session_module=$2 session_command=$3
	shift 3
	record "$session_name" $SPILERUN -c "$session_command" "$@" $session_module.ko $parameters
}
both_lengths() {
	cpus=$1
	for length in fixed variable; do
		parameters=
		session "$cpus slow $length" lines "./sender $cpus 1000 2000 $length"
		session "$cpus quick $length" lines "./sender $cpus 10000 10000 $length"
		session "$cpus fastest $length" lines "./sender $cpus 0 40000 $length"
		parameters=buffer_kb=32
		session "$cpus small $length" lines "./sender $cpus 0 20000 $length"
		session "$cpus stopped $length" lines "sh stopped.sh $cpus 0 5000 $length"
	done
	parameters=
	session "$cpus large stopped" lines "sh stopped.sh $cpus 0 40000 variable" -s 8
}
both_lengths 2
parameters=buffer_kb=32
session pairs pairs "sh stopped.sh 2 0 5000 fixed"
parameters=
session turns lines "./sender turns 3000"
session pieces pieces "./sender 2 5000 5000 fixed"
echo 0 >/sys/devices/system/cpu/cpu1/online
both_lengths 1
# A CPU that comes while the session runs.
echo "echo 1 >/sys/devices/system/cpu/cpu1/online; ./sender 2 1000 500 fixed" >/tmp/late.sh
session late lines "sh /tmp/late.sh"
'
}

# lost NAME: records reported lost in the summary, 0 without one.
lost() {
	local number
	number=$(number_of "$1.err" '^WARNING: \([0-9]*\) records* lost: .*')
	echo "${number:-0}"
}

# lost_on NAME CPU: those of them that this CPU lost.
lost_on() {
	local number
	number=$(number_of "$1.err" "^WARNING: [0-9]* records* lost: .*[;,] \([0-9]*\) on CPU $2\(,.*\)*\$")
	echo "${number:-0}"
}

# gaps NAME: records that are marked as lost where they are missing.
gaps() {
	awk '/^WARNING: [0-9]+ records? (was|were) lost here$/ { sum += $2 } END { print sum + 0 }' "$results/$1.err"
}

# whole NAME: each line is "CPU NUMBER LENGTH LETTERS.", numbers of a CPU ascend; prints their count.
whole() {
	awk 'NF != 4 || length($4) != $3 + 1 || $4 !~ /^[a-z]*\.$/ || $2 <= last[$1] {
		print "line " NR ": " $0 >"/dev/stderr"
		exit failed = 1
	}
	{ last[$1] = $2 }
	END { if (!failed) print NR; exit failed }' "$results/$1.out"
}

# adds_up NAME CPUS SENT: of what each CPU sent, printed and lost are all; the marks say the same.
adds_up() {
	local printed lost cpu
	expect_status "$1" 0
	printed=$(whole "$1")
	lost=$(lost "$1")
	[ $((printed + lost)) -eq $(($2 * $3)) ] && [ "$(gaps "$1")" -eq "$lost" ] || {
		echo "$1: $printed printed, $lost lost, $(gaps "$1") marked, of $(($2 * $3))"
		show "$1"
		return 1
	}
	for cpu in $(seq 0 $(($2 - 1))); do
		printed=$(grep -c "^$cpu " "$results/$1.out" || true)
		lost=$(lost_on "$1" "$cpu")
		[ $((printed + lost)) -eq "$3" ] || {
			echo "$1: $printed printed, $lost lost on CPU $cpu of $3"
			show "$1"
			return 1
		}
	done
}

# all_add_up KIND SENT: for one and two CPUs that send so much each, with both kinds of lines.
all_add_up() {
	local cpus length
	for cpus in 1 2; do
		for length in fixed variable; do
			adds_up "$cpus $1 $length" "$cpus" "$2"
		done
	done
}

@test "a thousand lines a second: none is lost" {
	local name
	all_add_up slow 2000
	for name in "1 slow fixed" "1 slow variable" "2 slow fixed" "2 slow variable"; do
		same "" "$results/$name.err"
	done
}

@test "ten thousand lines a second: printed and lost are all" {
	all_add_up quick 10000
}

@test "lines as fast as they can be sent: printed and lost are all" {
	all_add_up fastest 40000
}

@test "the same with the smallest buffers" {
	all_add_up small 20000
}

@test "ten times what fits: printed and lost are all" {
	local cpus length
	all_add_up stopped 5000
	for cpus in 1 2; do
		for length in fixed variable; do
			between "$(lost "$cpus stopped $length")" $((cpus * 4400)) $((cpus * 4900))
		done
	done
}

@test "-s makes room" {
	adds_up "1 large stopped" 1 40000
	adds_up "2 large stopped" 2 40000
	[ "$(lost "1 large stopped")" -eq 0 ]
	[ "$(lost "2 large stopped")" -eq 0 ]
}

@test "losses are told by probe, and add up for each" {
	local probe lost printed sum=0
	expect_status pairs 0
	for probe in enter exit; do
		printed=$(grep -cE "^$probe [0-9]+\$" "$results/pairs.out")
		lost=$(number_of pairs.err "^WARNING: .* \([0-9]*\) by probe kernel.trace(\"sys_$probe\").*")
		[ $((printed + lost)) -eq 10000 ] || {
			echo "$probe: $printed printed, $lost lost"
			show pairs
			return 1
		}
		sum=$((sum + lost))
	done
	[ "$(lost pairs)" -eq "$sum" ]
	[ "$(gaps pairs)" -eq "$sum" ]
	! grep -vE '^(enter|exit) [0-9]+$' "$results/pairs.out"
}

@test "what happened one after the other on two CPUs is printed so" {
	adds_up turns 2 1500
	cut -d' ' -f2 "$results/turns.out" | sort -c -n -u
	[ "$(cut -d' ' -f1 "$results/turns.out" | sort -u | wc -l)" -eq 2 ]
}

@test "pieces of a line stay together" {
	expect_status pieces 0
	same "" "$results/pieces.err"
	[ "$(grep -cE '^[01] [0-9]+ end$' "$results/pieces.out")" -eq 10000 ]
	[ "$(wc -l <"$results/pieces.out")" -eq 10000 ]
}

@test "a CPU that comes during the session is heard" {
	adds_up late 2 500
}
