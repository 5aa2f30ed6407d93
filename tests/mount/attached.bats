# A mount attached to another one's chain over HTTP (-o url): it shows the same, writes there, and says what
# is wrong.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	new_paths
	can_mount || return 0
	mount_at -o memory,http=127.0.0.1:0
	boot
	export SERVING=$M URL
	URL=$(served "$SERVING")
	attach
}

setup() {
	require_fuse
	cd "$M"
}

teardown_file() {
	take_down
}

# attach [OPTIONS…]: a new M attached to URL, its wallet unlocked and filled with alice's key.
attach() {
	M=$BASE/attached
	mkdir -p "$M"
	"$EOSIOFS" -o "memory,url=$URL" "$@" "$M" 3>&- 4>&- </dev/null
	echo unlock memory > "$M/wallet/state"
	import alice1111111
}

# import LABEL: a key of the serving mount's wallet into M's.
import() {
	local key
	key=$(cat "$SERVING/wallet/labels/$1")
	echo memory > "$SERVING/wallet/reveal"
	cat "$SERVING/wallet/private/$key" > "$M/wallet/import"
}

@test "it shows the chain of the other mount: accounts, producers, tables, ABIs" {
	[ "$(cat chain/id)" = "$(cat "$SERVING/chain/id")" ]
	diff <(ls accounts) <(ls "$SERVING/accounts")
	diff <(ls producers) <(ls "$SERVING/producers")
	for file in accounts/alice1111111/{info.json,balance,stake,ram,permissions/active.json} \
		accounts/eosio/contract/abi.json \
		accounts/eosio.token/contract/hash accounts/eosio/tables/producers/eosio.jsonl \
		accounts/eosio.token/actions/transfer producers/producer1111/key \
		chain/supply chain/ranking chain/stake_activated chain/features chain/params.json; do
		cmp "$file" "$SERVING/$file"
	done
}

@test "a proxy for other machines is not asked for this one" {
	mkdir "$BASE/direct"
	http_proxy=http://127.0.0.1:9 "$EOSIOFS" -o "memory,url=$URL" "$BASE/direct" 3>&- 4>&- </dev/null
	[ "$(cat "$BASE/direct/chain/id")" = "$(cat chain/id)" ]
	"$EOSIOFS" --unmount "$BASE/direct"
}

@test "a name and a password in the address go to the node alone" {
	mkdir "$BASE/named"
	http_proxy=http://127.0.0.1:9 "$EOSIOFS" -o "memory,url=${URL/:\/\//://someone:secret@}" "$BASE/named" 3>&- 4>&- </dev/null
	[ "$(cat "$BASE/named/chain/id")" = "$(cat chain/id)" ]
	[ "$(cat "$BASE/named/nodes/eosio/endpoints")" = "$(cat nodes/eosio/endpoints)" ]
	! cat "$BASE/named/chain/clock" 2>/dev/null || false
	! grep secret "$BASE/named/errors" || false
	! grep -aq secret "/proc/$(mount_pid "$BASE/named")/cmdline" || false
	"$EOSIOFS" --unmount "$BASE/named"
	run ! "$EOSIOFS" -o "memory,url=http://someone:secret@127.0.0.1:1" "$BASE/named"
	[[ "$output" == *"http://127.0.0.1:1 cannot be reached"* ]]
	run ! "$EOSIOFS" -o "memory,url=http://someone:half@secret@127.0.0.1:1" "$BASE/named"
	[[ "$output" == *"the node at http://127.0.0.1:1"* && "$output" != *secret* ]]
}

@test "a transfer happens once, is in a block when its write returns, and both mounts show it" {
	run cat accounts/bob111111111/balance "$SERVING/accounts/bob111111111/balance"
	[ "$output" = $'1000.0000 SYS\n1000.0000 SYS' ]
	echo "bob111111111 1.0000 SYS over http" > accounts/alice1111111/transfer
	[ "$(cat accounts/bob111111111/balance)" = "1001.0000 SYS" ]
	[ "$(cat "$SERVING/accounts/bob111111111/balance")" = "1001.0000 SYS" ]
	[[ "$(jq -r ".transactions[].trx.id" "blocks/$(jq .block_num "$SERVING/transactions/$(cat \
		last_transaction).json").json")" == *"$(cat last_transaction)"* ]]
	cmp "transactions/$(cat last_transaction).json" "$SERVING/transactions/$(cat last_transaction).json"
	[[ "$(cat log)" == *"eosio.token <= eosio.token::transfer"* ]]
}

