# nodeos's HTTP API on a real mount: curl, browsers that must not get in, odd bytes, addresses.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	new_paths
	can_mount || return 0
	mount_at -o memory,http=127.0.0.1:0
	boot
}

setup() {
	require_fuse
	URL=$(served "$M")
}

teardown_file() {
	take_down
}

# ask CALL [BODY]: the answer's JSON.
ask() {
	curl -s -m 60 "$URL/v1/chain/$1" ${2:+-d "$2"}
}

@test "endpoints says where node eosio serves; the chain is the mount's" {
	[[ "$URL" =~ ^http://127\.0\.0\.1:[0-9]+$ ]]
	[ "$(ask get_info | jq -r .chain_id)" = "$(cat "$M/chain/id")" ]
	[ "$(ask get_account '{"account_name":"alice1111111"}' |
		jq -r .core_liquid_balance)" = "$(cat "$M/accounts/alice1111111/balance")" ]
	[ "$(ask get_producers '{"json":true}' | jq '.rows | length')" = "$(ls "$M/producers" | wc -l)" ]
}

@test "writes of the mount are read over HTTP at once" {
	echo '["alice1111111", "bob111111111", "1.0000 SYS", "over http"] -p alice1111111' \
		> "$M/accounts/eosio.token/actions/transfer"
	[ "$(ask get_currency_balance '{"code":"eosio.token","account":"bob111111111","symbol":"SYS"}' |
		jq -r '.[0]')" = "$(cat "$M/accounts/bob111111111/balance")" ]
}

@test "a request that takes long is answered while its thread goes on with others" {
	[ "$(ask get_accounts_by_authorizers '{"accounts":["eosio"],"keys":[]}' |
		jq '.accounts | length > 0')" = true ]
}

@test "what is not there: an account, a path, a body" {
	run ask get_account '{"account_name":"nosuch"}'
	[ "$(jq .code <<<"$output")" = 500 ]
	[[ "$output" == *"unknown key"* ]]
	[ "$(curl -s -o /dev/null -w '%{http_code}' "$URL/v1/chain/nosuch")" = 404 ]
	[ "$(ask get_account | jq -r '.error.details[0].message')" = "A Request body is required" ]
	[ "$(ask get_account '{"account_name":' | jq .error.code)" = 3200006 ]
}

@test "a page of somebody else's gets nothing, whatever it posts" {
	run curl -s -w ' %{http_code}' -H 'Origin: http://evil.example' -H 'Content-Type: text/plain' \
		-d '{"account_name":"eosio"}' "$URL/v1/chain/get_account"
	[[ "$output" == *" 403" ]]
	[[ "$output" != *permissions* ]]
	run curl -s -w ' %{http_code}' -H 'Host: evil.example' "$URL/v1/chain/get_info"
	[[ "$output" == *"Disallowed HTTP HOST"*" 400" ]]
}

@test "a body beyond the limit closes the connection" {
	head -c 2097153 /dev/zero | tr '\0' ' ' > "$BATS_TEST_TMPDIR/long"
	run curl -s --data-binary @"$BATS_TEST_TMPDIR/long" "$URL/v1/chain/get_account"
	[ "$status" -ne 0 ]
	[ -z "$output" ]
	ask get_info | jq -e .chain_id
}

@test "a port that is taken: the next free one, and a notice; off: none" {
	local port=${URL##*:} other=$BASE/other
	mkdir "$other"
	run -0 "$EOSIOFS" -o memory,http=127.0.0.1:"$port" "$other" 3>&- 4>&- </dev/null
	[[ "$output" == *"port $port is taken: node eosio serves http://127.0.0.1:"* ]]
	[ "$(served "$other")" != "$URL" ]
	"$EOSIOFS" --unmount "$other"
	"$EOSIOFS" -o memory,http=off "$other" 3>&- 4>&- </dev/null
	grep -q '^http .*(not served)$' "$other/nodes/eosio/endpoints"
	"$EOSIOFS" --unmount "$other"
	"$EOSIOFS" -o memory,http=localhost:0 "$other" 3>&- 4>&- </dev/null
	port=$(sed -n 's/^http localhost://p' "$other/nodes/eosio/endpoints")
	for address in localhost 127.0.0.1 '[::1]'; do # of the numbers one is localhost's
		curl -s "http://$address:$port/v1/chain/get_info" | jq -r .chain_id || :
	done | sort | uniq -c | grep -q "2 $(cat "$other/chain/id")"
	"$EOSIOFS" --unmount "$other"
	run -1 "$EOSIOFS" -o memory,http=nowhere "$other"
	[[ "$output" == *"http: 'nowhere' is no HOST:PORT"* ]]
}

@test "http=all: a node serves from its start to its end, what its config.ini names, and its own view" {
	local all=$BASE/all address peer
	mkdir "$all"
	"$EOSIOFS" -o memory,http=all "$all" 3>&- 4>&- </dev/null 2>/dev/null
	mkdir "$all/nodes/node1"
	grep -q '^http .*(not served)$' "$all/nodes/node1/endpoints"
	echo start > "$all/nodes/node1/state"
	address=$(sed -n 's#^http \([0-9.:]*\)$#http://\1#p' "$all/nodes/node1/endpoints")
	[ "$(curl -s "$address/v1/chain/get_info" | jq -r .chain_id)" = "$(cat "$all/chain/id")" ]
	curl -s "$address/v1/node/get_supported_apis" |
		jq -e '.apis | any(. == "/v1/chain/get_info") and all(startswith("/v1/producer") | not)'
	[ "$(curl -s -o /dev/null -w '%{http_code}' "$address/v1/producer/paused")" = 404 ]
	# cut off from eosio, it stays at its own head
	echo stop > "$all/nodes/eosio/state"
	grep -q '^http .*(not served)$' "$all/nodes/eosio/endpoints"
	[ "$(curl -s "$address/v1/chain/get_info" | jq .head_block_num)" = "$(cat "$all/nodes/node1/head")" ]
	echo stop > "$all/nodes/node1/state"
	run ! curl -s "$address/v1/chain/get_info"
	echo start > "$all/nodes/eosio/state"
	echo 'start --plugin eosio::producer_api_plugin --plugin eosio::net_api_plugin --http-server-address 127.0.0.1:0' > "$all/nodes/node1/state"
	address=$(sed -n 's#^http \([0-9.:]*\)$#http://\1#p' "$all/nodes/node1/endpoints")
	[ "$(curl -s "$address/v1/producer/paused")" = false ]
	printf '' > "$all/nodes/node1/peers"
	peer=$(sed -n "s/^p2p \([^ ]*\).*/\1/p" "$all/nodes/eosio/endpoints")
	[ "$(curl -s "$address/v1/net/connections" |
		jq -c '[.[] | select(.peer | contains(" - ") | not)]')" = '[]' ]
	[ "$(curl -s "$address/v1/net/status" -d "\"$peer\"")" = null ]
	[ "$(curl -s "$address/v1/net/connect" -d "\"$peer\"")" = '"added connection"' ]
	[ "$(curl -s "$address/v1/net/connect" -d "\"$peer\"")" = '"already connected"' ]
	curl -s "$address/v1/net/status" -d "\"$peer\"" |
		jq -e --arg id "$(cat "$all/chain/id")" \
		'.last_handshake.chain_id == $id and .last_handshake.head_num >= 1'
	[ "$(curl -s "$address/v1/net/disconnect" -d "\"$peer\"")" = '"connection removed"' ]
	[ "$(curl -s "$address/v1/net/disconnect" -d "\"$peer\"")" = '"no known connection for host"' ]
	[ "$(curl -s "$address/v1/net/connect" -d '"no address"' | jq .error.code)" = 3200006 ]
	"$EOSIOFS" --unmount "$all"
	run ! curl -s "$address/v1/chain/get_info"
}

# serves_producers MOUNT: node eosio serves the producers' API too.
serves_producers() {
	{ cat "$1/nodes/eosio/config.ini" && echo 'plugin = eosio::producer_api_plugin'; } > "$BASE/config.ini"
	cat "$BASE/config.ini" > "$1/nodes/eosio/config.ini"
	echo restart > "$1/nodes/eosio/state"
}

@test "who is greylisted has what blocks hold, on that node until it is started anew" {
	local M=$BASE/grey attached=$BASE/attached small=smallsmall11 URL
	local transfer='alice1111111 0.0001 SYS'
	mkdir "$M" "$attached"
	"$EOSIOFS" -o memory,clock=manual,http=127.0.0.1:0 "$M" 3>&- 4>&- </dev/null
	serves_producers "$M"
	boot
	URL=$(served "$M")
	echo "$small --stake-net '0.0100 SYS' --stake-cpu '0.0001 SYS' --buy-ram-kbytes 8" > "$M/create_account"
	echo "$small 100.0000 SYS" > "$M/accounts/alice1111111/transfer"
	echo '+3600s' > "$M/chain/clock" # the windows grow to a thousand times what blocks hold
	limit() {
		ask get_account "{\"account_name\":\"$small\"}" | jq ".$1_limit.max"
	}
	local cpu net
	cpu=$(limit cpu) net=$(limit net)
	curl -s "$URL/v1/producer/add_greylist_accounts" -d "{\"accounts\":[\"$small\"]}" | jq -e '.result == "ok"'
	[ "$(curl -s "$URL/v1/producer/get_greylist")" = "{\"accounts\":[\"$small\"]}" ]
	[ "$(limit cpu)" = $((cpu / 1000)) ]
	[ "$(limit net)" = $((net / 1000)) ]
	[ "$(awk '/^max/ { print $2 }' "$M/accounts/$small/cpu")" = $((cpu / 1000)) ]
	for _ in 1 2 3; do # 100 us each
		echo "$transfer" > "$M/accounts/$small/transfer"
	done
	run ! eval 'echo "$transfer" > "$M/accounts/$small/transfer"'
	[[ "$output" == *"Disk quota exceeded"* ]]
	[[ "$(tail -n 1 "$M/errors")" == *"EDQUOT: 3080008 greylist_cpu_usage_exceeded: billed CPU time (100 us) is greater than the maximum greylisted billable CPU time for the transaction ("*"a node's greylist names $small"* ]]
	echo "$small 0.0001 SYS" > "$M/accounts/bob111111111/transfer" # nobody else is
	"$EOSIOFS" -o "memory,url=$URL" "$attached" 3>&- 4>&- </dev/null
	echo 'unlock memory' > "$attached/wallet/state"
	echo memory > "$M/wallet/reveal"
	cat "$M"/wallet/private/* > "$attached/wallet/import"
	run ! eval 'echo "$transfer" > "$attached/accounts/$small/transfer"'
	[[ "$(tail -n 1 "$attached/errors")" == *"EDQUOT: 3080008 greylist_cpu_usage_exceeded"* ]]
	"$EOSIOFS" --unmount "$attached"
	curl -s "$URL/v1/producer/remove_greylist_accounts" -d "{\"accounts\":[\"$small\"]}"
	[ "$(limit cpu)" = "$cpu" ]
	echo "$transfer" > "$M/accounts/$small/transfer"
	curl -s "$URL/v1/producer/update_runtime_options" -d '{"greylist_limit":1}'
	[ "$(curl -s "$URL/v1/producer/get_runtime_options" | jq .greylist_limit)" = 1 ]
	run ! eval 'echo "$transfer" > "$M/accounts/$small/transfer"'
	[[ "$output" == *"Disk quota exceeded"* ]]
	echo restart > "$M/nodes/eosio/state"
	URL=$(served "$M")
	[ "$(curl -s "$URL/v1/producer/get_runtime_options" | jq .greylist_limit)" = 1000 ]
	echo "$transfer" > "$M/accounts/$small/transfer"
	echo stop > "$M/nodes/eosio/state"
	echo "start --greylist-account $small --greylist-limit 999" > "$M/nodes/eosio/state"
	URL=$(served "$M")
	[ "$(curl -s "$URL/v1/producer/get_runtime_options" | jq .greylist_limit)" = 999 ]
	run ! eval 'echo "$transfer" > "$M/accounts/$small/transfer"'
	"$EOSIOFS" --unmount "$M"
}

@test "a transaction's trace and its block's" {
	local id number
	echo 'alice1111111 0.0001 SYS traced' > "$M/accounts/bob111111111/transfer"
	id=$(cat "$M/last_transaction")
	echo '+1s' > "$M/chain/clock"
	number=$(jq .block_num "$M/transactions/$id.json")
	[ "$(curl -s "$URL/v1/trace_api/get_transaction_trace" -d "{\"id\":\"$id\"}" |
		jq -r '[.actions[].receiver] | join(" ")')" = "eosio.token bob111111111 alice1111111" ]
	curl -s "$URL/v1/trace_api/get_block" -d "{\"block_num\":$number}" |
		jq -e --arg id "$id" 'any(.transactions[]; .id == $id)'
	[ "$(curl -s -o /dev/null -w '%{http_code}' "$URL/v1/trace_api/get_block" -d '{"block_num":99999999}')" \
		= 404 ]
}

@test "the page at / and /index.html: as the tree's file, with a policy of its own; page=off: none" {
	local other=$BASE/plain path
	for path in / /index.html; do
		curl -s -D "$BASE/headers" -o "$BASE/page" "$URL$path"
		grep -qi '^HTTP/1.1 200' "$BASE/headers"
		grep -qi '^content-type: text/html; charset=utf-8' "$BASE/headers"
		grep -qi "^content-security-policy: default-src 'none'; script-src 'sha256-[^']*'; .*connect-src 'self'; .*frame-ancestors 'none'" "$BASE/headers"
		grep -qi '^x-content-type-options: nosniff' "$BASE/headers"
		grep -qi '^x-frame-options: DENY' "$BASE/headers"
		grep -q '<title>EOSIO testnet</title>' "$BASE/page"
	done
	[ "$(curl -s -o /dev/null -w '%{http_code}' -H 'Host: evil.example' "$URL/")" = 400 ]
	[ "$(curl -s -o /dev/null -w '%{http_code}' -H 'Origin: http://evil.example' "$URL/")" = 403 ]
	curl -s "$URL/v1/node/get_supported_apis" | jq -e '.apis | all(startswith("/v1/"))'
	mkdir "$other"
	"$EOSIOFS" -o memory,http=127.0.0.1:0,page=off "$other" 3>&- 4>&- </dev/null
	[ "$(curl -s "$(served "$other")/" | jq -r '.error.details[0].message')" = "Unknown Endpoint" ]
	"$EOSIOFS" --unmount "$other"
}
