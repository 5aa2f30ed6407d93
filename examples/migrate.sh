#!/bin/sh
# A chain leaves the process that it began in: boots in a mount, lets three `eosiofs --node` processes join, moves the producers to them one by one,
# stops the mount's own nodes and the mount itself. The three go on by themselves, and a second mount shows their chain over HTTP.
# usage: migrate.sh    EOSIOFS is the program. Everything lies in a temporary folder and ends with the script.
# Prints how many slots were missed since peers could connect, and how many blocks two nodes made for the same slot.

here=$(cd "$(dirname "$0")" && pwd)
eosiofs=${EOSIOFS:-$here/../build/eosiofs} # absolute: it is run from several places
base=$(mktemp -d "${TMPDIR:-/tmp}/migrate.XXXXXX") || exit 1
home=$base/home away=$base/away
producers='producer111a producer111b producer111c'

end() {
	trap - EXIT INT TERM HUP
	cd /
	for name in $producers; do
		[ ! -e "$base/$name/pid" ] || end_node "$name"
	done
	for mount in "$home" "$away"; do
		"$eosiofs" --unmount "$mount" 2>/dev/null
	done
	rm -rf --one-file-system "$base"
}
trap end EXIT
trap 'exit 1' INT TERM HUP

fail() {
	printf '\n%s\n' "$1" >&2
	for file in "$home/errors" "$away/errors" "$base"/*/stderr; do
		[ ! -e "$file" ] || tail -n 3 "$file" >&2
	done
	exit 1
}

# saw LOG WORDS: waits, a minute at most, until a line has them that comes now or later. The line after it ends tail: blocks come twice a second.
saw() {
	timeout 60 tail -n 0 -f "$1" | grep -q -- "$2" || fail "$1 never says: $2"
}

# said LOG WORDS: the same, lines that were there before count.
said() {
	timeout 60 tail -n +1 -f "$1" | grep -q -- "$2" || fail "$1 never says: $2"
}

# --- processes ---

# run_node NAME: in the background, until its log says that it takes part; the ports in its config.ini must be free.
run_node() {
	: > "$base/$1/stderr"
	(
		cd "$base/$1" # not in the mount, which it would keep busy
		exec "$eosiofs" --node --data-dir . --config-dir . --genesis-json ../genesis.json </dev/null >/dev/null 2>stderr
	) &
	echo $! > "$base/$1/pid"
	timeout 60 tail -n +1 --pid=$! -f "$base/$1/stderr" | grep -q 'Received block .* signed by' && return
	rm "$base/$1/pid"
	return 1
}

end_node() {
	kill "$(cat "$base/$1/pid")"
	wait "$(cat "$base/$1/pid")"
	rm "$base/$1/pid"
}

# join NAME: a process that follows the chain, by the mount and by the processes before it; its two ports are the next that are free.
port=$((20000 + $$ % 10000))
others=
join() {
	mkdir "$base/$1"
	while [ "$((port += 2))" -lt 32000 ]; do
		cat > "$base/$1/config.ini" <<-END
			p2p-listen-endpoint = 127.0.0.1:$port
			http-server-address = 127.0.0.1:$((port + 1))
			p2p-max-nodes-per-host = 25
			plugin = eosio::chain_api_plugin
			p2p-peer-address = $(sed -n 's/^p2p \([0-9.:]*\) (open)$/\1/p' "$home/nodes/eosio/endpoints")
			$others
		END
		run_node "$1" && break
		grep -q 'cannot listen\|HTTP' "$base/$1/stderr" || return 1
	done
	others=$(printf '%s\np2p-peer-address = 127.0.0.1:%s' "$others" "$port")
}

# --- counting ---

# block MOUNT NUMBER: "NUMBER MILLISECONDS" since 1970
block() {
	echo "$2 $(date -u -d "$(jq -r .timestamp "$1/blocks/$2.json")Z" +%s%3N)"
}

# missed FROM TO: slots without a block between two blocks, each as `block` has it
missed() {
	set -- $1 $2
	echo $((($4 - $2) / 500 - ($3 - $1)))
}

# Of all logs, the slots that more than one block was made for; the mount's own nodes' were kept as they stopped.
made_twice() {
	sed -n 's/.*Produced block .* @ \([^ ]*\) .*/\1/p' "$base"/*/stderr "$base"/*.stderr | sort | uniq -d | wc -l
}

