# Two mounts of one chain, its own and one attached over HTTP, read the same file by file.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	new_paths
	can_mount || return 0
	mount_at -o memory
	boot
	echo producer1111 producer2222 > "$M/accounts/alice1111111/votes"
	echo 'bob111111111 3.0000 SYS 2.0000 SYS' > "$M/accounts/alice1111111/delegations"
	echo 'eosio.token transfer active' > "$M/accounts/alice1111111/links"
	echo '{"threshold": 1, "keys": [], "accounts": [{"permission": {"actor": "bob111111111", "permission": "active"}, "weight": 1}], "waits": []}' \
		> "$M/accounts/alice1111111/permissions/extra.json"
	echo 1 > "$M/accounts/carol1111111/is_proxy"
	echo carol1111111 > "$M/accounts/bob111111111/proxy"
	# an ABI that says another type of keys than all tables have
	jq '(.tables[] | select(.name == "stat")).index_type = "i128"' "$M/accounts/eosio.token/contract/abi.json" \
		> "$BASE/token.abi"
	cat "$BASE/token.abi" > "$M/accounts/eosio.token/contract/abi.json"
	# enough votes for elected producers, who earn something; the other mount can sign for them
	for producer in producer1111 producer2222; do
		jq -r '.keys[0].key' "$M/accounts/eosio/permissions/active.json" > "$M/producers/$producer/key"
	done
	echo "whale1111111 --transfer --stake-net '100000000.0000 SYS' --stake-cpu '100000000.0000 SYS'" \
		> "$M/create_account"
	echo producer1111 > "$M/accounts/whale1111111/votes"
	clock +3m
	grep -q 'would pay [1-9]' "$M/producers/producer1111/rewards"
}

setup() {
	require_fuse
}

teardown_file() {
	take_down
}

# What this mount keeps for itself, and what says what time it is now or needs more than a node tells.
files() {
	(cd "$1" && find chain accounts producers contracts proposals blocks ! -type d \
		! -path 'chain/clock' ! -path 'chain/network.svg' ! -path 'blocks/*' \
		! -path '*/history*' ! -name missed ! -path 'producers/*/node' ! -path 'producers/*/status' | sort)
}

@test "the same names are there" {
	diff <(files "$SERVING") <(files "$M")
	diff <(ls "$SERVING/blocks") <(ls "$M/blocks")
}

@test "every file reads the same" {
	different=0
	for file in $(files "$SERVING"); do
		if [ -L "$SERVING/$file" ]; then
			[ "$(readlink "$SERVING/$file")" = "$(readlink "$M/$file")" ]
		else
			cmp -s "$SERVING/$file" "$M/$file"
		fi || {
			echo "$file" && diff "$SERVING/$file" "$M/$file" | head -n 6
			different=$((different + 1))
		}
	done
	[ "$different" = 0 ]
}

@test "blocks read the same, but for the traces that a node may not keep" {
	for block in $(ls "$SERVING/blocks" | tail -n 20); do
		cmp <(jq 'del(.traces)' "$SERVING/blocks/$block") <(jq 'del(.traces)' "$M/blocks/$block")
	done
}
