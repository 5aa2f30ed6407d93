#!/bin/sh
# Ten mistakes and what the user is told: the errno where the command fails, the whole sentence in the file errors. Nothing changes.
# usage: errors.sh [MOUNT]    a mount where the tutorial was walked; default ~/eosio_test

mount=${1:-$HOME/eosio_test}
cd "$mount" || exit 1
status=0

mistake() {
	printf '\n### %s\n$ %s\n' "$1" "$2"
	if eval "$2"; then
		echo 'This should have failed.' >&2
		status=1
	else
		tail -n 1 errors
	fi
}

before=$(cat accounts/accountnum11/balance accounts/accountnum11/votes; ls accounts)
mistake 'A producer that there is not' 'echo nosuchprod11 > accounts/accountnum11/votes'
mistake 'More than there is' 'echo "accountnum12 1000000.0000 SYS" > accounts/accountnum51/transfer'
mistake 'An amount with the wrong number of digits' 'echo "accountnum12 1.00001 SYS" > accounts/accountnum51/transfer'
mistake 'A receiver that there is not' 'echo "nosuchaccnt1 1.0000 SYS" > accounts/accountnum51/transfer'
mistake 'A name of thirteen characters' 'mkdir accounts/accountnum111'
mistake 'A misspelt file' 'echo accountnum11 > accounts/accountnum51/votse'
mistake 'An action that the contract does not have' 'echo "{}" > accounts/eosio.token/actions/burn'
mistake 'A misspelt member of a JSON document' 'echo "{\"thresold\": 1}" > accounts/accountnum51/permissions/active.json'
mistake 'An account that has no keys in the wallet' 'echo "accountnum11 1.0000 SYS" > accounts/eosio.null/transfer'
mistake 'Deleting' 'rmdir accounts/accountnum51'
after=$(cat accounts/accountnum11/balance accounts/accountnum11/votes; ls accounts)
[ "$before" = "$after" ] || { echo 'Something changed.' >&2; status=1; }
exit $status
