# The data folder: what is lost is rebuilt, what is torn is cut, a full disk refuses and loses nothing,
# folders of others are refused. Each with a sentence.

bats_require_minimum_version 1.5.0
load common

setup() {
	new_paths
	require_fuse
}

teardown() {
	cd /
	take_down_disk
	take_down
}

unmount() {
	cd /
	"$EOSIOFS" --unmount "$M"
}

kill_mount() {
	local pid
	pid=$(mount_pid)
	kill -9 "$pid"
	wait_gone "$pid"
}

# A booted chain with a transfer behind it, taken down again.
grown() {
	mount_at -o data="$D"
	boot
	echo 'bob111111111 1.0000 SYS' > "$M/accounts/alice1111111/transfer"
	balance=$(cat "$M/accounts/bob111111111/balance")
	unmount
}

# mounts_with WORDS: it mounts, says so, and nothing is missing.
mounts_with() {
	run -0 mount_at -o data="$D"
	[[ "$output" == *"$1"* ]] || {
		echo "expected '$1' in: $output"
		return 1
	}
	[ "$(cat "$M/accounts/bob111111111/balance")" = "$balance" ]
	unmount
}

@test "a state file that is lost or damaged is rebuilt from the blocks" {
	grown
	rm "$D/state"
	mounts_with "there is no state file"
	printf x | dd of="$D/state" bs=1 seek=5000 conv=notrunc status=none
	mounts_with "rebuilding the state from"
	truncate -s 3000 "$D/state"
	mounts_with "rebuilding the state from"
	: > "$D/state"
	mounts_with "rebuilding the state from"
	run -0 mount_at -o data="$D"
	[ -z "$output" ]
}

@test "a block index that is lost is made anew" {
	grown
	rm "$D/blocks/blocks.index"
	mounts_with "made anew"
}

@test "a torn end of the block log is cut" {
	grown
	printf 'half a block' >> "$D/blocks/blocks.log"
	mounts_with "cut 12 bytes of an unfinished block"
	run -0 mount_at -o data="$D"
	[ -z "$output" ]
}

@test "after kill -9 only the blocks since the last saved state are applied again" {
	mount_at -o data="$D"
	boot
	echo +1000s > "$M/chain/clock"
	# the state at genesis has 4 000; saving it takes a tenth of the time at most, so a slow disk has it later
	until [ "$(stat -c %s "$D/state")" -gt 20000 ]; do
		read -rt 0.05 <> <(:) || :
	done
	head=$(cat "$M/chain/head")
	kill_mount
	run -0 mount_at -o data="$D"
	[[ "$output" != *rebuilding* ]]
	[ "$(awk '{print $1}' "$M/chain/head")" -ge "${head%% *}" ]
}

@test "the clock stands where it was" {
	grown
	mount_at -o data="$D"
	echo now > "$M/chain/clock"
	echo +1h > "$M/chain/clock"
	kill_mount
	run -0 mount_at -o data="$D"
	[ "$(date -d "$(cat "$M/chain/time")Z" +%s)" -ge $(($(date +%s) + 3600 - 60)) ]
}

@test "a data folder of another genesis, of a newer program, or in use is refused" {
	grown
	mount_at -o memory
	sed 's/"initial_timestamp".*/"initial_timestamp": "2019-01-01T00:00:00.000",/' \
		"$M/nodes/eosio/genesis.json" > "$BASE/genesis.json"
	unmount
	run -1 mount_at -o data="$D",genesis="$BASE/genesis.json"
	[[ "$output" == *"is of another chain: its chain id is "* ]]
	format=$(cat "$D/format")
	echo 'eosiofs 1000' > "$D/format"
	run -1 mount_at -o data="$D"
	[[ "$output" == *"has format 1000, this program knows up to ${format#eosiofs }"* ]]
	echo "$format" > "$D/format"
	mount_at -o data="$D"
	mkdir "$BASE/second"
	run -1 "$EOSIOFS" -o data="$D" "$BASE/second"
	[[ "$output" == *"in use by process $(mount_pid)"* ]]
	unmount
	mounts_with ""
}

