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
  /** Left out with `--helpers=upstream`: it replaces a helper of the suite. */
  readonly replacesHelper?: boolean;
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
    replacesHelper: true,
  },
  {
    id: 'post-mortem',
    kind: 'guest-file',
    reason:
      'the suite’s helper starts fifty programs on every host to check that pluto ended and what it left, nearly half of all programs of a short test; this one checks the same with a handful',
    path: '/testing/guestbin/post-mortem.sh',
    mode: 0o755,
    source: 'post-mortem',
    replacesHelper: true,
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
      'the suite’s machines run Fedora, where strongSwan’s command is `strongswan`, its configuration is in /etc/strongswan and some plugins are missing; Debian’s command is `ipsec`, with its files directly in /etc',
    userland: 'strongswan',
    path: '/usr/sbin/strongswan',
    mode: 0o755,
    source: 'strongswan',
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
    id: 'promote-secondaries',
    kind: 'host-setup',
    reason:
      'systemd sets this everywhere, and hosts do not run it: when an interface loses its first address of a subnet, the next one takes over',
    line: 'echo 1 >/proc/sys/net/ipv4/conf/all/promote_secondaries',
  },
  ...receivedTexts,
];
