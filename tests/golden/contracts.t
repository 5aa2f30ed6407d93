#!/bin/sh
# Every recording with the recorded node's own contracts run as WebAssembly, their RAM included, where their code is at hand.
. "$(dirname "$0")/replay.sh"
contracts=$folder/../../../shared/contracts
if [ ! -d "$contracts" ]; then
	echo "1..0 # SKIP the recorded node's contracts are not in $contracts"
	exit 0
fi
echo 1..10
number=0
for recording in boot permissions random rex tutorial; do
	report $((number + 1)) "steps of $recording" "$replay" --wasm "$contracts" "$folder/$recording.jsonl.gz"
	report $((number + 2)) "signed blocks of $recording" "$replay" --blocks --wasm "$contracts" "$folder/$recording.jsonl.gz"
	number=$((number + 2))
done
