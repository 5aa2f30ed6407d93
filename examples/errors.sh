#!/bin/sh
# Ten mistakes and what the user is told: the errno where the command fails, the whole sentence in the file
# errors. Nothing changes.
# usage: errors.sh [MOUNT]    a mount that was booted, or where the tutorial was walked; default ~/eosio_test

mount=${1:-$HOME/eosio_test}
cd "$mount" || exit 1
status=0
if [ -d accounts/accountnum11 ]; then
	producer=accountnum11 user=accountnum51 other=accountnum12
else
	producer=producer111a user=useraaaaaaab other=useraaaaaaac
fi

mistake() {
	printf '\n### %s\n$ %s\n' "$1" "$2"
	if eval "$2"; then
		echo 'This should have failed.' >&2
		status=1
	else
		tail -n 1 errors
	fi
}

before=$(cat accounts/$producer/balance accounts/$producer/votes; ls accounts)
mistake 'A producer that there is not' "echo nosuchprod11 > accounts/$producer/votes"
mistake 'More than there is' "echo \"$other 1000000.0000 SYS\" > accounts/$user/transfer"
mistake 'An amount with the wrong number of digits' "echo \"$other 1.00001 SYS\" > accounts/$user/transfer"
mistake 'A receiver that there is not' "echo \"nosuchaccnt1 1.0000 SYS\" > accounts/$user/transfer"
mistake 'A name of thirteen characters' 'mkdir accounts/accountnum111'
mistake 'A misspelt file' "echo $producer > accounts/$user/votse"
mistake 'An action that the contract does not have' 'echo "{}" > accounts/eosio.token/actions/burn'
mistake 'A misspelt member of a JSON document' \
	"echo \"{\\\"thresold\\\": 1}\" > accounts/$user/permissions/active.json"
mistake 'An account that has no keys in the wallet' \
	"echo \"$producer 1.0000 SYS\" > accounts/eosio.null/transfer"
mistake 'Deleting' "rmdir accounts/$user"
after=$(cat accounts/$producer/balance accounts/$producer/votes; ls accounts)
[ "$before" = "$after" ] || { echo 'Something changed.' >&2; status=1; }
exit $status
