#!/bin/sh
# Follows the chain as its node logs it, one line a block.
# usage: watch-blocks.sh [MOUNT [LINES]]    default: ~/eosio_test, until Ctrl-C

mount=${1:-$HOME/eosio_test}
lines=${2:-0}
cd "$mount" || exit 1

if [ "$lines" -gt 0 ]; then
	tail -n 1 -f nodes/eosio/stderr | sed "${lines}q"
else
	exec tail -n 5 -f nodes/eosio/stderr
fi
