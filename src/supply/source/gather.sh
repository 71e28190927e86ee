# Completes what a build installed (build-tree.ts), in the root where it was built: libraries that the image lacks are added, files of
# the package that it replaces are hidden. `$IMAGE_PACKAGES` are the packages of the image, `$REPLACES` is the replaced one.
cd /installed
# Of a newer Debian than the image (newer-packages.ts).
if [ -d /newer ]; then
  while read -r path; do
    mkdir -p "/installed$(dirname "$path")"
    cp -P "$path" "/installed$path"
  done </newer/files
  sed 's/^/ADDED /' /newer/packages
fi
missing=''
# Programs look where they will lie (RUNPATH); here all that is below this folder.
LD_LIBRARY_PATH=$(find /installed -name '*.so*' -printf '%h\n' | sort -u | tr '\n' :)
export LD_LIBRARY_PATH
# One program for all files wherever there is one: on a loaded machine to start thousands takes a minute.
find . -type f \( -perm -100 -o -name '*.so*' \) -exec grep -la '^.ELF' {} + >/tmp/files || true
set -f
IFS='
'
# shellcheck disable=SC2046
set -- $(cat /tmp/files)
unset IFS
set +f
# With one file alone ldd does not name it. Lines are `library place file` then, each library once.
ldd "$@" /bin/sh 2>/dev/null | sed -n '/^[^[:space:]].*:$/{s/:$//;h;d}
/ => /{G;s,^[[:space:]]*\([^ ]*\) => \(not found\|/[^ ]*\).*\n\(.*\),\1 \2 \3,p}' | sort -u -k1,2 >/tmp/needed
# shellcheck disable=SC2046
dpkg -S $(realpath $(sed -n 's,^[^ ]* \(/[^ ]*\) .*,\1,p' /tmp/needed)) >/tmp/owners 2>/dev/null || true
while read -r library place file; do
  case $place in
  not)
    echo "LACKS $library, which ${file#found .} needs"
    missing=yes
    continue
    ;;
  /installed/*) continue ;;
  esac
  real=$(realpath "$place")
  package=$(sed -n "s,^\([^:,]*\).*: $real\$,\1,p" /tmp/owners | head -n 1)
  case " $IMAGE_PACKAGES " in *" $package "*) continue ;; esac
  folder=/installed$(dirname "$real")
  [ -e "$folder/$library" ] && continue
  mkdir -p "$folder"
  cp "$real" "$folder/"
  [ "$(basename "$real")" = "$library" ] || ln -sf "$(basename "$real")" "$folder/$library"
  echo "ADDED $library of $package"
done </tmp/needed
[ -z "$missing" ] || exit 1
[ -n "$REPLACES" ] || exit 0
dpkg -L "$REPLACES" | while read -r path; do
  case $path in /etc/* | /var/* | /usr/share/*) continue ;; esac
  [ -f "$path" ] && [ ! -e "/installed$path" ] && [ ! -L "/installed$path" ] || continue
  mkdir -p "/installed$(dirname "$path")"
  # What an overlay takes for a deleted file.
  mknod "/installed$path" c 0 0
done
