# What a mount attached over HTTP costs: reads and listings beside the mount of the chain; the boot up to the
# vote (what comes then waits for the producers' nodes) beside the rate at which the server takes its
# transactions: where the chain's limits of a block are out of the way, where each makes a block of its own, and
# on a real clock, where those limits are what takes longest.
# usage: EOSIOFS=PROGRAM BUILD=DIR [BENCH_RESULTS=FILE] sh tests/bench/attached.sh BOOTED_DATA_FOLDER
set -eu
[ -c /dev/fuse ] && [ -x "$EOSIOFS" ] || exit 0
folder=$(mktemp -d)
mkdir "$folder/serving" "$folder/fresh" "$folder/attached"

finish() {
	for mount in attached serving fresh; do
		"$EOSIOFS" --unmount "$folder/$mount" 2>/dev/null || true
	done
	rm -f "$folder/config.ini" "$folder/genesis.json"
	rmdir "$folder/serving" "$folder/fresh" "$folder/attached" "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

# serve OPTIONS MOUNT
serve() {
	"$EOSIOFS" --unmount "$2" 2>/dev/null || true
	"$EOSIOFS" -o "$1,http=127.0.0.1:0" "$2"
	cat "$2/nodes/eosio/config.ini" >"$folder/config.ini"
	printf '%s\n' 'plugin = eosio::producer_api_plugin' 'http-validate-host = false' >>"$folder/config.ini"
	cat "$folder/config.ini" >"$2/nodes/eosio/config.ini"
	echo restart >"$2/nodes/eosio/state"
}

# url MOUNT: where it serves.
url() {
	sed -n 's#^http #http://#p' "$1/nodes/eosio/endpoints"
}

# attach OPTIONS: the chain of a new serving mount.
attach() {
	"$EOSIOFS" --unmount "$folder/attached" 2>/dev/null || true
	serve "$1" "$folder/serving"
	"$EOSIOFS" -o "memory,url=$(url "$folder/serving")" "$folder/attached"
}

attach "data=$1"
"$BUILD/tests/bench/attached" "$folder/serving" "$folder/attached" useraaaaaaab

# boot NAME OPTIONS: two empty chains, one with a mount attached.
boot() {
	attach "memory$2"
	serve "memory$2" "$folder/fresh"
	echo unlock memory >"$folder/attached/wallet/state"
	echo memory >"$folder/serving/wallet/reveal"
	cat "$folder/serving/wallet/private/"* >"$folder/attached/wallet/import"
	echo wallet boot >"$folder/attached/boot/run" # which are no transactions
	"$BUILD/tests/bench/attached_boot" "$1" "$folder/attached" "$(url "$folder/serving")" "$(url "$folder/fresh")"
}

sed 's/"max_block_net_usage": [0-9]*/"max_block_net_usage": 104857600/
	s/"max_block_cpu_usage": [0-9]*/"max_block_cpu_usage": 50000000/' "$folder/serving/chain/genesis.json" \
	>"$folder/genesis.json"
boot "blocks that hold all" ",genesis=$folder/genesis.json"
boot "a block for each" ",clock=manual"
boot "real clock" ""
