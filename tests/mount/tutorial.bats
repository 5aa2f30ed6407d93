# The examples, in bash and in dash: each script is run as a user runs it.

bats_require_minimum_version 1.5.0
load common

setup() {
	require_fuse
}

teardown_file() {
	for M in "$BATS_FILE_TMPDIR"/*/testnet; do
		BASE=$(dirname "$M")
		take_down
	done
}

walk() {
	new_paths
	mount_at -o data="$D${2:+,$2}"
	run "$1" "$ROOT/examples/tutorial.sh" "$M"
	[ "$status" = 0 ] || { echo "$output" | tail -n 20; return 1; }
	[[ "$output" == *"The tutorial is walked."* ]]
	grep -qx 'accountnum11' "$M/accounts/whaleaccnt11/votes"
	grep -q 'eosio.prods' "$M/accounts/eosio/permissions/active.json"
	grep -Eq '^[1-9]' "$M/accounts/accountnum33/balance"
	[ "$(tail -n 1 "$M/errors" | wc -l)" = 0 ]
}

@test "the tutorial, in bash" {
	walk bash
}

@test "the tutorial with the contracts' WebAssembly in place of their native twins" {
	walk dash twins=off
}

@test "the tutorial, in dash, then the other examples on its chain" {
	walk dash
	run -0 dash "$ROOT/examples/errors.sh" "$M"
	[ "$(grep -c '^\$ ' <<<"$output")" = 10 ]
	run -0 bash "$ROOT/examples/errors.sh" "$M"
	run -0 dash "$ROOT/examples/votes.sh" "$M"
	cmp "$M/accounts/accountnum23/votes" "$M/accounts/accountnum12/votes"
	run -0 dash "$ROOT/examples/watch-blocks.sh" "$M" 2
	[ "${#lines[@]}" = 2 ]
}

@test "start.sh boots a fresh chain, goes on with one that was begun, shows a booted one, and starts over when asked" {
	new_paths
	export XDG_DATA_HOME=$BASE
	D=$BASE/eosiofs/testnet
	mount_at
	echo 300 > "$M/boot/options/user-limit"
	echo wallet boot sys contracts > "$M/boot/run"
	run -0 dash "$ROOT/examples/start.sh" "$M" 3>&-
	[[ "$output" == *"mounted already"*"Booting"*"343 accounts, 10"*"Stop with: make stop MOUNT='$M'"* ]]
	[ "$(grep -c ' of the votes' <<<"$output")" = 5 ]
	run -0 dash "$ROOT/examples/votes.sh" "$M"
	[[ "$output" == *" accounts now vote as "* ]]
	run -0 dash "$ROOT/examples/errors.sh" "$M"
	[ "$(grep -c '^\$ ' <<<"$output")" = 10 ]
	"$EOSIOFS" --unmount "$M"
	run -0 dash "$ROOT/examples/start.sh" "$M" 3>&-
	[[ "$output" == *"Mounted at"*"booted already"*"343 accounts"* ]]
	# From its folder, and after the mount died.
	pid=$(mount_pid)
	kill -9 "$pid"
	wait_gone "$pid"
	cd "$BASE"
	run -0 dash "$ROOT/examples/start.sh" "testnet" 3>&-
	[[ "$output" == *"of a mount that died"*"Mounted at $M"*"booted already"*"343 accounts"* ]]
	run -0 dash "$ROOT/examples/start.sh" "./testnet/" 3>&-
	[[ "$output" == *"$M is mounted already"* ]]
	cd /
	FRESH=1 run -0 dash "$ROOT/examples/start.sh" "$M" 3>&-
	[[ "$output" == *"throwing away"*"Booting"*"3043 accounts"* ]]
}
