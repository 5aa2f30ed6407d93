#!/bin/sh
# The recording wasm.jsonl.gz, of contract modules against limits and intrinsics, has the same results and
# the same blocks here.
. "$(dirname "$0")/replay.sh"
replay_both wasm
