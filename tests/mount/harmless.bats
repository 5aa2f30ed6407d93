# rm -rf, grep -r and cp -r by the owner do no harm and reveal no private key.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	new_paths
	can_mount || return 0
	mount_at -o data="$D"
	boot
	echo 5K7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUnSyFGgwHi8Uy61wU1o > "$M/wallet/import"
	echo mine > "$M/wallet/new_key"
}

teardown_file() {
	take_down
}

setup() {
	require_fuse
	cd "$M"
}

# What looks like a private key: a WIF or PVT_….
no_secrets() {
	! grep -raEl '(^|[^A-Za-z0-9])5[HJK][1-9A-HJ-NP-Za-km-z]{49}([^A-Za-z0-9]|$)|PVT_K1_[1-9A-HJ-NP-Za-km-z]{30}' "$@" || false
}

@test "rm -rf destroys nothing" {
	before=$(state)
	find . | sort > "$BASE/before"
	run rm -rf accounts producers wallet nodes chain defaults contracts errors
	[ "$status" != 0 ]
	[ "$(state)" = "$before" ]
	find . | sort | diff "$BASE/before" -
}

@test "grep -r reads everything, changes nothing and finds no private key" {
	before=$(state)
	no_secrets .
	[ "$(state)" = "$before" ]
}

@test "cp -r copies everything, changes nothing and reveals no private key" {
	before=$(state)
	cp -r . "$BASE/copy"
	no_secrets "$BASE/copy"
	grep -q alice1111111 "$BASE/copy/accounts/alice1111111/info.json"
	rm -rf "$BASE/copy"
	[ "$(state)" = "$before" ]
}

@test "the data folder is the owner's alone and holds no key in the clear" {
	[ "$(stat -c %a "$D")" = 700 ]
	no_secrets "$D"
	! find "$D" -name password ! -perm 600 | grep . || false
}

@test "an imported key is in no log and no error" {
	run sh -c 'echo 5K7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUnSyFGgwHi8Uy61wU1o > wallet/import'
	run sh -c 'echo 5K7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUnSyFGgwHi8Uy61wU1x > wallet/import'
	[ "$status" != 0 ]
	no_secrets errors log
}

@test "a node's view shows what the top shows, and can only be read" {
	diff -r accounts/eosio/permissions nodes/eosio/view/accounts/eosio/permissions
	diff accounts/eosio.token/tables/stat/SYS.jsonl \
		nodes/eosio/view/accounts/eosio.token/tables/stat/SYS.jsonl
	diff <(ls producers accounts) <(cd nodes/eosio/view && ls producers accounts)
	before=$(state)
	run ! touch nodes/eosio/view/chain/new
	run ! sh -c 'echo +1d > nodes/eosio/view/chain/clock'
	tail -n 1 errors | grep \
		-q 'EROFS: nodes/eosio/view shows a view of the chain, which can only be read; write to chain/clock'
	run ! mkdir nodes/eosio/view/accounts/carol
	run ! rm -rf nodes/eosio/view
	[ "$(state)" = "$before" ]
	[ ! -w nodes/eosio/view/chain/clock ]
}

@test "a key or password in the wrong place is shown nowhere" {
	key=5K7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUnSyFGgwHi8Uy61wU1o
	password=$(cat "$D/wallet/password")
	for word in $key "x$key" "${key}y" "${key%o}" "$password" "x$password"; do
		for file in wallet/state wallet/import wallet/new_key defaults/creator chain/clock \
			accounts/alice1111111/votes; do
			run bash -c 'echo "$0" > "$1"' "$word" "$file"
			[ "$status" != 0 ] || [ "$file" = wallet/import ] || { echo "$file took it"; false; }
		done
		run mkdir "accounts/$word"
		[ "$status" != 0 ]
		echo "bob111111111 0.0001 SYS my key is $word" > accounts/alice1111111/transfer
	done
	for file in errors log nodes/eosio/stderr boot/output.log boot/progress; do
		! grep -e "${key:1:40}" -e "${password:3:40}" "$file" || false
	done
	grep -q '\*\*\*' errors
	grep -q 'my key is \*\*\*' log
}
