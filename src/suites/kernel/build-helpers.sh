# Compiles the helper programs of a kernel tree's selftests in a root of its own (helpers.ts): in `$SOURCE`, a copy of the tree, with the
# tree's own Makefiles. `$FOLDERS`: below the selftests. `$TARGETS`: programs in them. Goes on where one does not compile; the output says
# which.
tests=$SOURCE/tools/testing/selftests
timeout 300 make -s -C "$SOURCE" ARCH=x86 O="$OBJECTS" headers 2>&1
for folder in $FOLDERS; do
  targets=
  for target in $TARGETS; do
    [ "${target%/*}" != "$folder" ] || targets="$targets $tests/$target"
  done
  [ -n "$targets" ] || continue
  # Each program has its limit, in which a compiler that hangs is stopped as one that fails.
  make -C "$tests/$folder" -k -O -j"$(nproc)" CC='timeout 120 gcc' KHDR_INCLUDES="-isystem $OBJECTS/usr/include" $targets 2>&1 || true
done
installed=$INSTALLED/opt/kselftests
mkdir -p "$installed"
cd "$tests"
cp -a ./*.sh kselftest net "$installed/"
[ ! -d wireguard ] || cp -a wireguard "$installed/"
# What tests in Python import where selftests are installed, which they tell by the list.
cp -a "$SOURCE/tools/net/ynl" "$SOURCE/Documentation/netlink/specs" "$installed/net/lib/"
: >"$installed/kselftest-list.txt"
