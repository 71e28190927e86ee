#!/bin/sh
# traps.sh UID GID SECRET PLACE… -- COMMAND…: in a mount namespace of its own, lays file systems that note each read over places that no command of
# Espalier's has any business in, and executes the command there as this user. /etc is a copy of itself; the others hold a secret.
set -eu
uid=$1 gid=$2 secret=$3
shift 3
while [ "$1" != -- ]; do
  place=$1
  shift
  if [ "$place" = /etc ]; then
    copy=$(mktemp -d)
    mount -t tmpfs -o strictatime,mode=755 traps "$copy"
    # What this user cannot read is no trap for him.
    cp -a /etc/. "$copy" 2>/dev/null || true
    # It keeps how the file system was mounted. `--move` fails for ordinary users.
    mount --bind "$copy" /etc
    umount "$copy"
    rmdir "$copy"
  else
    mount -t tmpfs -o strictatime,mode=755 traps "$place"
    mkdir -p "$place/.ssh" "$place/lib"
    for name in secret .netrc .bashrc .ssh/id_ed25519 lib/secret; do echo "$secret" >"$place/$name"; done
  fi
done
shift
[ "$uid" = 0 ] && exec "$@"
exec unshare --user --map-user="$uid" --map-group="$gid" "$@"