@test "the balances of a token's contract that was met here" {
	echo tokens111111 --buy-ram-kbytes 400 > "$SERVING/create_account"
	echo eosio.token > "$SERVING/accounts/tokens111111/contract/install"
	echo '["alice1111111", "10.00 GEM"]' > "$SERVING/accounts/tokens111111/actions/create"
	echo '["alice1111111", "3.00 GEM", ""] -p alice1111111' > "$SERVING/accounts/tokens111111/actions/issue"
	cat accounts/tokens111111/actions/transfer
	cmp accounts/alice1111111/balance "$SERVING/accounts/alice1111111/balance"
	echo 'bob111111111 1.00 GEM@tokens111111' > accounts/alice1111111/transfer
	[ "$(sed -n '$p' accounts/bob111111111/balance)" = "1.00 GEM@tokens111111" ]
}

@test "what others' transactions did, as far as the node tells" {
	echo "bob111111111 0.0001 SYS not from here" > "$SERVING/accounts/alice1111111/transfer"
	trace=transactions/$(cat "$SERVING/last_transaction").json
	echo "bob111111111 0.0001 SYS and one from here" > accounts/alice1111111/transfer # both are in blocks
	for part in '.id, .block_num, .block_time, .receipt' \
		'[.. | .action_traces?, .inline_traces? | values | .[] | {receiver, act}] | unique'; do
		diff <(jq "$part" "$trace") <(jq "$part" "$SERVING/$trace")
	done
	jq -e '[.action_traces[].receipt.global_sequence] | . == sort and length == 3' "$trace"
	block=blocks/$(jq .block_num "$trace").json
	diff <(jq '.traces[].id' "$block") <(jq '.traces[].id' "$SERVING/$block")
}

@test "a node without traces: the block's receipt, or the line that would help" {
	local own=$BASE/untraced other=$BASE/other M=$BASE/other
	mkdir "$own" "$other"
	"$EOSIOFS" -o memory,http=127.0.0.1:0,clock=manual "$own" 3>&- 4>&- </dev/null
	for line in '' 'transaction-finality-status-max-storage-size-gb = 1'; do
		{ sed /trace/d "$own/nodes/eosio/config.ini" && echo "$line"; } > "$BASE/config.ini"
		cat "$BASE/config.ini" > "$own/nodes/eosio/config.ini"
		echo restart > "$own/nodes/eosio/state"
		mkdir "$own/accounts/user${line:+1}"
		id=$(cat "$own/last_transaction")
		"$EOSIOFS" -o "memory,url=$(served "$own")" "$other" 3>&- 4>&- </dev/null
		if [ -n "$line" ]; then
			run jq -r '.id, .receipt.status, .receipt.trx.transaction.actions[].name, .no_traces' \
				"$other/transactions/$id.json"
			[[ "$output" == "$id"$'\nexecuted\nnewaccount\n'*trace_api_plugin* ]]
		else
			run ! cat "$other/transactions/$id.json"
			says EOPNOTSUPP 'plugin = eosio::trace_api_plugin` in its config.ini would help'
		fi
		[ "$(jq -r '.transactions[].trx.id, .traces' "$other/blocks/head.json")" = "$id"$'\n'null ]
		"$EOSIOFS" --unmount "$other"
	done
	"$EOSIOFS" --unmount "$own"
}

