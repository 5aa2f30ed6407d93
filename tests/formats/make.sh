#!/bin/sh
# Makes the small data folder that tests/mount/formats.bats keeps of a format: sh make.sh EOSIOFS OUT.tar.gz
# A chain with a token and four accounts; two producers, each with a node of its own, cut off from each
# other, so that the blocks of both branches are reversible; killed with transfers in the journal of its
# last block.
set -e
program=$1
out=$(realpath "$2")
base=$(mktemp -d)
public=EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV
private=5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3
mkdir "$base/testnet"
clean_up() {
	[ ! -f errors ] || tail -n 1 errors >&2
	cd /
	"$program" --unmount "$base/testnet" 2>/dev/null || umount -l "$base/testnet" 2>/dev/null || :
	rm -rf --one-file-system "$base"
}
trap clean_up EXIT
"$program" -o http=off,data="$base/data" "$base/testnet"
cd "$base/testnet"
for name in eosio.token alice bob carol dora; do
	mkdir "accounts/$name"
done
echo eosio.token > accounts/eosio.token/contract/install
echo '["eosio", "1000000.0000 SYS"]' > accounts/eosio.token/actions/create
echo '["eosio", "1000.0000 SYS", ""] -p eosio' > accounts/eosio.token/actions/issue
echo 'alice 100.0000 SYS' > accounts/eosio/transfer
echo mine > wallet/new_key
echo 30 > boot/options/user-limit
echo skip +1h > chain/clock
echo PREACTIVATE_FEATURE > chain/features
echo eosio.boot > accounts/eosio/contract/install
echo WTMSIG_BLOCK_SIGNATURES > chain/features
echo eosio.bios > accounts/eosio/contract/install
for name in carol dora; do
	mkdir nodes/$name
	printf 'producer-name = %s\nsignature-provider = %s=KEY:%s\nenable-stale-production = true\np2p-peer-address = eosio\n' \
		$name $public $private > nodes/$name/config.ini
	echo start > nodes/$name/state
done
jq -cn --arg key $public \
	'{schedule: (["carol", "dora"] | map({producer_name: ., authority: ["block_signing_authority_v0", {threshold: 1, keys: [{key: $key, weight: 1}]}]}))}' \
	> accounts/eosio/actions/setprods
echo +30s > chain/clock
# node eosio sees carol's blocks only
echo > nodes/dora/peers
echo +60s > chain/clock
# Some in blocks of one branch
for amount in 1 2; do
	echo "bob $amount.0000 SYS" > accounts/alice/transfer
done
echo +5s > chain/clock
# One after another until a kill finds some of them in the journal.
for amount in 3 4 5; do
	echo "bob $amount.0000 SYS" > accounts/alice/transfer
done
head -n 1 nodes/*/head nodes/*/lib
cd /
kill -9 "$(cat "$base/data/lock")"
ls "$base/data/journal" | grep -q . || { echo 'the block was sealed just then: try again' >&2; exit 1; }
tar -C "$base/data" -czf "$out" .
