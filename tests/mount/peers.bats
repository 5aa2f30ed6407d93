# Two processes on two data folders, connected by nodeos's peer-to-peer protocol: one chain.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	new_paths
	export A=$BASE/a B=$BASE/b
	export PUBLIC=EOS8mUftJXepGzdQ2TaCduNuSPAfXJHf22uex4u41ab1EVv9EAhWt \
		PRIVATE=5K7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUnSyFGgwHi8Uy61wU1o
	can_mount || return 0
	mkdir "$A" "$B"
	"$EOSIOFS" -o http=127.0.0.1:0,data="$BASE/da" "$A" 3>&- 4>&- </dev/null
}

teardown_file() {
	take_down
}

setup() {
	require_fuse
}

# Waits until a command succeeds, a minute at most; then the nodes' logs tell why it does not.
await() {
	local left=1200
	until "$@"; do
		[ $((left -= 1)) -gt 0 ] || {
			echo "never: $*" >&2
			tail -n 8 "$A/nodes/eosio/stderr" "$B/nodes/eosio/stderr" >&2
			return 1
		}
		read -rt 0.05 <> <(:) || :
	done
}

# has FILE WORDS: a line of the file has them.
has() {
	grep -q -- "$2" "$1"
}

# same FILE: it reads the same in both mounts.
same() {
	[ "$(cat "$A/$1")" = "$(cat "$B/$1")" ]
}

# listens MOUNT: where its node eosio does.
listens() {
	sed -n 's/^p2p \([0-9.:]*\) (open)$/\1/p' "$1/nodes/eosio/endpoints"
}

@test "nothing listens until config.ini asks for it; endpoints says where" {
	grep -qx 'p2p 127.0.0.1:9876' "$A/nodes/eosio/endpoints"
	(cat "$A/nodes/eosio/config.ini" && printf \
		'p2p-listen-endpoint = 127.0.0.1:0\nplugin = eosio::net_api_plugin\n') > "$BASE/config.ini"
	cat "$BASE/config.ini" > "$A/nodes/eosio/config.ini"
	[ -z "$(listens "$A")" ]
	echo restart > "$A/nodes/eosio/state"
}

@test "only at real time: until then endpoints and stderr say why not" {
	(M=$A boot)
	grep -q '^p2p 127.0.0.1:0 (not open: chain time is [0-9]* s behind real time' "$A/nodes/eosio/endpoints"
	has "$A/nodes/eosio/stderr" \
		'chain time is [0-9]* s behind real time, which peers of other processes go by'
	# two producers take over, whose keys both are here
	echo "$PRIVATE" > "$A/wallet/import"
	echo "$PUBLIC" > "$A/producers/producer2222/key"
	echo 'alice1111111 100000000.0000 SYS 100000000.0000 SYS --transfer' >> "$A/accounts/eosio/delegations"
	echo producer1111 producer2222 > "$A/accounts/alice1111111/votes"
	echo now > "$A/chain/clock"
	[ "$(jq -r '[.active.producers[].producer_name] | join(" ")' "$A/chain/schedule.json")" \
		= 'producer1111 producer2222' ]
	[[ "$(listens "$A")" =~ ^127\.0\.0\.1:[1-9][0-9]*$ ]]
}

@test "a fresh mount joins by a genesis and a peer, syncs from block 1, follows" {
	cat "$A/chain/genesis.json" > "$BASE/genesis.json"
	"$EOSIOFS" -o http=off,data="$BASE/db",genesis="$BASE/genesis.json",peer="$(listens "$A")" "$B" 3>&- \
		4>&- </dev/null
	await test -e "$B/producers/producer2222"
	[ "$(cat "$A/chain/id")" = "$(cat "$B/chain/id")" ]
	has "$B/nodes/eosio/stderr" 'requesting range 2 to '
	await has "$B/nodes/eosio/stderr" 'Received block .* signed by producer'
	has "$A/nodes/eosio/stderr" 'Accepted new connection: 127.0.0.1'
	[ "$(cat "$B/nodes/eosio/peers")" = "$(listens "$A")" ]
	[ -z "$(cat "$B/nodes/eosio/producers")" ]
	# nodeos's net API shows it, too
	url=$(sed -n 's#^http \([0-9.:]*\)$#http://\1#p' "$A/nodes/eosio/endpoints")
	curl -s "$url/v1/net/connections" | jq -e --arg id "$(cat "$A/chain/id")" \
		'length == 1 and .[0].connecting == false and .[0].last_handshake.chain_id == $id and .[0].last_handshake.network_version == 1212'
	diff <(ls "$A/accounts") <(ls "$B/accounts")
	diff "$A/accounts/alice1111111/permissions/active.json" "$B/accounts/alice1111111/permissions/active.json"
	same accounts/eosio/contract/hash
}

