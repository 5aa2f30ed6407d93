# What README.md and the tree's README show is typed as it stands there, in bash and in dash: after `make
# run`, and in an empty chain.

bats_require_minimum_version 1.5.0
load common

setup() {
	require_fuse
	BASE=$(mktemp -d "$BATS_FILE_TMPDIR/XXXXXX")
	M=$BASE/eosio_test
	D=$BASE/data
	mkdir "$M"
	export HOME=$BASE XDG_DATA_HOME=$BASE
}

teardown() {
	take_down
}

# The lines of a section of README.md that begin with `$ `, and what is printed after them.
section() {
	sed -n "/^## $1\$/,/^## /s/^    //p" "$ROOT/README.md"
}

# The tree's own README: what it says to type to act.
act_lines() {
	sed -n '/^Act: /,/^Learn: /{/^Learn: /!s/^.\{8\}//p}' "$M/README" | sed 's/   *[^ ].*$//; s/^/$ /'
}

# by SHELL: types each line of its input; one after which an error stands must fail with it, one after which
# other lines stand prints those.
by() {
	local shell=$1 line command= expected=
	while IFS= read -r line || [ -n "$line" ]; do
		case $line in
		'$ '*)
			type_line "$shell" "$command" "$expected" || return 1
			command=${line#??}
			expected=
			;;
		*) expected=${expected:+$expected$'\n'}$line ;;
		esac
	done
	type_line "$shell" "$command" "$expected"
}

type_line() {
	local status=0 output
	[ -n "$2" ] || return 0
	case $2 in
	'cd '*) eval "$2" && return ;;
	*' -f '*) until_interrupted "$1" "$2" test -s "$BASE/output" && return ;;
	*xfer*) until_interrupted "$1" "$2" grep -q 'cleos transfer -f' "$M/boot/output.log" && return ;;
	*)
		output=$("$1" -c "$2" 2>&1) || status=$?
		case $3 in
		'bash: '*) [ "$status" != 0 ] && { [ "$1" != bash ] || [[ "$output" == *"${3##*: }" ]]; } && return ;;
		*) [ "$status" = 0 ] && [[ "$output" == *"$3"* ]] && return ;;
		esac
		;;
	esac
	echo "$1: $2: status $status, $output; $(tail -n 1 "$M/errors")" >&2
	return 1
}

# until_interrupted SHELL LINE CONDITION...: Ctrl-C, once that holds. What runs in the background would ignore
# it.
until_interrupted() {
	setsid env --default-signal=INT "$1" -c "$2" 3>&- >"$BASE/output" 2>&1 &
	local runs=$!
	until "${@:3}"; do kill -0 "$runs" || return 1; done
	kill -INT "-$runs"
	! wait "$runs" || false
}

@test "README.md after make run, in bash; then the tree's README" {
	FRESH= sh "$ROOT/examples/start.sh" "$M" 3>&- 4>&- </dev/null
	section 'One minute' | by bash
	cd "$M"
	section 'A network to break' | by dash
	act_lines | by bash
	[ "$(ls "$M/wallet/accounts" | wc -l)" -ge 3000 ]
	[ "$(cat "$M/wallet/accounts/newaccount11/balance")" = '1.5000 SYS' ]
}

@test "the tree's README in an empty chain, in dash; then README.md" {
	mount_at -o memory
	cd "$M"
	act_lines | by dash
	section 'One minute' | by dash
	cd "$M"
	section 'A network to break' | by bash
}

@test "the whole boot sequence as README.md has it, in bash and in dash" {
	for shell in bash dash; do
		mount_at -o memory
		cd "$M"
		section 'The whole boot sequence as one write' | by $shell
		grep -q '15-msg-replace .* done ' boot/run
		cd / && "$EOSIOFS" --unmount "$M"
	done
}

@test "docs/contract.md as it is written, in bash and in dash" {
	command -v clang >/dev/null && command -v wasm-ld >/dev/null ||
		skip "clang or wasm-ld (Debian: clang, lld) is missing, so no contract can be compiled"
	for shell in bash dash; do
		mount_at -o memory
		mkdir -p "$BASE/$shell/core"
		cp -r "$ROOT/examples" "$BASE/$shell"
		cp -r "$ROOT/core/contracts" "$BASE/$shell/core"
		rm -f "$BASE/$shell/examples/contract/hello.wasm"
		cd "$BASE/$shell"
		sed -n 's/^    //p' "$ROOT/docs/contract.md" | by $shell
		cd / && "$EOSIOFS" --unmount "$M"
	done
}

@test "the clock, while it is moved, shows the goal, and Ctrl-C stops it" {
	mount_at -o memory
	cd "$M"
	setsid env --default-signal=INT bash -c 'echo +3650d > chain/clock' 3>&- 2>/dev/null &
	writer=$!
	until grep -Eq '\(moving to 20[0-9-]*T[0-9:.]*: [0-9]+ %, [0-9.]+ s left\)' chain/clock; do :; done
	head=$(cat chain/head)
	until [ "$(cat chain/head)" -gt "$((head + 100))" ]; do :; done
	kill -INT "-$writer"
	! wait "$writer" || false
	! grep -q moving chain/clock || false
}

@test "what cannot be signed says whose key is missing, and what helps" {
	mount_at -o memory
	cd "$M"
	echo 5 > boot/options/user-limit
	echo 2 > boot/options/max-user-keys
	echo all > boot/run
	[ -e wallet/accounts/useraaaaaaab ] && [ ! -e wallet/accounts/useraaaaaaac ]
	! bash -c "echo 'useraaaaaaab 1.0000 SYS' > accounts/useraaaaaaac/transfer" 2>/dev/null || false
	line=$(tail -n 1 errors)
	[[ "$line" \
		== *EACCES*"the wallet lacks the key of useraaaaaaac@active, EOS"*wallet/import*wallet/impersonate* ]]
	echo 1 > wallet/impersonate
	echo 'useraaaaaaab 1.0000 SYS' > accounts/useraaaaaaac/transfer
}