# --- the chain begins ---

mkdir "$home" "$away"
"$eosiofs" -o memory,http=off "$home" </dev/null || exit 1
cd "$home" || exit 1
echo 3 > boot/options/producer-limit
echo 20 > boot/options/user-limit
echo all > boot/run || fail 'The chain cannot be booted.'
echo now > chain/clock
{ cat nodes/eosio/config.ini; echo 'p2p-listen-endpoint = 127.0.0.1:0'; } > "$base/config.ini"
cat "$base/config.ini" > nodes/eosio/config.ini
echo restart > nodes/eosio/state || fail 'Node eosio does not start.'
grep -q '(open)' nodes/eosio/endpoints || fail "$(cat nodes/eosio/endpoints)"
cat chain/genesis.json > "$base/genesis.json"
first=$(block . "$(cat chain/head)")
echo "A chain of ${first%% *} blocks, made by $(echo $producers) in one process."

# --- it gets company ---

for name in $producers; do
	join "$name" || fail "The process for $name does not follow the chain."
	echo "$name: process $(cat "$base/$name/pid") checked all blocks and follows."
done

# --- the producers move ---

echo memory > wallet/reveal || fail 'The wallet shows no keys.'
set -- $producers producer111a
for name in $producers; do
	shift
	key=$(jq -r ".active.producers[] | select(.producer_name == \"$name\").authority[1].keys[0].key" chain/schedule.json)
	cat >> "$base/$name/config.ini" <<-END
		producer-name = $name
		signature-provider = $key=KEY:$(cat "wallet/private/$key")
		$others
	END
	chmod 600 "$base/$name/config.ini"
	end_node "$name"
	# its turn is over: twelve blocks of each other producer come before the next
	saw nodes/eosio/stderr "Received block .* signed by $1 "
	echo stop > "nodes/$name/state" || fail "$name does not stop."
	cat "nodes/$name/stderr" > "$base/$name.stderr"
	run_node "$name" || fail "The process for $name does not come back."
	echo "$name: moved at block $(cat chain/head)."
done
for name in $producers; do
	said "$base/$name/stderr" "Produced block .* signed by $name "
done
echo stop > nodes/eosio/state || fail 'Node eosio does not stop.'
left=$(cat chain/head)
user=useraaaaaaab
key=$(jq -r '.keys[0].key' "accounts/$user/permissions/active.json")
cat "wallet/private/$key" > "$base/key" || fail "No key of $user."
cd /
"$eosiofs" --unmount "$home"
echo "The mount is gone, its last block was $left."

# --- the chain goes on ---

address=$(sed -n 's/^http-server-address = //p' "$base/producer111a/config.ini")
"$eosiofs" -o memory,url="http://$address" "$away" </dev/null || exit 1
cd "$away" || exit 1
echo 'unlock memory' > wallet/state
cat "$base/key" > wallet/import
echo 'useraaaaaaac 1.0000 SYS from far away' > "accounts/$user/transfer" || fail 'No transfer comes through.'
grep executed log | tail -n 1
while [ "$(cat chain/lib)" -le "$left" ]; do
	saw "$base/producer111a/stderr" 'block .* signed by'
done
last=$(block . "$(cat chain/head)")
echo "Over HTTP: block ${last%% *}, irreversible $(cat chain/lib)."
echo "slots missed: $(missed "$first" "$last")"
echo "made twice: $(made_twice)"
