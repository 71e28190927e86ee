#!/bin/bash
# A newcomer's machine: is what the README promises true on a fresh Debian 12?
#
#   test/newcomer/run.sh [TEST-ARGUMENTS…]
#
# Builds a minimal Debian 12 with nothing but what a fresh machine has (npm and Debian's old Node,
# git), clones this repository's HEAD into it, and does there what the README says:
#   1. an ordinary user runs `./espalier run`: exit code 2 and one line to be run as root;
#   2. root runs exactly that line;
#   3. `./espalier doctor` finds everything, the toolchain of the kernel included;
#   4. the user repeats `./espalier run` and `npm test`: both succeed.
# What follows the script's name is given to `npm test` (paths, -g PATTERN); nothing: all tests.
#
# From outside come the apt and npm configuration of this machine (archive, keyring, proxies,
# certificates) and the kernel, exported from the cache, since building one takes minutes. Images
# are built in there by the ordinary user. Needs root and mmdebstrap. All of it lives in namespaces
# of its own and in one folder below TMPDIR; both go when this script does, also by kill -9.
#   NEWCOMER_SUDO=1     the machine has sudo; without, the printed line uses su
#   NEWCOMER_KERNEL=build  builds the kernel in there as well
# The last line is `N passed, N failed, 0 skipped`.
set -eEu
trap 'echo "newcomer: stopped at line $LINENO of $0" >&2' ERR
here=$(cd "$(dirname "$0")/../.." && pwd)
packages=nodejs,npm,git,ca-certificates${NEWCOMER_SUDO:+,sudo}

passed=0
failed=0

say() { printf '%s\n' "newcomer: $*"; }

fail() {
  printf 'newcomer: %s\n' "$*" >&2
  exit 2
}

# check TITLE COMMAND…: one line, and the count.
check() {
  local title=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    say "ok: $title"
  else
    failed=$((failed + 1))
    say "FAILED: $title"
  fi
}

# Outside: what this machine gives, and who clears up.
outside() {
  [ "$(id -u)" = 0 ] || fail 'must run as root, to build a machine that has a root of its own'
  for tool in mmdebstrap unshare setpriv pivot_root git npm apt-config; do
    command -v "$tool" >/dev/null || fail "$tool is missing"
  done
  work=$(mktemp -d "${TMPDIR:-/tmp}/espalier-newcomer-XXXXXX")
  # Every process of this script holds the other end of this pipe: it ends when the last one has.
  # shellcheck disable=SC2016
  exec {alive}> >(exec setsid sh -c 'cat >/dev/null; rm -rf --one-file-system "$1"' reaper "$work")
  local reaper=$!
  chmod 755 "$work"
  collect "$work/given"
  local status=0
  setpriv --pdeathsig KILL unshare --mount --pid --ipc --uts --fork --kill-child \
    bash "$0" --inside "$work" "$@" </dev/null || status=$?
  exec {alive}>&-
  wait "$reaper" || true
  return "$status"
}

# Files below $1: the configuration, the kernel, the repository.
collect() {
  local given=$1 key value
  mkdir -p "$given"
  local ask="import { debianArchive } from '$here/src/supply/debian/apt.ts';
    const { uri, keyring } = debianArchive(); console.log(uri + '\n' + keyring);"
  "$here/espalier" --node --input-type=module -e "$ask" >"$given/archive"
  apt-config dump | grep -E '^Acquire::(http|https|Retries|Check-)' >"$given/apt.conf" || true
  (cd / && for key in registry proxy https-proxy noproxy strict-ssl; do
    value=$(npm config get "$key" 2>/dev/null)
    case $value in '' | null | undefined) ;; *) printf '%s=%s\n' "$key" "$value" ;; esac
  done) >"$given/npmrc"
  value=$(cd / && npm config get cafile 2>/dev/null)
  if [ -f "$value" ]; then
    cp "$value" "$given/npm-certificates.pem"
    echo 'cafile=/etc/npm-certificates.pem' >>"$given/npmrc"
  fi
  env | grep -iE '^(https?|no)_proxy=' >"$given/environment" || true
  mkdir "$given/certificates"
  find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$given/certificates/" \; 2>/dev/null || true
  if [ "${NEWCOMER_KERNEL-}" != build ]; then
    # From the cache; only an empty one builds.
    "$here/espalier" --node --input-type=module -e "
      import { ensureKernel } from '$here/src/supply/kernel/kernel.ts'; await ensureKernel();"
    "$here/espalier" kernel export "$given/kernel.tar"
  fi
  git -C "$here" bundle create -q "$given/repository" HEAD
}

