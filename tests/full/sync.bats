# A fresh process takes over a chain of a hundred thousand blocks from another one, and follows it.

bats_require_minimum_version 1.5.0
load ../mount/common

setup() {
	require_fuse
	new_paths
}

teardown() {
	take_down
}

# Waits until a command succeeds, three minutes at most.
await() {
	local left=1800
	until "$@"; do
		[ $((left -= 1)) -gt 0 ] || { echo "never: $*" >&2; return 1; }
		read -rt 0.1 <> <(:) || :
	done
}

@test "a chain that began 14 hours ago, of a hundred thousand blocks, is synced from block 1 on" {
	A=$BASE/a B=$BASE/b
	mkdir "$A" "$B"
	"$EOSIOFS" -o http=off,memory "$B" 3>&- 4>&- </dev/null
	jq --arg at "$(date -u -d '14 hours ago' +%FT%T.000)" '.initial_timestamp = $at' "$B/chain/genesis.json" \
		> "$BASE/genesis.json"
	"$EOSIOFS" --unmount "$B"
	run -0 "$EOSIOFS" -o http=off,p2p=on,data="$BASE/da",genesis="$BASE/genesis.json" "$A" 3>&- 4>&- </dev/null
	[[ "$output" == *'chain time is 5040'[0-9]' s behind real time'* ]]
	echo now > "$A/chain/clock"
	[ "$(cat "$A/chain/head")" -gt 100000 ]
	peer=$(sed -n 's/^p2p \([0-9.:]*\) (open)$/\1/p' "$A/nodes/eosio/endpoints")
	"$EOSIOFS" -o http=off,data="$BASE/db",genesis="$BASE/genesis.json",peer="$peer" "$B" 3>&- 4>&- </dev/null
	await eval '[ "$(cat "$B/chain/lib")" -gt 100000 ]'
	[ "$(jq -r .id "$A/blocks/100000.json")" = "$(jq -r .id "$B/blocks/100000.json")" ]
	last=$(cat "$A/chain/head")
	await eval '[ "$(cat "$B/chain/head")" -gt "$last" ]'
}
