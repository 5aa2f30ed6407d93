# Every tool that people use on files, on this tree: it reads the right content; what it writes happens
# exactly once; what is refused is refused with a message, and nothing happens.

bats_require_minimum_version 1.5.0
load ../mount/common

BATS_TEST_TIMEOUT=60

setup_file() {
	new_paths
	can_mount || return 0
	mount_at -o memory
	boot
}

teardown_file() {
	take_down
}

A=accounts/alice1111111

setup() {
	require_fuse
	cd "$M"
	echo producer1111 > $A/votes
	printf 'producer1111\nproducer2222\n' > "$BASE/both"
	echo nosuchprod11 > "$BASE/wrong"
	before=$(sent)
}

teardown() {
	# what a test left in the background
	local job
	for job in $(jobs -p); do
		kill "$job" 2>/dev/null || :
	done
}

tool() {
	command -v "$1" >/dev/null || skip "$1 is not installed (Debian: ${2:-$1})"
}

# How many transactions this mount has sent.
sent() {
	grep -c '^executed transaction' log
}

sends() { # NUMBER: so many since the test's setup
	[ $(($(sent) - before)) -eq "$1" ] || {
		echo "sent $(($(sent) - before)) transactions, not $1; last error: $(tail -n 1 errors)" >&2
		return 1
	}
}

# alice votes for both producers now, by one transaction, and no temporary file was left.
voted_once() {
	sends 1
	diff "$BASE/both" $A/votes
	[ -z "$(ls -A $A | grep -Ev '^[a-z_]+$|^info\.json$|^history\.jsonl$')" ]
}

# fails [WORDS] COMMAND…: it exits with a message that has the words and is none of a broken file system,
# and nothing was sent or changed.
fails() {
	local words=$1
	shift
	run "$@"
	[ "$status" -ne 0 ] || { echo "should have failed: $*: $output" >&2; return 1; }
	said "$words"
}

said() {
	[[ "$output" == *"$1"* && "$output" != *"$(perl -MErrno=ENOSYS -e '$! = ENOSYS; print $!')"* ]] ||
		{ echo "expected '$1' in: $output" >&2; return 1; }
	sends 0
	[ "$(cat $A/votes)" = producer1111 ]
}

refused_producer() { # errors says it: the sentence of the last failed write
	getfattr -n user.eosiofs.error --only-values $A/votes | grep -q nosuchprod11
}

# typed WAIT_FOR KEYS COMMAND…: on a terminal of its own; the keys are typed once the screen shows the
# words.
typed() {
	local words=$1 keys=$2 program
	shift 2
	rm -f "$BASE/keys" "$BASE/screen"
	mkfifo "$BASE/keys"
	: > "$BASE/screen"
	TERM=xterm timeout 30 script -qefc "stty rows 24 cols 80; $*" "$BASE/screen" <"$BASE/keys" >/dev/null \
		2>&1 3>&- 4>&- &
	program=$!
	exec 7>"$BASE/keys"
	until grep -aq "$words" "$BASE/screen" || ! kill -0 $program 2>/dev/null; do
		read -rt 0.05 <> <(:) || :
	done
	printf "$keys" >&7
	exec 7>&-
	wait $program
}

# same COPY: what a tool copied of alice's folder is what stands there. cpu, net and info.json go on with
# the chain's time.
same() {
	diff -r -x cpu -x net -x info.json $A "$1"
	[ "$(jq -r .account_name "$1/info.json")" = alice1111111 ]
	[ "$(wc -l <"$1/cpu")" = 3 ]
}

# --- reading ---

@test "cat, less, head, tail, wc" {
	[ "$(cat chain/id | wc -c)" = 65 ]
	[ "$(wc -c <$A/info.json)" = "$(cat $A/info.json | wc -c)" ]
	[ "$(head -c 64 chain/id)" = "$(cat chain/id)" ]
	[ "$(tail -c 65 chain/id)" = "$(cat chain/id)" ]
	[ "$(head -n 1 "$A/permissions/active.json")" = "$(sed -n 1p "$A/permissions/active.json")" ]
	[ "$(tail -n 1 producers/producer1111/status)" = "$(cat producers/producer1111/status)" ]
	wc -l accounts/eosio/votes contracts/eosio.token/eosio.token.abi | tail -n 1 | grep -q total
	fails "Is a directory" head accounts
	tool less
	[ "$(less $A/info.json)" = "$(cat $A/info.json)" ]
	typed END q less +G "$A/info.json"
}

