# -o nodeos=PATH: every node a process below a keeper. The program is this one, as --node.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	new_paths
	export PRIVATE=5K463ynhZoCDDa4RDcr63cUwWLTnKqmdcoTKTHBjqoKfv4u5V7p
	can_mount || return 0
	mount_processes
}

teardown_file() {
	take_down
}

setup() {
	require_fuse
}

mount_processes() {
	"$EOSIOFS" -o http=off,data="$D",nodeos="${1:-$EOSIOFS}" "$M" 3>&- 4>&- </dev/null
}

# Waits until a command succeeds, a minute at most.
await() {
	local left=1200
	until "$@"; do
		[ $((left -= 1)) -gt 0 ] || {
			echo "never: $*" >&2
			tail -n 5 "$M"/nodes/*/stderr "$M/errors" >&2
			return 1
		}
		read -rt 0.05 <> <(:) || :
	done
}

# ours: the processes that run with this data folder, keepers and nodes.
ours() {
	local folder
	for folder in /proc/[0-9]*; do
		{ tr '\0' ' ' <"$folder/cmdline"; } 2>/dev/null | grep -q -- "--data-dir=$D/" && echo "${folder#/proc/}"
	done
}

# child PID: the processes whose parent it is.
child() {
	cat "/proc/$1/task/$1/children"
}

# parent PID
parent() {
	awk '/^PPid/ { print $2 }' "/proc/$1/status"
}

@test "node eosio runs as a process, which is shown no key" {
	[ "$(cat "$M/nodes/eosio/state")" = running ]
	pid=$(cat "$M/nodes/eosio/pid")
	tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q -- "--node --data-dir=$D/"
	grep -q 'KEOSD:unix://' "$D/processes/nodes/eosio/config/config.ini"
	! grep -rq "$PRIVATE" "$D" || false
	await grep -q 'Produced block .* signed by eosio' "$M/nodes/eosio/stderr"
	url=$(sed -n 's#^http \([0-9.:]*\)$#http://\1#p' "$M/nodes/eosio/endpoints")
	[ "$(curl -s "$url/v1/chain/get_info" | jq -r .chain_id)" = "$(cat "$M/chain/id")" ]
}

@test "the boot sequence: each producer's node is a process of its own" {
	echo 20 > "$M/boot/options/user-limit"
	echo 3 > "$M/boot/options/producer-limit"
	echo all > "$M/boot/run"
	[ "$(ls "$M/nodes")" = "$(printf '%s\n' eosio producer111a producer111b producer111c)" ]
	[ "$(cat "$M"/nodes/*/pid | sort -u | wc -l)" -eq 4 ]
	for name in producer111a producer111b producer111c; do
		[ "$(cat "$M/nodes/$name/state")" = running ]
		[ "$(cat "$M/producers/$name/status")" = producing ]
		await grep -q "Produced block .* signed by $name" "$M/nodes/$name/stderr"
		[ "$(readlink "$M/producers/$name/node")" = "../../nodes/$name" ]
	done
	[ "$(cat "$M/nodes/producer111b/view/chain/id")" = "$(cat "$M/chain/id")" ]
	diff <(ls "$M/accounts") <(ls "$M/nodes/producer111c/view/accounts")
}

