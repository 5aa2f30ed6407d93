# Old data folders: one of each format that this program ever wrote opens, with all that was acknowledged in
# it. tests/formats/make.sh makes them.

bats_require_minimum_version 1.5.0
load common

setup() {
	new_paths
	require_fuse
}

teardown() {
	take_down
}

# Nodes carol and dora have made chains of their own; node eosio, that of carol, has what was acknowledged.
# They find together again.
forked() {
	cd "$M"
	[ "$(echo $(ls nodes))" = 'carol dora eosio' ]
	[ "$(cat nodes/*/state | uniq -c | tr -d ' \n')" = 3running ]
	[ "$(cat chain/producer nodes/*/view/chain/producer | tr '\n' ' ')" = 'carol carol dora carol ' ]
	echo eosio > nodes/dora/peers
	echo +60s > chain/clock
	until [ "$(cat nodes/eosio/head)" = "$(cat nodes/dora/head)" ]; do :; done
	# dora's has more that is irreversible: what expired since this was kept cannot be applied again, and
	# is told of
	[ "$(grep -c 'acknowledged by node carol, was thrown out with block [0-9]* .* expired' errors)" = 5 ]
	cd /
}

@test "a data folder of every format opens, with all that was acknowledged" {
	newest=$(mount_at -o data="$BASE/new" && sed 's/eosiofs //' "$BASE/new/format" &&
		"$EOSIOFS" --unmount "$M")
	for ((format = 1; format <= newest; format++)); do
		echo "format $format"
		[ -f "$ROOT/tests/formats/$format.tar.gz" ] # one is kept
		rm -rf "$D"
		mkdir -m 700 "$D"
		tar -C "$D" --no-same-owner -xzf "$ROOT/tests/formats/$format.tar.gz"
		run -0 mount_at -o data="$D"
		# the first one's contracts do nothing by themselves
		[[ "$output" == *"the contracts of eosio.token were installed by an eosiofs without WebAssembly"* ]] \
			|| [ "$format" -gt 1 ]
		grep -q 'contracts of eosio.token .*contracts-update' "$M/boot/run" || [ "$format" -gt 1 ]
		grep -q 'contracts of eosio.token .*contracts-update' "$M/nodes/eosio/stderr" || [ "$format" -gt 1 ]
		[ -z "$output" ] || [[ "$output" == *"rebuilding the state from"* ||
			"$output" == *"open to no peers of other processes"* || "$output" == *contracts-update* ]]
		[ "$(cat "$M/accounts/alice/balance" "$M/accounts/bob/balance" |
			tr '\n' ' ')" = '85.0000 SYS 15.0000 SYS ' ]
		[ "$(cat "$M/wallet/state" "$M/boot/options/user-limit" | tr '\n' ' ')" = 'unlocked 30 ' ]
		ls "$M/wallet/keys" | grep -q "$(cat "$M/wallet/labels/mine")"
		[ "$format" = 1 ] || forked
		echo 'carol 1.0000 SYS' > "$M/accounts/alice/transfer"
		"$EOSIOFS" --unmount "$M"
		run -0 mount_at -o data="$D",verify
		[[ "$output" == *"verified: "* ]]
		[ "$(cat "$M/accounts/carol/balance")" = '1.0000 SYS' ]
		echo contracts-update > "$M/boot/run"
		! grep -q 'contracts of ' "$M/boot/run" || false
		cmp "$M/accounts/eosio.token/contract/code.wasm" "$M/contracts/eosio.token/eosio.token.wasm"
		echo 'carol 1.0000 SYS' > "$M/accounts/alice/transfer"
		"$EOSIOFS" --unmount "$M"
		run -0 mount_at -o data="$D",verify,twins=off
		[[ "$output" != *contracts-update* ]]
		[ "$(cat "$M/accounts/carol/balance")" = '2.0000 SYS' ]
		"$EOSIOFS" --unmount "$M"
	done
}

@test "a newer one is refused and left alone" {
	mount_at -o data="$D"
	"$EOSIOFS" --unmount "$M"
	echo 'eosiofs 999999' > "$D/format"
	find "$D" -type f -exec md5sum {} + | sort > "$BASE/before"
	run -1 mount_at -o data="$D"
	[[ "$output" == *"has format 999999, this program knows up to"*"use the newer program"* ]]
	find "$D" -type f -exec md5sum {} + | sort | diff "$BASE/before" -
}
