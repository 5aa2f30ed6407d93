# snapshots/export and import: a testnet in one file, for a colleague, who begins a mount with it.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	new_paths
	can_mount || return 0
	mount_at -o data="$D"
	boot
	mkdir "$M/snapshots/base"
	echo '+600s' > "$M/chain/clock"
	echo "eosio 1.0000 SYS later" > "$M/accounts/$(account alice)/transfer"
}

teardown_file() {
	take_down
}

setup() {
	require_fuse
	cd "$M"
}

# begin_with FILE FOLDER [OPTIONS…]: another mount, on another data folder, that begins with the file.
begin_with() {
	mkdir -p "$2"
	"$EOSIOFS" -o "http=off,data=$2.data,import=$1" "${@:3}" "$2" 3>&- 4>&- </dev/null
}

password() {
	cat "$D/wallet/password"
}

@test "a colleague's mount begins with the file, and goes on once the wallet is unlocked" {
	echo "base $BASE/net --keys $(password)" > snapshots/export
	[ "$(stat -c %a "$BASE/net")" = 600 ]
	run -0 begin_with "$BASE/net" "$BASE/theirs"
	[[ "$output" == *"the chain begins with the "*" blocks of "*"write \`unlock PASSWORD\` into wallet/state"* ]]
	cd "$BASE/theirs"
	[ "$(cat wallet/state)" = locked ]
	for file in permissions balance contract/hash links ram; do
		diff -r "accounts/$(account alice)/$file" "$M/snapshots/base/accounts/$(account alice)/$file"
	done
	run ! grep later "accounts/$(account alice)/history.jsonl"
	echo "unlock $(password)" > wallet/state
	echo "$(account bob) 2.0000 SYS" > "accounts/$(account alice)/transfer"
	mkdir accounts/ofthecollea1
	cd /
	"$EOSIOFS" --unmount "$BASE/theirs"
	run -0 "$EOSIOFS" -o "http=off,verify,data=$BASE/theirs.data" "$BASE/theirs" 3>&- 4>&- </dev/null
	[[ "$output" == *"verified: "* ]]
	[ -d "$BASE/theirs/accounts/ofthecollea1" ]
	run ! begin_with "$BASE/net" "$BASE/theirs"
	"$EOSIOFS" --unmount "$BASE/theirs"
	run -1 begin_with "$BASE/net" "$BASE/theirs"
	[[ "$output" == *"holds a chain already"* ]]
}

@test "what a file holds is kept again, and gone back to" {
	for shell in bash dash; do
		$shell -c "cd '$BASE' && echo 'base $shell.file' > '$M/snapshots/export'"
		$shell -c "cd '$BASE' && echo './$shell.file $shell' > '$M/snapshots/import'"
		diff -r "snapshots/$shell/producers" snapshots/base/producers
	done
	before=$(cat "accounts/$(account alice)/balance")
	echo dash > snapshots/restore
	[ "$(cat "accounts/$(account alice)/balance")" != "$before" ]
	[ "$(cat "accounts/$(account alice)/balance")" = "$(cat "snapshots/base/accounts/$(account alice)/balance")" ]
}

# refused SENTENCE COMMAND: in both shells.
refused() {
	local shell
	for shell in bash dash; do
		run ! $shell -c "cd '$M' && $2"
		[[ "$(tail -n 1 errors)" == *"$1"* ]] || {
			tail -n 1 errors >&2
			return 1
		}
	done
}

@test "what is refused changes nothing, and no password is seen" {
	[ -e "$BASE/file" ] || echo "base $BASE/file" > snapshots/export
	refused "file: File exists" "echo 'base $BASE/file' > snapshots/export"
	refused "there is no snapshot \"nothing\"" "echo 'nothing $BASE/no' > snapshots/export"
	refused "the file to write" "echo base > snapshots/export"
	refused "lies in the mount itself" "echo 'base chain/head' > snapshots/export"
	refused "lies in the mount itself" "echo chain/head > snapshots/import"
	refused "No such file" "echo '$BASE/nowhere/file' > snapshots/import"
	refused "there is a snapshot \"base\" already" "echo '$BASE/file' > snapshots/import"
	refused "no file of a chain" "echo /etc/hostname > snapshots/import"
	wrong=PW5JyNT2NrHnTmB1E8MMG4ENBxbGtWLeRH1cErMWZJdSpJpwRRNgV
	refused "Invalid password" "echo 'base $BASE/no --keys $wrong' > snapshots/export"
	refused "***" "echo 'base $BASE/no --keys $wrong $wrong' > snapshots/export"
	run ! grep -rF "$wrong" errors log nodes/eosio/stderr
	[ ! -e "$BASE/no" ]
	mkfifo "$BASE/fifo"
	refused "fifo" "echo '$BASE/fifo' > snapshots/import"
	refused "fifo: File exists" "echo 'base $BASE/fifo' > snapshots/export"
	ln -s "$BASE/no" "$BASE/link"
	refused "Permission denied" "chmod 500 '$BASE' && test ! -w '$BASE' && echo 'base $BASE/no' > snapshots/export" || [ "$(id -u)" = 0 ]
	chmod 700 "$BASE"
	ls snapshots > "$BASE/names"
	size=$(stat -c %s "$BASE/file")
	head -c $((size / 2)) "$BASE/file" > "$BASE/half"
	refused "is damaged" "echo '$BASE/half x' > snapshots/import"
	{ head -c 8 "$BASE/file" && printf '\377' && tail -c +10 "$BASE/file"; } > "$BASE/newer"
	refused "has version 255" "echo '$BASE/newer x' > snapshots/import"
	for file in half newer fifo nothing; do
		run -1 begin_with "$BASE/$file" "$BASE/refused"
		[ ! -e "$BASE/refused.data/blocks" ]
	done
	ls snapshots | diff - "$BASE/names"
}

@test "the file of another chain is no snapshot of this one" {
	echo "base $BASE/ours" > snapshots/export
	sed 's/"initial_timestamp": "[^"]*"/"initial_timestamp": "2019-01-01T00:00:00.000"/' chain/genesis.json > "$BASE/genesis.json"
	mkdir "$BASE/other"
	"$EOSIOFS" -o "http=off,data=$BASE/other.data,genesis=$BASE/genesis.json" "$BASE/other" 3>&- 4>&- </dev/null
	run ! bash -c "echo '$BASE/ours' > '$BASE/other/snapshots/import'"
	[[ "$(tail -n 1 "$BASE/other/errors")" == *"is of another chain: a mount of its own begins with it, eosiofs -o import=FILE MOUNTPOINT"* ]]
}

@test "options that import=FILE does not go with are refused" {
	for option in memory url=http://127.0.0.1:1 "genesis=$BASE/genesis.json"; do
		run -2 "$EOSIOFS" -o "import=$BASE/net,$option" "$BASE/theirs"
		[[ "$output" == *"exclude each other"* ]]
	done
}

@test "once restored to before the boot, the chain is booted again" {
	new_paths
	mount_at -o data="$D"
	cd "$M"
	mkdir snapshots/empty
	echo 10 > boot/options/user-limit
	echo 2 > boot/options/producer-limit
	echo 'wallet boot sys contracts' > boot/run
	[ -d accounts/eosio.msig ]
	echo empty > snapshots/restore
	[ ! -e accounts/eosio.msig ]
	echo 'contracts' > boot/run && return 1
	echo 'sys contracts' > boot/run
	[ -d accounts/eosio.msig ]
	cd /
	"$EOSIOFS" --unmount "$M"
}
