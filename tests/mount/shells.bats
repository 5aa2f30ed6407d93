# Writing with echo and cat, by bash and by dash, which send different writes: one write() a line of output,
# or one for all.

bats_require_minimum_version 1.5.0
load common

setup_file() {
	new_paths
	can_mount || return 0
	mount_at -o memory
	boot
}

teardown_file() {
	take_down
}

setup() {
	require_fuse
	cd "$M"
}

units() {
	tr -dc 0-9 <"$M/accounts/$1/balance" | sed 's/^0*//'
}

@test "a transfer moves exactly once" {
	before=$(units bob111111111)
	in_shells 'echo "bob111111111 1.0000 SYS hello" > accounts/alice1111111/transfer'
	in_shells 'echo bob111111111 1.0000 SYS two > accounts/alice1111111/transfer'
	in_shells 'printf "bob111111111 1.0000 SYS without newline" > accounts/alice1111111/transfer'
	[ "$(units bob111111111)" = $((before + 60000)) ]
}

@test "two equal transfers in one second both happen" {
	before=$(units bob111111111)
	in_shells 'for i in 1 2 3 4 5; do echo "bob111111111 0.0001 SYS same" > accounts/alice1111111/transfer || exit; done'
	[ "$(units bob111111111)" = $((before + 10)) ]
}

@test "push takes what cleos takes, and a list of actions as one transaction" {
	before=$(units bob111111111)
	in_shells 'echo eosio.token transfer "[\"alice1111111\",\"bob111111111\",\"0.0001 SYS\",\"a memo\"]" -p alice1111111 > push'
	in_shells 'cat > push <<-END
		[{"account": "eosio.token", "name": "transfer", "authorization": [{"actor": "alice1111111", "permission": "active"}],
		  "data": {"from": "alice1111111", "to": "bob111111111", "quantity": "0.0002 SYS", "memo": ""}}]
	END'
	[ "$(units bob111111111)" = $((before + 6)) ]
	run dash -c 'echo eosio.token nothing {} > push'
	[ "$status" != 0 ]
	[[ "$(tail -n 1 errors)" == *"Unknown action nothing in contract eosio.token"* ]]
}

@test "several commands in one file each run" {
	before=$(units bob111111111)
	in_shells 'printf "bob111111111 0.0001 SYS\n# a comment\n\nbob111111111 0.0002 SYS\n" > accounts/alice1111111/transfer'
	[ "$(units bob111111111)" = $((before + 6)) ]
}

@test "after a failure in the middle, what came before has happened and what came after has not" {
	before=$(units bob111111111)
	for shell in bash dash; do
		run "$shell" \
			-c 'printf "bob111111111 0.0001 SYS\nnobody 1.0000 SYS\nbob111111111 0.0001 SYS\n" > accounts/alice1111111/transfer'
		[ "$status" != 0 ]
	done
	[ "$(units bob111111111)" = $((before + 2)) ]
}

@test "a wrong line in the middle of one write: nothing was done" {
	before=$(units bob111111111)
	run dash -c 'printf "bob111111111 0.0001 SYS\nbob111111111 1,5 SYS\n" > accounts/alice1111111/transfer'
	[ "$status" != 0 ]
	[[ "$(tail -n 1 errors)" == *"line 2 (nothing was done)"*1,5* ]]
	# bash writes line by line
	run bash -c 'printf "bob111111111 0.0001 SYS\nbob111111111 1,5 SYS\n" > accounts/alice1111111/transfer'
	[ "$status" != 0 ]
	[[ "$(tail -n 1 errors)" == *"line 2 (done before it: 1)"*1,5* ]]
	[ "$(units bob111111111)" = $((before + 1)) ]
}

@test "what comes without a newline fails where the shell sees it" {
	before=$(state)
	for shell in bash dash; do
		for command in 'printf nosuchprod11 > accounts/alice1111111/votes' \
			'printf %s "nobody 1.0000 SYS" > accounts/alice1111111/transfer' \
			'printf maybe > accounts/alice1111111/is_proxy' \
			'printf nonsense > accounts/alice1111111/permissions/active.json' \
			'printf %s "{} -p nobody" > accounts/eosio.token/actions/transfer'; do
			run "$shell" -c "$command"
			[ "$status" != 0 ] || { echo "$shell: $command"; false; }
		done
	done
	run bash -c 'echo -n nosuchprod11 > accounts/alice1111111/votes'
	[ "$status" != 0 ]
	[ "$(state)" = "$before" ]
}