@test "cat writes what another file reads" {
	cat "$BASE/both" > $A/votes
	voted_once
	cat $A/votes > accounts/bob111111111/votes
	diff "$BASE/both" accounts/bob111111111/votes
}

@test "cat: refused" {
	fails "cat: write error: No such file or directory" sh -c "cat $BASE/wrong > $A/votes"
	refused_producer
}

@test "tail -f follows" {
	local follower
	timeout 30 tail -n +1 -f log >"$BASE/followed" 3>&- 4>&- &
	follower=$!
	until [ -s "$BASE/followed" ] || ! kill -0 $follower; do
		read -rt 0.05 <> <(:) || :
	done
	echo "bob111111111 0.0001 SYS followed" > $A/transfer
	until grep -q followed "$BASE/followed" || ! kill -0 $follower; do
		read -rt 0.05 <> <(:) || :
	done
	kill $follower
	cmp -n "$(stat -c %s log)" "$BASE/followed" log
}

@test "grep -r over the whole tree ends, and finds the account where it is" {
	timeout 60 grep -rls '"account_name": *"alice1111111"' . | sort >"$BASE/found"
	grep -qx "./$A/info.json" "$BASE/found"
	! grep -v alice1111111/info.json "$BASE/found" || false
	sends 0
}

@test "rg" {
	tool rg ripgrep
	rg -l producer1111 accounts | grep -qx "$A/votes"
	[ "$(rg -uu --files accounts | wc -l)" = "$(find accounts -type f | wc -l)" ]
}

@test "find and find -ls over the whole tree end, without an error" {
	run --separate-stderr timeout 60 find . -ls
	[[ "$status" = 0 && -z "$stderr" ]]
	find accounts -name votes -size +0 | grep -qx $A/votes
	find accounts -maxdepth 1 -type d -name 'bob*' | grep -qx accounts/bob111111111
	find . -empty -name info.json | wc -l | grep -qx 0
	[ "$(find accounts -name balance -exec cat {} + | grep -c SYS)" -gt 3 ]
	fails "Operation not permitted" find $A -name votes -delete
}

@test "stat" {
	[ "$(stat -c %s $A/votes)" = 13 ]
	[ "$(stat -c %A $A/votes)" = -rw-r--r-- ]
	[ "$(stat -c %F $A)" = directory ]
	[ "$(stat -c %F -L producers/producer1111/account)" = directory ]
	stat -f -c %T . | grep -q fuse
}

@test "tree" {
	tool tree
	[ "$(tree --noreport -if accounts | wc -l)" = "$(find accounts | wc -l)" ]
	tree -J -L 1 $A | jq -e '.[0].contents[] | select(.name == "votes")' >/dev/null
}

@test "diff -r: accounts, and a copy" {
	diff -r $A/permissions $A/permissions
	run diff -r $A accounts/bob111111111
	[ "$status" = 1 ]
	[[ "$output" == *"$A/info.json"* ]]
}

@test "sort" {
	printf 'producer2222\nproducer1111\n' | sort -o $A/votes
	voted_once
	[ "$(sort -r $A/votes | head -n 1)" = producer2222 ]
}

@test "sort: refused" {
	fails "No such file or directory" sort -o $A/votes "$BASE/wrong"
	refused_producer
}

@test "jq reads, and writes the file it reads" {
	[ "$(jq -r .account_name $A/info.json)" = alice1111111 ]
	[ "$(jq -r .parent $A/permissions/active.json)" = owner ]
	jq '.parent = "active"' $A/permissions/active.json > $A/permissions/jq.json
	[ "$(jq -r .parent $A/permissions/jq.json)" = active ]
	sends 1
	run sh -c "jq '.required_auth.threshold = 9' $A/permissions/jq.json > $A/permissions/jq.json"
	[ "$status" -ne 0 ] || [ -n "$output" ]
	sends 1
	echo delete > $A/permissions/jq.json
	sends 2
}

