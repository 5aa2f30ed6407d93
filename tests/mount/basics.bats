# What every tool may do with a file, on a fresh chain in memory: it looks like a file system, and no tool
# meets ENOSYS.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	new_paths
	can_mount || return 0
	mount_at -o memory
}

teardown_file() {
	take_down
}

setup() {
	require_fuse
	cd "$M"
}

@test "ls shows the tree's folders and files" {
	run ls
	for name in README accounts chain contracts create_account defaults errors last_transaction log nodes \
		producers wallet; do
		[[ $'\n'"$output"$'\n' == *$'\n'"$name"$'\n'* ]]
	done
	run ls accounts
	[[ "$output" == *eosio* ]]
}

@test "every file's size is the number of bytes that it reads" {
	find . -type f ! -path './chain/*' ! -path './nodes/*' ! -name '*.wasm' | while read -r file; do
		exec {handle}<"$file"
		size=$(stat -Lc %s "/proc/self/fd/$handle")
		bytes=$(wc -c <&"$handle")
		exec {handle}<&-
		[ "$size" = "$bytes" ] || { echo "$file: $size, reads $bytes"; exit 1; }
	done
}

@test "find walks the whole tree without an error" {
	run --separate-stderr find . -ls
	[ "$status" = 0 ]
	[ -z "$stderr" ]
}

@test "what a write failed with is an attribute of the file" {
	run ! getfattr -n user.eosiofs.error chain/clock
	run ! sh -c 'echo nonsense > chain/clock'
	[ "$(getfattr -n user.eosiofs.error --only-values chain/clock)" = "$(tail -n 1 errors |
		sed 's/.* chain\/clock //')" ]
	getfattr -d chain/clock | grep -q '^user.eosiofs.error="EINVAL: .*nonsense'
}

@test "extended attributes name the block, the type, and how a file is written" {
	getfattr -n user.eosiofs.block --only-values chain/id | grep -Eq '^[0-9]+'
	getfattr -n user.mime_type --only-values accounts/eosio/info.json | grep -qx application/json
	getfattr -d accounts/eosio/votes | grep -q "^user.eosiofs.help=\".*; write: echo 'PRODUCER….*' > votes"
	# every file and folder has its help and its type
	# (listed once: blocks come meanwhile)
	find . ! -type l -print0 >"$BASE/list"
	tr -cd '\0' <"$BASE/list" | wc -c >"$BASE/count"
	xargs -0 getfattr -d -e text <"$BASE/list" >"$BASE/attributes"
	[ "$(grep -c '^user.eosiofs.help="..*"$' "$BASE/attributes")" -eq "$(cat "$BASE/count")" ]
	[ "$(grep -c '^user.mime_type="[a-z]*/[a-z+]*"$' "$BASE/attributes")" -eq "$(cat "$BASE/count")" ]
	run setfattr -n user.mine -v 1 chain/id
	[[ "$output" == *"not supported"* ]]
}

@test "ls -l asks the first file alone for the attributes that no file has" {
	strace -o "$BASE/calls" -e trace=getxattr,lgetxattr ls -l accounts
	[ "$(grep -c xattr "$BASE/calls")" -le 3 ]
	getfattr -d -m - accounts/eosio | grep -q '^user.mime_type='
}

@test "df, stat -f, access and sync answer" {
	df . | grep -q eosiofs
	stat -f . >/dev/null
	test -r chain/id
	! [ -x chain/id ] || false
	sync chain/id
}

@test "touch, chmod, chown and truncate succeed and change nothing" {
	before=$(cat accounts/eosio/proxy defaults/stake_net)
	touch defaults/stake_net accounts/eosio/proxy
	chmod 600 defaults/stake_net
	chown "$(id -u):$(id -g)" defaults/stake_net
	truncate -s 0 defaults/stake_net
	: > defaults/stake_net
	[ "$(cat accounts/eosio/proxy defaults/stake_net)" = "$before" ]
}