@test "blocks are signed while the wallet is locked, at a socket that is its node's alone" {
	echo lock > "$M/wallet/state"
	head=$(cat "$M/chain/head")
	await eval '[ "$(cat "$M/chain/head")" -gt "$((head + 14))" ]'
	provider=$(grep '^signature-provider' "$D/processes/nodes/producer111a/config/config.ini")
	socket=${provider##*unix://}
	socket=${socket%/v1/wallet/sign_digest}
	[ "$(stat -c %a "$socket")" = 600 ]
	key=${provider#*= }
	key=${key%%=*}
	digest=$(printf %064d 1)
	other=$(sed -n 's/^signature-provider = \(.*\)=KEOSD:$/\1/p' "$M/nodes/producer111b/config.ini")
	curl -s --unix-socket "$socket" http://x/v1/wallet/sign_digest -d "[\"$digest\",\"$key\"]" | grep -q '^"SIG_K1_'
	curl -s --unix-socket "$socket" http://x/v1/wallet/sign_digest -d "[\"$digest\",\"$other\"]" | grep -q 'Public key not found'
	curl -s --unix-socket "$socket" http://x/v1/wallet/get_public_keys | grep -q 'Unknown Endpoint'
}

@test "a process that ends by itself is started again, and said so" {
	pid=$(cat "$M/nodes/producer111a/pid")
	kill -9 "$pid"
	await grep -q "has ended (137); it is started again in 1 s" "$M/nodes/producer111a/stderr"
	await eval '[ -n "$(cat "$M/nodes/producer111a/pid")" ] && [ "$(cat "$M/nodes/producer111a/pid")" != "$pid" ]'
	await grep -q 'http .*[0-9]$' "$M/nodes/producer111a/endpoints"
	# without its keeper it ends, too
	pid=$(cat "$M/nodes/producer111b/pid")
	kill -9 "$(parent "$pid")"
	wait_gone "$pid"
	await eval '[ -n "$(cat "$M/nodes/producer111b/pid")" ] && [ "$(cat "$M/nodes/producer111b/pid")" != "$pid" ]'
	await grep -q 'http .*[0-9]$' "$M/nodes/producer111b/endpoints"
}

@test "it is stopped, started with options, configured, and removed" {
	state=$M/nodes/producer111c/state
	pid=$(cat "$M/nodes/producer111c/pid")
	echo stop > "$state"
	[ ! -e "/proc/$pid" ]
	[ "$(cat "$state")" = stopped ]
	grep -q 'its node producer111c is stopped' "$M/producers/producer111c/status"
	for options in '--data-dir /tmp' '--blocks-dir=x' '--config ../x' '--logconf /dev/null' '--delete-all-blocks'; do
		! echo "start $options" > "$state" || false
		says EPERM ''
	done
	! echo 'start --nonsense' > "$state" || false
	says EINVAL "Unknown option '--nonsense'"
	{ cat "$M/nodes/producer111c/config.ini"; echo 'state-dir = /tmp'; } > "$M/nodes/producer111c/config.ini" || :
	says EPERM 'state-dir names a folder or a file'
	# what the program itself refuses is the write's failure
	taken=$(sed -n 's/^p2p \([0-9.:]*\) .*/\1/p' "$M/nodes/eosio/endpoints")
	! echo "start --p2p-listen-endpoint $taken" > "$state" || false
	says EINVAL 'node "producer111c" has ended at once'
	echo producer111b > "$M/nodes/producer111c/peers"
	echo 'start --max-clients 7' > "$state"
	! echo eosio > "$M/nodes/producer111c/peers" || false
	says EBUSY 'node "producer111c" runs'
	await grep -q 'Received block' "$M/nodes/producer111c/stderr"
	! echo remove > "$M/nodes/eosio/state" || false
	mkdir "$M/nodes/other"
	echo start > "$M/nodes/other/state"
	! echo remove > "$M/nodes/other/state" || false
	says EBUSY 'node "other" runs'
	echo kill > "$M/nodes/other/state"
	echo remove > "$M/nodes/other/state"
	[ ! -e "$M/nodes/other" ]
	[ ! -e "$D/processes/nodes/other" ]
}

@test "a mount that is killed leaves none behind, and the next one goes on" {
	head=$(cat "$M/chain/head")
	[ "$(ours | wc -l)" -eq 8 ]
	pid=$(mount_pid)
	kill -9 "$pid"
	wait_gone "$pid"
	await eval '[ -z "$(ours)" ]'
	"$EOSIOFS" --unmount "$M" || :
	mount_processes
	[ "$(cat "$M"/nodes/*/state)" = "$(printf 'running\n%.0s' 1 2 3 4)" ]
	await eval '[ "$(cat "$M/chain/head")" -gt "$((head + 4))" ]'
}

@test "nor does an unmount; and a program that others may change is not run" {
	"$EOSIOFS" --unmount "$M"
	await eval '[ -z "$(ours)" ]'
	cp "$EOSIOFS" "$BASE/program"
	chmod 722 "$BASE/program"
	run -1 mount_processes "$BASE/program"
	[[ "$output" == *'may be written by others: it is not run'* ]]
	run -2 "$EOSIOFS" -o memory,nodeos="$EOSIOFS" "$M"
	[[ "$output" == *'-o nodeos=PATH and -o memory exclude each other'* ]]
}

@test "a process that does not end when it is told to is killed, ten seconds later" {
	mkfifo "$BASE/owner"
	"$EOSIOFS" --keeper /bin/bash -c 'trap "" TERM; echo ready; while :; do read -rt 1 <> <(:) || :; done' <"$BASE/owner" >"$BASE/output" 2>&1 3>"$BASE/report" 4>&- &
	keeper=$!
	exec 5>"$BASE/owner"
	await grep -q ready "$BASE/output"
	kept=$(child "$keeper")
	exec 5>&-
	wait "$keeper" || status=$?
	[ "$status" -eq 137 ]
	[ ! -e "/proc/${kept% }" ]
}
