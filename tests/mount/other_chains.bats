# Attached to chains that are not the tutorial's: another core token, no system contract yet, one without REX, a
# node behind https.

bats_require_minimum_version 1.5.0
load common

setup() {
	require_fuse
	new_paths
	serve_at "$BASE/serving"
}

teardown() {
	[ ! -e "$BASE/liar" ] || end_own "$(cat "$BASE/liar")"
	take_down
}

# Files that a chain's core token, its decimals or its contracts show in.
same_files() {
	local file
	for file in accounts/alice1111111/{balance,stake,ram,info.json,cpu,net,votes,refund,delegations} \
		accounts/eosio/info.json producers/producer1111/votes \
		chain/{supply,ram_price,info.json,stake_activated,ranking,rammarket.json,schedule.json,params.json}; do
		cmp "$M/$file" "$SERVING/$file"
	done
}

@test "a core token of 8 decimals: its amounts are read and written with them" {
	attach_at -o memory
	boot WAX 00000000
	cd "$M"
	same_files
	[ "$(cat accounts/alice1111111/balance)" = "1000.00000000 WAX" ]
	in_shells 'echo "bob111111111 1.00000001 WAX" > accounts/alice1111111/transfer'
	[ "$(cat accounts/bob111111111/balance)" = "1002.00000002 WAX" ]
	in_shells 'echo "+1 WAX +2.5 WAX" > accounts/alice1111111/stake'
	[ "$(cat accounts/alice1111111/stake)" = "1002.00000000 WAX 1005.00000000 WAX" ]
	in_shells 'echo +4096 > accounts/bob111111111/ram; echo producer1111 > accounts/bob111111111/votes'
	same_files
	run ! bash -c 'echo "bob111111111 1.0000 SYS" > accounts/alice1111111/transfer'
	says ENOENT "no such token: SYS at eosio.token"
}

@test "no system contract yet: what there is shows, plain accounts are made" {
	attach_at -o memory
	cd "$M"
	diff <(ls accounts) <(ls "$SERVING/accounts")
	for file in accounts/eosio/{info.json,balance,ram,votes} accounts/eosio/permissions/active.json \
		chain/{supply,ranking,info.json,schedule.json,params.json}; do
		cmp "$file" "$SERVING/$file"
	done
	[ -z "$(ls producers)" ]
	in_shells 'mkdir accounts/plain$(echo $0 | tr -dc a-z)'
	[ -d "$SERVING/accounts/plainbash" ] && [ -d "$SERVING/accounts/plaindash" ]
	run ! bash -c 'echo "eosio 1.0000 SYS" > accounts/plainbash/transfer'
	says ENOENT "no such account: eosio.token"
}

@test "a system contract without REX: what it has shows" {
	attach_at -o memory
	boot
	cd "$M"
	jq '(.tables, .actions) |= map(select(.name | test("rex|^retbuckets$") | not))' \
		accounts/eosio/contract/abi.json > "$BASE/eosio.abi"
	cat "$BASE/eosio.abi" > accounts/eosio/contract/abi.json
	[ ! -e accounts/eosio/actions/buyrex ]
	same_files
	in_shells 'echo "bob111111111 1.0000 SYS" > accounts/alice1111111/transfer'
	in_shells 'echo producer1111 > accounts/alice1111111/votes'
	[ "$(cat accounts/alice1111111/balance)" = "998.0000 SYS" ]
}

@test "https: a certificate that is trusted, and one that is not" {
	perl -MIO::Socket::SSL -e 1 2>/dev/null || skip "Perl's IO::Socket::SSL is not installed"
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
		-addext subjectAltName=DNS:localhost -keyout "$BASE/key.pem" -out "$BASE/certificate.pem" 2>/dev/null
	: > "$BASE/mode"
	perl "$ROOT/tests/mount/liar.pl" "$BASE/mode" "${URL##*:}" "$SERVING" "$BASE/certificate.pem" \
		"$BASE/key.pem" > "$BASE/port" 3>&- 4>&- </dev/null &
	echo $! > "$BASE/liar"
	until [ -s "$BASE/port" ]; do :; done
	URL=https://localhost:$(cat "$BASE/port")
	run ! "$EOSIOFS" -o "memory,url=$URL" "$M"
	[[ "$output" == *"the node at $URL cannot be reached: "*self*signed*"CURL_CA_BUNDLE"* ]]
	CURL_CA_BUNDLE=$BASE/mistyped.pem run ! "$EOSIOFS" -o "memory,url=$URL" "$M"
	[[ "$output" == *"the node at $URL cannot be reached: "*"$BASE/mistyped.pem"* ]]
	CURL_CA_BUNDLE=$BASE/certificate.pem attach_at -o memory
	boot
	same_files
}
