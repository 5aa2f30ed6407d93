# The program: what it says when it cannot mount, dead mounts, signals, unmounting.

bats_require_minimum_version 1.5.0
load common

setup() {
	new_paths
	require_fuse
}

teardown() {
	take_down
}

@test "--help and --version" {
	run -0 "$EOSIOFS" --help
	[[ "$output" == *"-o data=DIR"* && "$output" == *"--unmount"* && "$output" == *"allow_other"* ]]
	run -0 "$EOSIOFS" --version
	[[ "$output" == eosiofs* ]]
}

@test "no mount point, two of them, unknown options" {
	run -2 "$EOSIOFS"
	[[ "$output" == *"no mount point"*"--help"* ]]
	run -2 "$EOSIOFS" "$M" more
	[[ "$output" == *"'more'"* ]]
	run -2 "$EOSIOFS" -o bogus "$M"
	[[ "$output" == *bogus* ]]
	run -2 "$EOSIOFS" -o memory,data="$D" "$M"
	[[ "$output" == *exclude* ]]
	run ! is_mounted
}

@test "mount(8) names a source before the mount point, as /etc/fstab does" {
	mkdir -p "$BASE/bin"
	ln -s "$EOSIOFS" "$BASE/bin/eosiofs"
	command -v mount.fuse3 >/dev/null || skip "mount.fuse3 (package fuse3) is not there"
	[ "$(id -u)" = 0 ] || skip "mount(8) needs root"
	PATH=$BASE/bin:$PATH mount.fuse3 eosiofs "$M" -t fuse.eosiofs -o "rw,memory" 3>&- 4>&- </dev/null
	[ "$(cat "$M/chain/head")" -ge 1 ]
	run "$EOSIOFS" somewhere "$M"
	[ "$status" -ne 0 ]
	[[ "$output" == *"what is '$M'?"* ]]
}

@test "a mount point that is missing, a file, or not empty" {
	run -1 "$EOSIOFS" -o memory "$BASE/missing"
	[[ "$output" == *"does not exist: mkdir -p '$BASE/missing'"* ]]
	touch "$BASE/file"
	run -1 "$EOSIOFS" -o memory "$BASE/file"
	[[ "$output" == *"not a folder"* ]]
	run -1 "$EOSIOFS" -o memory "$BASE"
	[[ "$output" == *"not empty (it holds '"* ]]
}

@test "a mount point in use names the process" {
	mount_at -o memory
	pid=$(mount_pid)
	run -1 "$EOSIOFS" -o memory "$M"
	[[ "$output" == *busy*"process $pid"*--unmount* ]]
}

@test "however often it is asked whether it lives, a mount answers" {
	mount_at -o memory
	for _ in $(seq 150); do
		run -1 timeout 10 "$EOSIOFS" -o memory "$M"
	done
	[[ "$output" == *"busy: process $(mount_pid) "* ]]
	timeout 10 "$EOSIOFS" --unmount "$M"
}

@test "a data folder in use names the process" {
	mount_at -o data="$D"
	pid=$(mount_pid)
	mkdir "$BASE/other"
	run -1 "$EOSIOFS" -o data="$D" "$BASE/other"
	[[ "$output" == *"$D"* && "$output" == *"$pid"* ]]
	[ -r "$M/chain/id" ]
}

@test "a data folder inside the mount point, or that is a file" {
	run -2 "$EOSIOFS" -o data="$M/data" "$M"
	[[ "$output" == *"lies in the mount"* ]]
	touch "$BASE/file"
	run -1 "$EOSIOFS" -o data="$BASE/file" "$M"
	[[ "$output" == *"$BASE/file"*"ot a "* ]]
}

@test "a genesis that cannot be read, or has another key" {
	run -1 "$EOSIOFS" -o memory,genesis="$BASE/none.json" "$M"
	[[ "$output" == *none.json* ]]
	echo '{"initial_key": "EOS1"' > "$BASE/bad.json"
	run -1 "$EOSIOFS" -o memory,genesis="$BASE/bad.json" "$M"
	[[ "$output" == *bad.json* ]]
	run -1 "$EOSIOFS" -o memory,genesis_key=5Kwrong "$M"
	[[ "$output" == *genesis_key* && "$output" != *5Kwrong* ]]
	run ! is_mounted
}

