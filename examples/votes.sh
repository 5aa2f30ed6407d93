#!/bin/sh
# Copies one account's votes to all others: what a file reads is what it accepts.
# usage: votes.sh [MOUNT [FROM]]    default: ~/eosio_test, and the first account that votes
# Says how many took them; who cannot vote (no stake, a proxy, a missing key) is named with the reason.

mount=${1:-$HOME/eosio_test}
from=$2
cd "$mount" || exit 1

if [ -z "$from" ]; then
	from=$(grep -l . accounts/*/votes | head -n 1)
	[ -n "$from" ] || { echo "nobody votes yet: echo PRODUCER > accounts/NAME/votes" >&2; exit 1; }
	from=${from#accounts/}
	from=${from%/votes}
fi
votes=$(cat "accounts/$from/votes") || exit 1
[ -n "$votes" ] || { echo "$from votes for nobody" >&2; exit 1; }
copied=0
for account in accounts/*; do
	name=${account#accounts/}
	[ "$name" = "$from" ] && continue
	if (printf '%s\n' "$votes" > "$account/votes") 2>/dev/null; then
		copied=$((copied + 1))
	else
		echo "$name: $(tail -n 1 errors)"
	fi
done
echo "$copied accounts now vote as $from does:" $votes
[ "$copied" -gt 0 ]
