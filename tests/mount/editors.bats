# How editors save: a temporary or a backup file beside the file, and renames. After each the file has the
# new contents and nothing is left over.

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
	cd "$M/defaults"
	echo '1.0000 SYS' > stake_net
	ls -A > "$BASE/before"
}

saved() {
	[ "$(cat stake_net)" = '2.0000 SYS' ]
	[ "$(stat -c %s stake_net)" = 11 ]
	ls -A | diff "$BASE/before" -
}

@test "nano, truncating and writing, with its lock file" {
	echo lock > .stake_net.swp
	echo '2.0000 SYS' > stake_net
	rm .stake_net.swp
	saved
}

@test "vim, with its swap file and probe" {
	: > .stake_net.swp
	: > .stake_net.swx
	rm .stake_net.swx
	head -c 4096 /dev/zero > .stake_net.swp
	: > 4913
	chmod 644 4913
	rm 4913
	cp stake_net stake_net~
	echo '2.0000 SYS' > stake_net
	sync stake_net
	rm stake_net~ .stake_net.swp
	saved
}

@test "vim itself" {
	command -v vim >/dev/null || skip "vim is not installed"
	vim -u NONE -N -es -c '%s/1/2/' -c 'wq' stake_net </dev/null
	rm -f stake_net~
	saved
}

@test "kate and gedit, writing a temporary file and renaming it over" {
	echo '2.0000 SYS' > .stake_net.kate-swp
	rm .stake_net.kate-swp
	echo '2.0000 SYS' > .stake_net.a1B2c3
	mv .stake_net.a1B2c3 stake_net
	saved
	echo '1.0000 SYS' > stake_net
	echo '2.0000 SYS' > .goutputstream-A1B2C3
	mv .goutputstream-A1B2C3 stake_net
	saved
}

@test "emacs, with its lock and its auto-save" {
	ln -s user@host.1 .#stake_net || echo user@host.1 > .#stake_net
	echo '2.0000 SYS' > '#stake_net#'
	cp stake_net stake_net~
	echo '2.0000 SYS' > stake_net
	rm -f '.#stake_net' '#stake_net#' stake_net~
	saved
}

@test "sed -i, a temporary file renamed over" {
	sed -i 's/1/2/' stake_net
	saved
}

@test "Qt and busybox, a new file named after it renamed over; mistyped names stay refused" {
	local name
	for name in stake_net.AbC123 stake_netAbC123; do
		echo '1.0000 SYS' > stake_net
		run ! bash -c "echo '2.0000 SYS' > $name"
		bash -c "set -o noclobber; echo '2.0000 SYS' > $name"
		mv $name stake_net
		saved
	done
}

@test "LibreOffice's lock file" {
	echo me > .~lock.stake_net#
	echo '2.0000 SYS' > stake_net
	rm .~lock.stake_net#
	saved
}

@test "a file renamed over is at once what the tree says, by every way in" {
	exec 5<stake_net
	echo '  2.0000 SYS  ' > .stake_net.XyZ123
	mv .stake_net.XyZ123 stake_net
	[ "$(cat stake_net)" = '2.0000 SYS' ]
	[ "$(cat <&5)" = '1.0000 SYS' ]
	exec 5<&-
	saved
}

@test "renaming what the file refuses fails, and says why" {
	echo nonsense > .stake_net.XyZ123
	run mv .stake_net.XyZ123 stake_net
	[ "$status" != 0 ]
	tail -n 1 ../errors | grep -q nonsense
	[ "$(cat stake_net)" = '1.0000 SYS' ]
	rm -f .stake_net.XyZ123
}

@test "other new names are refused" {
	run sh -c 'echo x > somefile'
	[ "$status" != 0 ]
	tail -n 1 ../errors | grep -q somefile
}