@test "a genesis of one's own starts its chain, and its key is not in the process list" {
	mount_at -o memory
	sed 's/2018-03-02/2020-01-01/' "$M/chain/genesis.json" > "$BASE/genesis.json"
	id=$(cat "$M/chain/id")
	"$EOSIOFS" --unmount "$M"
	mount_at -o memory,genesis="$BASE/genesis.json",genesis_key=5K463ynhZoCDDa4RDcr63cUwWLTnKqmdcoTKTHBjqoKfv4u5V7p
	[ "$(cat "$M/chain/id")" != "$id" ]
	mkdir "$M/accounts/eosio.one"
	! grep -aq 5K463 "/proc/$(mount_pid)/cmdline" || false
}

@test "the key of a genesis comes from a file" {
	mount_at -o memory
	sed 's/"EOS[1-9A-Za-z]*"/"EOS8mUftJXepGzdQ2TaCduNuSPAfXJHf22uex4u41ab1EVv9EAhWt"/' \
		"$M/chain/genesis.json" > "$BASE/genesis.json"
	"$EOSIOFS" --unmount "$M"
	run -1 "$EOSIOFS" -o memory,genesis="$BASE/genesis.json",genesis_key_file="$BASE/none" "$M"
	[[ "$output" == *"the genesis key file '$BASE/none'"* ]]
	echo 5K7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUnSyFGgwHi8Uy61wU1x > "$BASE/key"
	run -1 "$EOSIOFS" -o memory,genesis="$BASE/genesis.json",genesis_key_file="$BASE/key" "$M"
	[[ "$output" == *"the genesis key file '$BASE/key'"* && "$output" != *5K7EYY* ]]
	echo 5K7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUnSyFGgwHi8Uy61wU1o > "$BASE/key"
	run -2 "$EOSIOFS" -o memory,genesis_key_file="$BASE/key",genesis_key=5K7E "$M"
	mount_at -o memory,genesis="$BASE/genesis.json",genesis_key_file="$BASE/key"
	mkdir "$M/accounts/eosio.one"
}

@test "the data folder is named after the mount point, below XDG_DATA_HOME" {
	XDG_DATA_HOME=$BASE/share mount_at
	[ -d "$BASE/share/eosiofs/testnet" ]
}

@test "it is in the background only once the mount answers" {
	mount_at -o memory
	[ -r "$M/chain/id" ]
	[ "$(cat "$M/nodes/eosio/state")" = running ]
}

@test "SIGINT, SIGTERM and SIGHUP unmount cleanly" {
	for signal in INT TERM HUP; do
		mount_at -o data="$D"
		pid=$(mount_pid)
		kill -s "$signal" "$pid"
		wait_gone "$pid"
		run ! is_mounted
		ls "$M"
	done
}

# A node that takes connections and says nothing: whoever asks it waits.
@test "a signal ends a start at once" {
	coproc perl -MIO::Socket::INET -e '$| = 1; my $s = IO::Socket::INET->new(Listen => 5,
		LocalAddr => "127.0.0.1"); print $s->sockport, "\n"; my $c = $s->accept; <$c>; print "asked\n"; <STDIN>'
	read -r port <&"${COPROC[0]}"
	"$EOSIOFS" -f -o "url=http://127.0.0.1:$port" "$M" 3>&- &
	pid=$!
	read -r _ <&"${COPROC[0]}"
	kill -INT "$pid"
	wait "$pid" || status=$?
	[ "$status" -eq 130 ]
	run ! is_mounted
	kill "$COPROC_PID"
}

@test "in the foreground it ends with 0 when it is told to, with one thread too" {
	for option in -f '-f -s'; do
		# shellcheck disable=SC2086
		"$EOSIOFS" $option -o memory "$M" 3>&- &
		pid=$!
		until is_mounted; do
			kill -0 "$pid"
			read -rt 0.05 <> <(:) || :
		done
		cat "$M/chain/id"
		kill -INT "$pid"
		wait "$pid"
	done
}

@test "a mount that died is cleaned up at the next start" {
	mount_at -o data="$D"
	pid=$(mount_pid)
	kill -9 "$pid"
	wait_gone "$pid"
	run ls "$M"
	[ "$status" != 0 ]
	run mount_at -o data="$D"
	[ "$status" = 0 ]
	[[ "$output" == *"unmounted what was left"* ]]
	[ -r "$M/chain/id" ]
	[ "$(grep -c " $M " /proc/self/mountinfo)" = 1 ]
}

