# What a mount attached over HTTP costs: reads and listings beside the mount of the chain, the boot (up to the
# vote: what comes then waits for the producers' nodes) beside the rate at which the server takes transactions.
# usage: EOSIOFS=PROGRAM BUILD=DIR [BENCH_RESULTS=FILE] sh tests/bench/attached.sh BOOTED_DATA_FOLDER
set -eu
[ -c /dev/fuse ] && [ -x "$EOSIOFS" ] || exit 0
folder=$(mktemp -d)
mkdir "$folder/serving" "$folder/attached"

finish() {
	"$EOSIOFS" --unmount "$folder/attached" 2>/dev/null || true
	"$EOSIOFS" --unmount "$folder/serving" 2>/dev/null || true
	rm -f "$folder/config.ini"
	rmdir "$folder/serving" "$folder/attached" "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

# attach OPTIONS: the chain of a new serving mount, with all keys it has.
attach() {
	"$EOSIOFS" --unmount "$folder/attached" 2>/dev/null || true
	"$EOSIOFS" --unmount "$folder/serving" 2>/dev/null || true
	"$EOSIOFS" -o "$1,http=127.0.0.1:0" "$folder/serving"
	cat "$folder/serving/nodes/eosio/config.ini" >"$folder/config.ini"
	echo 'plugin = eosio::producer_api_plugin' >>"$folder/config.ini"
	cat "$folder/config.ini" >"$folder/serving/nodes/eosio/config.ini"
	echo restart >"$folder/serving/nodes/eosio/state"
	"$EOSIOFS" -o "memory,url=$(sed -n 's#^http #http://#p' "$folder/serving/nodes/eosio/endpoints")" \
		"$folder/attached"
}

attach "data=$1"
"$BUILD/tests/bench/attached" "$folder/serving" "$folder/attached" useraaaaaaab

attach memory
echo unlock memory >"$folder/attached/wallet/state"
echo memory >"$folder/serving/wallet/reveal"
cat "$folder/serving/wallet/private/"* >"$folder/attached/wallet/import"
echo 3000 >"$folder/attached/boot/options/user-limit"
start=$(date +%s%N)
echo wallet boot sys contracts tokens sys-contract init-sys-contract stake >"$folder/attached/boot/run"
end=$(date +%s%N)
# beside what send_transaction2 took with 16 connections, where that was measured; the whole boot waits for a block
# of real time at the end of each step
{
	echo "$(((end - start) / 1000)) $(grep -c '^executed transaction' "$folder/attached/log") boot, 3000 users"
	sed -n 's#.* [0-9]*-stake .* \([0-9]*\)/[0-9]* *\([0-9.]*\) s .*#\2 \1#p' "$folder/attached/boot/run" |
		awk '{ print $1 * 1000000, $2, "boot step stake, 3000 users" }'
} | while read -r spent sent what; do
	awk -v each="$(awk "BEGIN { print $spent / $sent }")" -v what="$what" -v results="${BENCH_RESULTS:-}" '
	BEGIN {
		while ((getline line < "/dev/stdin") > 0)
			if (line ~ /"name":"send_transaction2 over HTTP, 16/) {
				sub(/.*"value":/, "", line)
				server = line + 0
			}
		name = "attached: " what ", each transaction"
		against = server ? "\"send_transaction2 over HTTP, 16 connections\"" : "null"
		ratio = server ? sprintf("%.3f", each / server) : "null"
		printf "%-52s %12.2f us     %s times what the server takes\n", name, each, ratio
		if (results != "")
			printf "{\"name\":\"%s\",\"value\":%.3f,\"unit\":\"us\",\"against\":%s,\"ratio\":%s}\n", name, each,
				against, ratio >>results
	}' <"${BENCH_RESULTS:-/dev/null}"
done
