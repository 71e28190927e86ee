# Compiles the helper programs of a kernel tree's selftests in a root of its own (helpers.ts): in `$SOURCE`, a copy of the tree, with the
# tree's own Makefiles. `$FOLDERS`: below the selftests. Goes on where one does not compile; the output says which.
tests=$SOURCE/tools/testing/selftests
make -s -C "$SOURCE" ARCH=x86 O="$OBJECTS" headers 2>&1
for folder in $FOLDERS; do
  [ -f "$tests/$folder/Makefile" ] || continue
  make -C "$tests/$folder" -k -O -j"$(nproc)" CC=gcc KHDR_INCLUDES="-isystem $OBJECTS/usr/include" all 2>&1 || true
done
mkdir -p "$INSTALLED/opt/kselftests"
cd "$tests"
for part in ./*.sh kselftest $FOLDERS; do
  [ -e "$part" ] || continue
  case $part in */*/*) ;; ./*) cp -a "$part" "$INSTALLED/opt/kselftests/" ;; */*) ;; *) cp -a "$part" "$INSTALLED/opt/kselftests/" ;; esac
done
