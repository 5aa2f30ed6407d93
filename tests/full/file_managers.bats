# File managers, and an editor started from them, on a screen of their own (Xvfb): a chain of 3 000 accounts
# is listed with few requests, nothing is asked when nothing is done, types and icons are right, folders are
# copied out, and saving votes votes.

bats_require_minimum_version 1.5.0
load ../mount/common

BATS_TEST_TIMEOUT=180
ACCOUNTS=3000
U=accounts/useraaaaaaab

has_tools() {
	command -v Xvfb >/dev/null && command -v xdotool >/dev/null && command -v dbus-daemon >/dev/null &&
		command -v gio >/dev/null
}

setup_file() {
	can_mount && has_tools || return 0
	new_paths
	mount_at -o memory
	(cd "$M" && echo $ACCOUNTS > boot/options/user-limit && echo all > boot/run)
	export HOME=$BASE/home XDG_RUNTIME_DIR=$BASE/run NO_AT_BRIDGE=1
	mkdir -m 700 "$HOME" "$XDG_RUNTIME_DIR"
	Xvfb -displayfd 5 -screen 0 1000x700x24 5>"$BASE/display" >"$BASE/xvfb" 2>&1 3>&- 4>&- &
	echo $! >"$BASE/pids"
	dbus-daemon --session --nofork --print-address=5 5>"$BASE/bus" 2>/dev/null 3>&- 4>&- &
	echo $! >>"$BASE/pids"
	until [ -s "$BASE/display" ] && [ -s "$BASE/bus" ]; do pause; done
	DISPLAY=:$(cat "$BASE/display")
	DBUS_SESSION_BUS_ADDRESS=$(cat "$BASE/bus")
	SERVER=$(mount_pid)
	export DISPLAY DBUS_SESSION_BUS_ADDRESS SERVER
}

teardown_file() {
	local pid
	for pid in $(cat "$BASE/pids" 2>/dev/null); do
		kill "$pid" 2>/dev/null && wait_gone "$pid"
	done
	take_down
}

setup() {
	require_fuse
	has_tools || skip "Xvfb, xdotool, dbus-daemon or gio is not installed"
	cd "$M"
}

teardown() {
	[ -z "$PROGRAM" ] || { kill "$PROGRAM" 2>/dev/null && wait_gone "$PROGRAM"; }
}

tool() {
	command -v "$1" >/dev/null || skip "$1 is not installed"
}

pause() {
	read -rt 0.2 <> <(:) || :
}

# The kernel's requests to the file system so far: the server reads each of them by one call.
requests() {
	awk '/^syscr/ { print $2 }' "/proc/$SERVER/io"
}

# Until nothing more has been asked for a second.
quiet() {
	local now last=0 times=0
	while [ $times -lt 5 ]; do
		pause
		now=$(requests)
		[ $((now - last)) -le 2 ] && times=$((times + 1)) || times=0
		last=$now
	done
}

# shown TITLE COMMAND…: starts it and waits for its window.
shown() {
	local title=$1
	shift
	"$@" >"$BASE/program" 2>&1 3>&- 4>&- </dev/null &
	PROGRAM=$!
	WINDOW=$(timeout 60 xdotool search --sync --onlyvisible --name "$title" | head -n 1)
	[ -n "$WINDOW" ]
}

# lists COMMAND: shows all accounts, with a bounded number of requests each, and then rests while the chain
# goes on.
lists() {
	local before after head
	before=$(requests)
	shown accounts "$1" "$M/accounts"
	quiet
	after=$(requests)
	echo "# $1: $((after - before)) requests for $ACCOUNTS accounts" >&3
	[ $((after - before)) -gt $ACCOUNTS ]
	[ $((after - before)) -lt $((40 * ACCOUNTS)) ]
	# ten blocks later: what this loop itself asks is far below one for each account
	before=$(requests)
	head=$(cat chain/head)
	while [ "$(cat chain/head)" -lt $((head + 10)) ]; do pause; done
	after=$(requests)
	echo "# $1: $((after - before)) requests in ten blocks, this test's among them" >&3
	[ $((after - before)) -lt 500 ]
}

