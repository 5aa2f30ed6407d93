#!/bin/sh
# What `make run` does: mounts, walks the tutorial where it was not walked yet, and says what to try next.
# usage: start.sh [MOUNT]    default ~/eosio_test; EOSIOFS is the program, FRESH=1 starts a new chain (the old one is thrown away)

mount=${1:-$HOME/eosio_test}
here=$(cd "$(dirname "$0")" && pwd)
eosiofs=${EOSIOFS:-$here/../build/eosiofs}
data=${XDG_DATA_HOME:-$HOME/.local/share}/eosiofs/$(basename "$mount")

mounted() {
	grep -q " $(printf '%s' "$mount" | sed 's/[][\.*^$/]/\\&/g; s/ /\\\\040/g') .* - fuse\.eosiofs " /proc/self/mountinfo &&
		head -n 1 "$mount/chain/head" >/dev/null 2>&1
}

if [ -n "$FRESH" ]; then
	if mounted; then
		"$eosiofs" --unmount "$mount" || exit 1
	fi
	# Only what the program itself keeps there.
	if [ -e "$data/format" ]; then
		echo "A new chain: throwing away $data"
		rm -rf "$data"
	fi
fi
if mounted; then
	echo "$mount is mounted already."
else
	mkdir -p "$mount" && "$eosiofs" "$mount" || exit 1
	echo "Mounted at $mount; the chain is kept in $data."
fi

if grep -q eosio.prods "$mount/accounts/eosio/permissions/active.json" 2>/dev/null; then
	echo "The tutorial was walked here already (FRESH=1 starts over). As it stands:"
	for file in chain/head chain/producer chain/stake_activated chain/ranking accounts/accountnum33/balance; do
		printf '\n$ cat %s\n' "$file"
		cat "$mount/$file"
	done
elif [ -d "$mount/accounts/eosio.bpay" ]; then
	echo "The tutorial was begun here and not finished; FRESH=1 starts over." >&2
	exit 1
else
	sh "$here/tutorial.sh" "$mount" || exit 1
fi

cat <<END

The mount stays up. Try next:
  cat $mount/README                              what is where
  ls $mount/accounts                             everybody
  echo "accountnum12 1.0000 SYS hello" > $mount/accounts/accountnum51/transfer
  cat $mount/last_transaction $mount/log
  echo accountnum11 accountnum22 > $mount/accounts/accountnum12/votes
  sh examples/errors.sh $mount                   ten mistakes and what you are told
  sh examples/watch-blocks.sh $mount             blocks as they come
Stop with: make stop     Start over with: make run FRESH=1
END
