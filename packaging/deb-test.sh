#!/bin/sh
# Installs a package in a Debian 12 of its own, mounts a chain there, boots it and unmounts. usage:
# deb-test.sh PACKAGE
set -e
package=$1
root=$(mktemp -d)
chmod 755 "$root"
# Where this machine's packages come from, the new one's do, too.
mirror=$(sed -n 's/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\) .*/\2/p; s/^URIs: \([^ ]*\).*/\1/p' \
	/etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
	head -n 1)
clean() {
	chroot "$root" eosiofs --unmount /mnt/testnet >/dev/null 2>&1 || :
	umount -l "$root/proc" "$root/dev/pts" "$root/dev" 2>/dev/null || :
	rm -rf --one-file-system "$root"
}
trap clean EXIT
trap 'exit 1' INT TERM HUP
debootstrap --variant=minbase bookworm "$root" ${mirror:+"$mirror"} >"$root.log" ||
	{ tail -n 20 "$root.log"; exit 1; }
rm -f "$root.log"
for file in /etc/apt/apt.conf.d/*proxy* /etc/apt/sources.list; do
	[ ! -f "$file" ] || cp "$file" "$root$file"
done
mount --bind /dev "$root/dev"
mount --bind /dev/pts "$root/dev/pts" # apt writes its log through one
mount -t proc proc "$root/proc"
cp "$package" "$root/tmp/eosiofs.deb"
chroot "$root" sh -ec '
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends /tmp/eosiofs.deb >/dev/null
	mkdir -p /mnt/testnet
	eosiofs -o memory /mnt/testnet
	cd /mnt/testnet
	echo 100 > boot/options/user-limit
	echo all > boot/run || { tail -n 1 errors; exit 1; }
	head -n 3 chain/ranking
	ls accounts | wc -l
	cd /
	eosiofs --unmount /mnt/testnet
	apt-get purge -y -qq eosiofs >/dev/null
	[ ! -e /usr/bin/eosiofs ]
'
echo "the package installs, mounts, boots, unmounts and goes"