@test "writes of four bytes, of one, two a line: what is complete runs, what goes on with it is refused" {
	before=$(units bob111111111)
	echo 'bob111111111 0.0001 SYS' > "$BASE/line"
	run dd if="$BASE/line" of=accounts/alice1111111/transfer bs=4 status=none
	[ "$status" != 0 ]
	run dd if="$BASE/line" of=accounts/alice1111111/transfer bs=1 status=none
	[ "$status" != 0 ]
	[ "$(units bob111111111)" = "$before" ]
	in_shells '{ printf "bob111111111 0.0001 SYS"; echo; } > accounts/alice1111111/transfer'
	[ "$(units bob111111111)" = $((before + 2)) ]
	run dash -c '{ printf "bob111111111 0.0001 SYS"; echo " memo"; } > accounts/alice1111111/transfer'
	[ "$status" != 0 ]
	[[ "$(tail -n 1 errors)" == *"goes on with a line that has run already"* ]]
	[ "$(units bob111111111)" = $((before + 3)) ]
	in_shells '{ printf producer1111; printf " producer2222"; echo; } > accounts/alice1111111/votes &&
		[ "$(wc -l < accounts/alice1111111/votes)" = 2 ]'
}

@test "programs that write buffers" {
	before=$(units bob111111111)
	for i in $(seq 700); do echo "bob111111111 0.0001 SYS number $i"; done > "$BASE/lines"
	cp "$BASE/lines" accounts/alice1111111/transfer
	[ "$(units bob111111111)" = $((before + 700)) ]
	dd if="$BASE/lines" of=accounts/alice1111111/transfer bs=4096 status=none
	[ "$(units bob111111111)" = $((before + 1400)) ]
	command -v python3 >/dev/null || skip "python3 is not installed"
	python3 -c 'import sys
with open(sys.argv[1]) as lines, open("accounts/alice1111111/transfer", "w") as out:
    for line in lines: out.write(line)' "$BASE/lines"
	[ "$(units bob111111111)" = $((before + 2100)) ]
}

@test "empty content empties votes and proxy, and leaves links alone" {
	for shell in bash dash; do
		for command in ': > accounts/alice1111111/votes' 'cp /dev/null accounts/alice1111111/votes' \
			'truncate -s 0 accounts/alice1111111/votes' \
			'cat /dev/null > accounts/alice1111111/votes' \
			'cat accounts/eosio/votes > accounts/alice1111111/votes'; do
			echo producer1111 > accounts/alice1111111/votes
			[ "$("$shell" -c "$command; cat accounts/alice1111111/votes")" = "" ] ||
				{ echo "$shell: $command"; false; }
			[[ "$(tail -n 1 log)" == "# accounts/alice1111111/votes: emptied"* ]]
		done
	done
	echo 'eosio.token transfer active' > accounts/alice1111111/links
	: > accounts/alice1111111/links
	[ "$(cat accounts/alice1111111/links)" = 'eosio.token transfer active' ]
	[[ "$(tail -n 1 errors)" == *"accounts/alice1111111/links"*"unlinks"* ]]
	echo 'eosio.token transfer -' > accounts/alice1111111/links
	# a refused write is no empty content
	echo producer1111 > accounts/alice1111111/votes
	run bash -c 'echo nosuchprod11 > accounts/alice1111111/votes'
	[ "$(cat accounts/alice1111111/votes)" = producer1111 ]
}

@test "what was emptied is empty for the very next command" {
	late=0
	for _ in $(seq 100); do
		echo producer1111 > accounts/alice1111111/votes
		: > accounts/alice1111111/votes
		if read -r _ < accounts/alice1111111/votes; then late=$((late + 1)); fi
	done
	[ "$late" = 0 ]
}

