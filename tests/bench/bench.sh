# Runs every measure (DESIGN 8) and writes BUILD/bench.json: [{name, value, unit, against, ratio}]. Timing
# decides nothing: this fails only when something
# cannot be measured. usage: BUILD=DIR EOSIOFS=PROGRAM sh tests/bench/bench.sh
set -eu
: "${BUILD:=build}"
: "${EOSIOFS:=$BUILD/eosiofs}"
BENCH_RESULTS=$BUILD/bench.lines
export BENCH_RESULTS
: >"$BENCH_RESULTS"
scratch=$(mktemp -d)
minimal=
mkdir "$scratch/minimal" "$scratch/mount"

finish() {
	if [ -n "$minimal" ]; then
		kill "$minimal" 2>/dev/null && wait "$minimal" || true
	fi
	if [ -e "$scratch/mounted" ]; then
		"$EOSIOFS" --unmount "$scratch/mount" || true
	fi
	rm -f "$scratch/mounted" "$scratch/ready" "$scratch/boot"
	rmdir "$scratch/minimal" "$scratch/mount" "$scratch"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

# minimal_start BALANCE_BYTES INFO_BYTES
minimal_start() {
	mkfifo "$scratch/ready"
	"$BUILD/tests/bench/minimal_fs" "$scratch/minimal" "$1" "$2" >"$scratch/ready" &
	minimal=$!
	read -r answer <"$scratch/ready"
	[ "$answer" = ready ]
}

"$BUILD/tests/bench/map"
"$BUILD/tests/bench/network"
"$BUILD/tests/bench/http"
"$BUILD/tests/bench/p2p"
"$BUILD/tests/bench/signatures"
"$BUILD/tests/bench/wasm"
"$BUILD/tests/bench/transfers"
"$BUILD/tests/bench/history"
"$BUILD/tests/bench/past" 3000
"$BUILD/tests/bench/past" 30000
"$BUILD/tests/bench/snapshots" 30000
"$BUILD/tests/bench/chain"
"$BUILD/tests/bench/clock" "$scratch/chain"
rm -r "$scratch/chain"
for users in 300 3000 30000; do
	"$BUILD/tests/bench/boot" "$users" "$scratch/chain"
	[ "$users" != 30000 ] || EOSIOFS=$EOSIOFS BUILD=$BUILD sh tests/bench/attached.sh "$scratch/chain"
	rm -r "$scratch/chain"
done

"$BUILD/tests/bench/boot" 3000 "$scratch/chain" twins=off
rm -r "$scratch/chain"

if [ ! -c /dev/fuse ]; then
	echo "no /dev/fuse here: the files are not measured"
elif [ ! -x "$EOSIOFS" ]; then
	minimal_start 18 2500
	"$BUILD/tests/bench/files" "$scratch/minimal"
else
	# The tutorial's accounts, on a chain in memory.
	"$EOSIOFS" -o memory "$scratch/mount"
	touch "$scratch/mounted"
	if ! sh examples/tutorial.sh "$scratch/mount" >"$scratch/boot" 2>&1; then
		tail -n 5 "$scratch/boot"
		exit 1
	fi
	# One with tokens, and with a stake that lasts for all the transfers.
	account=whaleaccnt11
	accounts=$scratch/mount/accounts
	echo "$account 5.0000 SYS" > "$accounts/accountnum51/transfer"
	minimal_start "$(wc -c <"$accounts/$account/balance")" "$(wc -c <"$accounts/$account/info.json")"
	"$BUILD/tests/bench/files" "$scratch/minimal" "$scratch/mount" "$account" "eosio 0.0001 SYS"
	EOSIOFS=$EOSIOFS sh tests/bench/nodes.sh
	EOSIOFS=$EOSIOFS BUILD=$BUILD sh tests/bench/walk.sh
fi

# Each aim beside what came out: met or missed.
tell_aims() {
	printf '\n%-72s %10s %10s\n' "what was aimed at" "at most" "measured"
	awk '
		FNR == NR && !/^#/ {
			limit[++count] = $1; kind[count] = $2
			sub(/^[^ ]+ [^ ]+ /, ""); pattern[count] = "^(" $0 ")$"
		}
		FNR == NR { next }
		{
			match($0, /"name":"[^"]*"/); name = substr($0, RSTART + 8, RLENGTH - 9)
			match($0, /"value":[0-9.]+/); value = substr($0, RSTART + 8, RLENGTH - 8) + 0
			ratio = match($0, /"ratio":[0-9.]+/) ? substr($0, RSTART + 8, RLENGTH - 8) + 0 : 0
			for (i = 1; i <= count; i++)
				if (name ~ pattern[i]) {
					got = kind[i] == "ratio" ? ratio : value
					if (kind[i] == "more" && ratio > 0)
						got = value - value / ratio
					printf "%-72s %10s %10.2f %s\n", name " (" kind[i] ")", limit[i], got,
						got <= limit[i] + 0 ? "met" : "missed"
				}
		}' tests/bench/aims "$BENCH_RESULTS"
}
tell_aims

{
	echo "["
	sed '$!s/$/,/' "$BENCH_RESULTS"
	echo "]"
} >"$BUILD/bench.json"
rm -f "$BENCH_RESULTS"
echo "written: $BUILD/bench.json"
