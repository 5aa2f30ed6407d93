# What the mount tests share: a mount of their own in a temporary folder, taken down whatever happens. Those
# that tests/attached links to run a second time, on a mount that is attached over HTTP to another one's
# chain. EOSIOFS is the program. Needs /dev/fuse; without it a test is skipped with that reason.

: "${EOSIOFS:=$BATS_TEST_DIRNAME/../../build/eosiofs}"
ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

can_mount() {
	[ -c /dev/fuse ] && (: <>/dev/fuse) 2>/dev/null
}

# In setup or a test; a setup_file cannot skip and returns early instead.
require_fuse() {
	can_mount || skip "/dev/fuse is missing or may not be opened, so nothing can be mounted"
}

# In setup_file and setup: paths under bats's own temporary folder. M: the mount point, D: the data folder.
new_paths() {
	BASE=$(mktemp -d "$BATS_FILE_TMPDIR/XXXXXX")
	M=$BASE/testnet
	D=$BASE/data
	mkdir "$M"
	export BASE M D
}

# mount_at [OPTIONS…]: mounts at M, serving no HTTP unless they say so. The daemon must not keep bats's
# descriptor 3 open, or bats waits for it.
mount_at() {
	if is_attached; then
		[ -e "$D" ] || serve_at "$BASE/serving"
		attach_at "$@"
	else
		"$EOSIOFS" -o http=off "$@" "$M" 3>&- 4>&- </dev/null
	fi
}

is_attached() {
	[ "${BATS_TEST_DIRNAME##*/}" = attached ]
}

# serve_at FOLDER: a chain whose every transaction makes a block at once, served at URL with all that a test
# may ask. SERVING: the folder.
serve_at() {
	export SERVING=$1 URL
	mkdir -p "$SERVING"
	"$EOSIOFS" --unmount "$SERVING" 2>/dev/null || :
	"$EOSIOFS" -o memory,http=127.0.0.1:0,clock=manual "$SERVING" 3>&- 4>&- </dev/null
	{ cat "$SERVING/nodes/eosio/config.ini" &&
		printf '%s\n' 'plugin = eosio::producer_api_plugin' 'enable-account-queries = true'; } \
		>"$BASE/config.ini"
	cat "$BASE/config.ini" > "$SERVING/nodes/eosio/config.ini"
	echo restart > "$SERVING/nodes/eosio/state"
	URL=$(served "$SERVING")
}

# attach_at [OPTIONS…]: mounts the chain of URL at M, with all keys that SERVING has.
attach_at() {
	"$EOSIOFS" -o "url=$URL" "$@" "$M" 3>&- 4>&- </dev/null || return
	echo "unlock $(cat "$D/wallet/password" 2>/dev/null || echo memory)" > "$M/wallet/state"
	echo memory > "$SERVING/wallet/reveal"
	for key in "$SERVING"/wallet/private/*; do
		[ -e "$M/wallet/keys/${key##*/}" ] || cat "$key" > "$M/wallet/import"
	done
}

# clock WHAT: moves chain time, of the mount that has a clock; M shows what came of it.
clock() {
	echo "$1" > "${SERVING:-$M}/chain/clock"
	[ -z "$SERVING" ] || sync "$M"
}

# served MOUNT: where its node eosio serves.
served() {
	sed -n 's#^http \([0-9.:]*\)$#http://\1#p' "$1/nodes/eosio/endpoints"
}

# The process that serves a mount point, M unless said otherwise: the program whose last argument it is
# (where the program lies nobody but root sees).
mount_pid() {
	local folder words
	for folder in /proc/[0-9]*; do
		{ mapfile -d '' words <"$folder/cmdline"; } 2>/dev/null || continue
		[ "${#words[@]}" -gt 1 ] && [ "${words[0]##*/}" = "${EOSIOFS##*/}" ] &&
			[ "${words[-1]}" = "${1:-$M}" ] && echo "${folder#/proc/}" && return
	done
	return 1
}

is_mounted() {
	grep -q " $M .* - fuse\.eosiofs " /proc/self/mountinfo
}

# Waits until a process is gone; its parent may not reap it, so a zombie counts as gone.
wait_gone() {
	local state
	while state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) && [ "${state%% *}" != Z ]; do
		read -rt 0.05 <> <(:) || :
	done
}

