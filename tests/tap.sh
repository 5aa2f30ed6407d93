# Runs one test, whatever it is, so that it prints TAP: a cmocka program, a .t script, a .bats file. What one
# that fails printed is kept in build/failed, for the end of `make test`.
run() {
	case $1 in
	*.bats) timeout 900 bats --tap "$1" ;;
	*.t) timeout 900 sh "$1" ;;
	*) CMOCKA_MESSAGE_OUTPUT=TAP timeout 900 "$1" ;;
	esac
}

kept=${BUILD:-build}/failed/$(echo "${1#*tests/}" | tr / .)
mkdir -p "${kept%/*}"
{
	run "$1"
	echo $? >"$kept.status"
} | tee "$kept"
read -r status <"$kept.status"
rm "$kept.status"
# a script that ends with success may have said before that something failed
[ "$status" -ne 0 ] || grep -aq '^not ok' "$kept" || rm "$kept"
exit "$status"
