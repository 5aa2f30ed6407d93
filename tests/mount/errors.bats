# Bad input: each gets its errno and a sentence that names the culprit, changes nothing and leaves the mount
# healthy.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	new_paths
	can_mount || return 0
	mount_at -o data="$D"
	boot
}

teardown_file() {
	take_down
}

setup() {
	require_fuse
	cd "$M"
}

@test "a wrong producer name" {
	refused ENOENT nosuchprod11 'echo nosuchprod11 > accounts/alice1111111/votes'
	refused EINVAL 'Not*A' 'echo "Not*A" > accounts/alice1111111/votes'
}

@test "a wrong asset" {
	refused EINVAL 1.00001 'echo "bob111111111 1.00001 SYS" > accounts/alice1111111/transfer'
	refused '' ABC 'echo "bob111111111 1.0000 ABC" > accounts/alice1111111/transfer'
	refused EINVAL 1,5 'echo "bob111111111 1,5 SYS" > accounts/alice1111111/transfer'
	refused EINVAL positive 'echo "bob111111111 -1.0000 SYS" > accounts/alice1111111/transfer'
	refused EINVAL 99999999999999999999 \
		'echo "bob111111111 99999999999999999999.0000 SYS" > accounts/alice1111111/transfer'
}

@test "wrong JSON" {
	refused EINVAL active.json \
		'echo "{\"threshold\": 1" | cat > accounts/alice1111111/permissions/active.json'
	refused EINVAL thresold 'echo "{\"thresold\": 1}" > accounts/alice1111111/permissions/active.json'
	refused EINVAL quantity \
		'echo "{\"from\": \"alice1111111\", \"to\": \"bob111111111\"} -p alice1111111" > accounts/eosio.token/actions/transfer'
}

@test "a wrong path" {
	refused ENOENT nosuchacct11 'echo "nosuchacct11 1.0000 SYS" > accounts/alice1111111/transfer'
	refused ENOENT '/no/such/folder' 'echo /no/such/folder > accounts/alice1111111/contract/install'
}

@test "a misspelt file name" {
	refused votse 'did you mean' 'echo producer1111 > accounts/alice1111111/votse'
	refused '' 'anything' 'echo 1 > accounts/anything'
}

@test "a permission that there is not" {
	refused '' spending \
		'echo "{\"from\":\"alice1111111\",\"to\":\"bob111111111\",\"quantity\":\"1.0000 SYS\",\"memo\":\"\"} -p alice1111111@spending" > accounts/eosio.token/actions/transfer'
}

@test "a missing key" {
	key=EOS8EBW9tCL9Yhx8VYmjzF3ok55AgM2wNvY54QUxZi5JU35cx6aro
	echo "stranger1111 $key --stake-net '1.0000 SYS' --stake-cpu '1.0000 SYS'" > create_account
	refused EACCES stranger1111 'echo "alice1111111 1.0000 SYS" > accounts/stranger1111/transfer'
}

@test "too little RAM" {
	refused EDQUOT ram \
		'echo "tinyaccount1 --stake-net \"1.0000 SYS\" --stake-cpu \"1.0000 SYS\" --buy-ram \"0.0010 SYS\"" > create_account'
}

@test "an overdrawn balance" {
	refused ECANCELED overdrawn 'echo "bob111111111 100000000.0000 SYS" > accounts/alice1111111/transfer'
}

@test "a name of thirteen characters" {
	refused EINVAL accountnum111 'mkdir accounts/accountnum111'
	refused EINVAL accountnum111 'echo accountnum111 > create_account'
	refused EEXIST alice1111111 'echo alice1111111 > create_account'
}

@test "an unknown action" {
	refused '' burn 'echo "{}" > accounts/eosio.token/actions/burn'
}

@test "an unknown option and too many words" {
	refused EINVAL '--stake-nett' 'echo "somebody1111 --stake-nett \"1.0000 SYS\"" > create_account'
	refused EINVAL perhaps 'echo perhaps > wallet/state'
}

@test "a locked wallet" {
	echo lock > wallet/state
	refused EPERM ocked 'echo "bob111111111 1.0000 SYS" > accounts/alice1111111/transfer'
	refused '' assword 'echo unlock wrong > wallet/state'
	echo "unlock $(cat "$D/wallet/password")" > wallet/state
	[ "$(cat wallet/state)" = unlocked ]
}

@test "binary junk" {
	head -c 4096 /dev/urandom > "$BASE/junk"
	for file in \
		accounts/alice1111111/{transfer,votes,stake,proxy,permissions/active.json,contract/abi.json,contract/code.wasm,contract/install} \
		create_account chain/features chain/clock wallet/import wallet/state defaults/stake_net \
		accounts/eosio.token/actions/transfer; do
		before=$(state)
		run dd if="$BASE/junk" of="$file" bs=4096 conv=notrunc,fsync
		[ "$status" != 0 ] || { echo "$file took it"; false; }
		[ "$(state)" = "$before" ] || { echo "$file changed something"; false; }
	done
	run cat errors
	[ "$status" = 0 ]
}

@test "a write of 100 MB" {
	for file in accounts/alice1111111/votes accounts/alice1111111/permissions/active.json \
		accounts/alice1111111/contract/code.wasm create_account; do
		before=$(state)
		run sh -c "head -c 100000000 /dev/zero | tr '\\0' x > $file"
		[ "$status" != 0 ] || \
			run sh -c "head -c 100000000 /dev/zero | tr '\\0' x | dd of=$file bs=1M conv=notrunc,fsync"
		[ "$status" != 0 ] || { echo "$file took it"; false; }
		[ "$(state)" = "$before" ] || { echo "$file changed something"; false; }
	done
	echo 'bob111111111 0.0001 SYS' > accounts/alice1111111/transfer
}

@test "links, devices and folders where none belong" {
	refused EPERM 'symbolic link' 'ln -s chain/id somewhere'
	refused EPERM 'hard link' 'ln chain/id somewhere'
	refused EPERM 'somewhere' 'mkfifo somewhere'
	refused '' anywhere 'mkdir chain/anywhere'
}

@test "deleting and renaming" {
	refused EPERM '' 'rm accounts/alice1111111/votes'
	refused EPERM alice1111111 'rmdir accounts/alice1111111'
	refused EPERM '' 'mv accounts/alice1111111 accounts/alice2222222'
}
