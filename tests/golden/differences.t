#!/bin/sh
# The replay tool finds what is wrong: each change to a recording, however small, is told as a difference in
# the right place.
folder=$(dirname "$0")
replay=${BUILD:-$folder/../../build}/replay
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
gunzip -c "$folder/tutorial.jsonl.gz" >"$work/tutorial.jsonl"

number=0
# finds DESCRIPTION PATTERN SED [OPTION]: the recording changed by a sed script makes replay fail with a
# line that matches.
finds() {
	number=$((number + 1))
	sed "$3" "$work/tutorial.jsonl" | gzip -1 >"$work/changed.jsonl.gz"
	output=$("$replay" $4 "$work/changed.jsonl.gz")
	if [ $? -eq 1 ] && printf '%s\n' "$output" | grep -q "$2"; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		printf '%s\n' "$output" | head -n 5 | sed 's/^/# /'
	fi
}

echo 1..18
finds "a row's value" 'checkpoint "votes": eosio/eosio/voters\[0\].staked' \
	'/"checkpoint":"votes"/s/"staked":2000000000/"staked":2000000001/'
finds "a row we do not have" 'expected {"balance":"1.0000 SYS"}, got no row' \
	'/"checkpoint":"votes"/s/"eosio.token\/accountnum11\/accounts":\[/&{"balance":"7.7655 SYS"},{"balance":"1.0000 SYS"},/'
finds "a table it does not have" 'eosio.token/accountnum11/accounts: expected no such table, got one' \
	'/"checkpoint":"votes"/s/"eosio.token\/accountnum11\/accounts":/"eosio.token\/accountnum1\/accounts":/'
finds "an account's RAM" 'account accountnum11.ram_usage' \
	'/"checkpoint":"votes"/s/"ram_usage":[0-9]*/"ram_usage":1/g'
finds "a schedule" 'active schedule.version' \
	'/"checkpoint":"votes"/s/"active":{"version":0/"active":{"version":7/'
finds "the order of producers" 'producers.rows\[0\].owner' \
	'/"checkpoint":"votes"/s/"rows":\[{"owner":"[a-z0-9]*"/"rows":[{"owner":"eosio"/'
finds "a first message" 'step 11 .*: error: expected 3050001' \
	'/"step":11,/s/name is already taken/name is taken/'
finds "an error code" 'step 12 .*: error: expected 3050001' '/"step":12,/s/"code":3050000/"code":3050001/'
finds "an outcome" 'step 36 .*: outcome' '/"step":36,/s/"note"/"error":{"code":1},"note"/'
finds "a step in no block" 'step 12: block: expected one, got none' \
	'/"step":12,/s/"error":{/"status":"executed","was":{/'
finds "NET" 'step 36 .*: net_usage: expected 136, got 128' '/"step":36,/s/"net_usage":128/"net_usage":136/'
finds "a RAM delta" 'step 36 .*: trace\[0\].ram\[0\].delta' '/"step":36,/s/"delta":240/"delta":241/'
finds "a receipt's sequence" 'step 36 .*: trace\[0\].receipt.global_sequence' \
	'/"step":36,/s/"global_sequence":47/"global_sequence":48/'
finds "an action's data" 'step 36 .*: trace\[0\].data.memo' \
	'/"step":36,/s/\("traces":.*\)"memo":"memo"/\1"memo":"other"/'
finds "the end of a deferred transaction" 'block 202, deferred .*: status: expected expired' \
	'/"signed_block":202,/s/"status":"executed"/"status":"expired"/'
finds "a signed block's transaction" 'block 9: stopped: ' \
	'/"signed_block":9,/s/"packed_trx":"26/"packed_trx":"27/' --blocks
finds "a signed block's NET word" 'block 9: stopped: .*receipt' \
	'/"signed_block":9,/s/"net_usage_words":16/"net_usage_words":17/' --blocks
finds "an account's CPU" \
	'request /v1/chain/get_account .*accountnum11.*cpu_limit.used: expected 709, got 708' \
	'/"request".*"account_name":"accountnum11"/s/"used":708/"used":709/' --requests