# In namespaces of its own: $work/root becomes the machine.
inside() {
  work=$1
  root=$work/root
  given=$work/given
  shift
  build_machine
  newcomer "$@"
  echo "$passed passed, $failed failed, 0 skipped"
  [ "$failed" -eq 0 ]
}

build_machine() {
  local archive keyring
  { read -r archive && read -r keyring; } <"$given/archive"
  say 'building a minimal Debian 12'
  mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" --aptopt="$given/apt.conf" \
    bookworm "$root" "deb [signed-by=$keyring] $archive bookworm main" ||
    fail 'the minimal Debian could not be built'
  [ -e "$root$keyring" ] || install -D -m 644 "$keyring" "$root$keyring"
  for file in hosts resolv.conf; do cat "/etc/$file" >"$root/etc/$file"; done
  cat "$given/environment" >>"$root/etc/environment"
  [ ! -e "$given/npm-certificates.pem" ] || install -m 644 "$given/npm-certificates.pem" "$root/etc/"
  cp "$given"/certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null || true

  mount -t proc proc "$root/proc"
  mount --rbind /sys "$root/sys"
  mount -t tmpfs -o mode=755,nosuid dev "$root/dev"
  local node
  for node in null zero full random urandom tty; do
    : >"$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
  done
  mkdir "$root/dev/pts" "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
  mount -t tmpfs -o mode=1777,nosuid,nodev shm "$root/dev/shm"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  for node in 0:stdin 1:stdout 2:stderr; do ln -s "fd/${node%%:*}" "$root/dev/${node#*:}"; done

  [ -z "$(ls "$given/certificates")" ] || as root 'update-ca-certificates' >/dev/null 2>&1
  as root 'useradd --create-home --shell /bin/bash newcomer'
  install -m 644 "$given/npmrc" "$root/home/newcomer/.npmrc"
  install -m 644 "$given/repository" "$root/srv/repository"
  [ ! -e "$given/kernel.tar" ] || install -m 644 "$given/kernel.tar" "$root/srv/kernel.tar"
  as newcomer 'git clone -q -c advice.detachedHead=false /srv/repository espalier'
}

# as USER COMMAND: a login of this user on the machine. Not by chroot, since the kernel refuses
# user namespaces to whoever was put in one, and image builds need them.
as() {
  # shellcheck disable=SC2016
  unshare --mount bash -euc '
    mount --rbind "$1" "$1"
    cd "$1"
    pivot_root . mnt
    umount -l /mnt
    exec su - "$2" -c "$3"' enter "$root" "$1" "$2" </dev/null
}

# The user's commands, in the checkout; what they print is kept in $work/out and shown.
user() {
  local status=0
  say "the user: $1"
  as newcomer "cd espalier && $1" >"$work/out" 2>&1 || status=$?
  sed 's/^/    /' "$work/out"
  return "$status"
}

# Root as who pasted the line into the user's terminal: with the user's PATH.
root_runs() {
  local status=0
  say "root: $1"
  # shellcheck disable=SC2016
  as root "PATH=$(as newcomer 'echo $PATH'); $1" >"$work/out" 2>&1 || status=$?
  [ "$status" -eq 0 ] || sed 's/^/    /' "$work/out"
  return "$status"
}

is_absent() { ! as newcomer "command -v $1" >/dev/null; }

ends_with_2() {
  local status=0
  user './espalier run' || status=$?
  [ "$status" -eq 2 ]
}

# Of all that was printed: the lines that are commands.
commands_printed() { grep -E '^(su|sudo) ' "$work/out"; }

newcomer() {
  local tool line
  for tool in gcc make mmdebstrap newuidmap gawk; do
    check "the fresh machine has no $tool" is_absent "$tool"
  done
  check './espalier run ends with exit code 2' ends_with_2
  check 'it printed exactly one command' [ "$(commands_printed | wc -l)" -eq 1 ]
  check 'the command is the last line' [ "$(commands_printed)" = "$(tail -n 1 "$work/out")" ]
  line=$(commands_printed | tail -n 1)

  check 'root runs exactly that line' root_runs "$line"
  check './espalier doctor misses nothing' user './espalier doctor'
  if [ -e "$given/kernel.tar" ]; then
    check 'the kernel of the outer machine is taken in' user './espalier kernel import /srv/kernel.tar'
  fi
  check './espalier run passes' user './espalier run'
  check 'npm test passes' user "npm test${*:+ -- $(printf '%q ' "$@")}"
}

if [ "${1-}" = --inside ]; then
  shift
  inside "$@"
else
  outside "$@"
fi