# end_own PID...: of these that which BASE is told to. The number of one that has ended may be another's.
end_own() {
	local pid
	for pid; do
		grep -qF "$BASE/" "/proc/$pid/cmdline" 2>/dev/null && kill "$pid" && wait_gone "$pid"
	done
	return 0
}

# Takes down every mount below BASE, dead or alive.
take_down() {
	local pid path
	[ -n "$BASE" ] || return 0
	cd /
	awk -v base="$BASE/" 'index($5, base) == 1 { print $5 }' /proc/self/mountinfo | while read -r path; do
		pid=$(mount_pid "$path")
		"$EOSIOFS" --unmount "$path" 2>/dev/null || umount -l "$path" 2>/dev/null || fusermount3 -uz "$path"
		end_own $pid
	done
	rm -rf --one-file-system "$BASE"
}

# boot [SYMBOL ZEROS]: the chain of most tests: token and system contract, four accounts with stake, two of
# them producers, in a second. ZEROS: as many as the core token has digits behind its point.
boot() {
	local symbol=${1:-SYS} zeros=${2:-0000}
	(
		set -e
		cd "$M"
		echo PREACTIVATE_FEATURE > chain/features
		echo eosio.boot > accounts/eosio/contract/install
		for feature in $(awk '{print $NF}' chain/features); do
			[ "$feature" = PREACTIVATE_FEATURE ] || echo "$feature" > chain/features
		done
		for name in bpay msig names ram ramfee saving stake token vpay rex; do
			mkdir "accounts/eosio.$name"
		done
		echo eosio.token > accounts/eosio.token/contract/install
		echo '["eosio", "10000000000.'"$zeros $symbol"'"]' > accounts/eosio.token/actions/create
		echo '["eosio", "1000000000.'"$zeros $symbol"'", ""] -p eosio' > accounts/eosio.token/actions/issue
		echo eosio.system > accounts/eosio/contract/install
		echo "[0, \"${#zeros},$symbol\"]" > accounts/eosio/actions/init
		for name in alice bob carol producer1111 producer2222; do
			echo "$(account "$name") --transfer --stake-net '1000.$zeros $symbol'" \
				"--stake-cpu '1000.$zeros $symbol'" --buy-ram-kbytes 64 > create_account
			echo "$(account "$name") 1000.$zeros $symbol" > accounts/eosio/transfer
		done
		mkdir producers/producer1111 producers/producer2222
	) || {
		echo "booting failed: $(tail -n 1 "$M/errors")" >&2
		return 1
	}
}

# Names have twelve characters once the system contract is there.
account() {
	case $1 in
	alice) echo alice1111111 ;;
	bob) echo bob111111111 ;;
	carol) echo carol1111111 ;;
	*) echo "$1" ;;
	esac
}

# in_shells COMMAND: by bash and by dash, in the mount; both must succeed.
in_shells() {
	local shell
	for shell in bash dash; do
		(cd "$M" && "$shell" -c "$1") || {
			echo "$shell: $1: $(tail -n 1 "$M/errors")" >&2
			return 1
		}
	done
}

# refused ERRNO WORDS COMMAND: in bash and dash COMMAND fails, the sentence in errors has WORDS and ERRNO,
# nothing changed, the mount is well.
refused() {
	local shell before after line
	for shell in bash dash; do
		before=$(state)
		! (cd "$M" && "$shell" -c "$3") 2>"$BASE/stderr" || {
			echo "$shell: should have failed: $3" >&2
			return 1
		}
		line=$(tail -n 1 "$M/errors")
		[[ "$line" == *"$1"* && "$line" == *"$2"* ]] || {
			echo "$shell: $3: expected $1 and '$2' in: $line" >&2
			return 1
		}
		after=$(state)
		[ "$before" = "$after" ] || {
			echo "$shell: $3: something changed" >&2
			diff <(echo "$before") <(echo "$after") >&2
			return 1
		}
	done
}

# says ERRNO WORDS: of the last failed operation of M.
says() {
	local line
	line=$(tail -n 1 "$M/errors")
	[[ "$line" == *" $1: "*"$2"* ]] || {
		echo "expected $1 and '$2' in: $line" >&2
		return 1
	}
}

# What a failed command must not change.
state() {
	(
		cd "$M" || exit
		ls accounts producers wallet/keys wallet/labels
		cat accounts/*/balance accounts/*/stake accounts/*/votes accounts/*/ram \
			accounts/*/permissions/*.json producers/*/url defaults/* \
			last_transaction chain/features wallet/state
	) 2>&1
}
