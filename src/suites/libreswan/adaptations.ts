import { type ReceivedText, receivedTexts } from './received-text.ts';
import type { Userland } from './userlands.ts';

/**
 * What "unmodified" still needs: every place where a lab differs from the machines that the suite
 * was written on, with the reason. No adaptation names a test.
 */
export type Adaptation = GuestFile | GuestFolders | HostSetup | ReceivedText;

/** What all adaptations have. */
interface Described {
  readonly id: string;
  readonly reason: string;
}

/** A file put over the hosts' own before the first command. */
export interface GuestFile extends Described {
  readonly kind: 'guest-file';
  /** Only on hosts that run it. */
  readonly userland?: Userland;
  readonly path: string;
  readonly mode: number;
  /** File below `guest/` here. */
  readonly source: string;
  /** It replaces a helper of the suite, and only those versions of it that it was written for; none with `--helpers=upstream`. */
  readonly standsFor?: StandsFor;
}

/** A helper of the suite and the versions of it that Espalier knows. */
export interface StandsFor {
  /** File in the tree. */
  readonly helper: string;
  readonly generations: readonly {
    /** Where the version is found, for people. */
    readonly of: string;
    readonly sha256: string;
    /** File below `guest/` that does the same. */
    readonly source: string;
  }[];
}

/** Empty folders that every host has before the first command. */
export interface GuestFolders extends Described {
  readonly kind: 'guest-folders';
  readonly paths: readonly string[];
}

/** A line run by every host's shell before the first prompt, not recorded. */
export interface HostSetup extends Described {
  readonly kind: 'host-setup';
  readonly line: string;
}

export const adaptations: readonly Adaptation[] = [
  {
    id: 'swan-prep',
    kind: 'guest-file',
    reason:
      'the suite’s helper is a Python program that cleans up reused machines: it needs pexpect, rsync and systemd, and takes most of the time of a short test',
    path: '/testing/guestbin/swan-prep',
    mode: 0o755,
    source: 'swan-prep',
    standsFor: {
      helper: 'guestbin/swan-prep',
      generations: [
        {
          of: '5.2',
          sha256: 'b9b30a98ff1c630252f4b4074116e0b40ddbb1f784c45e2054b1c07d9082a8d0',
          source: 'swan-prep',
        },
        {
          of: '5.4',
          sha256: 'b2ab74e9a4c11656ed835ee486ffec08e09a7bc1761490ead4ca093f62e20cba',
          source: 'swan-prep-5.4',
        },
      ],
    },
  },
  {
    id: 'post-mortem',
    kind: 'guest-file',
    reason:
      'the suite’s helper starts fifty programs on every host to check that pluto ended and what it left, nearly half of all programs of a short test; this one checks the same with a handful',
    path: '/testing/guestbin/post-mortem.sh',
    mode: 0o755,
    source: 'post-mortem',
    standsFor: {
      helper: 'guestbin/post-mortem.sh',
      generations: [
        {
          of: '4.9 to 4.15',
          sha256: 'e50397f45978af3ca1b7ea9e099b9f68eb56cd114575e7635897e2aa0c4d2808',
          source: 'post-mortem-4.15',
        },
        {
          of: 'the bundled suite',
          sha256: 'a56c5bd2a41d210d904c1f4c78363748406ffac131fce8cb83094a9a166546e8',
          source: 'post-mortem',
        },
        {
          of: '5.2',
          sha256: '64fe9d6fc6f83739c69ed9ffa0e1d0a37d615969893e8731180bedea976db870',
          source: 'post-mortem',
        },
        {
          of: '5.3',
          sha256: '105085a38034677928ee8e3d27e0ca8966440a3d691e532141c995b48092bd46',
          source: 'post-mortem',
        },
        {
          of: '5.4',
          sha256: '1ba20c1167c2a9c2b55d70f6aa0a25df06290b75805c2bfbc921d81e333470a4',
          source: 'post-mortem',
        },
      ],
    },
  },
  {
    id: 'systemctl',
    kind: 'guest-file',
    reason: 'hosts are namespaces without systemd; `ipsec start`, `stop` and `restart` go through systemctl',
    path: '/usr/bin/systemctl',
    mode: 0o755,
    source: 'systemctl',
  },
  {
    id: 'pidof',
    kind: 'guest-file',
    reason: 'programs take no time in a lab: a script that asks a daemon to end would check for it before it could end',
    path: '/usr/local/bin/pidof',
    mode: 0o755,
    source: 'pidof',
  },
  {
    id: 'strongswan',
    kind: 'guest-file',
    reason:
      'the suite’s machines run Fedora, where strongSwan’s command is `strongswan`, its configuration is in /etc/strongswan and some plugins are missing; Debian’s command is `ipsec`, which is libreswan’s where both are installed, with its files directly in /etc',
    userland: 'strongswan',
    path: '/usr/sbin/strongswan',
    mode: 0o755,
    source: 'strongswan',
  },
  {
    id: 'charon',
    kind: 'guest-file',
    reason: 'suites since 5.4 start strongSwan’s daemon by the path that it has on Fedora; Debian has another',
    userland: 'strongswan',
    path: '/usr/libexec/strongswan/charon',
    mode: 0o755,
    source: 'charon',
  },
  {
    id: 'strongswan-conf',
    kind: 'guest-file',
    reason:
      'sets the defaults of Fedora’s strongSwan where Debian’s differ; it includes the suite’s configuration, which wins',
    userland: 'strongswan',
    path: '/etc/strongswan.conf',
    mode: 0o644,
    source: 'strongswan.conf',
  },
  {
    id: 'daemon-folders',
    kind: 'guest-folders',
    reason: 'on the suite’s machines packages and systemd create these; /run is empty in every lab',
    paths: [
      '/etc/nsd/conf.d',
      '/etc/nsd/server.d',
      '/etc/unbound/conf.d',
      '/etc/unbound/keys.d',
      '/etc/unbound/local.d',
      '/run/nsd',
      '/run/pluto',
      '/run/unbound',
      '/run/xl2tpd',
    ],
  },
  {
    id: 'locale',
    kind: 'host-setup',
    reason: 'the references were sorted with an English locale; and Debian’s ip colours its output on a terminal',
    line: 'export LC_COLLATE=en_US.UTF-8 NO_COLOR=1',
  },
  {
    id: 'swanctl-folder',
    kind: 'host-setup',
    reason:
      'Fedora’s swanctl has its files in /etc/strongswan/swanctl, and prints their paths; Debian’s has them in /etc/swanctl',
    line: 'export SWANCTL_DIR=/etc/strongswan/swanctl',
  },
  {
    id: 'sanitizer-reports',
    kind: 'host-setup',
    reason:
      'daemons have no terminal: what a build with sanitizers reports is kept beside the logs, and an error ends the program; leaks are what pluto’s own detective looks for',
    line: 'export ASAN_OPTIONS=abort_on_error=1:detect_leaks=0:log_path=$PWD/OUTPUT/$HOSTNAME.sanitizer UBSAN_OPTIONS=print_stacktrace=1',
  },
  {
    id: 'promote-secondaries',
    kind: 'host-setup',
    reason:
      'systemd sets this everywhere, and hosts do not run it: when an interface loses its first address of a subnet, the next one takes over',
    line: 'echo 1 >/proc/sys/net/ipv4/conf/all/promote_secondaries',
  },
  ...receivedTexts,
];