@test "appending to stake and ram adds" {
	read -r net _ cpu _ < accounts/alice1111111/stake
	in_shells 'echo "1.0000 SYS 2.0000 SYS" >> accounts/alice1111111/stake'
	[ "$(cat accounts/alice1111111/stake)" \
		= "$((${net%.*} + 2)).${net#*.} SYS $((${cpu%.*} + 4)).${cpu#*.} SYS" ]
	before=$(cat accounts/bob111111111/ram)
	in_shells 'echo 1000 >> accounts/bob111111111/ram'
	[ "$(cat accounts/bob111111111/ram)" -ge $((before + 2000)) ]
}

@test "tools that keep modes, owners and times end well" {
	chmod 600 accounts/alice1111111/votes
	touch -d 2020-01-01 accounts/alice1111111/votes
	chown "$(id -u):$(id -g)" accounts/alice1111111/votes
	echo producer1111 > accounts/alice1111111/votes
	cp -p accounts/alice1111111/votes accounts/bob111111111/votes
	cmp accounts/alice1111111/votes accounts/bob111111111/votes
	mkdir "$BASE/from"
	echo producer2222 > "$BASE/from/votes"
	chmod 640 "$BASE/from/votes"
	touch -d 2020-01-01 "$BASE/from/votes"
	tar -C "$BASE/from" -cf "$BASE/votes.tar" votes
	run -2 tar -C accounts/bob111111111 -xf "$BASE/votes.tar"
	[[ "$(tail -n 1 errors)" == *"--overwrite"* ]]
	run -0 tar -C accounts/bob111111111 --overwrite -xf "$BASE/votes.tar"
	[ "$(cat accounts/bob111111111/votes)" = producer2222 ]
	if command -v rsync >/dev/null; then
		echo producer1111 > "$BASE/from/votes"
		run -0 rsync -a --checksum "$BASE/from/" accounts/bob111111111/
		[ "$(cat accounts/bob111111111/votes)" = producer1111 ]
	fi
}

@test "a process is named in errors" {
	for shell in bash dash; do
		run "$shell" -c 'echo nosuchprod11 > accounts/alice1111111/votes'
		[[ "$(tail -n 1 errors)" == *"($shell"*")"* ]]
	done
}

@test "a line takes one vote away or adds one" {
	echo producer1111 producer2222 > accounts/alice1111111/votes
	in_shells 'echo -producer2222 > accounts/alice1111111/votes && [ "$(cat accounts/alice1111111/votes)" = producer1111 ] &&
		printf "+producer2222\n-producer1111\n" > accounts/alice1111111/votes && [ "$(cat accounts/alice1111111/votes)" = producer2222 ] &&
		echo +producer1111 >> accounts/alice1111111/votes && [ "$(wc -l < accounts/alice1111111/votes)" = 2 ]'
}

@test "cp -r of an account makes one, and says why its files are refused" {
	echo alice1111111 > defaults/creator
	echo 1 > defaults/transfer
	for shell in bash dash; do
		run "$shell" -c "cp -r accounts/alice1111111 accounts/copyof${shell}$([ $shell = bash ] && echo 11)"
		[ "$status" != 0 ]
	done
	[ "$(cat accounts/copyofbash11/votes)" = "" ]
	grep -q 'accounts/copyofbash11/votes EEXIST: .*cat accounts/alice1111111/votes > accounts/copyofbash11/votes' errors
	cat accounts/alice1111111/votes > accounts/copyofbash11/votes
	cmp accounts/alice1111111/votes accounts/copyofbash11/votes
	echo eosio > defaults/creator
	echo 0 > defaults/transfer
}

@test "vim deletes all lines" {
	command -v vim >/dev/null || skip "vim is not installed"
	echo producer1111 > accounts/alice1111111/votes
	vim -u NONE -N -es -c 'normal ggdG' -c 'wq' accounts/alice1111111/votes </dev/null
	[ "$(cat accounts/alice1111111/votes)" = "" ]
}

@test "reading a verb and writing it back does nothing" {
	before=$(cat last_transaction)
	for shell in bash dash; do
		"$shell" -c 'text=$(cat accounts/alice1111111/transfer) && printf "%s\n" "$text" > accounts/alice1111111/transfer'
	done
	[ "$(cat last_transaction)" = "$before" ]
}

