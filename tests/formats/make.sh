#!/bin/sh
# Makes the small data folder that tests/mount/formats.bats keeps of a format: sh make.sh EOSIOFS OUT.tar.gz
# A chain with a token and four accounts, killed with transfers in the journal of its last block.
set -e
program=$1
out=$(realpath "$2")
base=$(mktemp -d)
mkdir "$base/testnet"
clean_up() {
	cd /
	"$program" --unmount "$base/testnet" 2>/dev/null || umount -l "$base/testnet" 2>/dev/null || :
	rm -rf --one-file-system "$base"
}
trap clean_up EXIT
"$program" -o data="$base/data" "$base/testnet"
cd "$base/testnet"
for name in eosio.token alice bob carol; do
	mkdir "accounts/$name"
done
echo eosio.token > accounts/eosio.token/contract/install
echo '["eosio", "1000000.0000 SYS"]' > accounts/eosio.token/actions/create
echo '["eosio", "1000.0000 SYS", ""] -p eosio' > accounts/eosio.token/actions/issue
echo 'alice 100.0000 SYS' > accounts/eosio/transfer
echo mine > wallet/new_key
echo 30 > boot/options/user-limit
echo skip +1h > chain/clock
# One after another until a kill finds some of them in the journal.
for amount in 1 2 3 4 5; do
	echo "bob $amount.0000 SYS" > accounts/alice/transfer
done
cd /
kill -9 "$(cat "$base/data/lock")"
ls "$base/data/journal" | grep -q . || { echo 'the block was sealed just then: try again' >&2; exit 1; }
tar -C "$base/data" -czf "$out" .
