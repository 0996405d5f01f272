#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Random programs do in the machine what the reference interpreter says (tests/random/run). The
# programs of the seeds listed there are always the same ones.

load common

setup_file() {
	start_guest_tests
	command -v python3 >/dev/null || skip "python3 is missing; run: tools/setup check"
	export random_folder=$BATS_FILE_TMPDIR/random
}

@test "random programs print what they must" {
	"$TOP/tests/random/run" --folder "$random_folder"
}

# With the outputs that are there already.
@test "a wrong rule in the reference interpreter is noticed" {
	[ -e "$random_folder/random_1.out" ] || "$TOP/tests/random/run" --folder "$random_folder" || true
	run "$TOP/tests/random/run" --folder "$random_folder" --again --plant
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *" units differ"* ]]
	[[ $output != *" 0 units differ"* ]]
}
