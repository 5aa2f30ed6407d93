# Several wallets over keosd's calls, each a file under its own password beside the first, which is the
# tree's; and what a real keosd answered to the same calls.

bats_require_minimum_version 1.5.0
load common

setup() {
	require_fuse
	new_paths
	SOCKET=$BASE/keosd.sock
	mount_at -o "data=$D,http=off,wallet_http=$SOCKET"
}

teardown() {
	take_down
}

# wallet CALL [BODY]
wallet() {
	curl -s -m 60 --unix-socket "$SOCKET" "http://localhost/v1/wallet/$1" ${2:+-d "$2"}
}

failure() {
	jq -r '"\(.error.code) \(.error.details[0].message)"'
}

@test "wallets are made, opened, locked and unlocked apart, each with its own password" {
	local first=PUB_R1_5nwrKNU4BC1qrXtRhavwMhCcW951wfZ2Drq3VBArjnTCbeemz1 password key digest
	password=$(wallet create '"other"' | jq -r .)
	[[ "$password" == PW5* ]]
	[ "$(stat -c %a "$D/wallet/other.wallet")" = 600 ]
	! grep -rq "$password" "$D" || false
	[ "$(wallet list_wallets)" = '["default","other *"]' ]
	[ "$(wallet create '"other"' | failure)" = \
		"3120001 Wallet with name: 'other' already exists at $D/wallet/other.wallet" ]
	[ "$(wallet import_key \
		'["other", "PVT_R1_QMzZ2eDQ7DVXdVoEoV2ZeLZr4FHGKJGXw6EfPAnxG6sfCbUby"]')" = '{}' ]
	key=$(wallet create_key '["other", ""]' | jq -r .)
	[ "$(wallet get_public_keys)" = "[\"$key\",\"$first\"]" ]
	[ "$(wallet list_keys "[\"other\", \"$password\"]" | jq -c 'map(.[0])')" = "[\"$key\",\"$first\"]" ]
	digest=$(printf '%064d' 7)
	[[ "$(wallet sign_digest "[\"$digest\", \"$key\"]")" == '"SIG_K1_'* ]]
	# the tree has the first wallet alone
	[ ! -e "$M/wallet/keys/$key" ]
	# the first one's keys join when it is unlocked, those of both once
	[ "$(wallet unlock "[\"default\", \"$(cat "$D/wallet/password")\"]")" = '{}' ]
	[ "$(wallet import_key \
		'["default", "PVT_R1_QMzZ2eDQ7DVXdVoEoV2ZeLZr4FHGKJGXw6EfPAnxG6sfCbUby"]')" = '{}' ]
	wallet get_public_keys | jq -e --arg first "$first" '. == (sort | unique) and map(select(. == $first)) == [$first]'
	[ "$(wallet lock '"other"')" = '{}' ]
	[ "$(wallet list_wallets)" = '["default *","other"]' ]
	[ "$(wallet sign_digest "[\"$digest\", \"$key\"]" | failure)" = \
		"3120004 Public key not found in unlocked wallets $key" ]
	[ "$(wallet create_key '["other", ""]' | failure)" = "3120003 Wallet is locked: other" ]
	[ "$(wallet unlock "[\"other\", \"$(cat "$D/wallet/password")\"]" | failure)" = \
		"3120005 Invalid password for wallet: \"$D/wallet/other.wallet\"" ]
	[ "$(wallet unlock "[\"other\", \"$password\"]")" = '{}' ]
	[ "$(wallet unlock "[\"other\", \"$password\"]" | failure)" = "3120007 Wallet is already unlocked: other" ]
	[ "$(wallet remove_key "[\"other\", \"$password\", \"$key\"]")" = '{}' ]
	[ "$(wallet lock_all)" = '{}' ]
	[ "$(wallet list_wallets)" = '["default","other"]' ]
	[ "$(wallet get_public_keys | failure)" = "3120003 You don't have any unlocked wallet!" ]
	[ "$(cat "$M/wallet/state")" = unlocked ]
	# after a restart it is not known until it is opened, which unlocking does, too
	"$EOSIOFS" --unmount "$M"
	mount_at -o "data=$D,http=off,wallet_http=$SOCKET"
	[ "$(wallet list_wallets)" = '["default"]' ]
	[ "$(wallet lock '"other"' | failure)" = "3120002 Wallet not found: other" ]
	[ "$(wallet open '"nosuch"' | failure)" = "3120002 Unable to open file: $D/wallet/nosuch.wallet" ]
	[ "$(wallet open '"other"')" = '{}' ]
	[ "$(wallet list_wallets)" = '["default","other"]' ]
	[ "$(wallet unlock "[\"other\", \"$password\"]")" = '{}' ]
	[ "$(wallet get_public_keys)" = "[\"$first\"]" ]
	[ "$(wallet set_timeout 0)" = '{}' ]
	[ "$(wallet list_wallets)" = '["default","other"]' ]
}

# Passwords and new keys differ each time; "default" is there from the start; what comes after the first timeout
# depends on time, and on files that were put there. Bad values in a body may have another code.
@test "a recorded keosd's answers to the calls about wallets and keys have the same status and code" {
	local recorded=$BATS_TEST_DIRNAME/../golden/http.jsonl.gz call status code body answer line
	local first count=0 word
	first=$(cat "$D/wallet/password")
	declare -A passwords
	while IFS=$'\t' read -r call status code body line; do
		[ "$call" != /v1/wallet/set_timeout ] || break
		body=${body#=}
		for word in "${!passwords[@]}"; do
			body=${body//$word/${passwords[$word]}}
		done
		if [ "$call $status $body" = '/v1/wallet/create 201 "default"' ]; then
			passwords[$line]=$first
			wallet unlock "[\"default\", \"$first\"]" >/dev/null
			continue
		fi
		answer=$(curl -s -m 60 --unix-socket "$SOCKET" "http://localhost$call" -d "$body" -w '\n%{http_code}')
		echo "$call $body: $status $code: $answer"
		[ "${answer##*$'\n'}" = "$status" ]
		answer=${answer%$'\n'*}
		[ "$(jq -r 'if type == "object" then .error.code // "-" else "-" end' <<<"$answer")" = "$code" ]
		[ "$call $status" != "/v1/wallet/create 201" ] || passwords[$line]=$(jq -r . <<<"$answer")
		count=$((count + 1))
	done < <(zcat "$recorded" | jq -r '
		def code: .response | if type == "object" then .error.code // null else null end;
		select(.wallet and .method == null and .body != null) |
		select(.request | test("/(create|open|lock|unlock|import_key|create_key|remove_key|list_keys|set_timeout)$")) |
		select(code == null or code > 3000000) |
		[.request, .status, (code // "-"), "=" + (.body | if type == "string" then . else tojson end),
			(.response | if type == "string" then . else "-" end)] | join("\t")')
	[ "$count" -gt 80 ]
}
