#!/bin/sh
# The HTTP requests of the recordings http.jsonl.gz and tutorial.jsonl.gz have the same answers here.
. "$(dirname "$0")/replay.sh"
echo 1..2
report 1 "requests of http" "$replay" --requests "$folder/http.jsonl.gz"
report 2 "requests of tutorial" "$replay" --requests "$folder/tutorial.jsonl.gz"
