import { EspalierError } from '../../base/errors.ts';
import type { Userland } from './userlands.ts';

/**
 * What "unmodified" still needs: every place where a lab differs from the machines that the suite
 * was written on, with the reason. No adaptation names a test.
 */
export type Adaptation = GuestFile | GuestFolders | HostSetup | ReceivedText;

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

/**
 * A rewrite of sanitized text that a lab's console gave, never of references. A console that
 * matches its reference without them needs none; verdicts list those that were needed.
 */
export interface ReceivedText extends Described {
  readonly kind: 'received-text';
  /** Only consoles of hosts that run it. */
  readonly userland?: Userland;
  /** Text as Latin-1, one character per byte. */
  readonly rewrite: (text: string) => string;
  /** It removes lines about SAs, so facts are read from the text before it. */
  readonly losesFacts?: boolean;
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
  {
    id: 'xfrm-state-direction',
    kind: 'received-text',
    reason: 'kernels from 6.10 on print the direction of an SA (`dir in`, `dir out`); the references are older',
    rewrite: (text) => text.replace(/^\tdir (?:in|out) ?\n/gm, ''),
    losesFacts: true,
  },
  {
    id: 'strongswan-key-exchange-method',
    kind: 'received-text',
    userland: 'strongswan',
    reason: 'strongSwan from 6.0 on prints “key exchange method” instead of “DH group”; the references are of 5.9',
    rewrite: (text) =>
      text.replace(/^(peer didn't accept) key exchange method (\S+, it requested )/gm, '$1 DH group $2'),
  },
  {
    id: 'strongswan-default-identity',
    kind: 'received-text',
    userland: 'strongswan',
    reason:
      'strongSwan from 6.0 on words this line differently and adds the address, which the references have in the next line',
    rewrite: (text) =>
      text.replace(
        /^no IDi configured, default to IP address (\S+)\n(?=authentication of '\1' )/gm,
        'no IDi configured, fall back on IP address\n',
      ),
  },
  {
    id: 'strongswan-child-closed',
    kind: 'received-text',
    userland: 'strongswan',
    reason:
      'strongSwan from 6.0 on names the closed CHILD_SA in this line too; the references name it in the next line only',
    rewrite: (text) =>
      text.replace(/^CHILD_SA \S*(\{\d+\}) closed\n(?=CHILD_SA \1 closed successfully$)/gm, 'CHILD_SA closed\n'),
  },
  {
    id: 'strongswan-socket-order',
    kind: 'received-text',
    userland: 'strongswan',
    reason:
      'strongSwan from 6.0 on opens its IPv4 sockets before its IPv6 sockets, 5.9 after them; `ip xfrm policy` lists their bypass policies newest first',
    rewrite: (text) =>
      text.replace(
        /^((?:src ::\/0 dst ::\/0 ?\n\tsocket .*\n)+)((?:src 0\.0\.0\.0\/0 dst 0\.0\.0\.0\/0 ?\n\tsocket .*\n)+)/gm,
        '$2$1',
      ),
  },
  {
    id: 'interface-queue',
    kind: 'received-text',
    reason:
      'interfaces of a lab (veth) have no queue; the suite’s sanitizers keep `qlen 1000` of interfaces that have one',
    rewrite: (text) => text.replace(/^(\d+: eth\d: <.*> mtu \d+ state UP)$/gm, '$1 qlen 1000'),
  },
  {
    id: 'nss-folder',
    kind: 'received-text',
    reason: 'Debian’s libreswan prints another default folder of the NSS database',
    rewrite: (text) => text.replaceAll('"sql:/var/lib/ipsec/nss"', '"sql:/etc/ipsec.d"'),
  },
  {
    id: 'xfrm-statistics',
    kind: 'received-text',
    reason: 'kernels from 6.14 on list two more counters in xfrm_stat; the references are older',
    rewrite: (text) => text.replace(/^Xfrm(?:InIptfsError|OutNoQueueSpace) *\t *0\n/gm, ''),
  },
  {
    id: 'tcpdump-service-names',
    kind: 'received-text',
    reason: 'the tcpdump that made the references is patched: with -n it still prints names for ports 500 and 4500',
    rewrite: (text) =>
      text.replace(/^IP6? .*$/gm, (line) =>
        line.replace(/\.500(?=[ :])/g, '.isakmp').replace(/\.4500(?=[ :])/g, '.ipsec-nat-t'),
      ),
  },
];

/** Ids of the rewrites for a console that shows hosts of these userlands. */
export function rewritesFor(userlands: readonly Userland[]): string[] {
  const fits = ({ userland }: ReceivedText): boolean => userland === undefined || userlands.includes(userland);
  return receivedText()
    .filter(fits)
    .map(({ id }) => id);
}

/**
 * The rewrites of these ids, in their order. An id that is not in today's table is an error: without that rewrite the
 * console would be compared with another text than when it was stored.
 */
export function rewritesNamed(ids: readonly string[]): ReceivedText[] {
  const known = new Map(receivedText().map((one) => [one.id, one]));
  return ids.map((id) => {
    const rewrite = known.get(id);
    if (rewrite !== undefined) return rewrite;
    const message = `needs the adaptation ${JSON.stringify(id)}, which this version of Espalier does not have`;
    throw new EspalierError('infrastructure', message, { file: 'scenario.json' });
  });
}

/** All rewrites of received text. */
export function receivedText(): ReceivedText[] {
  return adaptations.filter((one) => one.kind === 'received-text');
}
