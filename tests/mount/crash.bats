# kill -9 between and during writes, while blocks are sealed, the clock jumps and the mount starts
# (tests/crash/crash.c): after each new start every acknowledged write is there, and none happened twice.
# `make crash` does 200 rounds of the same; CRASH_SEED repeats one.

bats_require_minimum_version 1.5.0
load common

@test "every acknowledged write survives kill -9" {
	require_fuse
	TMPDIR=$BATS_FILE_TMPDIR run -0 "$BUILD/tests/crash/crash" "$EOSIOFS" "$ROOT/examples/tutorial.sh" \
		"$ROOT/tests/crash/network.sh" "${CRASH_ROUNDS:-20}" $CRASH_SEED 3>&-
	[[ "$output" == *"lost acknowledged writes: 0" ]]
}
