# What was written is there after an unmount and a new mount: state, wallet, labels, clock, history.

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
}

@test "everything is there again after a new mount" {
	mount_at -o data="$D"
	boot
	cd "$M"
	echo mine > wallet/new_key
	echo producer1111 > accounts/alice1111111/votes
	echo bob111111111 > defaults/creator
	echo '2.5000 SYS' > defaults/stake_cpu
	echo 9999 > defaults/ram_bytes
	cat defaults/* > "$BASE/defaults"
	echo +1h > chain/clock
	state > "$BASE/before"
	cat chain/id accounts/alice1111111/info.json wallet/labels/mine > "$BASE/more"
	time=$(date -d "$(cat chain/time)" +%s)
	head=$(cat chain/head)
	cd /
	"$EOSIOFS" --unmount "$M"
	mount_at -o data="$D"
	cd "$M"
	grep -v -f <(cat last_transaction) "$BASE/before" >/dev/null
	cat chain/id accounts/alice1111111/info.json wallet/labels/mine | diff "$BASE/more" -
	cat defaults/* | diff "$BASE/defaults" -
	[ "$(cat defaults/creator)" = bob111111111 ]
	[ "$(date -d "$(cat chain/time)" +%s)" -ge "$time" ]
	[ "$(awk '{print $1}' chain/head)" -ge "${head%% *}" ]
	ls accounts producers | diff <(cd "$M" && ls accounts producers) -
	echo 'bob111111111 1.0000 SYS' > accounts/alice1111111/transfer
}

@test "settings that cannot be read or kept are told by name" {
	is_mounted
	cd /
	(echo 2 > "$M/defaults/transfer") 2>/dev/null && false
	mkdir "$D/defaults.new"
	(echo 5000 > "$M/defaults/ram_bytes") 2>/dev/null && false
	tail -n 1 "$M/errors" | grep -q "$D/defaults"
	[ "$(cat "$M/defaults/ram_bytes")" = 9999 ]
	rmdir "$D/defaults.new"
	"$EOSIOFS" --unmount "$M"
	echo 'colour red' >> "$D/defaults"
	mount_at -o data="$D"
	! cat "$M/defaults/ram_bytes" 2>/dev/null || false
	tail -n 1 "$M/errors" | grep -q "$D/defaults.*\"colour\" is no setting"
	sed -i '$d' "$D/defaults"
	[ "$(cat "$M/defaults/ram_bytes")" = 9999 ]
}

@test "a mount that was killed loses nothing that was acknowledged" {
	is_mounted
	cd /
	echo 'bob111111111 2.0000 SYS' > "$M/accounts/alice1111111/transfer"
	balance=$(cat "$M/accounts/bob111111111/balance")
	pid=$(mount_pid)
	kill -9 "$pid"
	wait_gone "$pid"
	mount_at -o data="$D" 2>/dev/null
	[ "$(cat "$M/accounts/bob111111111/balance")" = "$balance" ]
}

@test "a mount that was killed while it moved the clock goes on from its last block" {
	cd /
	before=$(cat "$M/chain/head")
	(echo +30d > "$M/chain/clock") 2>/dev/null 3>&- &
	until [ "$(cat "$M/chain/head")" -gt $((before + 1000)) ]; do :; done
	pid=$(mount_pid)
	kill -9 "$pid"
	wait_gone "$pid"
	mount_at -o data="$D" 2>/dev/null
	# Not thirty days later, with all that was left missed.
	[ $(($(date -ud "$(cat "$M/chain/time")" +%s) - $(date +%s))) -lt $((3 * 86400)) ]
	from=$(cat "$M/chain/head")
	echo +10s > "$M/chain/clock"
	[ "$(cat "$M/chain/head")" -ge $((from + 20)) ]
	[ $(($(date -ud "$(cat "$M/chain/time")" +%s) - $(date +%s))) -lt $((3 * 86400)) ]
}
