#!/bin/busybox sh
# The installer of the CD: asks its questions at the console, and puts the tree that the CD holds onto an empty disk.

fail() {
	echo "Installation failed: $1"
	poweroff -f
}

# ask QUESTION DEFAULT: an empty line takes the default.
ask() {
	printf '%s [%s] ' "$1" "$2"
	read -r answer || fail 'the console has ended'
	answer=${answer:-$2}
}

ask_password() {
	stty -echo
	printf '%s' "$1"
	read -r answer || fail 'the console has ended'
	stty echo
	echo
}

disks() {
	for disk in /sys/block/*; do
		case ${disk##*/} in
		loop* | ram* | sr*) ;;
		*) echo "${disk##*/}" ;;
		esac
	done
}

# Programs of the tree, which the RAM disk does not hold.
in_tree() {
	chroot /tree "$@" || fail "$1 ended with $?"
}

mount -t iso9660 -o ro /dev/sr0 /cd || fail 'the CD cannot be read'
mount -t erofs -o ro,loop /cd/tree.img /tree || fail 'the tree on the CD cannot be read'
for folder in dev proc sys; do
	mount -o bind "/$folder" "/tree/$folder"
done

echo
until
	ask 'Host name?' debian
	host=$answer
	expr "$host" : '[a-z][a-z0-9-]*$' > /dev/null
do
	echo "That is not a host name."
done
first=$(disks | head -n 1)
test -n "$first" || fail 'there is no disk'
until
	ask "Which disk? ($(disks | xargs))" "$first"
	disk=$answer
	disks | grep -qx "$disk"
do
	echo "There is no such disk."
done
until
	ask 'Which console?' ttyS0
	console=$answer
	test -c "/dev/$console"
do
	echo "There is no such console."
done
until
	ask_password 'Password of root? (not shown) '
	password=$answer
	ask_password 'The same again: '
	test -n "$password" && test "$password" = "$answer"
do
	echo "These are two passwords, or none."
done
ask "Everything on $disk will be lost. Go on?" no
test "$answer" = yes || fail 'it was not wanted'

echo "Making the file system."
echo '2048,,L,*' | in_tree sfdisk --quiet --label dos --wipe always "/dev/$disk"
# The boot loader reads no other ext4 (doc/extlinux.txt, and its source: core/fs/ext2).
in_tree mkfs.ext4 -q -F -L root -O '^64bit,^metadata_csum,^orphan_file' "/dev/${disk}1"
mount -t ext4 "/dev/${disk}1" /target || fail 'the file system cannot be mounted'

echo "Unpacking the system."
mount -t erofs -o ro,loop /cd/tree.img /tree/media || fail 'the tree on the CD cannot be read'
mount -o bind /target /tree/mnt
in_tree cp -a /media/. /mnt/
cp -R /files/. /target/
chmod 755 /target/etc/start /target/etc/stop
sed -i "s/CONSOLE/$console/" /target/etc/inittab
echo "$host" > /target/etc/hostname
echo "/dev/${disk}1 / ext4 defaults 0 1" > /target/etc/fstab
echo "root:$password" | in_tree chpasswd --root /mnt

echo "Installing the boot loader."
kernel=$(cd /target/boot && ls -d vmlinuz-*)
cp /cd/initrd /target/boot/initrd
mkdir -p /target/boot/extlinux
cat > /target/boot/extlinux/extlinux.conf << END
DEFAULT debian
LABEL debian
  KERNEL /boot/$kernel
  INITRD /boot/initrd
  APPEND root=/dev/${disk}1 console=$console,115200 quiet net.ifnames=0
END
in_tree extlinux --install /mnt/boot/extlinux
dd if=/tree/usr/lib/EXTLINUX/mbr.bin of="/dev/$disk" bs=440 count=1 conv=notrunc 2> /dev/null || fail 'the first sector cannot be written'

umount /tree/mnt /target || fail 'the file system is still in use'
sync
echo "The system is installed."
poweroff -f
