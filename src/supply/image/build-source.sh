#!/bin/sh
# Builds a source archive, in the folder where this file lies: `source` there becomes `installed.tar`, what
# `make install` wrote. Runs inside a root that is thrown away (source-build.ts). Arguments: pairs of paths
# that are moved once installed, `--`, the options of configure.
set -e
build=$(cd "$(dirname "$0")" && pwd)
cd "$build"
mkdir tree
tar -xf source -C tree --strip-components=1 --no-same-owner
cd tree

quietly() { "$@" >"$build/log" 2>&1 || { tail -n 20 "$build/log" >&2; exit 1; }; }

moves=
while [ "$1" != -- ]; do
  moves="$moves $1 $2"
  shift 2
done
shift

# No debug information, and no name of the folder in what asserts say.
export CFLAGS="-O2 -ffile-prefix-map=$PWD=."
quietly ./configure "$@"
make -j"$(nproc)"
# A program of the build loads what is installed, for its checksums, before that stands where it will.
quietly env LD_LIBRARY_PATH="$build/installed/usr/local/lib/ipsec" make install DESTDIR="$build/installed"

set -- $moves
while [ $# -gt 0 ]; do
  mv "$build/installed$1" "$build/installed$2"
  shift 2
done
# What only other builds would read.
find "$build/installed" -name '*.la' -delete
tar -C "$build/installed" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
  -cf "$build/installed.tar" .
