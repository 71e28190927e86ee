import type { BuildRecipe } from '../build-recipe.ts';

/**
 * strongSwan with all that its suite tests: configured as the tree's own suite configures it, else as the image's own build is
 * (`images/`). Left out are what no image has (the key manager in Ada, the module vici for Python) and what a flavour adds.
 */
export const build: BuildRecipe = {
  proof: 'src/charon/charon.c',
  image: 'debian-trixie-strongswan-built',
  packages: ['autoconf', 'automake', 'gettext', 'libgcrypt20-dev', 'libtool', 'libxml2-dev', 'perl', 'python3'],
  suites: ['strongswan-built'],
  tests: 'testing/scripts/build-certs-chroot',
  leftOut: ['testing/tests/**', 'testing/hosts/**', 'testing/config/**', 'testing/images/**', 'testing/tkm/**'],
  script: `
recipe=$(ls testing/scripts/recipes/*_strongswan.mk 2>/dev/null || true)
if [ -n "$recipe" ]; then
  # CONFIG_OPTS, one option a line.
  own=$(grep -ohE -e '^[[:space:]]+--[a-z0-9][a-z0-9=/._-]*' $recipe | tr -d '[:blank:]' |
    grep -vxE -e '--enable-(leak-detective|tkm|python-(eggs|wheels)(-install)?|perl-cpan(-install)?|ruby-gems(-install)?)')
  CONFIGURE="$own --with-systemdsystemunitdir=/usr/lib/systemd/system $FLAVOUR"
fi
[ -x configure ] || ./autogen.sh
cd "$OBJECTS"
configured="$CONFIGURE $CFLAGS $LDFLAGS"
if [ ! -f config.status ] || [ "$(cat configured-with)" != "$configured" ]; then
  "$SOURCE/configure" $CONFIGURE
  echo "$configured" >configured-with
fi
make -j"$JOBS"
LD_LIBRARY_PATH="$INSTALLED/usr/local/lib/ipsec" make install DESTDIR="$INSTALLED"
find "$INSTALLED" -name '*.la' -delete
# Where the suite's hosts have it: a script of the suite stands before it.
mv "$INSTALLED/usr/local/sbin/ipsec" "$INSTALLED/usr/local/sbin/ipsec.orig"
`,
  flavours: {
    default: { CFLAGS: '-O2 -g' },
    asan: {
      CFLAGS: '-O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer',
      LDFLAGS: '-fsanitize=address,undefined',
    },
    'leak-detective': { CFLAGS: '-O2 -g', FLAVOUR: '--enable-leak-detective' },
  },
};
