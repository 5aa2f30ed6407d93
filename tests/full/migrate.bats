# A chain that began in a mount goes on in three processes. Blocks come twice a second and a round takes 18, so this takes most of a minute.

bats_require_minimum_version 1.5.0
load ../mount/common

setup() {
	require_fuse
	export TMPDIR=$BATS_TEST_TMPDIR
}

@test "examples/migrate.sh: the producers move one by one, the mount leaves, the chain goes on" {
	run -0 dash "$ROOT/examples/migrate.sh" </dev/null
	for name in producer111a producer111b producer111c; do
		[[ "$output" == *"$name: moved at block "* ]]
	done
	[[ "$output" == *'executed transaction: '* ]]
	[[ "${lines[-2]}" =~ ^'slots missed: '[0-9]+$ ]]
	echo "# ${lines[-2]}" >&3
	# no two nodes made blocks for one slot
	[ "${lines[-1]}" = 'made twice: 0' ]
	! grep -q "$TMPDIR" /proc/self/mountinfo || false
	[ -z "$(ls "$TMPDIR")" ]
}