@test "cp and cp -p write a file's contents, install says that it may not remove it" {
	echo '7.0000 SYS' > "$BASE/seven"
	echo '8.0000 SYS' > "$BASE/eight"
	cp "$BASE/seven" defaults/stake_net
	grep -qx '7.0000 SYS' defaults/stake_net
	cp -p "$BASE/eight" defaults/stake_net
	grep -qx '8.0000 SYS' defaults/stake_net
	run install -m 644 "$BASE/seven" defaults/stake_net
	[[ "$status" = 1 && "$output" == *"not permitted"* ]]
	grep -qx '8.0000 SYS' defaults/stake_net
}

@test "sed -i edits a file" {
	echo '5.0000 SYS' > defaults/stake_net
	sed -i 's/^5/6/' defaults/stake_net
	grep -qx '6.0000 SYS' defaults/stake_net
	! ls -A defaults | grep -q '^sed' || false
}

@test "tar and cp -a take the tree out of the mount" {
	tar -cf "$BASE/tree.tar" accounts/eosio/info.json defaults contracts
	tar -xf "$BASE/tree.tar" -C "$BASE"
	cmp "$BASE/defaults/creator" defaults/creator
	cp -a defaults "$BASE/copied"
	cmp "$BASE/copied/ram_bytes" defaults/ram_bytes
}

@test "no tool meets ENOSYS" {
	strace -f -o "$BASE/trace" sh -c '
		ls -laR .; cat chain/id; touch defaults/key; cp -p defaults/creator '"$BASE"'; cp defaults/creator defaults/creator
		ln -s a b; ln chain/id c; mkfifo d; mv defaults/key defaults/keys; dd if=chain/id of=/dev/null; fallocate -l 10 defaults/key
		getfattr -d chain/id; setfattr -n user.a -v b chain/id; flock chain/id true; tail -n 1 chain/id; sync .' >/dev/null 2>&1 || :
	! grep ENOSYS "$BASE/trace" || false
}

@test "a file can be mapped into memory" {
	grep -q eosio accounts/eosio/info.json
	perl -e 'open F, "<", "chain/genesis.json"; local $/; $_ = <F>; exit !/initial_key/'
	cmp chain/genesis.json <(dd if=chain/genesis.json bs=7 status=none)
}

@test "tail -f follows the log" {
	mkdir accounts/eosio.first
	coproc tail -n +1 -f "$M/log"
	while read -r -t 20 line <&"${COPROC[0]}"; [[ "$line" != *eosio.first* ]]; do :; done
	mkdir accounts/eosio.follow
	while read -r -t 20 line <&"${COPROC[0]}"; [[ "$line" != *eosio.follow* ]]; do [ -n "$line" ]; done
	kill "$COPROC_PID"
}

@test "a new account is a folder at once, and listed" {
	mkdir accounts/eosio.new
	[ -d accounts/eosio.new ]
	ls accounts | grep -qx eosio.new
	grep -q '"account_name": *"eosio.new"' accounts/eosio.new/info.json
}

@test "the tree's README is there and names every top-level file" {
	for name in *; do
		grep -q -- "$name" README || { echo "$name"; false; }
	done
}

@test "the documented list of files is the table's" {
	sed -n '/<!-- tree -->/,/<!-- end of tree -->/p' "$ROOT/docs/tree.md" | sed '1d;$d' |
		diff - <("$EOSIOFS" --print-tree | awk -f "$ROOT/packaging/tree.md.awk")
}

@test "chain/head moves while the clock does" {
	before=$(cat chain/head)
	seen=$before
	echo +2h > chain/clock 3>&- &
	while [ "$seen" = "$before" ] && kill -0 $! 2>/dev/null; do
		seen=$(cat chain/head)
	done
	wait $!
	[ "$before" -lt "$seen" ] && [ "$seen" -lt "$(cat chain/head)" ]
}
