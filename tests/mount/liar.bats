# A node, or what stands before it, that lies, stops in the middle or says nothing: clear errors, nothing
# sent twice, nothing that Ctrl-C does not end.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	new_paths
	can_mount || return 0
	serve_at "$BASE/serving"
	echo 1 > "$SERVING/wallet/impersonate" # the liar moves its head
	: > "$BASE/mode"
	perl "$ROOT/tests/mount/liar.pl" "$BASE/mode" "${URL##*:}" "$SERVING" > "$BASE/port" 3>&- 4>&- </dev/null &
	echo $! > "$BASE/liar"
	until [ -s "$BASE/port" ]; do :; done
	URL=http://127.0.0.1:$(cat "$BASE/port")
	attach_at -o memory
	boot
}

setup() {
	require_fuse
	cd "$M"
	lie ''
}

teardown_file() {
	[ ! -e "$BASE/liar" ] || { lie '' && kill "$(cat "$BASE/liar")"; }
	take_down
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

@test "HTML, a redirect, half an answer, one without an end, another chain" {
	for expected in html:EPROTO:"answers HTML" redirect:EHOSTUNREACH:"redirects elsewhere" \
		broken:EPROTO:"answers no JSON" \
		endless:EPROTO:"answers more than" chain:ESTALE:"another chain now"; do
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
			setsid env --default-signal=INT bash -c "$command" >/dev/null 2>&1 3>&- &
		done
	done
	[ "$(cat wallet/state)" = unlocked ]
	for process in $(jobs -p); do
		until kill -INT "-$process" 2>/dev/null || ! kill -0 "$process" 2>/dev/null; do :; done
	done
	wait
	[ "$(cat wallet/state)" = unlocked ]
}

@test "a head that goes back: what was written is waited for, and Ctrl-C ends that" {
	before=$(units)
	echo "bob111111111 0.0001 SYS forth" > accounts/alice1111111/transfer
	lie back
	setsid env --default-signal=INT bash -c 'cat accounts/bob111111111/balance' >/dev/null 2>&1 3>&- &
	kill -0 $!
	until kill -INT "-$!" 2>/dev/null; do :; done
	wait || :
	lie ''
	[ "$(units)" = $((before + 1)) ]
	[ "$(cat accounts/bob111111111/balance)" = "$(cat "$SERVING/accounts/bob111111111/balance")" ]
}
