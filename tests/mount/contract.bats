# Contracts of one's own on the mount: what they may take, what they print, how they fail.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	new_paths
	can_mount || return 0
	# (loop (br 0)) as apply
	printf '\0asm\1\0\0\0\1\7\1\140\3\176\176\176\0\3\2\1\0\7\11\1\5apply\0\0\12\11\1\7\0\3\100\14\0\13\13' > "$BASE/endless.wasm"
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
	mount_at -o data="$D"
	cd "$M"
	mkdir accounts/hello
	cat "$BASE/endless.wasm" > accounts/hello/contract/code.wasm
	! run_hello
	tail -n 1 errors | grep -E 'EDQUOT: 3080004 .*executing for too long 3[0-9]+us reached node configured max-transaction-time 30000us'
	echo 'max-transaction-time = 200' >> nodes/eosio/config.ini
	echo +1s > chain/clock
	echo restart > nodes/eosio/state
	! run_hello
	tail -n 1 errors | grep -E 'EDQUOT: 3080004 .*executing for too long 9[0-9]+us reached on chain max_transaction_cpu_usage 90000us'
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
	command -v clang >/dev/null && command -v wasm-ld >/dev/null || skip "clang or wasm-ld (Debian: clang, lld) is missing, so nothing can be compiled"
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
		! $shell -c "echo '{}' > accounts/hello/actions/trap"
		[[ "$(tail -n 1 errors)" == *"ECANCELED: 3070002 wasm_execution_error: eos-vm system failure; in hello::trap; printed: one two [31m  four" ]]
		! $shell -c "echo '{}' > accounts/hello/actions/tell"
		[[ "$(tail -n 1 errors)" == *"access violation; in world, notified of hello::tell; printed: one two [31m  four" ]]
		! $shell -c "echo '{}' > accounts/hello/actions/check"
		[[ "$(tail -n 1 errors)" == *"message: so it is; printed: one two [31m  four" ]]
	done
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
	grep -q 'packed, as hexadecimal digits' accounts/hello/actions/whatever
	in_shells 'echo 00ffAB > accounts/hello/actions/whatever && tail -n 1 log | grep -qx ">> 00ffab\."'
	in_shells 'echo 0x > accounts/hello/actions/whatever && tail -n 1 log | grep -qx ">> \."'
	in_shells 'echo "[]" > accounts/hello/actions/whatever && tail -n 1 log | grep -qx ">> \."'
	in_shells 'echo "hello whatever 0x01 -p alice" > push && tail -n 1 log | grep -qx ">> 01\."'
	refused EINVAL 'or hexadecimal digits' 'echo 001 > accounts/hello/actions/whatever'
	refused EINVAL 'or hexadecimal digits' 'echo hello > accounts/hello/actions/whatever'
	refused ENOENT 'No ABI found for hello: write the parameters packed' "echo '{\"a\": 1}' > accounts/hello/actions/whatever"
	# one without code has no actions
	! [ -e accounts/alice/actions/whatever ]
	# with an ABI, too
	refused ECANCELED 'datastream attempted to read past the end' 'echo 00 > accounts/eosio.token/actions/transfer'
}