@test "a locked wallet stops no block and loses nothing" {
	mount_at -o data="$D"
	echo 30 > "$M/boot/options/user-limit"
	echo all > "$M/boot/run"
	user=useraaaaaaaa other=useraaaaaaab
	before=$(cat "$M/accounts/$user/balance")
	echo lock > "$M/wallet/state"
	head=$(cat "$M/chain/head")
	until [ "$(cat "$M/chain/head")" -gt $((head + 30)) ]; do :; done \
		# every producer had its turn, or missed it
	for producer in $(jq -r '.active.producers[].producer_name' "$M/chain/schedule.json"); do
		cat "$M"/nodes/*/producers | grep -qx "$producer" # some node signs for it
	done
	echo "unlock $(cat "$D/wallet/password")" > "$M/wallet/state"
	for i in 1 2 3 4 5; do echo "$user 0.0001 SYS" > "$M/accounts/$other/transfer"; done
	after=$(cat "$M/accounts/$user/balance")
	[ "$after" != "$before" ]
	kill_mount
	mv "$D/wallet/password" "$BASE/password"
	run -0 mount_at -o data="$D"
	[ "$(cat "$M/wallet/state")" = locked ]
	[ "$(cat "$M/accounts/$user/balance")" = "$after" ]
	head=$(cat "$M/chain/head")
	until [ "$(cat "$M/chain/head")" -gt "$((head + 1))" ]; do :; done
}

@test "fsync of a file or a folder waits for the disk" {
	mount_at -o data="$D"
	boot
	pid=$(mount_pid)
	mkfifo "$BASE/attached"
	exec 9<>"$BASE/attached"
	strace -f -y -e trace=fdatasync -o "$BASE/trace" -p "$pid" 2>&9 3>&- &
	read -r line <&9
	[[ "$line" == *attached* ]] || skip "no process may be traced here: $line"
	journals() {
		grep -acE 'fdatasync\([0-9]+<'"$D"'/journal/[0-9]+>' "$BASE/trace" || :
	}
	# Nothing else syncs a journal; in between its block may be sealed, and then the log is.
	for path in accounts/alice1111111/transfer accounts/alice1111111/balance accounts; do
		before=$(journals)
		for tries in 1 2 3 4 5 6 7 8; do
			echo 'bob111111111 1.0000 SYS' > "$M/accounts/alice1111111/transfer"
			sync "$M/$path"
		done
		[ "$(journals)" -gt "$before" ]
	done
	kill %1
	wait %1 || :
}

# A disk of its own, so small that it can be filled.
small_disk() {
	mkdir "$BASE/disk"
	mount -t tmpfs -o size=8m,mode=700 none "$BASE/disk" 2>/dev/null ||
		skip "a small disk cannot be made here: that needs root"
	D=$BASE/disk/data
}

take_down_disk() {
	local pid
	[ -d "$BASE/disk" ] || return 0
	if is_mounted; then
		pid=$(mount_pid)
		rm -f "$BASE/disk/filler"
		unmount
		wait_gone "$pid"
	fi
	umount "$BASE/disk"
}

fill() {
	! dd if=/dev/zero of="$BASE/disk/filler" bs=4k status=none 2>/dev/null || false
}

@test "a full disk: writes are refused, reads go on, nothing is lost, and it goes on when there is room" {
	small_disk
	mount_at -o data="$D"
	boot
	fill
	# What has room in what the disk had given already may succeed; then no more.
	succeeded=0
	while (echo 'bob111111111 1.0000 SYS' > "$M/accounts/alice1111111/transfer") 2>"$BASE/stderr"; do
		succeeded=$((succeeded + 1))
	done
	grep -q 'No space left on device' "$BASE/stderr"
	tail -n 1 "$M/errors" | grep -q 'ENOSPC.*journal.*No space left on device'
	balance=$(cat "$M/accounts/bob111111111/balance")
	[ "$balance" = "$((1000 + succeeded)).0000 SYS" ]
	state | grep -q alice
	(echo +600s > "$M/chain/clock") 2>/dev/null && false
	[ "$(cat "$M/accounts/bob111111111/balance")" = "$balance" ]
	# Killed while it is full: what was acknowledged is there.
	kill_mount
	rm "$BASE/disk/filler"
	mount_at -o data="$D"
	[ "$(cat "$M/accounts/bob111111111/balance")" = "$balance" ]
	# Filled and emptied while it is mounted: it goes on by itself.
	fill
	(echo +600s > "$M/chain/clock") 2>/dev/null && false
	rm "$BASE/disk/filler"
	echo 'bob111111111 1.0000 SYS' > "$M/accounts/alice1111111/transfer"
	echo +1s > "$M/chain/clock"
	balance=$(cat "$M/accounts/bob111111111/balance")
	unmount
	mount_at -o data="$D"
	[ "$(cat "$M/accounts/bob111111111/balance")" = "$balance" ]
}