@test "every row of a table is JSON that jq reads" {
	jq -es 'length == 1 and .[0].supply' accounts/eosio.token/tables/stat/SYS.jsonl >/dev/null
}

# --- copying out and in ---

@test "cp and cp -a take a folder out, cp writes" {
	cp -r $A "$BASE/copied"
	cp -a $A "$BASE/archived"
	same "$BASE/copied"
	same "$BASE/archived"
	[ "$(stat -c %Y "$BASE/archived/votes")" = "$(stat -c %Y $A/votes)" ]
	cp "$BASE/both" $A/votes
	voted_once
	cp -a "$BASE/archived/votes" $A/votes
	[ "$(cat $A/votes)" = producer1111 ]
	sends 2
}

@test "cp: refused" {
	fails "No such file or directory" cp "$BASE/wrong" $A/votes
	refused_producer
	fails "cannot create" cp "$BASE/both" accounts/notes.txt
	grep -q 'accounts/notes.txt ENOENT: no such file' errors
	fails "Permission denied" cp "$BASE/both" $A/balance
}

@test "mv: nothing is moved, and told so" {
	fails "Operation not permitted" mv $A accounts/alice2222222
	fails "Operation not permitted" mv $A/votes "$BASE/votes"
	fails "Operation not permitted" mv "$BASE/both" $A/votes
	[ -e "$BASE/both" ]
	getfattr -n user.eosiofs.help --only-values $A/votes | grep -q 'write: echo'
	tail -n 1 errors | grep -q 'votes EPERM: .*cp and cat write into it'
}

@test "install" {
	install -m 600 $A/votes "$BASE/installed"
	[ "$(cat "$BASE/installed")" = producer1111 ]
	fails "Operation not permitted" install "$BASE/both" $A/votes
}

@test "tar takes the whole tree out in bounded time, and puts a file in" {
	names=$(find . | wc -l) # blocks come meanwhile
	timeout 60 tar -cf "$BASE/tree.tar" .
	[ "$(tar -tf "$BASE/tree.tar" | wc -l)" -ge "$names" ]
	tar -xOf "$BASE/tree.tar" ./$A/votes | diff - $A/votes
	(cd "$BASE" && mkdir -p in/$A && cp both in/$A/votes && tar -C in -cf in.tar $A/votes)
	tar -xf "$BASE/in.tar" --overwrite
	voted_once
}

@test "tar: refused" {
	(cd "$BASE" && mkdir -p in/$A && cp wrong in/$A/votes && tar -C in -cf in.tar $A/votes)
	fails "No such file or directory" tar -xf "$BASE/in.tar" --overwrite
	refused_producer
}

@test "zip and unzip" {
	tool zip
	tool unzip
	zip -qr "$BASE/alice.zip" $A
	unzip -qp "$BASE/alice.zip" $A/info.json | jq -e '.account_name == "alice1111111"'
	fails "zip" zip -q votes.zip $A/votes
	(cd "$BASE" && mkdir -p zipped/$A && cp both zipped/$A/votes && cd zipped && zip -q ../in.zip $A/votes)
	unzip -qp "$BASE/in.zip" $A/votes > $A/votes
	voted_once
}

@test "rsync" {
	tool rsync
	rsync -a $A/ "$BASE/synchronized"
	same "$BASE/synchronized"
	[ -z "$(rsync -ai $A/permissions/ "$BASE/synchronized/permissions")" ]
	rsync -a "$BASE/both" $A/votes
	voted_once
	rsync -a --inplace "$BASE/synchronized/votes" $A/votes
	[ "$(cat $A/votes)" = producer1111 ]
	sends 2
}

@test "rsync: refused" {
	tool rsync
	fails "rename" rsync -aI "$BASE/wrong" $A/votes
	refused_producer
	fails "" rsync -aI --inplace "$BASE/wrong" $A/votes
	[ -z "$(ls -A $A | grep votes.)" ]
}

# --- writing ---

