#!/bin/sh
# What `make run` does: mounts, boots the chain where it is not booted yet (or goes on with it), and says
# what to try next.
# usage: start.sh [MOUNT]    default ~/eosio_test; EOSIOFS is the program, FRESH=1 starts a new chain (the
# old one is thrown away)

mount=${1:-$HOME/eosio_test}
here=$(cd "$(dirname "$0")" && pwd)
# Absolute, without a look at the mount point itself, where a mount may have died.
mkdir -p "$(dirname "$mount")" && above=$(cd "$(dirname "$mount")" && pwd -P) || exit 1
mount=${above%/}/$(basename "$mount")
eosiofs=${EOSIOFS:-$here/../build/eosiofs}
data=${XDG_DATA_HOME:-$HOME/.local/share}/eosiofs/$(basename "$mount")

mounted() {
	grep -q " $(printf '%s' "$mount" | sed 's/[][\.*^$/]/\\&/g; s/ /\\\\040/g') .* - fuse\.eosiofs " \
		/proc/self/mountinfo &&
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
	mkdir -p "$mount" 2>/dev/null # the program says what is wrong, and removes what died
	"$eosiofs" "$mount" || exit 1
	echo "Mounted at $mount; the chain is kept in $data."
fi

cd "$mount" || exit 1
if grep -q eosio.prods accounts/eosio/permissions/active.json 2>/dev/null; then
	echo "This chain is booted already (FRESH=1 starts over)."
else
	echo "Booting: echo all > $mount/boot/run"
	if ! echo all > boot/run; then
		tail -n 1 errors >&2
		echo "What is done stays done; FRESH=1 starts over." >&2
		exit 1
	fi
	grep '100 %' boot/progress
fi
printf '\n%s accounts, %s\n' "$(ls accounts | wc -l)" "$(cat chain/supply)"
cat chain/stake_activated
printf '\nThe top producers (chain/ranking):\n'
sed -n '2,$s/^\([^ ]*\) .* \([0-9.]*\)$/  \1  \2 of the votes/p' chain/ranking | head -n 5

elsewhere=
[ "$mount" = "$HOME/eosio_test" ] || elsewhere=" MOUNT='$mount'"
cat <<END

The mount stays up. Try next:
  cat $mount/README                              what is where
  cat $mount/boot/run                            what was done, and how fast
  ls $mount/accounts                             everybody
  echo "useraaaaaaac 1.0000 SYS hello" > $mount/accounts/useraaaaaaab/transfer
  cat $mount/last_transaction; tail $mount/log
  echo producer111a producer111b > $mount/accounts/useraaaaaaac/votes
  sh examples/errors.sh $mount                   ten mistakes and what you are told
  sh examples/watch-blocks.sh $mount             blocks as they come
  sh examples/tutorial.sh MOUNT                  on a fresh mount: the boot tutorial by hand
Stop with: make stop$elsewhere     Start over with: make run FRESH=1$elsewhere
END
