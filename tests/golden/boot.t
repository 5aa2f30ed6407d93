#!/bin/sh
# The recording boot.jsonl.gz has the same results and the same blocks here.
. "$(dirname "$0")/replay.sh"
replay_both boot