@test "tee and tee -a" {
	tee $A/votes <"$BASE/both" | diff - "$BASE/both"
	voted_once
	echo producer1111 > $A/votes
	echo producer2222 | tee -a $A/votes
	diff "$BASE/both" $A/votes
	sends 3
	tee accounts/{bob111111111,carol1111111}/votes <"$BASE/both" >/dev/null
	diff "$BASE/both" accounts/carol1111111/votes
	sends 5
}

@test "tee: refused" {
	fails "tee: $A/votes: No such file or directory" tee $A/votes <"$BASE/wrong"
}

@test "dd" {
	dd if="$BASE/both" of=$A/votes status=none
	voted_once
	dd if=chain/id bs=1 count=64 status=none | grep -Eqx '[0-9a-f]{64}'
}

@test "dd: refused" {
	fails "dd: error writing '$A/votes': No such file or directory" dd if="$BASE/wrong" of=$A/votes \
		status=none
	fails "dd: error writing '$A/votes': No such file or directory" dd if="$BASE/wrong" of=$A/votes \
		conv=fsync status=none
}

@test "sed -i" {
	sed -i '$a producer2222' $A/votes
	voted_once
	sed -n 2p $A/votes | grep -qx producer2222
}

@test "sed -i: refused" {
	fails "Operation canceled" sed -i s/producer1111/nosuchprod11/ $A/votes
	refused_producer
	[ -z "$(find $A -name 'sed*')" ]
	fails "" sed -i s/1/2/ $A/balance
}

@test "touch and truncate change nothing, but truncate -s 0 empties votes" {
	touch $A/votes $A/transfer $A/stake
	truncate -s 0 $A/stake
	sends 0
	fails "cannot touch" touch $A/votse
	tail -n 1 errors | grep -q 'did you mean "votes"'
	truncate -s 0 $A/votes
	[ -z "$(cat $A/votes)" ]
	sends 1
}

@test "xargs -P: eight at a time, each exactly once" {
	local balance
	balance=$(tr -dc 0-9 <accounts/bob111111111/balance)
	seq 40 | xargs -P 8 -I N sh -c "echo 'bob111111111 0.0001 SYS N' > $A/transfer"
	sends 40
	[ "$(tr -dc 0-9 <accounts/bob111111111/balance)" -eq $((balance + 40)) ]
	find accounts -name info.json -print0 | xargs -0 -P 4 -n 1 jq -e .account_name >/dev/null
}

# --- editors ---

@test "vim" {
	tool vim
	vim -u NONE -es -c '$put =\"producer2222\"' -c wq $A/votes </dev/null
	voted_once
	# as people run it: with a swap file, a backup, and the screen
	echo producer1111 > $A/votes
	typed producer1111 'Goproducer2222\033:wq\r' vim -u NONE --cmd "'set backup backupcopy=no backupdir=.'" \
		$A/votes
	diff "$BASE/both" $A/votes
	rm -f $A/votes~
	sends 3
}

@test "vim: refused" {
	tool vim
	run vim -u NONE -es -c '%s/producer1111/nosuchprod11/' -c 'w!' -c 'q!' $A/votes </dev/null
	said ""
	refused_producer
	rm -f $A/votes~
	[ -z "$(find $A -name '.votes*')" ]
}

@test "nano" {
	tool nano
	typed producer1111 '\033/producer2222\r\017\r\030' nano --ignorercfiles $A/votes
	voted_once
}

@test "nano: refused" {
	tool nano
	typed producer1111 'nosuchprod11\r\017\r\030n' nano --ignorercfiles $A/votes || :
	grep -aq 'Error writing.*No such file' "$BASE/screen"
	output= said ""
	refused_producer
}

@test "emacs" {
	tool emacs emacs-nox
	emacs -Q --batch $A/votes \
		--eval '(progn (goto-char (point-max)) (insert "producer2222\n") (save-buffer))' 2>"$BASE/said"
	rm -f $A/votes~
	voted_once
}

@test "emacs: refused" {
	tool emacs emacs-nox
	fails "No such file or directory" emacs -Q --batch $A/votes \
		--eval '(progn (erase-buffer) (insert "nosuchprod11\n") (save-buffer))'
	refused_producer
	rm -f $A/votes~
}

