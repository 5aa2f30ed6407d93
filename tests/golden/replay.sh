# Sourced by the tests of this folder: replays one recording both ways and prints TAP. POSIX sh.

folder=$(dirname "$0")
replay=${BUILD:-$folder/../../build}/replay

# report NUMBER DESCRIPTION COMMAND…: one test; what a failing one printed follows as comments (the first
# lines and the count).
report() {
	number=$1 description=$2
	shift 2
	if output=$("$@" 2>&1); then
		echo "ok $number - $description: $output"
	else
		status=$?
		echo "not ok $number - $description"
		printf '%s\n' "$output" | head -n 20 | sed 's/^/# /'
		printf '%s\n' "$output" | tail -n 1 | sed 's/^/# /'
		echo "# exit status $status"
	fi
}

replay_both() {
	echo 1..2
	report 1 "steps of $1" "$replay" "$folder/$1.jsonl.gz"
	report 2 "signed blocks of $1" "$replay" --blocks "$folder/$1.jsonl.gz"
}
