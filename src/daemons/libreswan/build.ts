import type { BuildRecipe } from '../build-recipe.ts';

/** libreswan, as Fedora configures it where the suite's references are made; in Debian's places. */
export const build: BuildRecipe = {
  proof: 'programs/pluto/Makefile',
  image: 'debian-trixie-libreswan',
  // Peers in its own suite.
  besides: ['debian-trixie-strongswan'],
  packages: [
    'bison',
    'flex',
    'gcc',
    'libc6-dev',
    'libaudit-dev',
    'libcap-ng-dev',
    'libcurl4-gnutls-dev',
    'libevent-dev',
    'libldap2-dev',
    'libldns-dev',
    'libnspr4-dev',
    'libnss3-dev',
    'libpam0g-dev',
    'libseccomp-dev',
    'libselinux1-dev',
    'libsystemd-dev',
    'libunbound-dev',
    'make',
    'pkgconf',
    'systemd-dev',
  ],
  newer: {
    // ML-KEM needs NSS 3.118 (mk/config.mk), which trees that have it take for granted; trixie has 3.110.
    where: { file: 'mk/config.mk', holds: 'USE_ML_KEM_768 ?= true' },
    suite: 'sid',
    packages: ['libnss3', 'libnspr4', 'libnss3-tools'],
    toBuild: ['libnss3-dev', 'libnspr4-dev'],
  },
  replaces: 'libreswan',
  suites: ['libreswan', 'examples', 'interop', 'reports', 'time', 'certificates', 'first'],
  tests: 'testing/pluto/TESTLIST',
  leftOut: ['testing/pluto/*/**', 'testing/baseconfigs/**', 'testing/web/**', 'testing/x509/**'],
  script: `
options="PREFIX=/usr INITSYSTEM=systemd OBJDIR=$OBJECTS"
options="$options USE_LABELED_IPSEC=true USE_LINUX_AUDIT=true USE_SECCOMP=true"
# Trees up to 4.15 ask for another folder on the machines of their tests, whose scripts name it.
nss=$(sed -n 's/^KVM_FEDORA_FINALNSSDIR *?= *//p' mk/kvm-targets.mk 2>/dev/null || true)
[ -z "$nss" ] || options="$options FINALNSSDIR=$nss"
# What the tree leaves out for the NSS of this Debian, the newer one has.
if [ -d /newer ]; then options="$options USE_ML_KEM_768=true USE_ML_KEM_1024=true"; fi
make -j"$JOBS" base $options WERROR_CFLAGS="$WARNINGS" ASAN="$ASAN"
make install-base $options WERROR_CFLAGS="$WARNINGS" ASAN="$ASAN" DESTDIR="$INSTALLED"
`,
  flavours: {
    // Warnings of a newer compiler than the tree was written with stop nobody.
    default: { WARNINGS: '-Wno-error', ASAN: '' },
    asan: {
      WARNINGS: '-Wno-error -fsanitize=address,undefined -fno-omit-frame-pointer',
      ASAN: '-fsanitize=address,undefined',
    },
  },
};
