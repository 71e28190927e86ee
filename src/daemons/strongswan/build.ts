import type { BuildRecipe } from '../build-recipe.ts';

/** strongSwan with all that its suite tests: configured as the image's own build is (`images/`), which names the options. */
export const build: BuildRecipe = {
  proof: 'src/charon/charon.c',
  image: 'debian-trixie-strongswan-built',
  packages: ['autoconf', 'automake', 'gettext', 'libtool', 'perl'],
  suites: ['strongswan-built'],
  leftOut: ['testing/**', 'fuzz/**'],
  script: `
[ -x configure ] || ./autogen.sh
cd "$OBJECTS"
[ -f config.status ] || "$SOURCE/configure" $CONFIGURE
make -j"$JOBS"
LD_LIBRARY_PATH="$INSTALLED/usr/local/lib/ipsec" make install DESTDIR="$INSTALLED"
find "$INSTALLED" -name '*.la' -delete
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
