# index.html in a browser: numbers read back, nothing on the console, readable at every width, light and dark.

load ../mount/common

setup_file() {
	can_mount && command -v chromium >/dev/null || return 0
	new_paths
	mount_at -o memory,http=127.0.0.1:0
	(cd "$M" && echo 60 > boot/options/user-limit && echo all > boot/run &&
		echo '<script>document.title="owned"</script>' > producers/producer111a/url)
	cp "$M/index.html" "$BASE/index.html"
	cat "$M"/accounts/useraaaaaaab/balance "$M"/chain/supply >"$BASE/expected"
}

teardown_file() {
	take_down
}

setup() {
	require_fuse
	command -v chromium >/dev/null || skip "chromium is not there"
}

# browser ADDRESS OPTION…: in a profile of its own, with nothing asked of the network; what its console says
# goes to console.
browser() {
	local address=$1
	shift
	timeout 120 chromium \
		--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync --enable-logging=stderr --user-data-dir="$(mktemp \
		-d "$BATS_TEST_TMPDIR/XXXXXX")" \
		"$@" "$address" 2>"$BASE/stderr"
	grep CONSOLE "$BASE/stderr" >"$BASE/console" || :
}

@test "the numbers on the page are the chain's, and nothing is on the console" {
	browser "file://$BASE/index.html" --dump-dom >"$BASE/dom"
	[ ! -s "$BASE/console" ]
	while read -r number symbol; do
		grep -q "$number $symbol" "$BASE/dom"
	done <"$BASE/expected"
	[ "$(grep -c '<svg' "$BASE/dom")" -eq 4 ]
	grep -q '<title>EOSIO testnet</title>' "$BASE/dom"
	! grep -q 'owned</title>' "$BASE/dom" || false
}

@test "an account that stands behind the address is found" {
	browser "file://$BASE/index.html#useraaaaaaab" --dump-dom >"$BASE/dom"
	grep -q '1 found' "$BASE/dom"
	[ "$(grep -c '<tr class="hidden">' "$BASE/dom")" -gt 50 ]
}

@test "at 400 and 1400 pixels, light and dark, it is drawn" {
	local width
	for width in 400 1400; do
		browser "file://$BASE/index.html" --window-size=$width,1200 --screenshot="$BASE/light$width.png"
		browser "file://$BASE/index.html" --window-size=$width,1200 --blink-settings=preferredColorScheme=0 \
			--screenshot="$BASE/dark$width.png"
		[ -s "$BASE/light$width.png" ]
		[ -s "$BASE/dark$width.png" ]
		! cmp -s "$BASE/light$width.png" "$BASE/dark$width.png" || false
		[ ! -s "$BASE/console" ]
	done
}

@test "over HTTP it is the same page under a policy that lets it work" {
	browser "$(sed -n 's#^http \([0-9.:]*\)$#http://\1/#p' "$M/nodes/eosio/endpoints")" \
		--dump-dom >"$BASE/dom"
	[ ! -s "$BASE/console" ]
	grep -q '<title>EOSIO testnet</title>' "$BASE/dom"
	[ "$(grep -c '<svg' "$BASE/dom")" -eq "$(grep -c '<svg' "$BASE/index.html")" ]
}