@test "--unmount takes a dead mount away too" {
	mount_at -o memory
	pid=$(mount_pid)
	kill -9 "$pid"
	wait_gone "$pid"
	run -0 "$EOSIOFS" --unmount "$M"
	run ! is_mounted
}

@test "what lies in the mount is installed from it by every way in, with one thread too" {
	[ "$(id -u)" = 0 ] || skip "only root can bind mounts"
	mkdir "$BASE/whole" "$BASE/part"
	for option in -s -omax_threads=1; do
		mount_at -o memory $option
		mount --bind "$M" "$BASE/whole"
		mount --bind "$M/contracts/eosio.token" "$BASE/part"
		ln -sfn "$BASE/whole/contracts" "$BASE/link"
		for folder in "$BASE/whole/contracts/eosio.msig" "$BASE/part" "$BASE/link/eosio.token" \
			"$BASE/part/../whole/contracts/eosio.msig"; do
			timeout 10 bash -c 'echo "$0" > "$1"' "$folder" "$M/accounts/eosio/contract/install" ||
				{ tail -n 1 "$M/errors"; false; }
		done
		umount "$BASE/whole" "$BASE/part"
		"$EOSIOFS" --unmount "$M"
	done
}

# The presence says nothing there, so that only the kernel can tell whether the mount lives.
@test "a mount that lives is left alone from other namespaces" {
	[ "$(id -u)" = 0 ] || skip "only root can make namespaces"
	mount_at -o memory
	pid=$(mount_pid)
	hidden='for place in /run/user/0 /tmp/eosiofs-0; do [ ! -d $place ] || mount -t tmpfs -o mode=700 none $place; done'
	run -1 unshare -n "$EOSIOFS" -o memory "$M"
	[[ "$output" == *"is busy: process $pid "* ]]
	run -1 unshare -m sh -c "$hidden; exec '$EOSIOFS' -o memory '$M'"
	[[ "$output" == *"is busy: a process out of sight has an eosiofs there"* ]]
	run -1 unshare -p -f "$EOSIOFS" -o memory "$M"
	[[ "$output" == *"is busy: "* ]]
	[ -r "$M/chain/id" ]
	kill -9 "$pid"
	wait_gone "$pid"
	run -0 unshare -m sh -c "$hidden; exec '$EOSIOFS' --unmount '$M'"
	[[ "$output" == *"unmounted what was left"* ]]
}

@test "where a mount stops, it is neither unmounted nor waited for" {
	mount_at -o memory
	pid=$(mount_pid)
	kill -STOP "$pid"
	run -1 timeout 10 "$EOSIOFS" -o memory "$M"
	kill -CONT "$pid"
	[[ "$output" == *"is busy: process $pid "* ]]
	[ -r "$M/chain/id" ]
}

# Until it is ended: another process that has the daemon's connection to the kernel open, so that the kernel
# goes on waiting for its answers.
hold_connection() {
	local link
	for link in /proc/"$1"/fd/*; do
		[ "$(readlink "$link")" != /dev/fuse ] || break
	done
	perl -e '$| = 1; $process = syscall(434, $ARGV[0] + 0, 0); $copy = syscall(438, $process, $ARGV[1] + 0, 0);
		print $copy < 0 ? "failed\n" : "held\n"; <STDIN>' "$1" "${link##*/}" <"$BASE/end" >"$BASE/held" 3>&- &
	exec 6>"$BASE/end"
	until [ -s "$BASE/held" ]; do
		read -rt 0.05 <> <(:) || :
	done
	[ "$(cat "$BASE/held")" = held ]
}

@test "a dead mount whose connection goes on is ended, and with it whoever waits for its answer" {
	[ "$(id -u)" = 0 ] || skip "only root can take another process's descriptors"
	mkfifo "$BASE/end"
	for way in unmount start; do
		mount_at -o memory
		pid=$(mount_pid)
		: >"$BASE/held"
		hold_connection "$pid"
		bash -c "echo +300d > '$M/chain/clock'" 2>/dev/null 3>&- 6>&- &
		client=$!
		until [[ "$(cat "$M/chain/clock")" == *moving* ]]; do
			kill -0 "$client"
		done
		kill -9 "$pid"
		wait_gone "$pid"
		if [ $way = unmount ]; then
			run -0 timeout 20 "$EOSIOFS" --unmount "$M"
			[[ "$output" == *"unmounted what was left"* ]]
			run ! is_mounted
		else
			run -0 timeout 20 "$EOSIOFS" -o http=off -o memory "$M" 3>&- 6>&-
			[[ "$output" == *"unmounted what was left"* ]]
			[ -r "$M/chain/id" ]
			[ "$(grep -c " $M " /proc/self/mountinfo)" = 1 ]
		fi
		run wait "$client"
		exec 6>&-
	done
}

