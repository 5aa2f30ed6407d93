#!/bin/sh
# The EOSIO BIOS boot tutorial with mkdir, echo and cat: from an empty chain to elected producers, steps as
# in the tutorial.
# usage: tutorial.sh [MOUNT]    a fresh mount; default ~/eosio_test
# Prints each command with its result and stops at the first failure.
# CLOCK: the clock that moves this chain's time, where the mount is attached to another one's chain.

mount=${1:-$HOME/eosio_test}
cd "$mount" || exit 1

step() {
	printf '\n### %s\n' "$*"
}

# Runs a command line as a person would type it, the mount being the working directory.
run() {
	printf '$ %s\n' "$1"
	eval "$1" && return
	printf '\nThis failed. What %s/errors says:\n' "$mount" >&2
	tail -n 1 errors >&2
	exit 1
}

# Moves chain time; what is read then is of that time.
later() {
	run "echo $1 > ${CLOCK:-chain/clock}"
	sync .
}

# name:public key:private key
producer_keys='
accountnum11:EOS8mUftJXepGzdQ2TaCduNuSPAfXJHf22uex4u41ab1EVv9EAhWt:5K7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUnSyFGgwHi8Uy61wU1o
accountnum22:EOS5kgeCLuQo8MMLnkZfqcBA3GRFgQsPyDddHWmXceRLjRX8LJRaH:5Jh4rseyguLx5Y7KE2oLL81PRmDcyyzbyyyJd3GvdHijKqENbRk
accountnum33:EOS63CnoyfeEQDjXXxwywN5PPKW7RYHC9tbtmvb8vFBGZooktz7kG:5JWp5K24x5dbAFBNP7hwzSRS7XjD7wjHL4nrAwSLdRuJnERjgqB
accountnum44:EOS6kBaCHrvz7VdUfFBLrLdhNjXYaKBmRkpDXU9PhbEUiHbspr7rz:5KeGoDkbhEdkZTpYqQg2rPZvtxqfWAtGgixuCLUt1Dmoq4NmXCj
'

step '3. A wallet, a new key, the producers'\'' keys'
run 'cat wallet/state'
run 'echo bpay > wallet/new_key'
run 'cat wallet/labels/bpay'
for line in $producer_keys; do
	run "echo ${line##*:} > wallet/import"
done
run 'ls wallet/keys'

step '4. The genesis'
run 'cat chain/genesis.json'

step '5. The genesis node runs since the mount'
run 'cat nodes/eosio/head chain/head'

step '6. The system accounts'
for name in bpay msig names ram ramfee saving stake token vpay rex; do
	run "mkdir accounts/eosio.$name"
done
run 'ls accounts'

step '7. Contracts: by a bundle'\''s name, or by copying the two files'
run 'echo eosio.token > accounts/eosio.token/contract/install'
run 'cp contracts/eosio.msig/eosio.msig.wasm accounts/eosio.msig/contract/code.wasm'
run 'cp contracts/eosio.msig/eosio.msig.abi accounts/eosio.msig/contract/abi.json'
run 'cat accounts/eosio.msig/contract/hash'

step '8. The core token'
run "echo '[\"eosio\", \"10000000000.0000 SYS\"]' > accounts/eosio.token/actions/create"
run "echo '[\"eosio\", \"1000000000.0000 SYS\", \"memo\"] -p eosio' > accounts/eosio.token/actions/issue"
run 'cat accounts/eosio/balance chain/supply'

step '9. Protocol features: one is scheduled, the others are actions of eosio.boot'
run 'echo PREACTIVATE_FEATURE > chain/features'
run 'echo eosio.boot > accounts/eosio/contract/install'
for feature in $(awk '{print $NF}' chain/features); do
	[ "$feature" = PREACTIVATE_FEATURE ] || run "echo $feature > chain/features"
done
run 'cat chain/features'

step '10. The system contract'
run 'echo eosio.system > accounts/eosio/contract/install'
run "echo '[0, \"4,SYS\"]' > accounts/eosio/actions/init"

step '11. eosio.msig may act for others'
run "echo '[\"eosio.msig\", 1]' > accounts/eosio/actions/setpriv"

