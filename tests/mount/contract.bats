# Contracts of one's own on the mount: what they may take, what they print, how they fail.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	new_paths
	can_mount || return 0
	# (loop (br 0)) as apply
	printf '\0asm\1\0\0\0\1\7\1\140\3\176\176\176\0\3\2\1\0\7\11\1\5apply\0\0\12\11\1\7\0\3\100\14\0\13\13' > "$BASE/endless.wasm"
}

teardown_file() {
	take_down
}

setup() {
	require_fuse
}

teardown() {
	cd /
	! is_mounted || "$EOSIOFS" --unmount "$M"
	rm -rf "$D"
}

run_hello() {
	echo '[{"account":"hello","name":"go","authorization":[{"actor":"hello","permission":"active"}],"data":""}]' > push
}

@test "a contract without an end is ended, as the node's configuration says and as the chain does" {
	mount_at -o data="$D"
	cd "$M"
	mkdir accounts/hello
	cat "$BASE/endless.wasm" > accounts/hello/contract/code.wasm
	! run_hello
	tail -n 1 errors | grep -E 'EDQUOT: 3080004 .*executing for too long 3[0-9]+us reached node configured max-transaction-time 30000us'
	echo 'max-transaction-time = 200' >> nodes/eosio/config.ini
	echo +1s > chain/clock
	echo restart > nodes/eosio/state
	! run_hello
	tail -n 1 errors | grep -E 'EDQUOT: 3080004 .*executing for too long 9[0-9]+us reached on chain max_transaction_cpu_usage 90000us'
	# nothing of it was kept
	mkdir accounts/hello2
	[ -d accounts/hello2 ]
}

@test "with -o cpu=measured the time is billed, and the same after a kill" {
	mount_at -o data="$D",cpu=measured
	cd "$M"
	# counts to 200000
	printf '\0asm\1\0\0\0\1\7\1\140\3\176\176\176\0\3\2\1\0\7\11\1\5apply\0\0\12\27\1\25\1\1\177\3\100\40\3\101\1\152\42\3\101\300\232\14\111\15\0\13\13' > "$BASE/long.wasm"
	mkdir accounts/hello
	cat "$BASE/long.wasm" > accounts/hello/contract/code.wasm
	run_hello
	id=$(cat last_transaction)
	billed=$(jq .receipt.cpu_usage_us "transactions/$id.json")
	[ "$billed" -gt 100 ]
	cd /
	pid=$(mount_pid)
	kill -9 "$pid"
	wait_gone "$pid"
	mount_at -o data="$D"
	[ "$(jq .receipt.cpu_usage_us "$M/transactions/$id.json")" = "$billed" ]
	"$EOSIOFS" --unmount "$M"
	mount_at -o data="$D",verify
	[ "$(jq .receipt.cpu_usage_us "$M/transactions/$id.json")" = "$billed" ]
}
