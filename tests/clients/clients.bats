# Real clients, from npm, against the HTTP API: each reads, creates an account, transfers, votes, and gets
# its typed error.

bats_require_minimum_version 1.5.0
load ../mount/common

PACKAGES=${BUILD:-$BATS_TEST_DIRNAME/../../build}/clients/node_modules

setup_file() {
	new_paths
	can_mount && [ -d "$PACKAGES" ] || return 0
	mount_at -o memory,http=127.0.0.1:0
	boot
	echo memory > "$M/wallet/reveal"
	PUBLIC=$(jq -r '.keys[0].key' "$M/accounts/alice1111111/permissions/active.json")
	KEY=$(cat "$M/wallet/private/$PUBLIC")
	export PUBLIC KEY
}

teardown_file() {
	take_down
}

setup() {
	require_fuse
	command -v node >/dev/null || skip "node is not there (make test FULL=1 installs it)"
	[ -d "$PACKAGES" ] || skip "the clients are not there (make test FULL=1 installs them from npm)"
}

# client NAME NEW: a program of this folder, which creates the account NEW.
client() {
	URL=$(sed -n 's#^http \([0-9.:]*\)$#http://\1#p' "$M/nodes/eosio/endpoints") \
		CHAIN_ID=$(cat "$M/chain/id") ACTOR=alice1111111 OTHER=bob111111111 NEW=$2 NODE_PATH=$PACKAGES \
		timeout 100 node "$BATS_TEST_DIRNAME/$1.js"
	[ "$(cat "$M/accounts/$2/permissions/owner.json" | jq .threshold)" = 1 ]
}

@test "@wharfkit/antelope" {
	client antelope clientaaaaaa
}

@test "@wharfkit/session with its private-key wallet plugin, @wharfkit/contract" {
	client session clientbbbbbb
}

@test "eosjs" {
	client eosjs clientcccccc
}

@test "enf-eosjs" {
	client enf-eosjs clientdddddd
}

@test "@greymass/eosio" {
	client greymass clienteeeeee
}
