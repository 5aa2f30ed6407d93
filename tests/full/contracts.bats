# Contracts that others built, by EOSIO's contract development toolkit: eosio.token 1.7.0 and eosio.system
# 1.9.0, as npm's @klevoya/hydra has them.

bats_require_minimum_version 1.5.0
load ../mount/common

BATS_TEST_TIMEOUT=120
CONTRACTS=${BUILD:-$ROOT/build}/npm/klevoya-hydra-1.3.0/lib/templates/contracts

setup() {
	require_fuse
	[ -d "$CONTRACTS" ] || skip "npm has not given @klevoya/hydra ($CONTRACTS is not there)"
	new_paths
}

teardown() {
	take_down
}

@test "a chain boots with the token and the system contract of others, and goes on after a kill" {
	(cd "$CONTRACTS" && sha256sum -c) <<-'END'
		83e79b55b9b1129403edcf72592639950e21e2ff0bf68d528a167ca0cf2f9657  eosio.system/eosio.system-v1.9.0.wasm
		057d4fd96c95324462ea7b12e15d414e27bff873fcfc6198a6b90d8b9f90d43b  eosio.token/eosio.token-v1.7.0.wasm
	END
	mount_at -o data="$D"
	cd "$M"
	echo PREACTIVATE_FEATURE > chain/features
	echo eosio.boot > accounts/eosio/contract/install
	for feature in $(awk '{print $NF}' chain/features); do
		[ "$feature" = PREACTIVATE_FEATURE ] || echo "$feature" > chain/features
	done
	for name in bpay msig names ram ramfee rex saving stake token vpay; do
		mkdir "accounts/eosio.$name"
	done
	echo "$CONTRACTS/eosio.token" > accounts/eosio.token/contract/install
	echo '["eosio", "10000000000.0000 SYS"]' > accounts/eosio.token/actions/create
	echo '["eosio", "1000000000.0000 SYS", ""] -p eosio' > accounts/eosio.token/actions/issue
	echo "$CONTRACTS/eosio.system" > accounts/eosio/contract/install
	echo '[0, "4,SYS"]' > accounts/eosio/actions/init
	for name in alice bob producer1111; do
		echo "$(account \
			$name) --transfer --stake-net '1000.0000 SYS' --stake-cpu '100000000.0000 SYS' --buy-ram-kbytes 64" > create_account
		echo "$(account $name) 1000.0000 SYS" > accounts/eosio/transfer
	done
	[ "$(cat accounts/eosio/contract/hash)" \
		= 83e79b55b9b1129403edcf72592639950e21e2ff0bf68d528a167ca0cf2f9657 ]
	[ "$(cat accounts/eosio.token/contract/hash)" \
		= 057d4fd96c95324462ea7b12e15d414e27bff873fcfc6198a6b90d8b9f90d43b ]
	in_shells 'echo "bob111111111 1.0000 SYS hello" > accounts/alice1111111/transfer'
	[ "$(cat accounts/bob111111111/balance)" = '1002.0000 SYS' ]
	echo '+10.0000 SYS +20.0000 SYS' > accounts/bob111111111/stake
	[ "$(cat accounts/bob111111111/stake)" = '1010.0000 SYS 100000020.0000 SYS' ]
	echo +8192 > accounts/bob111111111/ram
	mkdir producers/producer1111
	refused ECANCELED 'overdrawn balance' \
		'echo "bob111111111 100000.0000 SYS" > accounts/alice1111111/transfer'
	for voter in alice bob; do
		echo producer1111 > accounts/$(account $voter)/votes
	done
	echo +10m > chain/clock
	echo 'skip +25h' > chain/clock
	grep -q producing producers/producer1111/status
	echo claim > producers/producer1111/rewards
	cat accounts/producer1111/balance accounts/eosio.*/balance producers/producer1111/votes > "$BASE/before"
	cd /
	pid=$(mount_pid)
	kill -9 "$pid"
	wait_gone "$pid"
	mount_at -o data="$D",verify
	cd "$M"
	cat accounts/producer1111/balance accounts/eosio.*/balance producers/producer1111/votes |
		diff "$BASE/before" -
}
