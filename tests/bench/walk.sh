# What people's tools take on a mount of 3 000 accounts, beside the same contents on tmpfs and on the least
# file system of this kind (same_fs): the best of five rounds each.
# usage: BUILD=DIR EOSIOFS=PROGRAM BENCH_RESULTS=FILE sh tests/bench/walk.sh
set -eu
scratch=$(mktemp -d /dev/shm/eosiofs.XXXXXX)
mkdir "$scratch/mount" "$scratch/same" "$scratch/copy"
same=

finish() {
	cd /
	[ -z "$same" ] || { kill "$same" && wait "$same" || true; } 2>/dev/null
	"$EOSIOFS" --unmount "$scratch/mount" || true
	rm -rf --one-file-system "$scratch/copy"
	rm -f "$scratch/ready"
	rmdir "$scratch/mount" "$scratch/same" "$scratch"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

# took FOLDER COMMAND BEST: nanoseconds, or those of the best before where they are fewer
took() {
	began=$(date +%s%N)
	(cd "$1" && sh -c "$2" >/dev/null 2>&1)
	lasted=$(($(date +%s%N) - began))
	[ "$3" -gt 0 ] && [ "$3" -le "$lasted" ] && echo "$3" || echo "$lasted"
}

# compare NAME COMMAND: rounds alternate, so that whatever else the machine does slows all three
compare() {
	mounted=0 plain=0 memory=0
	for round in 1 2 3 4 5; do
		mounted=$(took "$scratch/mount" "$2" "$mounted")
		plain=$(took "$scratch/same" "$2" "$plain")
		memory=$(took "$scratch/copy" "$2" "$memory")
	done
	awk -v name="tools: $1" -v a="$mounted" -v b="$plain" -v c="$memory" -v results="$BENCH_RESULTS" 'BEGIN {
		printf "%-52s %12.2f ms     %8.2f times the least such file system (%.2f ms; tmpfs %.2f)\n",
			name, a / 1e6, a / b, b / 1e6, c / 1e6
		printf "{\"name\":\"%s\",\"value\":%.3f,\"unit\":\"ms\",", name, a / 1e6 >> results
		printf "\"against\":\"the least such file system\",\"ratio\":%.3f}\n", a / b >> results
	}'
}

"$EOSIOFS" -o memory,http=off "$scratch/mount"
echo all > "$scratch/mount/boot/run"
(cd "$scratch/mount" && cp -a accounts chain producers "$scratch/copy/" 2>/dev/null) || true
mkfifo "$scratch/ready"
"$BUILD/tests/bench/same_fs" "$scratch/same" "$scratch/copy" >"$scratch/ready" &
same=$!
read -r answer <"$scratch/ready"
[ "$answer" = ready ]
compare 'find accounts chain producers' 'find accounts chain producers'
compare 'grep -r in accounts/*/info.json' 'grep -r --include=info.json core_liquid accounts'
compare 'tar of chain' 'tar -cf - chain | wc -c'
compare 'ls -l accounts' 'ls -l accounts'