@test "--unmount of somebody else's mount" {
	[ "$(id -u)" = 0 ] || skip "only root can become somebody else"
	chmod 755 "$BASE" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR"
	cp "$EOSIOFS" "$BASE/program"
	mount_at -o memory
	run -1 setpriv --reuid=65534 --regid=65534 --clear-groups "$BASE/program" --unmount "$M"
	[[ "$output" == *"is not yours but user 0's" ]]
	is_mounted
}

@test "--unmount says when there is nothing, and what keeps a mount busy" {
	run -1 "$EOSIOFS" --unmount "$M"
	[[ "$output" == *"nothing is mounted"* ]]
	mount_at -o memory
	exec 5<"$M/chain/id"
	run -1 "$EOSIOFS" --unmount "$M"
	[[ "$output" == *busy*"process $BASHPID"*"'chain/id'"* || "$output" == *busy*"process"*"'chain/id'"* ]]
	exec 5<&-
	cd "$M/accounts"
	run -1 "$EOSIOFS" --unmount "$M"
	[[ "$output" == *"is working in 'accounts'"* && "$output" != *"eosiofs (process"* ]]
	cd /
	run -0 "$EOSIOFS" --unmount "$M"
	run ! is_mounted
}

@test "a mount point behind symbolic links is one and the same" {
	ln -s testnet "$BASE/link"
	ln -s "$BASE/link" "$BASE/longer"
	run -0 "$EOSIOFS" -o memory "$BASE/longer" 3>&-
	is_mounted
	run -1 "$EOSIOFS" -o memory "$M"
	[[ "$output" == *"is busy: process"* ]]
	run -1 "$EOSIOFS" -o memory "$BASE/link"
	[[ "$output" == *"is busy: process"* ]]
	run -0 "$EOSIOFS" --unmount "$BASE/longer"
	[ -z "$output" ]
	run ! is_mounted
	ln -s loop "$BASE/loop"
	run ! "$EOSIOFS" -o memory "$BASE/loop"
	[[ "$output" == *"symbolic links"* ]]
}

@test "after --unmount the data folder is free at once" {
	for round in 1 2 3; do
		mount_at -o data="$D"
		"$EOSIOFS" --unmount "$M"
	done
}

@test "with allow_other, others read what is public and can neither write nor see keys" {
	[ "$(id -u)" = 0 ] || skip "only root can become somebody else"
	chmod 755 "$BASE" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR"
	mount_at -o memory,allow_other
	other() {
		setpriv --reuid=65534 --regid=65534 --clear-groups sh -c "cd '$M' && $1"
	}
	other 'cat chain/id README accounts/eosio/info.json >/dev/null'
	for command in 'echo eosio > defaults/creator' 'mkdir accounts/eosio.two' 'ls wallet' \
		'cat wallet/keys/*' 'echo mine > wallet/new_key' \
		'echo /etc/passwd > accounts/eosio/contract/install' 'echo x > .x.swp'; do
		run other "$command"
		[ "$status" != 0 ] || { echo "$command"; false; }
	done
	run ! ls "$M/accounts/eosio.two"
	grep -q " $M .*default_permissions" /proc/self/mountinfo
}

@test "without allow_other nobody else gets in" {
	[ "$(id -u)" = 0 ] || skip "only root can become somebody else"
	chmod 755 "$BASE" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR"
	mount_at -o memory
	run ! setpriv --reuid=65534 --regid=65534 --clear-groups ls "$M"
}

@test "an idle mount is small and quiet" {
	mount_at -o memory
	pid=$(mount_pid)
	cat "$M/accounts/eosio/info.json" >/dev/null
	[ -n "$ASAN_OPTIONS" ] && [[ "$EOSIOFS" == */san/* ]] && skip "sanitizers need memory of their own"
	[ "$(awk '/VmRSS/ {print $2}' "/proc/$pid/status")" -lt 30720 ]
}
