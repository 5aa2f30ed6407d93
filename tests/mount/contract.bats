# Contracts of one's own on the mount: what they may take, what they print, how they fail.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	new_paths
	can_mount || return 0
	# (loop (br 0)) as apply
	printf '\0asm\1\0\0\0\1\7\1\140\3\176\176\176\0\3\2\1\0\7\11\1\5apply\0\0\12\11\1\7\0\3\100\14\0\13\13' \
		> "$BASE/endless.wasm"
}

teardown_file() {
	take_down
}

setup() {
	require_fuse
}

teardown() {
	cd /
	! is_mounted || "$EOSIOFS" --unmount "$M"
	rm -rf "$D"
}

run_hello() {
	echo '[{"account":"hello","name":"go","authorization":[{"actor":"hello","permission":"active"}],"data":""}]' > push
}

@test "a contract without an end is ended, as the node's configuration says and as the chain does" {
	mount_at -o data="$D",http=127.0.0.1:0
	cd "$M"
	mkdir accounts/hello
	cat "$BASE/endless.wasm" > accounts/hello/contract/code.wasm
	! run_hello || false
	tail -n 1 errors | grep \
		-E 'EDQUOT: 3080004 .*executing for too long 3[0-9]+us reached node configured max-transaction-time 30000us'
	printf 'max-transaction-time = 200\nplugin = eosio::producer_api_plugin\n' >> nodes/eosio/config.ini
	echo +1s > chain/clock
	echo restart > nodes/eosio/state
	! run_hello || false
	tail -n 1 errors | grep \
		-E 'EDQUOT: 3080004 .*executing for too long 9[0-9]+us reached on chain max_transaction_cpu_usage 90000us'
	# and as its producers' API says, until it starts again
	url=$(sed -n 's#^http \([0-9.:]*\)$#http://\1#p' nodes/eosio/endpoints)
	curl -s -m 60 "$url/v1/producer/update_runtime_options" -d '{"max_transaction_time": 20}'
	! run_hello || false
	tail -n 1 errors | grep -E 'reached node configured max-transaction-time 20000us'
	# nothing of it was kept
	mkdir accounts/hello2
	[ -d accounts/hello2 ]
}

@test "with -o cpu=measured the time is billed, and the same after a kill" {
	mount_at -o data="$D",cpu=measured
	cd "$M"
	# counts to 200000
	printf '\0asm\1\0\0\0\1\7\1\140\3\176\176\176\0\3\2\1\0\7\11\1\5apply\0\0\12\27\1\25\1\1\177\3\100\40\3\101\1\152\42\3\101\300\232\14\111\15\0\13\13' > "$BASE/long.wasm"
	mkdir accounts/hello
	cat "$BASE/long.wasm" > accounts/hello/contract/code.wasm
	run_hello
	id=$(cat last_transaction)
	billed=$(jq .receipt.cpu_usage_us "transactions/$id.json")
	[ "$billed" -gt 100 ]
	cd /
	pid=$(mount_pid)
	kill -9 "$pid"
	wait_gone "$pid"
	mount_at -o data="$D"
	[ "$(jq .receipt.cpu_usage_us "$M/transactions/$id.json")" = "$billed" ]
	"$EOSIOFS" --unmount "$M"
	mount_at -o data="$D",verify
	[ "$(jq .receipt.cpu_usage_us "$M/transactions/$id.json")" = "$billed" ]
}

# compile NAME: a contract in C, its source on the input, with eosiofs's library; NAME.wasm in BASE.
compile() {
	command -v clang >/dev/null && command -v wasm-ld >/dev/null ||
		skip "clang or wasm-ld (Debian: clang, lld) is missing, so nothing can be compiled"
	cat > "$BASE/hello.c"
	cp "$ROOT/examples/contract/Makefile" "$BASE/Makefile"
	make -s -C "$BASE" EOSIOFS="$ROOT"
	mv "$BASE/hello.wasm" "$BASE/$1.wasm"
}