@test "Thunar lists $ACCOUNTS accounts, and rests" {
	tool thunar
	lists thunar
}

@test "PCManFM lists $ACCOUNTS accounts, and rests" {
	tool pcmanfm
	lists pcmanfm
}

@test "charts are drawn by PCManFM, and not again and again" {
	local before
	tool pcmanfm
	shown chain pcmanfm "$M/chain"
	quiet
	before=$(requests)
	for i in 1 2 3 4 5 6 7 8 9 10; do pause; done
	[ $(($(requests) - before)) -lt 200 ]
}

@test "types and icons are right" {
	local path type
	while read -r path type; do
		[ "$(gio info -a standard::content-type "$path" | sed -n 's/.*content-type: //p')" = "$type" ] ||
			{ echo "$path"; false; }
		gio info -a standard::icon "$path" | grep -q 'standard::icon: .'
	done <<-LIST
		index.html text/html
		README text/x-readme
		accounts inode/directory
		$U/info.json application/json
		$U/balance text/plain
		$U/votes text/plain
		$U/transfer text/plain
		accounts/eosio.token/tables/stat/SYS.jsonl text/plain
		accounts/eosio.token/contract/code.wasm application/octet-stream
		chain/votes.svg image/svg+xml
		boot/output.log text/x-log
		errors text/plain
	LIST
	gio info -a 'xattr::*' $U/info.json | grep -q 'xattr::mime_type: application/json'
	gio info -a 'xattr::*' $U/votes | grep -q 'xattr::eosiofs.help: .*write: '
}

@test "gio copies files out, and in" {
	mkdir "$BASE/out"
	gio copy $U/votes $U/info.json "$BASE/out"
	cmp $U/votes "$BASE/out/votes"
	echo producer111c > "$BASE/vote"
	gio copy "$BASE/vote" $U/votes
	[ "$(cat $U/votes)" = producer111c ]
	run ! gio trash $U/votes
	run ! gio remove $U/votes
	[ "$(cat $U/votes)" = producer111c ]
}

@test "Thunar copies a folder out" {
	tool thunar
	shown accounts thunar "$M/accounts"
	gdbus call --session --dest org.xfce.Thunar --object-path /org/xfce/FileManager \
		--method org.xfce.FileManager.CopyTo \
		"$M" "['$M/$U']" "['$BASE/copied']" "$DISPLAY" "" >/dev/null
	until [ "$(find "$BASE/copied" -type f 2>/dev/null | wc -l)" -eq "$(find $U -type f |
		wc -l)" ]; do pause; done
	until cmp -s $U/votes "$BASE/copied/votes" &&
		diff -r $U/permissions "$BASE/copied/permissions" >/dev/null; do pause; done
}

@test "votes edited in Mousepad and saved vote, once" {
	local sent
	tool mousepad
	echo producer111a > $U/votes
	sent=$(grep -c '^executed transaction' log)
	shown votes mousepad --disable-server "$M/$U/votes"
	xdotool windowfocus --sync "$WINDOW" key --delay 50 ctrl+End type --delay 50 producer111b
	xdotool key ctrl+s
	until [ "$(cat $U/votes)" = "$(printf 'producer111a\nproducer111b')" ]; do pause; done
	quiet
	[ "$(grep -c '^executed transaction' log)" -eq $((sent + 1)) ]
	[ -z "$(ls -A $U | grep '^\.')" ]
}

@test "what is wrong in votes is refused, and the editor says so" {
	local sent
	tool mousepad
	echo producer111a > $U/votes
	sent=$(grep -c '^executed transaction' log)
	shown votes mousepad --disable-server "$M/$U/votes"
	xdotool windowfocus --sync "$WINDOW" key --delay 50 ctrl+End type --delay 50 nosuchprod11
	xdotool key ctrl+s
	timeout 60 xdotool search --sync --onlyvisible --name 'Error|Mousepad' >/dev/null
	until getfattr -n user.eosiofs.error --only-values $U/votes 2>/dev/null |
		grep -q nosuchprod11; do pause; done
	[ "$(cat $U/votes)" = producer111a ]
	[ "$(grep -c '^executed transaction' log)" -eq "$sent" ]
}