@test "mc: its editor and its file manager" {
	tool mcedit mc
	HOME=$BASE typed producer1111 '\033[1;5Fproducer2222\r\0332\r\0330' mcedit -d $A/votes
	voted_once
	HOME=$BASE typed info.json '\0330\r' mc -d -u $A "$BASE"
}

# --- programs ---

@test "python3" {
	tool python3
	python3 - $A "$BASE" <<'PROGRAM'
import json, os, pathlib, shutil, sys
account, base = map(pathlib.Path, sys.argv[1:])
assert json.loads((account / "info.json").read_text())["account_name"] == "alice1111111"
assert os.path.getsize(account / "votes") == len((account / "votes").read_bytes())
shutil.copytree(account, base / "by_python", symlinks=True)
assert (base / "by_python/votes").read_text() == "producer1111\n"
with open(account / "votes", "a") as votes:
    print("producer2222", file=votes)
PROGRAM
	voted_once
}

@test "python3: refused" {
	tool python3
	fails "FileNotFoundError" python3 -c 'print("nosuchprod11", file=open("'$A'/votes", "w", buffering=1))'
	refused_producer
	fails "PermissionError" python3 -c 'open("'$A'/balance", "w")'
	fails "PermissionError" python3 -c 'import os; os.remove("'$A'/votes")'
}

@test "node" {
	tool node nodejs
	node -e '
		const fs = require("fs"), account = process.argv[1];
		if (JSON.parse(fs.readFileSync(account + "/info.json")).account_name !== "alice1111111") process.exit(1);
		fs.appendFileSync(account + "/votes", "producer2222\n");
		fs.cpSync(account, process.argv[2], {recursive: true});' $A "$BASE/by_node"
	voted_once
	diff $A/votes "$BASE/by_node/votes"
}

@test "node: refused" {
	tool node nodejs
	fails ENOENT node -e 'require("fs").writeFileSync(process.argv[1], "nosuchprod11\n")' $A/votes
	refused_producer
	fails EACCES node -e 'require("fs").writeFileSync(process.argv[1], "1.0000 SYS\n")' $A/balance
	fails EPERM node -e 'require("fs").unlinkSync(process.argv[1])' $A/votes
}

@test "busybox" {
	tool busybox
	[ "$(busybox cat $A/votes)" = producer1111 ]
	[ "$(busybox find $A | wc -l)" = "$(find $A | wc -l)" ]
	busybox cp -r $A "$BASE/by_busybox"
	same "$BASE/by_busybox"
	busybox tar -cf - $A | tar -xOf - $A/votes | diff - $A/votes
	busybox sh -c "echo 'producer1111 producer2222' > $A/votes"
	voted_once
	busybox cp "$BASE/by_busybox/votes" $A/votes
	busybox sed -i 's/$/\nproducer2222/' $A/votes
	diff "$BASE/both" $A/votes
	sends 3
}

@test "busybox: refused" {
	tool busybox
	fails "write error" busybox sh -c "echo nosuchprod11 > $A/votes"
	refused_producer
	fails "No such file" busybox cp "$BASE/wrong" $A/votes
	fails "Operation not permitted" busybox rm -r $A
}

in_shell() { # SHELL WORDS: what a refused echo says
	tool "$1"
	"$1" -c "echo producer1111 producer2222 > $A/votes"
	voted_once
	"$1" -c "echo producer1111 > $A/votes"
	"$1" -c "echo producer2222 >> $A/votes"
	diff "$BASE/both" $A/votes
	sends 3
	echo producer1111 > $A/votes
	before=$(sent)
	run "$1" -c "echo nosuchprod11 > $A/votes"
	[[ "$1" = zsh || "$status" -ne 0 ]]
	said "$2"
	refused_producer
	run "$1" -c "cat < $A/votes; printf 'bob111111111 0.0001 SYS from $1' > $A/transfer"
	[ "$output" = producer1111 ]
	sends 1
	[ "$("$1" -c "for a in accounts/*1111111; do echo \$a; done" 2>/dev/null | wc -l)" -ge 3 ] ||
		[ "$1" = fish ]
}

@test "bash" { in_shell bash "No such file or directory"; }
@test "dash" { in_shell dash "I/O error"; }
@test "zsh" { in_shell zsh "no such file or directory"; }
@test "fish" { in_shell fish ""; }
