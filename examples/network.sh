#!/bin/sh
# A network of 31 nodes: stops 8 of its 21 producers, so that nothing becomes irreversible any more, starts
# them again, cuts the network in two and heals it, and shows how the shorter branch gives way.
# usage: network.sh [MOUNT]    a fresh mount, or one on which `boot all` ended; default ~/eosio_test
# Time is moved by chain/clock: nothing here waits.

mount=${1:-$HOME/eosio_test}
cd "$mount" || exit 1

fail() {
	printf '\n%s\n' "$1" >&2
	tail -n 1 errors >&2
	exit 1
}

# row WHAT: a line of the table, as node eosio and the last producer's node see the chain
row() {
	printf '%-34s %8s %8s %8s %8s\n' "$1" "$(cat nodes/eosio/head)" "$(cat nodes/eosio/lib)" "$(cat \
		"nodes/$last/head")" "$(cat "nodes/$last/lib")"
}

[ "$(ls nodes | wc -l)" -gt 21 ] || {
	echo 100 > boot/options/user-limit
	echo all > boot/run || fail 'The network cannot be booted. What errors says:'
}
# a schedule is proposed once a minute, and becomes active when its proposal is irreversible
echo +600s > chain/clock || fail 'The clock does not move. What errors says:'
producers=$(jq -r '.active.producers[].producer_name' chain/schedule.json)
last=$(echo "$producers" | tail -n 1)

printf '%-34s %8s %8s %8s %8s\n' '' 'eosio' '' "$last" ''
printf '%-34s %8s %8s %8s %8s\n' 'what happened' 'head' 'lib' 'head' 'lib'
row '21 producers take turns'

stopped=$(echo "$producers" | head -n 8)
for name in $stopped; do
	echo stop > "nodes/$name/state" || fail "$name does not stop:"
done
lib=$(cat chain/lib)
echo +300s > chain/clock
row '8 of them stopped, 5 minutes later'
cat "producers/$(echo "$stopped" | head -n 1)/status"

for name in $stopped; do
	echo running > "nodes/$name/state" || fail "$name does not start:"
done
echo +300s > chain/clock
row 'started, 5 minutes later'
[ "$(cat chain/lib)" -gt "$lib" ] || fail 'Nothing becomes irreversible.'

# The last six of the schedule keep links among each other only; the other fifteen are just enough for
# irreversibility.
minority=$(echo "$producers" | tail -n 6)
before=
for name in $(ls nodes); do
	mkdir -p "/tmp/network.$$"
	cat "nodes/$name/peers" > "/tmp/network.$$/$name"
done
for name in $(ls nodes); do
	case " $(echo $minority) " in
	*" $name "*) ;;
	*) grep -vxF "$minority" "/tmp/network.$$/$name" > "nodes/$name/peers" || echo > "nodes/$name/peers" ;;
	esac
done
for name in $minority; do
	echo "$before" > "nodes/$name/peers"
	before=$name
done
echo +200s > chain/clock
row 'cut in two, 200 seconds later'
cat "producers/$last/status"

for name in $(ls nodes); do
	cat "/tmp/network.$$/$name" > "nodes/$name/peers"
	rm "/tmp/network.$$/$name"
done
rmdir "/tmp/network.$$"
echo +20s > chain/clock
row 'healed, 20 seconds later'
printf '\n%s says in its stderr:\n' "$last"
grep -h 'switching forks' "nodes/$last/stderr" | tail -n 1
echo +300s > chain/clock
row '5 minutes later'
[ "$(cat nodes/eosio/lib)" = "$(cat "nodes/$last/lib")" ] || fail 'The two halves do not agree.'
