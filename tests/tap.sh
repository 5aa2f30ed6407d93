# Runs one test, whatever it is, so that it prints TAP: a cmocka program, a .t script, a .bats file.
case $1 in
*.bats) exec timeout 900 bats --tap "$1" ;;
*.t) exec timeout 900 sh "$1" ;;
*) CMOCKA_MESSAGE_OUTPUT=TAP exec timeout 900 "$1" ;;
esac
