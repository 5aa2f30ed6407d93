# eosiofs --node: one node as a process, with nodeos's command line. No mount is needed but for the last test.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	new_paths
	export PUBLIC=EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr \
		PRIVATE=5K463ynhZoCDDa4RDcr63cUwWLTnKqmdcoTKTHBjqoKfv4u5V7p
	# ports that are free now
	read -r HTTP P2P OTHER <<<"$(perl -MIO::Socket::INET \
		-e '@s = map { IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1") } 1 .. 3; print join " ", map { $_->sockport } @s')"
	export HTTP P2P OTHER
	mkdir "$BASE/first" "$BASE/second"
	cat > "$BASE/genesis.json" <<-END
		{"initial_timestamp": "2018-06-01T12:00:00.000", "initial_key": "$PUBLIC", "initial_configuration": {
		"max_block_net_usage": 1048576, "target_block_net_usage_pct": 1000, "max_transaction_net_usage": 524288, "base_per_transaction_net_usage": 12,
		"net_usage_leeway": 500, "context_free_discount_net_usage_num": 20, "context_free_discount_net_usage_den": 100, "max_block_cpu_usage": 200000,
		"target_block_cpu_usage_pct": 1000, "max_transaction_cpu_usage": 150000, "min_transaction_cpu_usage": 100, "max_transaction_lifetime": 3600,
		"deferred_trx_expiration_window": 600, "max_transaction_delay": 3888000, "max_inline_action_size": 4096, "max_inline_action_depth": 4,
		"max_authority_depth": 6}}
	END
}

teardown_file() {
	end_own $(cat "$BASE"/*/pid 2>/dev/null)
	take_down
}

# run_node NAME OPTIONS…: in the background; its folder keeps its pid and what it says.
run_node() {
	local name=$1
	shift
	"$EOSIOFS" --node --data-dir "$BASE/$name" --config-dir "$BASE/$name" \
		--genesis-json "$BASE/genesis.json" "$@" 2>>"$BASE/$name/stderr" 3>&- 4>&- &
	echo $! > "$BASE/$name/pid"
}

# end NAME: its exit status.
end() {
	local pid
	pid=$(cat "$BASE/$1/pid")
	kill -TERM "$pid"
	wait "$pid"
}

# Waits until a command succeeds, a minute at most.
await() {
	local left=1200
	until "$@"; do
		[ $((left -= 1)) -gt 0 ] || {
			echo "never: $*" >&2
			tail -n 8 "$BASE"/*/stderr >&2
			return 1
		}
		read -rt 0.05 <> <(:) || :
	done
}

info() {
	curl -s "http://127.0.0.1:$HTTP/v1/chain/get_info" | jq -r ".$1"
}

@test "the tutorial's command line of 2018: it produces, answers HTTP, ends cleanly, goes on where it was" {
	run_node first --max-irreversible-block-age -1 --contracts-console --blocks-dir "$BASE/first/blocks" \
		--chain-state-db-size-mb 1024 \
		--http-server-address 127.0.0.1:"$HTTP" --p2p-listen-endpoint 127.0.0.1:"$P2P" --max-clients 6 \
		--p2p-max-nodes-per-host 6 \
		--enable-stale-production --producer-name eosio --private-key "[\"$PUBLIC\",\"$PRIVATE\"]" \
		--plugin eosio::http_plugin \
		--plugin eosio::chain_api_plugin --plugin eosio::chain_plugin --plugin eosio::producer_plugin
	await grep -q 'Produced block .* #3 ' "$BASE/first/stderr"
	[ "$(info head_block_producer)" = eosio ]
	for words in 'configured http to listen on 127.0.0.1' 'initializing chain plugin' 'Using genesis state provided in' \
		'Starting fresh blockchain state using provided genesis state' 'Initialize net plugin' 'nodeos version v4.0.6' \
		'nodeos using configuration file .*/first/config.ini' 'nodeos data directory is .*/first' \
		'Initializing fresh blockchain state' 'replayed 0 blocks' 'starting chain in read/write mode' \
		'Launching block production for 1 producers' 'my node_id is' 'starting listener, max clients is 6' 'Produced block'; do
		grep -m 1 -n "$words" "$BASE/first/stderr" | cut -d: -f1
	done > "$BASE/lines"
	[ "$(wc -l < "$BASE/lines")" -eq 15 ]
	sort -n "$BASE/lines" | diff - "$BASE/lines"
	# nodeos's layout: every option is there, as a comment
	grep -qx '# max-clients = 25' "$BASE/first/config.ini"
	run ! grep -qv '^#\|^$' "$BASE/first/config.ini"
	head=$(info head_block_num)
	end first
	tail -n 1 "$BASE/first/stderr" | grep -q '^info .* nodeos    main.cpp:185 .*nodeos successfully exiting$'
	[ -s "$BASE/first/blocks/blocks.log" ]
	run ! grep -rq "$PRIVATE" "$BASE/first"
	: > "$BASE/first/stderr"
	run_node first -e -p eosio --signature-provider "$PUBLIC=KEY:$PRIVATE" \
		--http-server-address 127.0.0.1:"$HTTP" \
		--p2p-listen-endpoint 127.0.0.1:"$P2P" --p2p-max-nodes-per-host 6 --plugin eosio::chain_api_plugin
	await grep -q 'Produced block ' "$BASE/first/stderr"
	[ "$(info head_block_num)" -gt "$head" ]
}

