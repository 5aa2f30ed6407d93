# What cleos sends, with curl (protocol.md F.8): a node's API and keosd's on a unix socket, from unlocking
# to a block.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	new_paths
	can_mount || return 0
	export SOCKET=$BASE/keosd.sock
	mount_at -o "data=$BASE/data,http=all,wallet_http=$SOCKET" 2>/dev/null
	boot
}

setup() {
	require_fuse
	URL=$(sed -n 's#^http \([0-9.:]*\)$#http://\1#p' "$M/nodes/eosio/endpoints")
	PASSWORD=$(cat "$BASE/data/wallet/password")
}

teardown_file() {
	take_down
}

# Headers as cleos has them.
post() {
	curl -s -m 60 -H 'Content-Type: application/json' -H 'Expect:' "$@"
}

chain() {
	post "$URL/v1/chain/$1" -d "$2"
}

wallet() {
	post --unix-socket "$SOCKET" "http://localhost/v1/wallet/$1" ${2:+-d "$2"}
}

code() {
	jq -r '.error.code'
}

unlocked() {
	wallet lock_all >/dev/null
	[ "$(wallet unlock "[\"default\", \"$PASSWORD\"]")" = '{}' ]
}

# transaction ACCOUNT ACTION DATA ACTOR: an unsigned one, as cleos makes it.
transaction() {
	local bin reference expiration
	bin=$(chain abi_json_to_bin "{\"code\":\"$1\",\"action\":\"$2\",\"args\":$3}" | jq -r .binargs)
	reference=$(chain get_block_info "{\"block_num\":$(chain get_info '' | jq .last_irreversible_block_num)}")
	expiration=$(date -u -d "$(chain get_info '' | jq -r .head_block_time)Z + 30 seconds" +%FT%T)
	jq -cn --argjson block "$reference" --arg at "$expiration" --arg code "$1" --arg action "$2" --arg data \
		"$bin" --arg actor "$4" '{
		expiration: $at, ref_block_num: $block.ref_block_num, ref_block_prefix: $block.ref_block_prefix, max_net_usage_words: 0,
		max_cpu_usage_ms: 0, delay_sec: 0, context_free_actions: [], transaction_extensions: [], signatures: [], context_free_data: [],
		actions: [{account: $code, name: $action, authorization: [{actor: $actor, permission: "active"}], data: $data}]}'
}

# signed TRANSACTION: by the keys that the node says it needs.
signed() {
	local keys
	keys=$(chain get_required_keys "{\"transaction\":$1,\"available_keys\":$(wallet get_public_keys)}" |
		jq -c .required_keys)
	wallet sign_transaction "[$1, $keys, \"$(chain get_info '' | jq -r .chain_id)\"]"
}

# packed SIGNED: as send_transaction takes it.
packed() {
	jq -c '{signatures, compression: "none", packed_context_free_data: "", transaction: .}' <<<"$1"
}

