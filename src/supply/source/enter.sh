#!/bin/sh
# Goes into a root of its own and runs a command there (sandbox.ts). Namespaces are there already, or it is a lab. Arguments:
# who builds (a user id, `mapped` or `lab`), the root, pairs of a folder and its place, `--`, the command with its environment.
set -e
who=$1 root=$2
shift 2
mount --make-rprivate / 2>/dev/null || true
mount --bind "$root" "$root"
while [ "$1" != -- ]; do
  mount --bind "$1" "$root$2"
  shift 2
done
shift
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
mount -t tmpfs -o mode=755 dev "$root/dev"
for node in null zero full random urandom; do
  : >"$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
ln -s /proc/self/fd "$root/dev/fd"
mount -o remount,bind,ro "$root"

# The machine's own files are out of reach from here on.
cd "$root"
pivot_root . mnt
umount -l /mnt
case $who in
mapped | lab) set -- setpriv --bounding-set=-all --inh-caps=-all --no-new-privs env -i "$@" ;;
*) set -- setpriv --reuid="$who" --regid="$who" --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs env -i "$@" ;;
esac
cd /
exec "$@"
