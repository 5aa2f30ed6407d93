# kill -9 between and during writes: after each new mount every acknowledged write is there, and none happened twice.
# CRASH_ROUNDS says how often (20); three writers are at work each time.

bats_require_minimum_version 1.5.0
load common

WRITERS=3

setup_file() {
	new_paths
	can_mount || return 0
	mount_at -o data="$D"
	boot
	mkfifo "$BASE/acknowledged"
}

teardown_file() {
	take_down
}

units() {
	tr -dc 0-9 <"$M/accounts/carol1111111/balance" | sed 's/^0*//'
}

# Transfers 0.0001 SYS until one fails; says each success.
writer() {
	while (echo "carol1111111 0.0001 SYS" > "$M/accounts/alice1111111/transfer") 2>/dev/null; do
		echo done
	done > "$BASE/acknowledged"
}

one_round() {
	local before pid acknowledged=0 limit=$1 after
	before=$(units)
	pid=$(mount_pid)
	for _ in $(seq $WRITERS); do
		writer 3>&- &
	done
	while read -r _; do
		acknowledged=$((acknowledged + 1))
		[ "$acknowledged" = "$limit" ] && kill -9 "$pid"
	done < "$BASE/acknowledged"
	wait
	wait_gone "$pid"
	mount_at -o data="$D" 2>"$BASE/stderr" || { cat "$BASE/stderr"; return 1; }
	after=$(units)
	[ $((after - before)) -ge "$acknowledged" ] && [ $((after - before)) -le $((acknowledged + WRITERS)) ] || {
		echo "$acknowledged acknowledged, $((after - before)) there"
		return 1
	}
}

@test "every acknowledged write survives kill -9" {
	require_fuse
	for round in $(seq "${CRASH_ROUNDS:-20}"); do
		one_round $((RANDOM % 40 + 1)) || { echo "round $round"; false; }
	done
}
