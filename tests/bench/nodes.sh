# What nodes cost on a mount: booting, idling, memory, a day of chain time, each beside the same with node
# eosio alone.
# usage: EOSIOFS=PROGRAM [BENCH_RESULTS=FILE] sh tests/bench/nodes.sh
set -eu
: "${EOSIOFS:=build/eosiofs}"
: "${BENCH_RESULTS:=/dev/null}"
program=$(readlink -f "$EOSIOFS")
base=$(mktemp -d)
mount=$base/mount
idle_index=$((20 * 8)) # bytes: of 20 blocks, 10 s; they become irreversible a dozen at once

finish() {
	cd /
	"$program" --unmount "$mount" 2>/dev/null || true
	rm -rf --one-file-system "$base"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

now() {
	date +%s.%N
}

# compare NAME VALUE UNIT AGAINST_NAME AGAINST
compare() {
	ratio=$(awk -v a="$2" -v b="$5" 'BEGIN { printf "%.3f", (b > 0) ? a / b : 0 }')
	printf '%-52s %12s %s  %6s times %s (%s)\n' "$1" "$2" "$3" "$ratio" "$4" "$5"
	printf '{"name":"%s","value":%s,"unit":"%s","against":"%s","ratio":%s}\n' "$1" "$2" "$3" "$4" "$ratio" \
		>>"$BENCH_RESULTS"
}

# report NAME VALUE UNIT
report() {
	printf '%-52s %12s %s\n' "$1" "$2" "$3"
	printf '{"name":"%s","value":%s,"unit":"%s","against":null,"ratio":null}\n' "$1" "$2" "$3" \
		>>"$BENCH_RESULTS"
}

cpu_ticks() {
	awk '{ print $14 + $15 }' "/proc/$pid/stat"
}

# measure NODES: sets boot, day (seconds), day_cpu (seconds), idle (percent of a core), memory (MiB)
measure() {
	"$program" -o http=off,data="$base/data$1" "$mount"
	pid=$(cat "$base/data$1/lock")
	cd "$mount"
	steps=all
	[ "$1" -gt 1 ] || steps=$(ls boot/steps | sed 's/^..-//; /^start-prod$/d; /^msg-replace$/d; /^xfer$/d' |
		paste -sd ' ')
	began=$(now)
	echo "$steps" >boot/run
	echo now >chain/clock
	boot=$(echo "$began $(now)" | awk '{ printf "%.2f", $2 - $1 }')
	for number in $(seq 32 "$1"); do
		name=$(echo "$number" | tr 0-9 a-j)
		mkdir "nodes/$name"
		echo 'start --p2p-peer-address eosio' >"nodes/$name/state"
	done
	began=$(now)
	ticks=$(cpu_ticks)
	echo +1d >chain/clock
	day=$(echo "$began $(now)" | awk '{ printf "%.2f", $2 - $1 }')
	day_cpu=$(awk -v t="$(($(cpu_ticks) - ticks))" -v hz="$(getconf CLK_TCK)" \
		'BEGIN { printf "%.2f", t / hz }')
	cd /
	# what a day of blocks has left in memory is not what idling takes
	"$program" --unmount "$mount"
	"$program" -o http=off,data="$base/data$1" "$mount"
	pid=$(cat "$base/data$1/lock")
	echo +600s >"$mount/chain/clock"
	# until the index of irreversible blocks has grown by that; nobody asks for anything meanwhile
	ticks=$(cpu_ticks)
	began=$(now)
	[ "$(tail -c 0 -f "$base/data$1/blocks/blocks.index" | head -c $idle_index | wc -c)" -eq $idle_index ]
	idle=$(echo "$began $(now)" | awk -v t="$(($(cpu_ticks) - ticks))" -v hz="$(getconf CLK_TCK)" \
		'{ printf "%.2f", 100 * t / hz / ($2 - $1) }')
	memory=$(awk '/^RssAnon/ { printf "%.1f", $2 / 1024 }' "/proc/$pid/status")
	"$program" --unmount "$mount"
	rm -rf --one-file-system "$base/data$1"
}

mkdir "$mount"
measure 1
report "idle mount: memory" "$memory" MiB
report "idle mount: share of a core" "$idle" percent
one_boot=$boot one_day=$day one_cpu=$day_cpu one_idle=$idle one_memory=$memory
for nodes in 31 100; do
	measure $nodes
	[ $nodes -gt 31 ] || compare "boot all: $nodes nodes" "$boot" s 'node eosio alone' "$one_boot"
	compare "a day by chain/clock: $nodes nodes" "$day" s 'one node' "$one_day"
	compare "a day by chain/clock: $nodes nodes, CPU" "$day_cpu" s 'one node' "$one_cpu"
	compare "idle: $nodes nodes, share of a core" "$idle" percent 'one node' "$one_idle"
	compare "idle: $nodes nodes, memory" "$memory" MiB 'one node' "$one_memory"
done
