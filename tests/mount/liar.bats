# A node, or what stands before it, that lies, stops in the middle or says nothing: clear errors, nothing
# sent twice, nothing that Ctrl-C does not end.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	new_paths
	can_mount || return 0
	serve_at "$BASE/serving"
	echo 1 > "$SERVING/wallet/impersonate" # the liar moves its head
	begin_liar
	attach_at -o memory
	boot
}

setup() {
	require_fuse
	cd "$M"
	lie ''
}

teardown_file() {
	[ ! -e "$BASE/liars" ] || { lie '' && end_own $(cat "$BASE/liars"); }
	take_down
}

# A liar between what is attached from now on and the node at URL.
begin_liar() {
	: > "$BASE/mode"
	: > "$BASE/port"
	perl "$ROOT/tests/mount/liar.pl" "$BASE/mode" "${URL##*:}" "$SERVING" > "$BASE/port" 3>&- 4>&- </dev/null &
	echo $! >> "$BASE/liars"
	until [ -s "$BASE/port" ]; do :; done
	URL=http://127.0.0.1:$(cat "$BASE/port")
}

# begin COMMAND: one that Ctrl-C reaches, which has not come to its end. Ends it with end.
begin() {
	env --default-signal=INT setsid bash -c "$1" >/dev/null 2>&1 3>&- &
	began+=($!)
}

# Ctrl-C for all that began, and waits for their ends.
end() {
	local process
	for process in "${began[@]}"; do
		until kill -INT "-$process" 2>/dev/null || ! kill -0 "$process" 2>/dev/null; do :; done
	done
	wait "${began[@]}" || :
	began=()
}

# lie HOW: from the next request on.
lie() {
	echo "$1" > "$BASE/mode"
}

units() {
	tr -dc 0-9 <"$SERVING/accounts/bob111111111/balance" | sed 's/^0*//'
}

@test "a head that moves between two answers: a file is asked again, and when that does not help it tells both blocks" {
	lie 'moves once'
	cat accounts/alice1111111/info.json > "$BASE/info.json"
	cmp "$BASE/info.json" "$SERVING/accounts/alice1111111/info.json"
	[[ "$(getfattr --only-values -n user.eosiofs.block accounts/alice1111111/info.json)" =~ ^[0-9]+$ ]]
	lie moves
	clock +1s # nothing is known of this head
	[[ "$(getfattr --only-values -n user.eosiofs.block accounts/alice1111111/info.json)" =~ ^([0-9]+)-([0-9]+)$ ]]
	[ "${BASH_REMATCH[2]}" -eq $((BASH_REMATCH[1] + 1)) ]
}

@test "ls -l of an account asks once for each kind of data" {
	clock +1s # a head of which nothing is known
	: > "$BASE/mode.log"
	ls -l accounts/bob111111111
	[ "$(grep -c 'get_account ' "$BASE/mode.log")" = 1 ]
	repeated=$(sed 's/"limit":[0-9]*//; s/,"lower_bound.*//' "$BASE/mode.log" | grep -v get_info | sort | uniq -d)
	[ -z "$repeated" ] || { echo "$repeated"; false; }
}

@test "an answer that is lost, cut off, a gateway's: the transfer happens once" {
	for how in lost cut gateway twice refused; do
		before=$(units)
		lie "$how"
		echo "bob111111111 0.0001 SYS $how" > accounts/alice1111111/transfer
		[ "$(units)" = $((before + 1)) ] || { echo "$how: $before, $(units)"; false; }
	done
}

