#!/bin/sh
# Every recording with the WebAssembly of the built-in contracts in place of their native twins; and `make
# contracts` gives the bytes that are kept beside their sources.
. "$(dirname "$0")/replay.sh"
top=$folder/../..
echo 1..11
next=1
for recording in boot permissions random rex tutorial; do
	report $next "steps of $recording" "$replay" --without-twins "$folder/$recording.jsonl.gz"
	report $((next + 1)) "signed blocks of $recording" "$replay" \
		--blocks --without-twins "$folder/$recording.jsonl.gz"
	next=$((next + 2))
done

same_bytes() {
	make --no-print-directory -C "$top" contracts CONTRACTS_TO="$made" || return 1
	(cd "$made" && find . -name '*.wasm') | while read -r module; do
		cmp "$top/core/contracts/$module" "$made/$module" || exit 1
	done
}

compiler=clang-14
if command -v $compiler >/dev/null && command -v wasm-ld-14 >/dev/null; then
	made=$(mktemp -d)
	trap 'rm -r "$made"' EXIT
	report 11 "make contracts gives the modules kept beside their sources" same_bytes
else
	echo "ok 11 # SKIP $compiler with lld is not installed (apt-get install $compiler lld-14), the modules cannot be compiled again"
fi
