#!/bin/sh
# Every recording with the recorded node's own contracts run as WebAssembly, their RAM included, where their
# code is at hand.
. "$(dirname "$0")/replay.sh"
contracts=$folder/../../../shared/contracts
if [ ! -d "$contracts" ]; then
	echo "1..0 # SKIP the recorded node's contracts are not in $contracts"
	exit 0
fi
echo 1..10
next=1
for recording in boot permissions random rex tutorial; do
	report $next "steps of $recording" "$replay" --wasm "$contracts" "$folder/$recording.jsonl.gz"
	report $((next + 1)) "signed blocks of $recording" "$replay" --blocks --wasm "$contracts" \
		"$folder/$recording.jsonl.gz"
	next=$((next + 2))
done
