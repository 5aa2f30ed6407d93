# nodes/: made, started, stopped, cut apart and brought together again on a real mount.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	new_paths
	can_mount || return 0
}

teardown_file() {
	take_down
}

setup() {
	require_fuse
	is_mounted || mount_at -o data="$D"
	cd "$M"
}

# Waits until a node has node eosio's head: blocks come while it is looked.
await_head() {
	until [ "$(cat "nodes/$1/head")" = "$(cat nodes/eosio/head)" ]; do :; done
}

@test "mkdir makes a stopped node, configured as the tutorial does" {
	mkdir nodes/alice nodes/bob
	[ "$(echo $(ls nodes))" = 'alice bob eosio' ]
	[ "$(cat nodes/alice/state)" = stopped ]
	[ "$(cat nodes/alice/endpoints)" = "$(printf 'http 127.0.0.1:8000 (not served)\np2p 127.0.0.1:9000')" ]
	[ "$(cat nodes/bob/endpoints)" = "$(printf 'http 127.0.0.1:8001 (not served)\np2p 127.0.0.1:9001')" ]
	grep -Eq '^http 127.0.0.1:[0-9]+$' nodes/eosio/endpoints &&
		grep -qx 'p2p 127.0.0.1:9876' nodes/eosio/endpoints
	run ! mkdir nodes/alice
	run ! rmdir nodes/alice
}

@test "the tutorial's command line starts it; no file shows its private key" {
	public=EOS8mUftJXepGzdQ2TaCduNuSPAfXJHf22uex4u41ab1EVv9EAhWt
	private=5K7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUnSyFGgwHi8Uy61wU1o
	echo "start --enable-stale-production --producer-name alice --private-key '[\"$public\",\"$private\"]' --plugin eosio::http_plugin --p2p-peer-address localhost:9876" > nodes/alice/state
	[ "$(cat nodes/alice/state)" = running ]
	[ "$(cat nodes/alice/peers)" = localhost:9876 ]
	[ "$(cat nodes/alice/producers)" = alice ]
	grep -q 'plugin_startup() begin' nodes/alice/stderr
	grep -q 'Sending handshake generation 1' nodes/alice/stderr
	printf '# mine\nproducer-name = bob\nsignature-provider = %s=KEY:%s\np2p-peer-address = alice\nsome-thing = 1\n' $public $private > nodes/bob/config.ini
	grep -q "^signature-provider = $public=KEOSD:" nodes/bob/config.ini
	grep -q '^# mine' nodes/bob/config.ini
	echo start > nodes/bob/state
	grep -q "some-thing" nodes/bob/stderr
	run ! grep -r "$private" nodes
	run ! grep -r "$private" "$D"
	echo +30s > chain/clock
	await_head bob
	head=$(cat nodes/bob/head)
	[ "$(cat nodes/bob/view/chain/head)" -ge "$head" ]
}

@test "config.ini with an error is refused with its line" {
	before=$(cat nodes/bob/config.ini)
	printf 'producer-name = bob\nnonsense\n' > nodes/bob/config.ini || :
	tail -n 1 errors | grep -q 'config.ini line 2'
	[ "$(cat nodes/bob/config.ini)" = "$before" ]
	run ! sh -c 'echo "start --nonsense" > nodes/bob/state'
	run ! sh -c 'echo dance > nodes/bob/state'
}

@test "writes go to the node that chain/node names" {
	[ "$(cat chain/node)" = eosio ]
	echo bob > chain/node
	mkdir accounts/carol
	[ -d nodes/bob/view/accounts/carol ]
	echo > nodes/bob/peers
	run ! mkdir accounts/dora
	tail -n 1 errors | grep -q 'node bob can reach'
	echo stop > nodes/bob/state
	run ! mkdir accounts/dora
	tail -n 1 errors | grep -q 'is stopped'
	echo eosio > chain/node
	mkdir accounts/dora
}

@test "a stopped node keeps its head, catches up when it is started, and is there after a new mount" {
	head=$(cat nodes/bob/head)
	echo +60s > chain/clock
	[ "$(cat nodes/bob/head)" = "$head" ]
	echo 'start --producer-name bob --p2p-peer-address eosio' > nodes/bob/state
	echo +2s > chain/clock
	await_head bob
	echo kill > nodes/alice/state
	cd /
	"$EOSIOFS" --unmount "$M"
	mount_at -o data="$D"
	cd "$M"
	[ "$(cat nodes/bob/state)" = running ]
	[ "$(cat nodes/alice/state)" = stopped ]
	grep -q '^# mine' nodes/bob/config.ini
	echo remove > nodes/alice/state
	[ ! -e nodes/alice ]
	echo stopped > nodes/bob/state
	echo stopped > nodes/bob/state
	[ "$(cat nodes/bob/state)" = stopped ]
}

@test "what was written just before a node is stopped or restarted has happened" {
	for name in erin frida gustav; do
		mkdir "accounts/$name"
		echo restart > nodes/eosio/state
		[ -d "accounts/$name" ]
	done
	mkdir accounts/hanna
	echo stop > nodes/eosio/state
	[ -d accounts/hanna ]
	echo start > nodes/eosio/state
	for name in erin frida gustav hanna; do
		[ -d "accounts/$name" ]
	done
	run ! grep 'is lost' errors
}

@test "examples/network.sh: forks as DPoS says, and one chain in the end" {
	run -0 sh "$ROOT/examples/network.sh" "$M"
	[[ $output == *'switching forks from'* ]]
}

@test "a network is there again after kill -9" {
	cd "$M"
	nodes=$(ls nodes | wc -l)
	balance=$(cat accounts/eosio/balance)
	pid=$(mount_pid)
	kill -9 "$pid"
	wait_gone "$pid"
	cd /
	"$EOSIOFS" --unmount "$M" || umount -l "$M"
	mount_at -o data="$D"
	cd "$M"
	[ "$(ls nodes | wc -l)" = "$nodes" ]
	[ "$(cat accounts/eosio/balance)" = "$balance" ]
	echo +120s > chain/clock
	for name in $(ls nodes); do
		[ "$(cat "nodes/$name/state")" = stopped ] || await_head "$name"
	done
}
