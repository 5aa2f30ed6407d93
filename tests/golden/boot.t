#!/bin/sh
# The recording boot.jsonl.gz has the same results and the same blocks here, and our boot sequence ends
# where the recorded script ended.
. "$(dirname "$0")/replay.sh"
echo 1..3
report 1 "steps of boot" "$replay" "$folder/boot.jsonl.gz"
report 2 "signed blocks of boot" "$replay" --blocks "$folder/boot.jsonl.gz"
report 3 "boot/ with the recorded accounts" "$replay" --boot "$folder/boot.jsonl.gz"
