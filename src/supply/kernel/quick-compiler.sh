#!/bin/sh
# gcc for a kernel that is a tool. Less optimisation and no warnings take a third off the build. Headers that are read once for
# many files take off half of the rest: a file includes 500 to 800, and for most files reading them is nine tenths of the work.
# Tried with 7.2.13: of 985 objects three have functions in another order; the others have the same code as without.
here=${0%/*}/espalier-headers

# A file that defines something before its first header may change what headers mean.
begins_with_headers() {
  while read -r first _; do
    case $first in
      '#define' | '#undef' | '#') return 1 ;;
      '#include') return 0 ;;
    esac
  done <"$1"
}

# The name of a set of headers that are read for these flags; nothing is named while too few files had them.
headers_for() {
  id=$(printf %s "$2" | cksum)
  headers=$here/$1-${id% *}.h
  if [ -e "$headers.gch" ]; then return 0; fi
  for seen in 1 2 3; do if mkdir "$headers.$seen" 2>/dev/null; then break; fi; done
  if [ "$seen" -lt 3 ] || ! mkdir "$headers.made" 2>/dev/null; then return 1; fi
  cp "$here/$1.h" "$headers"
  # shellcheck disable=SC2086 # several flags, none of which has blanks
  gcc $2 -O1 -w -x c-header "$headers" -o "$headers.part" 2>/dev/null && mv "$headers.part" "$headers.gch"
}

# Fails where a file has to be compiled without: the caller does that then.
with_read_headers() {
  compiles='' defines='' flags='' included='' next='' out='' source=''
  for word; do
    shift
    case $next:$word in
      include:*) next='' included="$included ${word##*/}" ;;
      out:*) next='' out=$word; set -- "$@" -o "$word" ;;
      :-include) next=include ;;
      :-o) next=out ;;
      :-c) compiles=yes; set -- "$@" "$word" ;;
      # They differ from file to file, and count as changes of what headers mean unless they come after those.
      :-DKBUILD_*=* | :-D__KBUILD_*=*) word=${word#-D}; defines="$defines#define ${word%%=*} ${word#*=}
" ;;
      :-Wp,*) set -- "$@" "$word" ;;
      :*.c) source=$word; set -- "$@" "$word" ;;
      *) flags="$flags $word"; set -- "$@" "$word" ;;
    esac
  done
  [ "$compiles$included" = 'yes compiler-version.h kconfig.h compiler_types.h' ] || return 1
  case $out in
    # They have headers of their own under the names of others, or include each other.
    arch/* | init/* | scripts/* | kernel/sched/*) return 1 ;;
    net/* | drivers/net/*) kind=net ;;
    *) kind=all ;;
  esac
  begins_with_headers "$source" && headers_for $kind "$flags" || return 1
  # Kept: make reads it again, as one of the files that the object depends on.
  printf %s "$defines" >"$out.names.h"
  gcc -include "$headers" -include "$out.names.h" "$@" -O1 -w 2>/dev/null
}

# Some files assert things that only full optimisation proves: those get what they ask for.
with_read_headers "$@" || gcc "$@" -O1 -w 2>/dev/null || exec gcc "$@"