@test "the socket is its owner's alone; the wallet is locked until its password is given" {
	[ "$(stat -c %a "$SOCKET")" = 600 ]
	wallet lock_all
	[ "$(wallet list_wallets)" = '["default"]' ]
	[ "$(wallet get_public_keys | code)" = 3120003 ]
	[ "$(wallet list_keys "[\"default\", \"$PASSWORD\"]" | code)" = 3120003 ]
	[ "$(wallet unlock '["default", "PW5wrong"]' | code)" = 3120005 ]
	[ "$(wallet unlock '["nosuch", "PW5wrong"]' | code)" = 3120002 ]
	[ "$(wallet unlock '["default"]' | code)" = 3200006 ]
	unlocked
	[ "$(wallet unlock "[\"default\", \"$PASSWORD\"]" | code)" = 3120007 ]
	[ "$(wallet list_wallets)" = '["default *"]' ]
	wallet get_public_keys | jq -e 'length > 2 and all(startswith("EOS"))'
	# the files sign as before
	[ "$(wallet lock '"default"')" = '{}' ]
	[ "$(cat "$M/wallet/state")" = unlocked ]
}

@test "keys: created, imported, listed, removed; idle time locks" {
	unlocked
	local key
	key=$(wallet create_key '["default", "K1"]' | jq -r .)
	wallet list_keys "[\"default\", \"$PASSWORD\"]" |
		jq -e --arg key "$key" 'any(.[]; .[0] == $key and (.[1] | startswith("5")))'
	[ -e "$M/wallet/keys/$key" ]
	[ "$(wallet remove_key "[\"default\", \"$PASSWORD\", \"$key\"]")" = '{}' ]
	[ "$(wallet remove_key "[\"default\", \"$PASSWORD\", \"$key\"]" | code)" = 3120009 ]
	[ "$(wallet import_key '["default", "5KiKDgEmdrg1vPBBzdxHDSFeWWkkkSNxSMC7GWpAfEbSuejFg11"]')" = '{}' ]
	[ "$(wallet import_key '["default", "5KiKDgEmdrg1vPBBzdxHDSFeWWkkkSNxSMC7GWpAfEbSuejFg11"]' |
		code)" = 3120008 ]
	[ "$(wallet import_key '["default", "x"]' | jq .code)" = 500 ]
	[ "$(wallet create_key '["default", "X1"]' | code)" = 3120010 ]
	[ "$(wallet create '"default"' | code)" = 3120001 ]
	[ "$(wallet create '"a/b"' | code)" = 3120000 ]
	[ "$(wallet set_timeout -1 | code)" = 3120011 ]
	[ "$(wallet set_timeout 0)" = '{}' ]
	[ "$(wallet list_wallets)" = '["default"]' ]
	[ "$(wallet set_timeout 900)" = '{}' ]
}

@test "a transfer as cleos sends it: signed by the wallet, sent, in a block" {
	unlocked
	local trx id before after
	before=$(cat "$M/accounts/bob111111111/balance")
	trx=$(signed "$(transaction eosio.token transfer \
		'{"from":"alice1111111","to":"bob111111111","quantity":"0.0003 SYS","memo":"as cleos"}' \
		alice1111111)")
	jq -e '.signatures | length == 1' <<<"$trx"
	run -0 post "$URL/v1/chain/send_transaction2" \
		-d "{\"return_failure_trace\":true,\"retry_trx\":false,\"transaction\":$(packed "$trx")}" \
		-w ' %{http_code}'
	[[ "$output" == *" 202" ]]
	jq -e '.processed.except == null' <<<"${output% 202}"
	id=$(jq -r .transaction_id <<<"${output% 202}")
	after=$(cat "$M/accounts/bob111111111/balance")
	[ "$(awk -v a="$after" -v b="$before" 'BEGIN { printf "%.4f", a - b }')" = 0.0003 ]
	# the same once more is a duplicate
	[ "$(chain send_transaction "$(packed "$trx")" | jq -c '[.code, .error.code]')" = '[409,3040008]' ]
	until [ -e "$M/transactions/$id.json" ]; do :; done # its block is in the making
	until [ -e "$M/transactions/$id.json" ]; do :; done # its block is made
	jq -e --arg id "$id" '.id == $id' "$M/transactions/$id.json"
}

@test "retry_trx: answered from the block, which is so many blocks deep, or irreversible" {
	unlocked
	local api trx depth answer number memo=0
	mkdir "$M/nodes/api"
	echo eosio > "$M/nodes/api/peers"
	retry='--plugin eosio::chain_api_plugin --http-server-address 127.0.0.1:0 --transaction-retry-max-storage-size-gb 1'
	echo "start $retry" > "$M/nodes/api/state"
	until [ "$(cat "$M/nodes/api/state")" = running ]; do :; done
	api=$(sed -n 's#^http \([0-9.:]*\)$#http://\1#p' "$M/nodes/api/endpoints")
	retried() { # SIGNED [MORE]
		post "$api/v1/chain/send_transaction2" \
			-d "{\"retry_trx\":true${2:+,$2},\"transaction\":$(packed "$1")}"
	}
	transfer() { # QUANTITY MEMO
		transaction eosio.token transfer '{"from":"alice1111111","to":"bob111111111","quantity":"'"$1"' SYS","memo":"'"$2"'"}' \
			alice1111111
	}
	for depth in 0 3 ''; do
		trx=$(signed "$(transfer 0.0001 "depth $depth")")
				answer=$(retried "$trx" ${depth:+'"retry_trx_num_blocks":'$depth})
		jq -e '.transaction_id == .processed.id and .processed.receipt.status == "executed"' <<<"$answer"
		number=$(jq .processed.block_num <<<"$answer")
		chain get_block "{\"block_num_or_id\":$number}" |
			jq -e --argjson answer "$answer" 'any(.transactions[]; .trx.id == $answer.transaction_id)'
		[ "$(chain get_info '' | jq ".head_block_num >= $number + ${depth:-0}")" = true ]
		[ -n "$depth" ] || [ "$(chain get_info '' | jq ".last_irreversible_block_num >= $number")" = true ]
	done
	[ "$(retried "$trx" | jq -c '[.code, .error.code]')" = '[409,3040008]' ]
	# as without it: what fails, what cannot be read, where it is not enabled
	trx=$(signed "$(transfer 9999999.0000 '')")
	[ "$(retried "$trx" | jq -r .processed.except.code)" = 3050003 ]
	[ "$(retried "$trx" '"return_failure_trace":false' | code)" = 3050003 ]
	[ "$(retried "$trx" '"retry_trx_num_blocks":"x"' | code)" = 3200006 ]
	trx=$(transfer 0.0001 late | jq -c --arg at "$(date -u -d '+1 hour' +%FT%T)" '.expiration = $at')
	[ "$(retried "$(signed "$trx")" | code)" = 3040006 ]
	[ "$(chain send_transaction2 "{\"retry_trx\":true,\"transaction\":$(packed "$trx")}" | code)" = 3100008 ]
	# not beside a producer, as nodeos has it
	echo stop > "$M/nodes/api/state"
	echo "start $retry --producer-name bob111111111" > "$M/nodes/api/state"
	grep -q '^http .*(not served)$' "$M/nodes/api/endpoints"
	grep -q 'serves no HTTP: .*not on a node that has a producer-name' "$M/nodes/api/stderr"
	echo stop > "$M/nodes/api/state"
}

@test "an R1 key is made, imported, told and removed as a K1 key is, and signs in the tree and over HTTP" {
	unlocked
	local key made trx digest
	digest=$(printf '%064d' 7)
	made=$(wallet create_key '["default", "r1"]' | jq -r .)
	[[ "$made" == PUB_R1_* ]]
	[[ "$(wallet sign_digest "[\"$digest\", \"$made\"]")" == '"SIG_R1_'* ]]
	[ "$(wallet remove_key "[\"default\", \"$PASSWORD\", \"$made\"]")" = '{}' ]
	key=PUB_R1_5nwrKNU4BC1qrXtRhavwMhCcW951wfZ2Drq3VBArjnTCbeemz1
	[ "$(wallet import_key \
		'["default", "PVT_R1_QMzZ2eDQ7DVXdVoEoV2ZeLZr4FHGKJGXw6EfPAnxG6sfCbUby"]')" = '{}' ]
	wallet get_public_keys | jq -e --arg key "$key" '.[-1] == $key'
	wallet list_keys "[\"default\", \"$PASSWORD\"]" |
		jq -e --arg key "$key" '.[-1] == [$key, "PVT_R1_QMzZ2eDQ7DVXdVoEoV2ZeLZr4FHGKJGXw6EfPAnxG6sfCbUby"]'
	mkdir "$M/accounts/curve1111111"
	echo "$key" >"$M/accounts/curve1111111/permissions/active.json"
	grep -qx curve1111111@active "$M/wallet/keys/$key"
	echo "curve1111111 1.0000 SYS" >"$M/accounts/alice1111111/transfer"
	echo "alice1111111 0.0001 SYS by the tree" >"$M/accounts/curve1111111/transfer"
	trx=$(signed "$(transaction eosio.token transfer \
		'{"from":"curve1111111","to":"alice1111111","quantity":"0.0002 SYS","memo":"as cleos"}' curve1111111)")
	jq -e '.signatures | length == 1 and (.[0] | startswith("SIG_R1_"))' <<<"$trx"
	chain send_transaction2 "{\"return_failure_trace\":true,\"retry_trx\":false,\"transaction\":$(packed \
		"$trx")}" | jq -e '.processed.except == null'
	[ "$(cat "$M/accounts/curve1111111/balance")" = "0.9997 SYS" ]
	echo "$key" >"$M/wallet/remove"
	! bash -c 'echo "alice1111111 0.0001 SYS" >"$1"' - "$M/accounts/curve1111111/transfer" 2>/dev/null || false
	[ ! -e "$M/wallet/keys/$key" ]
}

@test "failures have their codes: an assertion, a missing signature, an unknown key" {
	unlocked
	local trx
	trx=$(signed "$(transaction eosio.token transfer \
		'{"from":"alice1111111","to":"bob111111111","quantity":"9999999.0000 SYS","memo":""}' alice1111111)")
	run chain send_transaction2 "{\"return_failure_trace\":true,\"retry_trx\":false,\"transaction\":$(packed \
		"$trx")}"
	[ "$(jq -r .processed.except.code <<<"$output")" = 3050003 ]
	run chain push_transaction "$(packed "$trx")"
	[ "$(jq -r '.error.details[0].message' <<<"$output")" \
		= "assertion failure with message: overdrawn balance" ]
	trx=$(transaction eosio.token transfer \
		'{"from":"alice1111111","to":"bob111111111","quantity":"0.0001 SYS","memo":"unsigned"}' alice1111111)
	[ "$(chain send_transaction "$(packed "$trx")" | code)" = 3090003 ]
	# what the files may do without keys, HTTP may not
	echo 1 > "$M/wallet/impersonate"
	[ "$(chain send_transaction "$(packed "$trx")" | code)" = 3090003 ]
	echo 0 > "$M/wallet/impersonate"
	[ "$(wallet sign_transaction "[$(jq -c '.signatures = ["x"]' <<<"$trx"), [], \"$(cat "$M/chain/id")\"]" \
		| code)" = 3200006 ]
	[ "$(wallet sign_transaction \
		"[$trx, [\"EOS8EBW9tCL9Yhx8VYmjzF3ok55AgM2wNvY54QUxZi5JU35cx6aro\"], \"$(cat "$M/chain/id")\"]" |
		code)" = 3120004 ]
}

@test "two callers at one socket path: the second is told; a socket that was left behind is replaced" {
	local other=$BASE/other
	mkdir "$other"
	run -1 "$EOSIOFS" -o "memory,http=off,wallet_http=$SOCKET" "$other" 3>&- 4>&- </dev/null
	[[ "$output" == *"wallet_http: cannot listen at $SOCKET: "* ]]
	echo kept > "$BASE/notes" # no socket: nobody listens there, and it is somebody's
	run -1 "$EOSIOFS" -o "memory,http=off,wallet_http=$BASE/notes" "$other" 3>&- 4>&- </dev/null
	[ "$(cat "$BASE/notes")" = kept ]
	python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$BASE/stale.sock" ||
		skip "no python3"
	"$EOSIOFS" -o "memory,http=off,wallet_http=$BASE/stale.sock" "$other" 3>&- 4>&- </dev/null
	[ "$(curl -s --unix-socket "$BASE/stale.sock" http://x/v1/wallet/list_wallets)" = '["default"]' ]
	[ "$(curl -s -o /dev/null -w '%{http_code}' -H 'Origin: http://evil.example' \
		--unix-socket "$BASE/stale.sock" http://x/v1/wallet/list_wallets)" = 403 ]
	"$EOSIOFS" --unmount "$other"
	[ ! -e "$BASE/stale.sock" ]
}
