# blocks/, transactions/ and at/: what happened, seen at once, later, and after a new mount; the tree as it
# was.

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

@test "what was sent is seen at once, in its block, and after a new mount" {
	mount_at -o data="$D"
	cd "$M"
	mkdir accounts/alice
	id=$(cat last_transaction)
	grep -q '"status": "executed"' "transactions/$id.json"
	grep -q '"newaccount"' "transactions/$id.json"
	block=$(sed -n 's/^  "block_num": \([0-9]*\),$/\1/p' "transactions/$id.json")
	echo +60s > chain/clock
	grep -q "\"id\": \"$id\"" "blocks/$block.json"
	[ "$(ls blocks | wc -l)" = 102 ]
	[ "$(stat -c %s blocks/lib.json)" -gt 500 ]
	ls transactions | grep -q "$id.json"
	run dash -c 'echo nobody 1.0000 SYS > accounts/alice/transfer'
	[ "$status" != 0 ]
	cd /
	"$EOSIOFS" --unmount "$M"
	mount_at -o data="$D"
	cd "$M"
	python3 -c 'import json, sys; trace = json.load(open(sys.argv[1])); assert trace["id"] == sys.argv[2] and trace["block_num"] == int(sys.argv[3])' \
		"transactions/$id.json" "$id" "$block"
	python3 -c 'import json, sys; block = json.load(open(sys.argv[1])); assert block["traces"][1]["id"] == sys.argv[2]' "blocks/$block.json" "$id"
	# the tree as it was
	diff -r "at/$((block - 1))/accounts" "at/$block/accounts" > "$BASE/difference" || true
	grep -q '^Only in .*: alice$' "$BASE/difference"
	diff -r "at/$block/accounts/alice" at/$((block + 100))/accounts/alice
	[ "$(cat "at/$(date -u -d "$(cat chain/time)" +%Y-%m-%dT%H:%M:%S)/chain/time" |
		cut -c 1-16)" = "$(cut -c 1-16 chain/time)" ]
	run ls at
	[ -z "$output" ]
	run cat blocks/99999999.json
	[[ "$output" == *"No such file"* ]]
}