@test "what a contract prints is in the log; a trap says where, and what was printed" {
	compile trap <<-'END'
		#include "core/contracts/library/contract.h"
		void apply(uint64_t receiver, uint64_t code, uint64_t action);
		void apply(uint64_t receiver, uint64_t code, uint64_t action)
		{
			(void)receiver, (void)code;
			prints("one\ntwo\33[31m\n\nfour");
			if (action == name("trap"))
				__builtin_trap();
			if (action == name("tell"))
				require_recipient(name("world"));
			if (receiver == name("world"))
				*(volatile uint8_t *)(uintptr_t)(uint32_t)(code | 0xfffffff0) = 1;
			check(action != name("check"), "so it is");
		}
	END
	mount_at -o memory
	cd "$M"
	mkdir accounts/hello accounts/world
	for account in hello world; do
		cat "$BASE/trap.wasm" > accounts/$account/contract/code.wasm
	done
	echo '{}' > accounts/hello/actions/anything
	[ "$(tail -n 4 log)" = $'>> one\n>> two [31m\n>> \n>> four' ]
	for shell in bash dash; do
		! $shell -c "echo '{}' > accounts/hello/actions/trap" || false
		[[ "$(tail -n 1 errors)" \
			== *"ECANCELED: 3070002 wasm_execution_error: eos-vm system failure; in hello::trap; printed: one two [31m  four" ]]
		! $shell -c "echo '{}' > accounts/hello/actions/tell" || false
		[[ "$(tail -n 1 errors)" \
			== *"access violation; in world, notified of hello::tell; printed: one two [31m  four" ]]
		! $shell -c "echo '{}' > accounts/hello/actions/check" || false
		[[ "$(tail -n 1 errors)" == *"message: so it is; printed: one two [31m  four" ]]
	done
}

# ends ACTION HOW: hello's action ends as it should: OK, LOG TEXT (what it printed), TIME (of a node's 30
# ms), or the error's words.
ends() {
	local done=1 log
	echo '{}' > "accounts/hello/actions/$1" || done=
	log=$(tail -n 1 log)
	case $2 in
	OK) [ "$done" ] ;;
	'LOG '*) [ "$done" ] && [ "$log" = ">> ${2#LOG }" ] ;;
	TIME) [ ! "$done" ] && tail -n 1 errors | grep \
		-Eq "$1 EDQUOT: 3080004 .*executing for too long .*; in hello::" ;;
	*) [ ! "$done" ] && tail -n 1 errors | grep -Eq "$1 E[A-Z]+: .*$2" ;;
	esac || {
		echo "$1: not $2; done: ${done:-no}, log: $log, error: $(tail -n 1 errors)" >&2
		return 1
	}
}

@test "whatever a contract does, it ends in time and harms nobody" {
	compile nasty < "$ROOT/tests/contracts/nasty.c"
	mount_at -o data="$D"
	cd "$M"
	echo PREACTIVATE_FEATURE > chain/features
	echo eosio.boot > accounts/eosio/contract/install
	for feature in $(awk '{print $NF}' chain/features); do
		[ "$feature" = PREACTIVATE_FEATURE ] || echo "$feature" > chain/features
	done
	mkdir accounts/hello
	cat "$BASE/nasty.wasm" > accounts/hello/contract/code.wasm
	sed 's/"accounts": \[\]/"accounts": [{"permission": {"actor": "hello", "permission": "eosio.code"}, "weight": 1}]/' accounts/hello/permissions/active.json > "$BASE/active"
	cat "$BASE/active" > accounts/hello/permissions/active.json
	while IFS='|' read -r action how; do
		ends "$action" "$how"
	done <<-'END'
		deep|3070002 .*; in hello::deep
		calls|OK
		toomanycalls|3070002 .*eos-vm system failure; in hello::toomanycalls
		grow|OK
		fill|OK
		shrink|TIME
		loop|TIME
		flood|TIME
		drip|TIME
		hash|TIME
		pairs|TIME
		rounds|TIME
		notify|TIME
		tables|TIME
		bomb|TIME
		bombs|TIME
		timers|TIME
		timer|OK
		outofmemory|3050003 .*contract ran out of memory
		nostring|3070002 .*access violation; in hello::nostring
		badpointer|3070002 .*access violation; in hello::badpointer
		badlength|3070002 .*access violation; in hello::badlength
		message|3070002 .*access violation; in hello::message
		longmessage|3050003 .*assertion failure with message: m+$
		unaligned|LOG ddaf35a1
		noiterator|3160003 .*invalid iterator
		neveritr|3160003 .*iterator out of range
		enditerator|3160005 .*dereference of end iterator
		enditerators|3160003 .*not a valid end iterator
		removed|3160005 .*dereference of deleted object
		nan|3040000 .*NaN is not an allowed value
		words|3230002 .*given 3 bytes but expected 2
		garbage|does not decode
		garbageauth|does not decode
		garbagekey|unable to reconstruct public key
		privilege|3050007 .*does not have permission
		result|3050014
		exit|LOG bye
	END
	# the endless deferred transaction is tried once, not in each of 1 200 blocks
	echo +10m > chain/clock
	# killed while something endless runs, it comes back with all that was acknowledged
	mkdir accounts/alice
	(while [ -e accounts/hello ]; do echo '{}' > accounts/hello/actions/loop; done) 2>/dev/null 3>&- &
	until tail -n 1 errors | grep -q 'hello::loop'; do :; done
	cd /
	pid=$(mount_pid)
	kill -9 "$pid"
	wait_gone "$pid"
	wait
	mount_at -o data="$D"
	[ -d "$M/accounts/alice" ]
	mkdir "$M/accounts/bob"
}

