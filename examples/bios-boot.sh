#!/bin/sh
# The boot sequence of bios-boot-tutorial.py as files: its options, single steps, then all of it, and what
# came of it.
# usage: bios-boot.sh [MOUNT]    a fresh mount, or one where this was stopped; default ~/eosio_test
# Prints each command with its result and stops at the first failure.

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

step 'Options: the script'\''s own, with its defaults'
run 'grep . boot/options/*'
run 'echo 20 > boot/options/num-voters'

step 'Who will be created, and with how much'
run 'head -n 4 boot/accounts.json'

step 'What each step would do'
run 'cat boot/steps/05-tokens'

step 'Single steps'
run 'echo wallet boot sys > boot/run'
run 'echo run > boot/steps/04-contracts'
run 'ls accounts'

step 'All the others; what is done already is not done again'
run 'echo all > boot/run'
run 'cat boot/run'
run 'tail -n 3 boot/progress'
run 'grep newaccount boot/output.log | tail -n 1'

step 'The chain as it stands'
run 'ls accounts | wc -l'
run 'cat chain/supply chain/stake_activated'
run 'head -n 10 chain/ranking'
run 'cat accounts/useraaaaaaaa/info.json | head -n 12'

step 'Not part of all: the producers replace the system contract by one whose refunds come after ten seconds'
run 'echo msg-replace > boot/run'
run 'cat accounts/eosio/contract/hash'
printf '\nThe chain is booted. Random transfers until Ctrl-C: echo xfer > %s/boot/run\n' "$mount"
