# boot/ through a mount: all at once, stopped by Ctrl-C, unmounting and kill -9 and gone on with, watched,
# refused.

bats_require_minimum_version 1.5.0
load common

setup() {
	require_fuse
	new_paths
	mount_at -o data="$D"
	cd "$M"
	echo 600 > boot/options/user-limit
}

teardown() {
	take_down
}

# What a boot leaves behind, apart from clocks: who has what, votes for whom, is controlled by whom.
result() {
	(cd "$M" && ls accounts producers && cat accounts/*/balance accounts/*/stake accounts/*/votes \
		accounts/*/proxy accounts/*/ram_usage producers/*/url \
		accounts/eosio*/permissions/*.json chain/supply)
}

booted() {
	[ "$(grep -c ' done ' boot/run)" -ge 14 ] && [ "$(cat accounts/useraaaaaaab/proxy)" = producer111a ] &&
		! grep -q transfer "$M/errors" || false
}

# The number of items that step stake has done.
staked() {
	sed -n 's/^# 08-stake .* \([0-9]*\)\/[0-9]* .*/\1/p' "$M/boot/run"
}

@test "all, by bash and by dash, and all again" {
	bash -c 'echo all > boot/run'
	booted
	log=$(wc -c < log)
	dash -c 'echo all > boot/run'
	[ "$(wc -c < log)" = "$log" ]
	[ "$(ls accounts | wc -l)" = 643 ]
	[ "$(jq '.active.producers | length' chain/schedule.json)" = 21 ]
	[ "$(grep -c newaccount boot/output.log)" = 630 ]
}

@test "a step that ended stays done after the next mount, whatever was changed meanwhile" {
	echo all > boot/run
	echo > accounts/useraaaaaaab/proxy
	echo producer111c > accounts/useraaaaaaac/votes
	cd / && "$EOSIOFS" --unmount "$M" && mount_at -o data="$D" && cd "$M"
	grep -q '13-proxy .* done ' boot/run
	echo all > boot/run
	[ -z "$(cat accounts/useraaaaaaab/proxy)" ]
	[ "$(cat accounts/useraaaaaaac/votes)" = producer111c ]
	! bash -c 'echo 700 > boot/options/user-limit' 2>/dev/null || false
	tail -n 1 errors | grep -q 'EPERM.*user-limit: step "tokens" has ended'
	echo proxy > boot/run
	[ "$(cat accounts/useraaaaaaab/proxy)" = producer111a ]
}

@test "Ctrl-C stops after the current transaction; all goes on to the same end" {
	echo all > boot/run
	result > "$BASE/whole"
	cd / && "$EOSIOFS" --unmount "$M" && rm -r "$D" && mount_at -o data="$D" && cd "$M"
	echo 600 > boot/options/user-limit
	for limit in 100 300 500; do
		setsid bash -c 'trap "exit 130" INT; echo all > boot/run' 3>&- 2>/dev/null &
		writer=$!
		until [ "$(staked)" -ge "$limit" ]; do :; done
		kill -INT "-$writer" 2>/dev/null || kill -INT "$writer"
		run wait "$writer"
		# On a busy machine the step may be through before the signal is sent; tests/tree/boot.c stops at
		# every place.
		[ "$(staked)" -eq 1260 ] || grep -q 'interrupted' boot/run
	done
	echo all > boot/run
	booted
	[ "$(result)" = "$(cat "$BASE/whole")" ]
}

@test "a background job that ends does not stop its shell's write" {
	bash -c 'until [ "$(cat boot/output.log | grep -c newaccount)" -ge 100 ]; do :; done & echo all > boot/run'
	booted
}

@test "kill -9 in the middle, again and again; all goes on to the same end" {
	echo all > boot/run
	result > "$BASE/whole"
	cd / && "$EOSIOFS" --unmount "$M" && rm -r "$D" && mount_at -o data="$D" && cd "$M"
	echo 600 > boot/options/user-limit
	for limit in 1 300 301 800 1200; do
		bash -c "echo all > '$M/boot/run'" 3>&- 2>/dev/null &
		writer=$!
		until [ "$(staked)" -ge "$limit" ]; do :; done
		pid=$(mount_pid)
		kill -9 "$pid"
		wait_gone "$pid"
		wait "$writer" || :
		cd / && mount_at -o data="$D" 2>/dev/null && cd "$M"
		[ "$(cat boot/options/user-limit)" = 600 ]
		[ "$(staked)" -ge "$limit" ]
	done
	echo all > boot/run
	booted
	[ "$(result)" = "$(cat "$BASE/whole")" ]
}

@test "unmounting stops it; all goes on after the next mount" {
	bash -c "echo all > '$M/boot/run'" 3>&- 2>/dev/null &
	writer=$!
	until [ "$(staked)" -ge 200 ]; do :; done
	cd /
	kill "$(mount_pid)"
	wait "$writer" || :
	until ! is_mounted; do :; done
	until mount_at -o data="$D" 2>/dev/null; do :; done
	cd "$M"
	[ "$(staked)" -ge 200 ]
	echo all > boot/run
	booted
}

@test "progress and output can be followed" {
	tail -n +1 -f boot/progress > "$BASE/progress" 3>&- &
	tail1=$!
	tail -n +1 -f boot/output.log > "$BASE/output" 3>&- &
	tail2=$!
	echo all > boot/run
	until grep -q '^log .*100 %' "$BASE/progress" && grep -q '^tail ' "$BASE/output"; do :; done
	kill "$tail1" "$tail2"
	grep -q '^stake .*1260/1260' "$BASE/progress"
	grep -q 'cleos system newaccount' "$BASE/output"
}

@test "what is wrong is refused before anything is done" {
	(
	boot_state() { ls accounts; cat last_transaction boot/options/*; }
	before=$(boot_state)
	refuse() {
		! bash -c "$2" 2>/dev/null && tail -n 1 errors | grep -q "$1" && [ "$(boot_state)" = "$before" ] ||
			{ echo "$2: $(tail -n 1 errors)"; exit 1; }
	}
	refuse 'ERANGE.*user-limit.*1000000' 'echo 1000001 > boot/options/user-limit'
	refuse 'EINVAL.*ram-funds' 'echo much > boot/options/ram-funds'
	refuse 'no such file\|no boot option' 'echo 1 > boot/options/num-votes'
	refuse 'EINVAL.*line 3' \
		'printf "{\"users\": [\n{\"name\": \"a\"},\n{\"name\" \"b\"}]}\n" > boot/accounts.json'
	refuse 'EINVAL.*line 2.*Alice' 'printf "{\"users\": [\n{\"name\": \"Alice\"}]}\n" > boot/accounts.json'
	refuse 'EEXIST.*line 3.*twice' \
		'printf "{\"users\": [\n{\"name\": \"alice\"},\n{\"name\": \"alice\"}]}\n" > boot/accounts.json'
	refuse 'ERANGE.*exceed the supply' \
		'echo "{\"users\": [{\"name\": \"alice\", \"funds\": \"10000000000.0001 SYS\"}]}" > boot/accounts.json'
	refuse 'EINVAL.*do not match' \
		'echo "{\"users\": [{\"name\": \"alice\", \"pub\": \"EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr\", \"pvt\": \"5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3\"}]}" > boot/accounts.json'
	refuse 'EINVAL.*"sys" must come before' 'echo stake > boot/run'
	refuse 'EINVAL.*no boot step "everything"' 'echo everything > boot/run'
	)
	mkdir accounts/useraaaaaabc
	! bash -c 'echo all > boot/run' 2>/dev/null || false
	tail -n 1 errors | grep -q 'EEXIST.*useraaaaaabc'
	[ ! -e accounts/eosio.bpay ]
}

@test "given accounts: keys, funds, and no private key to be read" {
	cat > "$BASE/accounts.json" <<-'END'
		{"users": [{"name": "alice1111111", "pub": "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV",
		            "pvt": "5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3", "funds": "900000000.0000 SYS"},
		           {"name": "bob111111111", "funds": 50000}],
		 "producers": [{"name": "producer1111"}]}
	END
	cp "$BASE/accounts.json" boot/accounts.json
	echo 1 > boot/options/num-voters
	! grep -r 5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3 boot || false
	! grep -r 5K463ynhZoCDDa4RDcr63cUwWLTnKqmdcoTKTHBjqoKfv4u5V7p boot || false
	cat boot/accounts.json > "$BASE/shown" && cat "$BASE/shown" > boot/accounts.json
	cd / && "$EOSIOFS" --unmount "$M" && mount_at -o data="$D" && cd "$M"
	echo all > boot/run
	[ "$(cat accounts/bob111111111/balance)" = '4.0000 SYS' ]
	[ "$(cat accounts/bob111111111/stake)" = '0.4500 SYS 0.4500 SYS' ]
	[ "$(cat accounts/producer1111/balance)" = '10.0000 SYS' ]
	[ "$(cat accounts/alice1111111/votes accounts/alice1111111/proxy)" = producer1111 ]
	[ "$(cat chain/supply)" = '1000000000.0000 SYS' ]
}

@test "the example, in bash and in dash" {
	echo > boot/options/user-limit
	run -0 bash "$ROOT/examples/bios-boot.sh" "$M"
	[[ "$output" == *"The chain is booted."* ]]
	run -0 dash "$ROOT/examples/bios-boot.sh" "$M"
	run -0 dash "$ROOT/examples/errors.sh" "$M"
}

@test "a new chain begins before real time, and a boot ends at it" {
	[[ $(cat chain/clock) == *' s behind real time' ]]
	[ "$(cat chain/head)" -le 10 ]
	echo all > boot/run
	ahead=$(sed 's/.*, \([0-9]*\).* ahead of real time$/\1/' chain/clock)
	[ "$ahead" -le 2 ]
	[ $(($(date +%s) - $(date -ud "$(cat chain/time)Z" +%s))) -le 3 ]
	echo +100s > chain/clock
	echo now > chain/clock
	head=$(cat chain/head)
	grep -Eq '(9[0-9]|100)\.[0-9] s ahead of real time \(production pauses for [0-9.]+ s, until real time has caught up\)' chain/clock
	cat chain/clock > "$BATS_TEST_TMPDIR/clock"
	cp "$BATS_TEST_TMPDIR/clock" chain/clock
	echo 1 > wallet/impersonate
	echo 'useraaaaaaac 0.0001 SYS' > accounts/useraaaaaaab/transfer
	[ "$(cat chain/head)" = "$head" ]
	cd / && "$EOSIOFS" --unmount "$M" && mount_at -o data="$D" && cd "$M"
	[[ $(cat chain/clock) == *'production pauses'* ]]
	echo +1s > chain/clock
	[[ $(cat chain/clock) != *'production pauses'* ]]
}