@test "a transaction written into one is in the other's chain, both ways" {
	echo 'bob111111111 1.0000 SYS there' > "$A/accounts/alice1111111/transfer"
	await has "$B/accounts/bob111111111/balance" '^1001.0000 SYS'
	echo 'alice1111111 0.0001 SYS and back' > "$B/accounts/eosio/transfer"
	[ "$(cat "$B/accounts/alice1111111/balance")" = '999.0001 SYS' ]
	await has "$A/accounts/alice1111111/balance" '^999.0001 SYS'
	await test -e "$A/transactions/$(cat "$B/last_transaction").json"
}

# The other one has it and makes no block with it yet.
@test "what one that follows acknowledged is not lost when it is restarted before any block has it" {
	kill -STOP "$(mount_pid "$A")"
	echo 'carol1111111 0.0001 SYS waits' > "$B/accounts/eosio/transfer"
	id=$(cat "$B/last_transaction")
	echo restart > "$B/nodes/eosio/state"
	kill -CONT "$(mount_pid "$A")"
	await test -e "$A/transactions/$id.json"
	await has "$B/accounts/carol1111111/balance" '^1000.0001 SYS'
	! grep "$id" "$B/errors" || false
}

# The producer's process stands still and is killed then, so that what the other one told it is lost.
@test "what one that follows acknowledged is told again to the producer's next process" {
	kill -STOP "$(mount_pid "$A")"
	echo 'carol1111111 0.0003 SYS again' > "$B/accounts/eosio/transfer"
	id=$(cat "$B/last_transaction")
	kill -KILL "$(mount_pid "$A")"
	"$EOSIOFS" -o http=127.0.0.1:0,data="$BASE/da" "$A" 3>&- 4>&- </dev/null
	listens "$A" > "$B/nodes/eosio/peers"
	await test -e "$A/transactions/$id.json"
	! grep "$id" "$B/errors" || false
}

# The other process as well.
@test "what one that follows acknowledged outlives a kill before any block has it" {
	kill -STOP "$(mount_pid "$A")"
	echo 'carol1111111 0.0002 SYS kept' > "$B/accounts/eosio/transfer"
	id=$(cat "$B/last_transaction")
	kill -KILL "$(mount_pid "$B")" "$(mount_pid "$A")"
	"$EOSIOFS" -o http=127.0.0.1:0,data="$BASE/da" "$A" 3>&- 4>&- </dev/null
	"$EOSIOFS" -o http=off,data="$BASE/db",peer="$(listens "$A")" "$B" 3>&- 4>&- </dev/null 2>> "$BASE/stderr"
	await test -e "$A/transactions/$id.json"
	await eval '[ -z "$(ls "$BASE/db/journal")" ]'
	! grep "$id" "$B/errors" || false
}

# It shares no code with the program.
@test "a client written from the specification pulls the chain from block 1 on and follows it" {
	perl "$BATS_TEST_DIRNAME/peer_client.pl" "$(listens "$A")" "$(cat "$A/chain/id")" 8 > "$BASE/blocks"
	last=$(tail -n 1 "$BASE/blocks")
	[ "$(wc -l < "$BASE/blocks")" = "${last%% *}" ]
	[ "$(awk '{ print $2 }' <<<"$last")" = "$(jq -r .id "$A/blocks/${last%% *}.json")" ]
	[ "$(awk '$1 == 2 { print $2 }' "$BASE/blocks")" = "$(jq -r .id "$B/blocks/2.json")" ]
}

