# The wallet's secrets: revealing, removing, creating, and acting without keys.

bats_require_minimum_version 1.5.0
load common

setup() {
	require_fuse
	new_paths
	mount_at -o data="$D"
	boot
	cd "$M"
	echo spare > wallet/new_key
	key=$(cat wallet/labels/spare)
}

teardown() {
	take_down
}

@test "private keys are there only after the password, and gone when the wallet is locked" {
	[ -z "$(ls wallet/private)" ]
	! cat "wallet/private/$key" || false
	! bash -c 'echo wrong > wallet/reveal' 2>/dev/null || false
	tail -n 1 errors | grep -q 'EACCES.*Invalid password'
	! grep -q wrong errors || false
	cat "$D/wallet/password" > wallet/reveal
	[ "$(ls wallet/private | wc -l)" = "$(ls wallet/keys | wc -l)" ]
	[ "$(stat -c %a "wallet/private/$key")" = 400 ]
	private=$(cat "wallet/private/$key")
	[[ "$private" =~ ^5[1-9A-HJ-NP-Za-km-z]{50}$ ]]
	cat wallet/labels/spare > wallet/remove
	[ ! -e "wallet/keys/$key" ]
	[ ! -e wallet/labels/spare ]
	echo "$private" > wallet/import
	[ -e "wallet/keys/$key" ]
	echo lock > wallet/state
	[ -z "$(ls wallet/private)" ]
	! cat "wallet/private/$key" || false
	echo "unlock $(cat "$D/wallet/password")" > wallet/state
	[ -z "$(ls wallet/private)" ]
}

@test "a wallet is made only where there is none" {
	! bash -c 'echo create > wallet/create' 2>/dev/null || false
	tail -n 1 errors | grep -q 'EEXIST.*already exists'
	rm "$D/wallet/default.wallet"
	echo create > wallet/create
	[ -e "$D/wallet/default.wallet" ]
	cd / && "$EOSIOFS" --unmount "$M" && mount_at -o data="$D" && cd "$M"
	[ "$(cat wallet/state)" = unlocked ]
	[ -e "wallet/keys/$key" ]
}

@test "removing a key that is not there" {
	! bash -c 'echo EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV > wallet/remove' 2>/dev/null || false
	tail -n 1 errors | grep -q 'ENOENT.*Key not in wallet'
}

@test "impersonating: no keys are needed, authorities are still checked" {
	echo lock > wallet/state
	! bash -c 'echo "bob111111111 1.0000 SYS" > accounts/alice1111111/transfer' 2>/dev/null || false
	echo 1 > wallet/impersonate
	[ "$(cat wallet/impersonate)" = 1 ]
	echo 'bob111111111 1.0000 SYS' > accounts/alice1111111/transfer
	[ "$(cat accounts/bob111111111/balance)" = '1001.0000 SYS' ]
	! bash -c "echo '[\"alice1111111\", \"bob111111111\", \"1.0000 SYS\", \"\"] -p bob111111111' > accounts/eosio.token/actions/transfer" 2>/dev/null || false
	tail -n 1 errors | grep -q 'missing authority of alice1111111'
	echo 0 > wallet/impersonate
	! bash -c 'echo "bob111111111 1.0000 SYS" > accounts/alice1111111/transfer' 2>/dev/null || false
}

# The kernel, which keeps names, is not told: it finds out when it asks.
@test "a name that is gone is gone at once, and can be made again" {
	permissions=accounts/alice1111111/permissions
	for round in 1 2; do
		cat "$key" 2>/dev/null || stat "wallet/keys/$key" wallet/labels/spare
		echo "$key" > wallet/remove
		! stat "wallet/keys/$key" || false
		! cat wallet/labels/spare || false
		echo spare > wallet/new_key
		key=$(cat wallet/labels/spare)
		echo "$key" > $permissions/often.json
		cat $permissions/often.json
		echo delete > $permissions/often.json
		! cat $permissions/often.json || false
		! stat $permissions/often.json || false
		(: > $permissions/never.json)
		! stat $permissions/never.json || false
		! ls $permissions | grep -e often -e never || false
	done
}

# Which of the patterns (hex) stand in the memory that a process can write.
in_memory() {
	perl -e '
		my ($pid, @patterns) = @ARGV;
		open my $maps, "<", "/proc/$pid/maps" or die;
		open my $memory, "<:raw", "/proc/$pid/mem" or die;
		while (<$maps>) {
			/^([0-9a-f]+)-([0-9a-f]+) rw/ or next;
			my ($at, $end, $data) = (hex $1, hex $2, "");
			sysseek $memory, $at, 0;
			while ($at < $end and my $count = sysread $memory, my $part, $end - $at) {
				$data .= $part;
				$at += $count;
			}
			index($data, pack "H*", $_) >= 0 and print "$_\n" for @patterns;
		}' "$@"
}

@test "a locked wallet leaves no key and no password in memory, and no core can hold one" {
	[ "$(id -u)" = 0 ] || skip "only root may look into the process"
	[[ "$EOSIOFS" != */san/* ]] || skip "sanitizers lock nothing, and have memory of their own"
	hex() {
		printf %s "$1" | od -An -v -tx1 | tr -d ' \n'
	}
	wif=5K7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUnSyFGgwHi8Uy61wU1o
	secret=aa2d83127cf54d0bab35f43b25c4b0df4d0e91d0358e2b74a882d46e2dcc9ed0
	password=$(cat "$D/wallet/password")
	pid=$(mount_pid)
	[ "$(stat -c %u "/proc/$pid/environ")" = 0 ]
	[ "$(awk '/^VmLck:/ {print $2}' "/proc/$pid/status")" -gt 0 ]
	echo "$wif" > wallet/import
	echo 'EOS8mUftJXepGzdQ2TaCduNuSPAfXJHf22uex4u41ab1EVv9EAhWt' \
		> accounts/alice1111111/permissions/active.json
	echo 'bob111111111 1.0000 SYS' > accounts/alice1111111/transfer
	[ "$(in_memory "$pid" $secret)" = $secret ]
	echo "$password" > wallet/reveal
	cat wallet/private/* | grep -q "$wif"
	cp -r wallet/private "$BASE/private"
	echo lock > wallet/state
	echo "unlock $password" > wallet/state
	echo lock > wallet/state
	[ -z "$(in_memory "$pid" $secret "$(hex "${wif:0:40}")" "$(hex "${password:0:40}")")" ]
}