@test "a node that takes a transfer, is gone before it answers, and comes back: it happened, once" {
	local key before port writer M=$BASE/left URL
	echo memory > wallet/reveal
	key=$(cat "wallet/private/$(cat wallet/labels/alice1111111)")
	mkdir "$M"
	URL=$(served "$SERVING")
	begin_liar
	port=${URL##*:}
	"$EOSIOFS" -o "memory,url=$URL" "$M" 3>&- 4>&- </dev/null
	echo unlock memory > "$M/wallet/state"
	echo "$key" > "$M/wallet/import"
	before=$(units)
	lie gone
	bash -c "echo 'bob111111111 0.0001 SYS gone' > $M/accounts/alice1111111/transfer" 3>&- &
	writer=$!
	until [ -z "$(cat "$BASE/mode")" ]; do :; done
	URL=$(served "$SERVING")
	PORT=$port begin_liar
	wait "$writer"
	[ "$(units)" = $((before + 1)) ]
	"$EOSIOFS" --unmount "$M"
}

@test "an answer that comes a thousand blocks late: the transfer has happened" {
	before=$(units)
	lie late
	echo "bob111111111 0.0001 SYS late" > accounts/alice1111111/transfer
	[ "$(units)" = $((before + 1)) ]
	[ "$(cat accounts/bob111111111/balance)" = "$(cat "$SERVING/accounts/bob111111111/balance")" ]
}

@test "HTML, a redirect, half an answer, one without an end, no head, another chain" {
	for expected in html:EPROTO:"answers HTML" redirect:EHOSTUNREACH:"redirects elsewhere" \
		broken:EPROTO:"answers no JSON" \
		endless:EPROTO:"answers more than" headless:EPROTO:"tells no head" chain:ESTALE:"another chain now"; do
		IFS=: read -r how errno words <<<"$expected"
		lie "$how"
		until run cat accounts/carol1111111/ram_usage && [ "$status" != 0 ]; do :; done
		says "$errno" "$words"
		run ! ls accounts/bob111111111
		[[ "$output" != *"No such file"* ]]
	done
}

@test "a node that never answers: Ctrl-C ends reads and writes, and other requests are answered meanwhile" {
	lie silent
	for command in 'cat accounts/alice1111111/net' 'ls -l producers' \
		'echo "bob111111111 0.0001 SYS never" > accounts/alice1111111/transfer'; do
		for _ in 1 2 3 4 5; do
			begin "$command"
		done
	done
	[ "$(cat wallet/state)" = unlocked ]
	end
	[ "$(cat wallet/state)" = unlocked ]
}

@test "a head that goes back: what was written is waited for, and Ctrl-C ends that" {
	before=$(units)
	echo "bob111111111 0.0001 SYS forth" > accounts/alice1111111/transfer
	lie back
	begin 'cat accounts/bob111111111/balance'
	kill -0 $!
	end
	lie ''
	[ "$(units)" = $((before + 1)) ]
	[ "$(cat accounts/bob111111111/balance)" = "$(cat "$SERVING/accounts/bob111111111/balance")" ]
}

@test "every lie, while files are read, folders listed, transfers made: Ctrl-C ends it, nothing happens twice" {
	for how in html redirect broken endless chain silent back lost cut gateway twice refused; do
		before=$(units)
		lie "$how"
		begin 'cat accounts/carol1111111/info.json accounts/alice1111111/balance'
		begin 'ls -l accounts/bob111111111'
		begin 'echo "bob111111111 0.0001 SYS $RANDOM" > accounts/alice1111111/transfer'
		end
		lie ''
		[ "$(units)" -le $((before + 1)) ] || { echo "$how: $before, $(units)"; false; }
		[ "$(cat accounts/bob111111111/balance)" = "$(cat "$SERVING/accounts/bob111111111/balance")" ]
	done
}

@test "a list that goes in circles or has names that are none ends, one without an end does at Ctrl-C" {
	for how in repeats returns names; do
		for command in 'ls accounts' 'ls accounts/eosio/tables/userres' \
			'cat accounts/eosio/tables/producers/eosio.jsonl'; do
			clock +1s # a head of which nothing is known
			lie "$how"
			run ! bash -c "$command"
			[[ "$output" != *../x* && "$output" != *nnnn* ]]
			lie ''
			says EPROTO "the node's"
		done
	done
	clock +1s
	lie climbs
	begin 'ls accounts'
	begin 'ls accounts/eosio/tables/userres'
	begin 'cat accounts/alice1111111/delegations'
	end
	lie ''
	diff <(ls accounts) <(ls "$SERVING/accounts")
}

@test "answers with nothing in them: whatever is read or written says so or shows nothing, and the mount is well" {
	for how in strings numbers lists; do
		clock +1s # a head of which nothing is known
		lie "nothing in $how"
		cat accounts/alice1111111/* accounts/alice1111111/permissions/* accounts/eosio/tables/*/* \
			accounts/eosio.token/contract/* chain/* producers/*/* blocks/*.json || :
		ls -l accounts producers accounts/alice1111111 accounts/eosio/tables || :
		echo 'bob111111111 0.0001 SYS nothing' > accounts/alice1111111/transfer || :
		[ "$(cat wallet/state)" = unlocked ]
		lie ''
	done
	clock +1s
	diff <(ls accounts) <(ls "$SERVING/accounts")
}

# begin_boot [OPTIONS]: M is attached, through a liar, to an empty chain, by default with a clock that runs.
steps='wallet boot sys contracts tokens sys-contract init-sys-contract stake'
begin_boot() {
	M=$(mktemp -d "$BASE/bootingXXXX") SERVING=$(mktemp -d "$BASE/emptyXXXX")
	"$EOSIOFS" -o memory,http=127.0.0.1:0"$1" "$SERVING" 3>&- 4>&- </dev/null
	{ cat "$SERVING/nodes/eosio/config.ini" && echo 'plugin = eosio::producer_api_plugin'; } > "$BASE/config.ini"
	cat "$BASE/config.ini" > "$SERVING/nodes/eosio/config.ini"
	echo restart > "$SERVING/nodes/eosio/state"
	URL=$(served "$SERVING")
	begin_liar
	attach_at -o memory
	cd "$M"
	echo 300 > boot/options/user-limit
	clock +1s
}

# All accounts, and none has liquid tokens twice.
booted() {
	[ "$(ls accounts | wc -l)" = 343 ]
	cat accounts/user*/balance > "$BASE/balances"
	! grep -v '^[0-9]\.[0-9]* SYS$' "$BASE/balances" | grep -v '^10\.0000 SYS$' || false
}

@test "a boot on its way meets lies: Ctrl-C ends it, it goes on from there, nothing is sent twice" {
	local M SERVING URL
	begin_boot
	for how in html silent cut back; do
		done=$(grep -c newaccount boot/output.log || :)
		begin "echo $steps > boot/run"
		until [ "$(grep -c newaccount boot/output.log)" -gt "$done" ] || ! kill -0 $! 2>/dev/null; do :; done
		lie "$how"
		end
		lie ''
	done
	echo "$steps" > boot/run
	booted
}

# In hexadecimal digits: eosio.rex, which nothing needs yet; eosio.token and create, before the token is issued.
@test "a boot whose transaction a node takes and loses while the next steps are sent: it is told of its own step" {
	local M SERVING URL
	for lost in sys:0000e8ea02ea3055 tokens:00a6823403ea305500000000a86cd445; do
		begin_boot
		lie "drops ${lost#*:}"
		bash -c "echo $steps > boot/run" 2>/dev/null 3>&- &
		writer=$!
		until [ -z "$(cat "$BASE/mode")" ] || ! kill -0 "$writer" 2>/dev/null; do :; done
		echo +2m > "$SERVING/chain/clock"
		! wait "$writer" || false
		says ETIME "boot step ${lost%:*}: transaction "
		[[ "$(tail -n 1 errors)" == *"is in no block and has expired: it did not happen"* ]]
		grep "${lost%:*} .* failed" boot/run || { cat boot/run errors; false; }
		echo "$steps" > boot/run
		booted
	done
}

@test "a boot whose next step is refused by a node that has not seen yet what came before" {
	local M SERVING URL
	begin_boot
	lie 'lags 00a6823403ea305500000000a86cd445'
	echo "$steps" > boot/run
	[ -z "$(cat "$BASE/mode")" ]
	booted
}

@test "boot/run of a mount that has not booted: how far the chain is, without a request for each account" {
	local M SERVING URL
	begin_boot ,clock=manual # a head that moves while the file is read has all asked again
	echo 300 > "$SERVING/boot/options/user-limit"
	echo "$steps" > "$SERVING/boot/run"
	sync .
	: > "$BASE/mode.log"
	grep '08-stake .* done .* 660/660 ' boot/run
	[ "$(grep get_table_rows "$BASE/mode.log" | sort -u | wc -l)" -lt 60 ] # each once a head
}

@test "chain/distribution.svg: a request for each account's tokens, and none for each stake" {
	local M SERVING URL
	begin_boot
	echo 300 > "$SERVING/boot/options/user-limit"
	echo "$steps" > "$SERVING/boot/run"
	sync .
	: > "$BASE/mode.log"
	cmp chain/distribution.svg "$SERVING/chain/distribution.svg"
	[ "$(grep -c get_table_rows "$BASE/mode.log")" -lt $(($(ls accounts | wc -l) + 20)) ]
}