@test "strangers are turned away with a reason, and the others hear nothing of it" {
	coproc perl "$BATS_TEST_DIRNAME/peer_stranger.pl" "$(listens "$A")"
	for expected in 'cut short: closed' 'no length: closed' 'too long: closed' 'two ids: closed' \
		'unknown kind: closed' \
		'another chain: told to go away, reason 3' 'more than may connect: turned away'; do
		read -r line <&"${COPROC[0]}"
		[ "$line" = "$expected" ]
	done
	# while they are there the other mount follows
	head=$(cat "$A/chain/head")
	await eval '[ "$(cat "$B/chain/head")" -gt "$((head + 2))" ]'
	eval "exec ${COPROC[1]}>&-"
	has "$A/nodes/eosio/stderr" 'incoming message length unexpected (0)'
	has "$A/nodes/eosio/stderr" 'incoming message length unexpected (8388609)'
	has "$A/nodes/eosio/stderr" 'Exception in handling message: '
	has "$A/nodes/eosio/stderr" 'Invalid notice_message, known_blocks.ids.size 2, closing connection'
	has "$A/nodes/eosio/stderr" 'Peer on a different chain. Closing connection'
}

# produced MOUNT: how many of its blocks that node says it made.
produced() {
	grep -c 'Produced block' "$1/nodes/eosio/stderr"
}

@test "a producer moves from the one to the other, and they take turns on one chain" {
	mkdir "$A/nodes/second"
	echo 'producer-name = producer2222' > "$A/nodes/second/config.ini"
	[ "$(cat "$A/nodes/eosio/producers")" = producer1111 ]
	printf 'producer-name = producer2222\nsignature-provider = %s=KEY:%s\np2p-peer-address = %s\n' "$PUBLIC" \
		"$PRIVATE" "$(listens "$A")" > "$B/nodes/eosio/config.ini"
	echo restart > "$B/nodes/eosio/state"
	await has "$B/nodes/eosio/stderr" 'Produced block .* signed by producer2222'
	await has "$A/nodes/eosio/stderr" 'Received block .* signed by producer2222'
	await has "$B/nodes/eosio/stderr" 'Received block .* signed by producer1111'
	# both see that both agree
	lib=$(cat "$A/chain/lib")
	await eval '[ "$(cat "$A/chain/lib")" -gt "$((lib + 12))" ] && [ "$(cat "$B/chain/lib")" -gt "$((lib + 12))" ]'
	[ "$(jq -r .id "$A/blocks/$lib.json")" = "$(jq -r .id "$B/blocks/$lib.json")" ]
}

@test "one stands still and goes on: the chain goes on without it, and heals" {
	pid=$(mount_pid "$B")
	kill -STOP "$pid"
	lib=$(cat "$A/chain/lib")
	made=$(produced "$A")
	await eval '[ "$(produced "$A")" -gt "$((made + 13))" ]'
	kill -CONT "$pid"
	# what became irreversible afterwards both have signed
	await eval '[ "$(cat "$A/chain/lib")" -gt "$((lib + 40))" ] && [ "$(cat "$B/chain/lib")" -gt "$((lib + 40))" ]'
	[ "$(jq -r .id "$A/blocks/$((lib + 40)).json")" = "$(jq -r .id "$B/blocks/$((lib + 40)).json")" ]
}

@test "the clock stays while somebody is connected, and nothing goes unsigned" {
	! echo +10s > "$A/chain/clock" || false
	tail -n 1 "$A/errors" | grep \
		-q 'EBUSY: the clock stays while peers of other processes are connected to node eosio'
	echo 1 > "$A/wallet/impersonate"
	! echo 'bob111111111 1.0000 SYS' > "$A/accounts/alice1111111/transfer" || false
	tail -n 1 "$A/errors" | grep -q 'EBUSY: no transaction goes without signatures'
	echo 0 > "$A/wallet/impersonate"
}

@test "no snapshot is gone back to while somebody is connected" {
	mkdir "$A/snapshots/before"
	for shell in bash dash; do
		run ! "$shell" -c "echo before > '$A/snapshots/restore'"
		[[ "$(tail -n 1 "$A/errors")" == *"EBUSY: "*"connected"* ]]
	done
	head=$(cat "$A/chain/head")
	await eval '[ "$(cat "$B/chain/head")" -gt "$head" ]'
}