@test "another one syncs from it, and both end at a signal" {
	run_node second --p2p-listen-endpoint 127.0.0.1:"$OTHER" --http-server-address 127.0.0.1:0 \
		--p2p-peer-address 127.0.0.1:"$P2P"
	await grep -q 'Received block .* signed by eosio' "$BASE/second/stderr"
	grep -q 'Accepted new connection: 127.0.0.1' "$BASE/first/stderr"
	pid=$(cat "$BASE/second/pid")
	kill -INT "$pid"
	wait "$pid"
	tail -n 1 "$BASE/second/stderr" | grep -q 'nodeos successfully exiting$'
}

@test "it signs with a key of another wallet, over its socket, once that lets it" {
	require_fuse
	mount_at -o memory,wallet_http="$BASE/wallet"
	mkdir "$BASE/third"
	run_node third -e -p eosio --signature-provider "$PUBLIC=KEOSD:unix://$BASE/wallet/v1/wallet/sign_digest" --http-server-address 127.0.0.1:0 \
		--p2p-listen-endpoint 127.0.0.1:"$OTHER"
	await grep -q 'the wallet at .* does not sign: 500 Public key not found in unlocked wallets' "$BASE/third/stderr"
	[ "$(curl -s --unix-socket "$BASE/wallet" http://localhost/v1/wallet/unlock -d '["default", "memory"]')" = '{}' ]
	# whoever checks its signatures follows
	rm -rf "$BASE/second" && mkdir "$BASE/second"
	run_node second --p2p-listen-endpoint 127.0.0.1:0 --http-server-address 127.0.0.1:0 --p2p-peer-address 127.0.0.1:"$OTHER"
	await grep -q 'Received block .* signed by eosio' "$BASE/second/stderr"
	end second
	# without that wallet it ends all the same
	"$EOSIOFS" --unmount "$M"
	await grep -q 'there is no socket at ' "$BASE/third/stderr"
	end third
	tail -n 1 "$BASE/third/stderr" | grep -q 'nodeos successfully exiting$'
}

@test "what nodeos does not start with it does not start with" {
	run -255 "$EOSIOFS" --node --nonsense
	[[ "$output" == *"Unknown option '--nonsense' passed as command line argument"* ]]
	echo 'nonsense = 1' > "$BASE/config.ini"
	run -255 "$EOSIOFS" --node --data-dir "$BASE/third" --config-dir "$BASE"
	[[ "$output" == *"Unknown option 'nonsense' inside the config file $BASE/config.ini"* ]]
	run -255 "$EOSIOFS" --node --data-dir "$BASE/third" --config-dir "$BASE" --config none.ini
	[[ "$output" == *"Config file $BASE/none.ini missing."* ]]
	# its port, its folder are taken
	run -255 "$EOSIOFS" --node --data-dir "$BASE/third" --config-dir "$BASE/third" \
		--genesis-json "$BASE/genesis.json" --p2p-listen-endpoint 127.0.0.1:"$P2P"
	[[ "$output" == *"cannot listen at '127.0.0.1:$P2P'"* ]]
	run -255 "$EOSIOFS" --node --data-dir "$BASE/first" --config-dir "$BASE/first"
	[[ "$output" == *"$(cat "$BASE/first/pid")"* ]]
}

@test "a mount follows it" {
	require_fuse
	mount_at -o memory,genesis="$BASE/genesis.json",peer=127.0.0.1:"$P2P"
	await grep -q 'Received block .* signed by eosio' "$M/nodes/eosio/stderr"
	[ "$(cat "$M/chain/id")" = "$(info chain_id)" ]
	mkdir "$M/accounts/carol"
	await eval '[ "$(curl -s "http://127.0.0.1:$HTTP/v1/chain/get_account" -d "{\"account_name\":\"carol\"}" | jq -r .account_name)" = carol ]'
	pid=$(cat "$BASE/first/pid")
	kill -TERM "$pid"
	wait_gone "$pid"
	tail -n 1 "$BASE/first/stderr" | grep -q 'nodeos successfully exiting$'
}
