#!/bin/busybox sh
# First process of the CD of `espalier system install debian`, and of what is installed from it: with `root=` it goes on with that disk.
export PATH=/bin:/usr/sbin:/usr/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for module in /modules/*; do
	insmod "$module"
done

# Disks are found while the kernel goes on: 30 s at most.
await() {
	for _ in $(seq 300); do
		test -b "$1" && return
		sleep 0.1
	done
	echo "Cannot start: there is no disk $1"
	poweroff -f
}

root=$(tr ' ' '\n' < /proc/cmdline | sed -n 's/^root=//p')
if test -z "$root"; then
	await /dev/sr0
	exec sh /install
fi
await "$root"
mount -t ext4 -o ro "$root" /target || poweroff -f
umount /proc /sys
exec switch_root /target /sbin/init
