#!/bin/sh
# A node for each of the tutorial's producers, with its key and node eosio for its peer: what is cut and
# healed by crash.c. usage: network.sh MOUNT
cd "$1" || exit 1
for line in \
	accountnum11:EOS8mUftJXepGzdQ2TaCduNuSPAfXJHf22uex4u41ab1EVv9EAhWt:5K7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUnSyFGgwHi8Uy61wU1o \
	accountnum22:EOS5kgeCLuQo8MMLnkZfqcBA3GRFgQsPyDddHWmXceRLjRX8LJRaH:5Jh4rseyguLx5Y7KE2oLL81PRmDcyyzbyyyJd3GvdHijKqENbRk \
	accountnum33:EOS63CnoyfeEQDjXXxwywN5PPKW7RYHC9tbtmvb8vFBGZooktz7kG:5JWp5K24x5dbAFBNP7hwzSRS7XjD7wjHL4nrAwSLdRuJnERjgqB \
	accountnum44:EOS6kBaCHrvz7VdUfFBLrLdhNjXYaKBmRkpDXU9PhbEUiHbspr7rz:5KeGoDkbhEdkZTpYqQg2rPZvtxqfWAtGgixuCLUt1Dmoq4NmXCj; do
	name=${line%%:*} pair=${line#*:}
	mkdir "nodes/$name" || exit 1
	printf 'producer-name = %s\nsignature-provider = %s=KEY:%s\nenable-stale-production = true\np2p-peer-address = eosio\n' \
		"$name" "${pair%:*}" "${pair#*:}" > "nodes/$name/config.ini" || exit 1
	echo start > "nodes/$name/state" || exit 1
done
echo +60s > chain/clock