@test "votes are set, copied, added to and cleared" {
	for shell in bash dash; do
		"$shell" -c '
			set -e
			echo producer2222 producer1111 > accounts/alice1111111/votes
			[ "$(cat accounts/alice1111111/votes)" = "producer1111
producer2222" ]
			echo producer2222 > accounts/bob111111111/votes
			echo producer1111 >> accounts/bob111111111/votes
			[ "$(wc -l < accounts/bob111111111/votes)" = 2 ]
			cat accounts/alice1111111/votes > accounts/carol1111111/votes
			cmp accounts/alice1111111/votes accounts/carol1111111/votes
			{ echo producer1111; echo producer2222; } > accounts/carol1111111/votes
			[ "$(wc -l < accounts/carol1111111/votes)" = 2 ]
			echo > accounts/carol1111111/votes
			[ ! -s accounts/carol1111111/votes ]'
	done
}

@test "a stake is copied, grown and reduced" {
	in_shells 'cat accounts/bob111111111/stake > accounts/carol1111111/stake && cmp accounts/bob111111111/stake accounts/carol1111111/stake'
	in_shells 'echo "1010.0000 SYS 1020.0000 SYS" > accounts/bob111111111/stake &&
		[ "$(cat accounts/bob111111111/stake)" = "1010.0000 SYS 1020.0000 SYS" ]'
	echo '+1.0000 SYS +2.0000 SYS' > accounts/bob111111111/stake
	[ "$(cat accounts/bob111111111/stake)" = '1011.0000 SYS 1022.0000 SYS' ]
}

@test "writing the value that is there sends nothing" {
	before=$(cat last_transaction)
	for file in accounts/alice1111111/{stake,ram,proxy,is_proxy,permissions/active.json} \
		producers/producer1111/{url,location,active} defaults/creator; do
		in_shells "text=\$(cat $file) && printf '%s\n' \"\$text\" > $file"
	done
	[ "$(cat last_transaction)" = "$before" ]
}

@test "an action takes JSON over several lines" {
	before=$(units bob111111111)
	in_shells 'cat > accounts/eosio.token/actions/transfer <<END
{
  "from": "alice1111111",
  "to": "bob111111111",
  "quantity": "0.0003 SYS",
  "memo": "pretty"
} -p alice1111111
END'
	[ "$(units bob111111111)" = $((before + 6)) ]
}

@test "a read sees the write before it, and one that is open keeps its rendering" {
	exec 5<accounts/bob111111111/balance
	before=$(cat accounts/bob111111111/balance)
	echo 'bob111111111 1.0000 SYS' > accounts/alice1111111/transfer
	[ "$(cat <&5)" = "$before" ]
	exec 5<&-
	[ "$(cat accounts/bob111111111/balance)" != "$before" ]
}

@test "the time can be moved, both ways" {
	before=$(date -d "$(cat chain/time)" +%s)
	clock +60s
	later=$(date -d "$(cat chain/time)" +%s)
	[ $((later - before)) -ge 60 ]
	clock 'skip +1h'
	[ $(($(date -d "$(cat chain/time)" +%s) - later)) -ge 3500 ]
}

@test "only what means to end a long write interrupts it" {
	! is_attached || skip "a clock is moved where the chain is"
	cd /
	# A child ends and the window changes while the clock moves.
	before=$(cat "$M/chain/head")
	run -0 bash -c '
		trap : WINCH
		{ until [ "$(cat "$1/chain/head")" -gt $(($2 + 500)) ]; do :; done; kill -WINCH $$; } &
		echo +3h > "$1/chain/clock"' bash "$M" "$before"
	[ "$(cat "$M/chain/head")" -ge $((before + 3 * 7200)) ]
	# Ctrl-C does, even after those.
	before=$(cat "$M/chain/head")
	run -130 bash -c '
		trap : WINCH
		trap "exit 130" INT
		{ until [ "$(cat "$1/chain/head")" -gt $(($2 + 500)) ]; do :; done; kill -WINCH $$
		  until [ "$(cat "$1/chain/head")" -gt $(($2 + 5000)) ]; do :; done; kill -INT $$; } &
		echo +30d > "$1/chain/clock"' bash "$M" "$before"
	[ "$(cat "$M/chain/head")" -lt $((before + 1000000)) ]
}