@test "a clock that is ahead closes the node to them; now makes it wait" {
	"$EOSIOFS" --unmount "$B"
	await eval 'echo +1h > "$A/chain/clock"' 2>/dev/null
	grep -q 'not open: chain time is 3[56][0-9][0-9] s ahead of real time' "$A/nodes/eosio/endpoints"
	echo now > "$A/chain/clock"
	grep -q 'not open: the last block is 3[56][0-9][0-9] s ahead of real time, which has to catch up)$' \
		"$A/nodes/eosio/endpoints"
}

@test "who may connect: a key that is not named is turned away, a node of config.ini's options" {
	cat "$BASE/config.ini" - > "$BASE/keys.ini" <<-END
		allowed-connection = specified
		peer-key = "EOS8mUftJXepGzdQ2TaCduNuSPAfXJHf22uex4u41ab1EVv9EAhWt"
	END
	"$EOSIOFS" --unmount "$A"
	"$EOSIOFS" -o http=off,data="$BASE/dc" "$A" 3>&- 4>&- </dev/null
	echo now > "$A/chain/clock"
	cat "$BASE/keys.ini" > "$A/nodes/eosio/config.ini"
	echo restart > "$A/nodes/eosio/state"
	run -255 timeout 20 perl "$BATS_TEST_DIRNAME/peer_client.pl" "$(listens "$A")" "$(cat "$A/chain/id")" 1
	[[ "$output" == *'told to go away: reason 11'* ]]
	has "$A/nodes/eosio/stderr" 'sent a handshake with an unauthorized key: '
}

@test "a chain with a transaction that nobody signed is not open, and says in which block" {
	"$EOSIOFS" --unmount "$A"
	rm -rf "$BASE/dc"
	"$EOSIOFS" -o http=off,data="$BASE/dc" "$A" 3>&- 4>&- </dev/null
	echo 1 > "$A/wallet/impersonate"
	mkdir "$A/accounts/carol"
	echo 0 > "$A/wallet/impersonate"
	number=$(jq .block_num "$A/transactions/$(cat "$A/last_transaction").json")
	echo now > "$A/chain/clock"
	cat "$BASE/config.ini" > "$A/nodes/eosio/config.ini"
	echo restart > "$A/nodes/eosio/state"
	grep -q "not open: block $number holds a transaction that nobody signed (wallet/impersonate), which nodes of other processes refuse" "$A/nodes/eosio/endpoints"
	"$EOSIOFS" --unmount "$A"
	run -0 "$EOSIOFS" -o http=off,data="$BASE/dc" "$A" 3>&- 4>&- </dev/null
	[[ "$output" == *"node eosio is open to no peers of other processes: block $number holds"* ]]
}

# The code of the first eosiofs's eosio.token: its apply does nothing, and the native twin of its hash runs.
@test "a chain with code that does nothing by itself works here, and is not open" {
	"$EOSIOFS" --unmount "$A"
	rm -rf "$BASE/dc"
	"$EOSIOFS" -o http=off,data="$BASE/dc" "$A" 3>&- 4>&- </dev/null
	mkdir "$A/accounts/eosio.token" "$BASE/old"
	{
		printf '\0asm\1\0\0\0\1\7\1\140\3\176\176\176\0\3\2\1\0\7\11\1\5apply\0\0\12\4\1\2\0\13'
		printf '\0\25\7eosiofseosio.token 1'
	} > "$BASE/old/eosio.token.wasm"
	sha256sum "$BASE/old/eosio.token.wasm" | grep -q '^cbc434b55a86'
	cat "$A/contracts/eosio.token/eosio.token.abi" > "$BASE/old/eosio.token.abi"
	echo "$BASE/old" > "$A/accounts/eosio.token/contract/install"
	number=$(jq .block_num "$A/transactions/$(cat "$A/last_transaction").json")
	echo '{"issuer":"eosio","maximum_supply":"10.0000 SYS"}' > "$A/accounts/eosio.token/actions/create"
	[ "$(jq -r .max_supply "$A/accounts/eosio.token/tables/stat/SYS.jsonl")" = '10.0000 SYS' ]
	echo now > "$A/chain/clock"
	cat "$BASE/config.ini" > "$A/nodes/eosio/config.ini"
	echo restart > "$A/nodes/eosio/state"
	grep -q "not open: block $number holds contract code that does nothing by itself, of the first eosiofs" \
		"$A/nodes/eosio/endpoints"
}
