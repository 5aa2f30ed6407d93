# The whole boot sequence over HTTP, on another mount's empty chain, and the examples.

bats_require_minimum_version 1.5.0
load common

setup() {
	require_fuse
	new_paths
	mount_at -o data="$D"
}

teardown() {
	take_down
}

# Elected producers sign where the chain is: their keys, which the first step makes here, go there.
share_keys() {
	echo wallet > "$M/boot/run"
	cat "$D/wallet/password" > "$M/wallet/reveal"
	for key in "$M"/wallet/private/*; do
		[ -e "$SERVING/wallet/keys/${key##*/}" ] || cat "$key" > "$SERVING/wallet/import"
	done
}

@test "all, interrupted and gone on with, then all again, which sends nothing" {
	echo 300 > "$M/boot/options/user-limit"
	share_keys
	setsid env --default-signal=INT bash -c "echo all > '$M/boot/run'" 3>&- 2>/dev/null &
	writer=$!
	until grep -q newaccount "$M/boot/output.log"; do :; done
	kill -INT "-$writer"
	wait "$writer" || :
	echo all > "$M/boot/run"
	[ "$(grep -c ' done ' "$M/boot/run")" -ge 14 ]
	[ "$(ls "$M/accounts" | wc -l)" = 343 ]
	diff <(ls "$SERVING/accounts") <(ls "$M/accounts")
	[ "$(grep -c newaccount "$M/boot/output.log")" -ge 330 ]
	cmp "$SERVING/chain/schedule.json" "$M/chain/schedule.json"
	log=$(wc -c < "$M/log")
	echo all > "$M/boot/run"
	[ "$(wc -c < "$M/log")" = "$log" ]
}

@test "killed with transactions on their way, mounted anew and gone on with: each account is made once" {
	echo 1000 > "$M/boot/options/user-limit"
	share_keys
	(echo all > "$M/boot/run") 2>/dev/null 3>&- &
	until grep -q newaccount "$M/boot/output.log"; do :; done
	kill -9 "$(mount_pid)"
	wait
	attach_at -o data="$D"
	echo all > "$M/boot/run"
	[ "$(grep -c ' done ' "$M/boot/run")" -ge 14 ]
	[ "$(ls "$M/accounts" | wc -l)" = 1043 ]
	# max-unstaked, once: none has liquid tokens twice
	cat "$M"/accounts/user*/balance > "$BASE/balances"
	[ "$(wc -l < "$BASE/balances")" -gt 900 ]
	! grep -v '^[0-9]\.[0-9]* SYS$' "$BASE/balances" | grep -v '^10\.0000 SYS$' || false
}

@test "a step that is refused while what came before it is on its way: the steps before it have ended" {
	echo "eosio.token $(ls "$SERVING/wallet/keys")" > "$SERVING/create_account"
	mkdir "$SERVING/accounts/mallory"
	echo eosio.token > "$SERVING/accounts/eosio.token/contract/install"
	echo '["mallory", "10.0000 SYS"]' > "$SERVING/accounts/eosio.token/actions/create"
	echo 300 > "$M/boot/options/user-limit"
	share_keys
	run ! bash -c "echo all > '$M/boot/run'"
	says EACCES "boot step tokens: cleos push action eosio.token issue"
	[[ "$(tail -n 1 "$M/errors")" == *"missing authority of mallory"* ]]
	grep -q '03-sys .* done .* 10/10 ' "$M/boot/run"
	grep -q '04-contracts .* done .* 2/2 ' "$M/boot/run"
	grep -q '05-tokens .* failed .* 1/2 ' "$M/boot/run"
	grep -q '06-sys-contract .* waiting .* 0/' "$M/boot/run"
	echo TOK > "$M/boot/options/symbol"
	echo all > "$M/boot/run" || { tail -n 2 "$M/errors"; false; }
	[ "$(grep -c ' done ' "$M/boot/run")" -ge 14 ]
	[ "$(cat "$M/accounts/useraaaaaaaa/balance")" = "10.0000 TOK" ]
}

@test "examples/tutorial.sh" {
	sed -n 's/^accountnum.*:\(5.*\)/\1/p' "$ROOT/examples/tutorial.sh" |
		while read -r key; do echo "$key" > "$SERVING/wallet/import"; done
	CLOCK=$SERVING/chain/clock run dash "$ROOT/examples/tutorial.sh" "$M"
	[ "$status" = 0 ] || { echo "$output" | tail -n 20; return 1; }
	[[ "$output" == *"The tutorial is walked."* ]]
}

@test "examples/bios-boot.sh" {
	echo 300 > "$M/boot/options/user-limit"
	share_keys
	run dash "$ROOT/examples/bios-boot.sh" "$M"
	[ "$status" = 0 ] || { echo "$output" | tail -n 20; return 1; }
	[[ "$output" == *"The chain is booted."* ]]
}