step '12. Accounts with stake and RAM: by a command, or with mkdir by the defaults'
for line in $producer_keys; do
	key=${line#*:}
	run "echo '${line%%:*} ${key%%:*} --transfer --stake-net \"100000.0000 SYS\" --stake-cpu \"100000.0000 SYS\"' > create_account"
done
run "echo '100000.0000 SYS' > defaults/stake_net"
run "echo '100000.0000 SYS' > defaults/stake_cpu"
run 'echo 1 > defaults/transfer'
for name in accountnum12 accountnum13 accountnum14 accountnum15 accountnum21 accountnum23 accountnum24 \
	accountnum25 accountnum31 accountnum32 \
	accountnum34 accountnum35 accountnum41 accountnum42 accountnum43 accountnum45 proxyvoter11; do
	run "mkdir accounts/$name"
done
run "echo 'accountnum11 1000.0000 SYS to begin with' > accounts/eosio/transfer"
run 'cat accounts/accountnum12/stake accounts/accountnum11/balance'

# An amount in units of 0.0001 SYS.
quantity() {
	printf '%d.%04d SYS' $(($1 / 10000)) $(($1 % 10000))
}

# allocate NAME UNITS: 0.1 SYS to RAM, at least 0.45 each to CPU and NET, up to 9 more liquid, the rest half
# and half.
allocate() {
	left=$(($2 - 1000 - 9000))
	liquid=$((left < 90000 ? left : 90000))
	net=$((4500 + (left - liquid) / 2))
	cpu=$((4500 + left - liquid - (left - liquid) / 2))
	run "echo '$1 --transfer --stake-net \"$(quantity $net)\" --stake-cpu \"$(quantity \
		$cpu)\" --buy-ram \"0.1000 SYS\"' > create_account"
	run "echo '$1 $(quantity $liquid) liquid' > accounts/eosio/transfer"
}

step '13. The allocation rule: 100 SYS and 5 SYS'
allocate accountnum51 1000000
allocate accountnum52 50000
run 'cat accounts/accountnum51/stake accounts/accountnum51/balance accounts/accountnum52/stake accounts/accountnum52/balance'

step '14. A Pareto distribution (shape 1.161) of 100 000 SYS over three accounts'
shares=$(awk 'BEGIN {
	for (rank = 1; rank <= 3; rank++) sum += share[rank] = rank ^ (-1 / 1.161)
	for (rank = 1; rank <= 3; rank++) print int(1e9 * share[rank] / sum)
}')
for share in $shares; do
	number=$((${number:-2} + 1))
	allocate "accountnum5$number" "$share"
done

step '15. Producers register'
for line in $producer_keys; do
	name=${line%%:*}
	run "mkdir producers/$name"
	run "echo https://$name.com/ > producers/$name/url"
done
run 'cat producers/accountnum11/key producers/accountnum11/url'

step '16. Who would produce'
run 'cat chain/ranking'

step '18. Votes'
run 'echo accountnum11 accountnum33 > accounts/accountnum23/votes'
run 'cat accounts/accountnum23/votes > accounts/accountnum25/votes'
run 'cat accounts/accountnum25/votes chain/stake_activated'
run "echo 'whaleaccnt11 --transfer --stake-net \"100000000.0000 SYS\" --stake-cpu \"100000000.0000 SYS\"' > create_account"
run 'echo accountnum11 accountnum22 accountnum33 accountnum44 > accounts/whaleaccnt11/votes'

step '19. With 15 % of all tokens voting, the producers take over'
run 'cat chain/stake_activated'
run 'cat producers/accountnum11/status'
later +180s
run 'cat chain/producer producers/accountnum11/status'

step '20. A day later producers claim their rewards'
later 'skip +25h'
run 'cat producers/accountnum33/rewards'
run 'echo claim > producers/accountnum33/rewards'
run 'cat accounts/accountnum33/balance'

step '21. A proxy votes for others'
run 'echo 1 > accounts/proxyvoter11/is_proxy'
run 'echo accountnum22 accountnum44 > accounts/proxyvoter11/votes'
run 'echo proxyvoter11 > accounts/accountnum24/proxy'
run 'cat accounts/accountnum24/proxy chain/ranking'

# by ACTOR: an authority that ACTOR@active alone satisfies
by() {
	printf '{"threshold": 1, "keys": [], "accounts": [{"permission": {"actor": "%s", "permission": "active"}, "weight": 1}], "waits": []}' "$1"
}

step '22. eosio resigns: its authority goes to the producers, that of the system accounts to eosio'
run "echo '$(by eosio.prods)' > accounts/eosio/permissions/owner.json"
run "echo '$(by eosio.prods)' > accounts/eosio/permissions/active.json"
for name in bpay msig names ram ramfee saving stake token vpay rex; do
	run "echo '$(by eosio)' > accounts/eosio.$name/permissions/owner.json"
	run "echo '$(by eosio)' > accounts/eosio.$name/permissions/active.json"
done
run 'cat accounts/eosio/permissions/active.json'
printf '\nThe tutorial is walked.\n'
