#!/usr/bin/env bats
# Mounts of somebody who is not root: through fusermount3, with other users beside, in a folder that is
# somebody else's.

bats_require_minimum_version 1.5.0
load common

setup() {
	require_fuse
	[ "$(id -u)" = 0 ] || skip "only root can become others"
	new_paths
	chmod 755 "$BASE" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR"
	cp "$EOSIOFS" "$BASE/program"
	mkdir -m 700 "$D"
	chown nobody: "$M" "$D"
}

teardown() {
	[ "$(id -u)" != 0 ] || take_down
}

# as USER COMMAND: in a shell of that user's; `program` is the program.
as() {
	setpriv --reuid="$1" --regid="$1" --clear-groups env HOME="$BASE" M="$M" D="$D" \
		sh -c "program() { '$BASE/program' -o http=off \"\$@\"; }; $2" 3>&- 4>&- </dev/null
}
other=1 nobody=65534

@test "it is mounted, read, written, killed and unmounted; others, root among them, are kept out" {
	as $nobody 'program -o data="$D" "$M" && cat "$M/chain/id" && echo 4096 > "$M/defaults/ram_bytes"'
	[ "$(stat -c %u "$D/state")" = $nobody ]
	run ! ls "$M"
	run ! as $other 'ls "$M"'
	run -1 as $other 'program --unmount "$M"'
	[[ "$output" == *"is not yours but user $nobody's"* ]]
	run -1 as $other 'program -o memory "$M"'
	[[ "$output" == *"is busy"* ]]
	[ "$(as $nobody 'cat "$M/defaults/ram_bytes"')" = 4096 ]
	kill -9 "$(cat "$D/lock")"
	run -0 as $nobody 'program -o data="$D" "$M" && cat "$M/defaults/ram_bytes"'
	[[ "$output" == *"unmounted what was left"*4096 ]]
	as $nobody 'program --unmount "$M"'
	run ! is_mounted
}

@test "a data folder, or a file in it, that belongs to somebody else or that others may write is refused" {
	chown $other "$D"
	chmod 777 "$D"
	run -1 as $nobody 'program -o data="$D" "$M"'
	[[ "$output" == *"\"$D\" belongs to user $other: a data folder is its user's alone"* ]]
	[ -z "$(ls "$D")" ]
	run -1 "$EOSIOFS" -o http=off -o data="$D" "$M"
	[[ "$output" == *"belongs to user $other"* ]]
	chown $nobody "$D"
	as $nobody 'program -o data="$D" "$M" && program --unmount "$M"'
	[ "$(stat -c %a "$D")" = 700 ]
	for way in "chown $other" "chmod g+w" "chmod o+w"; do
		for name in state wallet/password blocks; do
			$way "$D/$name"
			run -1 as $nobody 'program -o data="$D" "$M"'
			[[ "$output" == *"$D/$name\""* && "$output" == *"a data folder is its user's alone"* ]]
			chown $nobody "$D/$name"
			chmod go-w "$D/$name"
		done
	done
	as $nobody 'program -o data="$D" "$M"'
}

# Needs user_allow_other in /etc/fuse.conf: in a mount namespace of its own.
@test "with allow_other the others read, and the kernel keeps them from the rest" {
	echo user_allow_other >"$BASE/fuse.conf"
	export -f as
	export BASE M D other nobody
	run -0 unshare -m bash -ec '
		mount --bind "$BASE/fuse.conf" /etc/fuse.conf
		as $nobody "program -o allow_other,data=\$D \"\$M\""
		grep -q " $M .*default_permissions" /proc/self/mountinfo
		as $other "cat \"\$M/chain/id\" >/dev/null"
		for command in "echo +1s > chain/clock" "mkdir accounts/abcabcabcabc" "ls wallet" "cat wallet/state" "chmod 777 push" "program --unmount \"\$M\""; do
			! as $other "cd \"\$M\" && $command" 2>/dev/null || echo "done: $command"
		done
		as $nobody "program --unmount \"\$M\""'
	[ -z "$output" ]
}

# Of every row that can be written, as the table has it; what is shown is told to be the owner's.
@test "with allow_other what is written to snapshots/, nodes/, chain/, boot/ is the owner's alone" {
	echo user_allow_other >"$BASE/fuse.conf"
	export -f as
	export BASE M D other nobody
	run -0 unshare -m bash -ec '
		mount --bind "$BASE/fuse.conf" /etc/fuse.conf
		as $nobody "program -o allow_other,data=\$D \"\$M\" && mkdir \"\$M/snapshots/base\""
		cd "$M"
		for file in snapshots/{restore,drop,export,import} nodes/eosio/{config.ini,state,peers} chain/{features,node,clock} \
			boot/{run,accounts.json,steps/*,options/*} defaults/* push create_account; do
			[ -f "$file" ] && [ "$(stat -c %u "$file")" = $nobody ] || echo "not there: $file"
			case $(stat -c %A "$file") in ?????w????|????????w?) echo "others may write $file" ;; esac
			for shell in dash bash; do
				! as $other "$shell -c \"echo base > \$M/$file\"" 2>/dev/null || echo "written: $file"
				! as $other "$shell -c \"echo base >> \$M/$file\"" 2>/dev/null || echo "written: $file"
			done
		done
		for folder in snapshots/x nodes/x accounts/x producers/eosio proposals/x; do
			! as $other "mkdir \"\$M/$folder\"" 2>/dev/null || echo "made: $folder"
		done
		[ "$(ls snapshots)" = "$(printf "%s\n" base drop export import restore)" ] || ls snapshots
		as $nobody "cat \"\$M/errors\""
		cd /
		as $nobody "program --unmount \"\$M\""'
	[ -z "$output" ]
}

@test "a snapshot is exported to and imported from where its owner may, and nowhere else" {
	mkdir -m 700 "$BASE/roots"
	touch "$BASE/roots/file"
	echo secret >"$BASE/private"
	chmod 600 "$BASE/private"
	mkdir -m 777 "$BASE/everybodys"
	as $nobody 'program -o data="$D" "$M" && mkdir "$M/snapshots/base"'
	for line in "base $BASE/roots/new" "base $BASE/program" "base /proc/self/environ" "base $BASE/roots"; do
		run ! as $nobody "echo '$line' > \"\$M/snapshots/export\""
	done
	for line in "$BASE/roots/file x" "$BASE/private x" "$BASE/roots x"; do
		run ! as $nobody "echo '$line' > \"\$M/snapshots/import\""
		as $nobody 'tail -n 1 "$M/errors"' | grep -E 'EACCES|EISDIR'
	done
	[ "$(ls "$BASE/roots")" = file ]
	as $nobody "echo 'base $BASE/everybodys/file' > \"\$M/snapshots/export\" && echo '$BASE/everybodys/file again' > \"\$M/snapshots/import\""
	[ "$(stat -c %a:%u "$BASE/everybodys/file")" = 600:$nobody ]
	as $nobody 'program --unmount "$M"'
}