@test "a contract without an ABI takes packed parameters, as hexadecimal digits" {
	compile echo <<-'END'
		#include "core/contracts/library/stream.h"
		void apply(uint64_t receiver, uint64_t code, uint64_t action);
		void apply(uint64_t receiver, uint64_t code, uint64_t action)
		{
			struct reader in = reader_of_action();
			struct blob all = read_rest(&in);
			(void)receiver, (void)code, (void)action;
			printhex(all.data, (uint32_t)all.length);
			prints(".");
		}
	END
	mount_at -o memory
	boot
	cd "$M"
	mkdir accounts/hello accounts/alice
	cat "$BASE/echo.wasm" > accounts/hello/contract/code.wasm
	[ -z "$(ls accounts/hello/actions)" ]
	! [ -e accounts/hello/actions/NoName ] || false
	! [ -e accounts/hello/actions/thirteenletter ] || false
	grep -q 'packed, as hexadecimal digits' accounts/hello/actions/whatever
	in_shells 'echo 00ffAB > accounts/hello/actions/whatever && tail -n 1 log | grep -qx ">> 00ffab\."'
	in_shells 'echo 0x > accounts/hello/actions/whatever && tail -n 1 log | grep -qx ">> \."'
	in_shells 'echo "[]" > accounts/hello/actions/whatever && tail -n 1 log | grep -qx ">> \."'
	in_shells 'echo "hello whatever 0x01 -p alice" > push && tail -n 1 log | grep -qx ">> 01\."'
	refused EINVAL 'or hexadecimal digits' 'echo 001 > accounts/hello/actions/whatever'
	refused EINVAL 'or hexadecimal digits' 'echo hello > accounts/hello/actions/whatever'
	refused ENOENT 'No ABI found for hello: write the parameters packed' \
		"echo '{\"a\": 1}' > accounts/hello/actions/whatever"
	# one without code has no actions
	! [ -e accounts/alice/actions/whatever ] || false
	# with an ABI, too
	refused ECANCELED 'datastream attempted to read past the end' \
		'echo 00 > accounts/eosio.token/actions/transfer'
}

# boots OPTIONS: a chain whose accounts have staked, voted, produced and claimed, and is not mounted any more.
boots() {
	mount_at -o data="$D$1"
	cd "$M"
	echo 20 > boot/options/user-limit
	echo all > boot/run
	echo 'skip +25h' > chain/clock
	echo claim > producers/producer111a/rewards
	cat accounts/*/balance producers/*/votes > "$BASE/before"
	cd /
	"$EOSIOFS" --unmount "$M"
}

@test "a chain that the native twins made is the same as WebAssembly, and the other way round" {
	local made again
	for made in '' ,twins=off; do
		again=,twins=off
		[ -z "$made" ] || again=
		rm -rf "$D"
		boots "$made"
		run -0 mount_at -o data="$D",verify"$again"
		[[ "$output" == *"verified: "*" blocks"* ]]
		cat "$M"/accounts/*/balance "$M"/producers/*/votes | diff "$BASE/before" -
		"$EOSIOFS" --unmount "$M"
	done
}