@test "what the chain refuses keeps its errno and its sentence" {
	run ! bash -c 'echo "bob111111111 9999.0000 SYS" > accounts/alice1111111/transfer'
	says ECANCELED "overdrawn balance"
	run ! bash -c 'echo "nosuchname11 1.0000 SYS" > accounts/alice1111111/transfer'
	says ENOENT "no such account: nosuchname11"
	run ! bash -c 'echo "alice1111111 1.0000 SYS" > accounts/bob111111111/transfer'
	says EACCES "write its private half into wallet/import"
	run ! cat accounts/nosuchname11/balance
	[[ "$output" == *"No such file"* ]]
}

@test "every file of the tree can be read, and looked at" {
	ls -lR . > "$BASE/list"
	find . -type f ! -name output.log -exec cat {} + > "$BASE/contents"
	[ "$(cat wallet/state)" = unlocked ]
}

@test "the wallet starts locked" {
	echo lock > wallet/state
	run ! bash -c 'echo "bob111111111 1.0000 SYS" > accounts/alice1111111/transfer'
	says EPERM "Wallet is locked"
	echo unlock memory > wallet/state
}

@test "what a node does not tell over HTTP is not listed, and says so when it is named" {
	[ ! -e chain/clock ]
	[ ! -e at ]
	run ls chain nodes/eosio
	[[ "$output" != *clock* && "$output" != *state* && "$output" == *endpoints* ]]
	run ! cat chain/clock
	says EOPNOTSUPP "does not tell or do this over HTTP"
	for path in chain/clock at/ at/BLOCK/ accounts/ACCOUNT/history.jsonl nodes/NODE/state; do
		grep -Eq "^$path +absent +" README
		! grep -Eq "^$path +absent +" "$SERVING/README" || false
	done
	run ! cat "$SERVING/nodes/eosio/pid"
	tail -n 1 "$SERVING/errors" | grep 'EOPNOTSUPP: .*-o nodeos=PATH'
	run ! bash -c 'echo 1 > wallet/impersonate'
	says EOPNOTSUPP "checks signatures"
}

@test "a chain that is put back: accounts that it has no more are not listed" {
	mkdir "$SERVING/snapshots/before"
	bash -c 'mkdir "$SERVING/accounts/gonebash1111"'
	echo +5s > "$SERVING/chain/clock"
	dash -c 'mkdir "$SERVING/accounts/gonedash1111"'
	sync .
	[ -d accounts/gonebash1111 ] && [ -d accounts/gonedash1111 ] # the first one irreversibly
	echo before > "$SERVING/snapshots/restore"
	echo +10s > "$SERVING/chain/clock" # beyond the block that had them
	sync .
	diff <(ls accounts) <(ls "$SERVING/accounts")
	[ ! -e accounts/gonebash1111 ]
}

@test "without a node: at the start, and when it goes away while it is mounted" {
	mkdir -p "$BASE/none"
	run ! "$EOSIOFS" -o "memory,url=http://127.0.0.1:1" "$BASE/none"
	[[ "$output" == *"the node at http://127.0.0.1:1 cannot be reached"* ]]
	run ! "$EOSIOFS" -o "memory,url=ftp://127.0.0.1" "$BASE/none"
	[[ "$output" == *"no http:// or https:// address"* ]]
	run ! "$EOSIOFS" -o "memory,url=$URL,wait=soon" "$BASE/none"
	[[ "$output" == *"accepted, block or irreversible"* ]]
	run ! "$EOSIOFS" -o "memory,url=${URL/127.0.0.1/tunnel.localhost}" "$BASE/none"
	[[ "$output" == *"wants to be asked at its own address"*'`http-validate-host = false` in its config.ini'* ]]
	for option in verify http=127.0.0.1:0 p2p=on page=off clock=manual peer=127.0.0.1:9876; do
		run ! "$EOSIOFS" -o "memory,url=$URL,$option" "$BASE/none"
		[[ "$output" == *"-o ${option%%=*} is for a chain of one's own"* ]]
	done
	"$EOSIOFS" --unmount "$SERVING"
	until run cat accounts/alice1111111/cpu && [ "$status" -ne 0 ]; do :; done
	says EHOSTUNREACH "cannot be reached"
	run ! ls accounts/neverseen111
	[[ "$output" != *"No such file"* ]]
}
