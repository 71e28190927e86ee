import type { BuildRecipe } from '../build-recipe.ts';

/** OpenIKED's portable tree (`iked`, `ikectl`), in Debian's places. It has no suite: scenarios run on it. */
export const build: BuildRecipe = {
  proof: 'iked/ikev2.c',
  image: 'debian-trixie-openiked',
  packages: ['bison', 'cmake', 'g++', 'gcc', 'libc6-dev', 'libevent-dev', 'libssl-dev', 'make'],
  replaces: 'openiked',
  suites: ['interop', 'reports', 'time'],
  leftOut: ['.github/**'],
  script: `
# Its rules make files where it is read.
cmake -S "$SOURCE" -B "$OBJECTS" -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS="$CFLAGS"
make -C "$OBJECTS" -j"$JOBS"
make -C "$OBJECTS" install DESTDIR="$INSTALLED"
`,
  flavours: {
    default: { CFLAGS: '-O2 -g' },
    asan: { CFLAGS: '-O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer' },
  },
};
