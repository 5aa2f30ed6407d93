#!/bin/bash
# The pictures of README.md, into docs/pictures: the tree in Thunar and PCManFM, and index.html in chromium,
# on a screen of their own. EOSIOFS is the program. Root takes them as nobody, whom file managers do not
# warn.

set -e
cd "$(dirname "$0")/.."
if [ "$(id -u)" = 0 ]; then
	mkdir -p docs/pictures
	made=$(mktemp -d)
	chown nobody "$made"
	setpriv --reuid=nobody --regid=nogroup --clear-groups env PICTURES="$made" EOSIOFS="$EOSIOFS" "$0"
	cp "$made"/*.png docs/pictures/
	rm -rf "$made"
	exit
fi

: "${EOSIOFS:=$PWD/build/eosiofs}" "${PICTURES:=$PWD/docs/pictures}"
mkdir -p "$PICTURES"
base=$(mktemp -d /tmp/testnet.XXXXXX)
mount=$base/eosio_test
pids=

finish() {
	cd /
	for pid in $pids; do
		kill "$pid" 2>/dev/null || :
	done
	"$EOSIOFS" --unmount "$mount" || fusermount3 -uz "$mount"
	rm -rf --one-file-system "$base"
}
trap finish EXIT

pause() {
	read -rt 0.2 <> <(:) || :
}

# picture NAME SIZE: of the whole screen; few colours, so that it stays small.
picture() {
	import -window root -crop "$2+0+0" +repage +dither -colors 96 -strip "PNG8:$PICTURES/$1.png"
}

# shown NAME TITLE COMMAND…: the picture of a program's window, when it has drawn the same twice.
shown() {
	local name=$1 title=$2 window program before now=
	shift 2
	"$@" >/dev/null 2>&1 &
	program=$!
	pids="$pids $program"
	window=$(timeout 60 xdotool search --sync --onlyvisible --name "$title" | head -n 1)
	xdotool windowmove "$window" 0 0 windowsize --sync "$window" 960 560
	until before=$now; pause; pause; now=$(import -window root RGB:- |
		sha256sum); [ "$now" = "$before" ]; do :; done
	picture "$name" 960x560
	kill "$program"
	wait "$program" || :
}

mkdir "$mount" "$base/home" "$base/run"
chmod 700 "$base/run"
export HOME=$base/home XDG_RUNTIME_DIR=$base/run NO_AT_BRIDGE=1
"$EOSIOFS" -o memory "$mount"
echo 300 > "$mount/boot/options/user-limit"
echo all > "$mount/boot/run"
echo +20m > "$mount/chain/clock"

Xvfb -displayfd 5 -screen 0 960x560x24 5>"$base/display" >/dev/null 2>&1 &
pids="$pids $!"
dbus-daemon --session --nofork --print-address=5 5>"$base/bus" 2>/dev/null &
pids="$pids $!"
until [ -s "$base/display" ] && [ -s "$base/bus" ]; do pause; done
DISPLAY=:$(cat "$base/display")
DBUS_SESSION_BUS_ADDRESS=$(cat "$base/bus")
export DISPLAY DBUS_SESSION_BUS_ADDRESS

shown thunar useraaaaaaab thunar "$mount/accounts/useraaaaaaab"
shown pcmanfm eosio_test pcmanfm "$mount"
timeout 120 chromium \
	--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --hide-scrollbars \
	--user-data-dir="$base/chromium" --window-size=1400,1250 --screenshot="$base/page.png" \
	"file://$mount/index.html" 2>/dev/null
convert "$base/page.png" +dither -colors 96 -strip "PNG8:$PICTURES/page.png"
ls -l "$PICTURES"
