import { EspalierError } from '../../base/errors.ts';
import { sha256 } from '../../base/files.ts';
import type { Rewrite } from '../../judge/text/adapted-text.ts';
import type { StoredRewrite } from './expectation.ts';
import type { Userland } from './userlands.ts';

/**
 * A rewrite of sanitized text that a lab's console gave, never of references. A console that matches its reference without them needs
 * none; verdicts list those that were needed. Text is Latin-1, one character per byte.
 */
export interface ReceivedText {
  readonly kind: 'received-text';
  readonly id: string;
  readonly reason: string;
  /** Only consoles of hosts that run it. */
  readonly userland?: Userland;
  /** Replaced one after the other, as String.replace() does it. */
  readonly replacements: readonly Replacement[];
  /** It removes lines about SAs, so facts are read from the text before it. */
  readonly losesFacts?: boolean;
}

interface Replacement {
  readonly text: RegExp;
  readonly by: string;
}

/** Six captures, each with more blanks behind it than a column is wide. */
const padded = ['$1', '$2', '$3', '$4', '$5', '$6'].map((one) => one.padEnd(14)).join('');

/** All of them, in the order in which they are applied. */
export const receivedTexts: readonly ReceivedText[] = [
  {
    id: 'xfrm-state-direction',
    kind: 'received-text',
    reason: 'kernels from 6.10 on print the direction of an SA (`dir in`, `dir out`); the references are older',
    replacements: [{ text: /^\tdir (?:in|out) ?\n/gm, by: '' }],
    losesFacts: true,
  },
  {
    id: 'xfrm-state-lastused',
    kind: 'received-text',
    reason:
      'kernels from 6.2 on note when an SA was last used (f7fe25a6f005), and `ip` prints it; references of before 5.0 are older',
    replacements: [{ text: /^\tlastused \d{4}-\d\d-\d\d \d\d:\d\d:\d\d ?\n/gm, by: '' }],
    losesFacts: true,
  },
  {
    id: 'strongswan-version',
    kind: 'received-text',
    userland: 'strongswan',
    reason:
      'the suite’s swan-prep warns where strongSwan has not the version of its machines; the record of an attempt names the one that runs, and what it prints afterwards is compared',
    replacements: [
      {
        text: /(?<=^.*\/swan-prep .*\n)strongswan U[\d.]+ must be installed\n(?:(?![a-z][a-z0-9-]* #$).*\n)+/gm,
        by: '',
      },
    ],
  },
  {
    id: 'strongswan-key-exchange-method',
    kind: 'received-text',
    userland: 'strongswan',
    reason: 'strongSwan from 6.0 on prints “key exchange method” instead of “DH group”; the references are of 5.9',
    replacements: [{ text: /^(peer didn't accept) key exchange method (\S+, it requested )/gm, by: '$1 DH group $2' }],
  },
  {
    id: 'strongswan-default-identity',
    kind: 'received-text',
    userland: 'strongswan',
    reason:
      'strongSwan from 6.0 on words this line differently and adds the address, which the references have in the next line',
    replacements: [
      {
        text: /^no IDi configured, default to IP address (\S+)\n(?=authentication of '\1' )/gm,
        by: 'no IDi configured, fall back on IP address\n',
      },
    ],
  },
  {
    id: 'strongswan-child-closed',
    kind: 'received-text',
    userland: 'strongswan',
    reason:
      'strongSwan from 6.0 on names the closed CHILD_SA in this line too; the references name it in the next line only',
    replacements: [
      { text: /^CHILD_SA \S*(\{\d+\}) closed\n(?=CHILD_SA \1 closed successfully$)/gm, by: 'CHILD_SA closed\n' },
    ],
  },
  {
    id: 'strongswan-socket-order',
    kind: 'received-text',
    userland: 'strongswan',
    reason:
      'strongSwan from 6.0 on opens its IPv4 sockets before its IPv6 sockets, 5.9 after them; `ip xfrm policy` lists their bypass policies newest first',
    replacements: [
      {
        text: /^((?:src ::\/0 dst ::\/0 ?\n\tsocket .*\n)+)((?:src 0\.0\.0\.0\/0 dst 0\.0\.0\.0\/0 ?\n\tsocket .*\n)+)/gm,
        by: '$2$1',
      },
    ],
  },
  {
    id: 'interface-queue',
    kind: 'received-text',
    reason:
      'interfaces of a lab (veth) have no queue; the suite’s sanitizers keep `qlen 1000` of interfaces that have one',
    replacements: [{ text: /^(\d+: eth\d: <.*> mtu \d+ state UP)$/gm, by: '$1 qlen 1000' }],
  },
  {
    id: 'ip-link-statistics',
    kind: 'received-text',
    reason: 'newer iproute2 aligns counters of interfaces to the right; references of before 5.0 have them to the left',
    replacements: [
      {
        text: /^ {4}RX: +bytes +packets +errors +dropped +missed +mcast *\n +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) *$/gm,
        by: `    RX: bytes  packets  errors  dropped missed  mcast   \n    ${padded}`,
      },
      {
        text: /^ {4}TX: +bytes +packets +errors +dropped +carrier +collsns *\n +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) *$/gm,
        by: `    TX: bytes  packets  errors  dropped carrier collsns \n    ${padded}`,
      },
      {
        text: /(?<=^ {4}[RT]X: bytes {2}packets {2}errors {2}dropped .*\n {4})(\d[\d ]{9}) +(\d[\d ]{7}) +(\d[\d ]{6}) +(\d[\d ]{6}) +(\d[\d ]{6}) +(\d[\d ]{6}) +$/gm,
        by: '$1 $2 $3 $4 $5 $6 ',
      },
    ],
  },
  {
    id: 'ping-header',
    kind: 'received-text',
    reason: 'newer iputils print a blank before an IPv6 address in parentheses; references of before 5.0 have none',
    replacements: [{ text: /^(PING [\da-f]*:[\da-f:]+) (?=\([\da-f]*:[\da-f:]+\) )/gm, by: '$1' }],
  },
  {
    id: 'ipv6-routes',
    kind: 'received-text',
    reason:
      'the suite’s sanitizers cut routes at `proto static`, which a lab’s have not, and leave their default metric; references of before 5.0 list the link-local route of eth1 before that of eth0',
    replacements: [
      { text: /^(2001:[\da-f:]+\/\d+ via [\da-f:]+ dev eth\d) metric 1024$/gm, by: '$1' },
      { text: /^(fe80::\/64 dev eth0 .*\n)(fe80::\/64 dev eth1 .*\n)/gm, by: '$2$1' },
    ],
  },
  {
    id: 'nss-folder',
    kind: 'received-text',
    reason: 'Debian’s libreswan prints another default folder of the NSS database',
    replacements: [{ text: /"sql:\/var\/lib\/ipsec\/nss"/g, by: '"sql:/etc/ipsec.d"' }],
  },
  {
    id: 'xfrm-statistics',
    kind: 'received-text',
    reason: 'kernels from 6.14 on list two more counters in xfrm_stat; the references are older',
    replacements: [{ text: /^Xfrm(?:InIptfsError|OutNoQueueSpace) *\t *0\n/gm, by: '' }],
  },
  {
    id: 'tcpdump-service-names',
    kind: 'received-text',
    reason: 'the tcpdump that made the references is patched: with -n it still prints names for ports 500 and 4500',
    replacements: [
      { text: /(?<=^IP6? .*)\.500(?=[ :])/gm, by: '.isakmp' },
      { text: /(?<=^IP6? .*)\.4500(?=[ :])/gm, by: '.ipsec-nat-t' },
    ],
  },
];

/** Does what a rewrite says. */
export function rewritten({ replacements }: Pick<ReceivedText, 'replacements'>, text: string): string {
  return replacements.reduce((before, { text: pattern, by }) => before.replace(pattern, by), text);
}

/** The rewrites for a console that shows hosts of these userlands, as a run stores them. */
export function rewritesFor(userlands: readonly Userland[]): StoredRewrite[] {
  const fits = ({ userland }: ReceivedText): boolean => userland === undefined || userlands.includes(userland);
  return receivedTexts.filter(fits).map((one) => ({ id: one.id, version: versionOf(one) }));
}

/** Changes with what a rewrite does, and with nothing else. */
export function versionOf({ replacements, losesFacts = false }: ReceivedText): string {
  const all = replacements.map(({ text, by }) => [text.source, text.flags, by]);
  return sha256(JSON.stringify([losesFacts, ...all])).slice(0, 12);
}

/** Versions of the rewrites that runs stored by their ids alone: what they did when they began to have versions. */
const unversioned: Readonly<Record<string, string>> = {
  'xfrm-state-direction': 'a4c241bb7568',
  'strongswan-key-exchange-method': '955dd4b47032',
  'strongswan-default-identity': 'b8a2cd9f7b73',
  'strongswan-child-closed': 'c77ac938ddfc',
  'strongswan-socket-order': 'd02acbe5e356',
  'interface-queue': '64de749e99f6',
  'nss-folder': '402fd5799cce',
  'xfrm-statistics': '621f3a46bf00',
  'tcpdump-service-names': '0755075cd7ae',
};

/**
 * Stored rewrites, in their order. One that today's table does not have, or has with another effect, is an error: the console would
 * be compared with another text than when it was stored.
 */
export function rewritesNamed(stored: readonly (StoredRewrite | string)[]): Rewrite[] {
  const known = new Map(receivedTexts.map((one) => [one.id, one]));
  return stored.map((one) => {
    const { id, version } = typeof one === 'string' ? { id: one, version: unversioned[one] } : one;
    const found = known.get(id);
    if (found === undefined) throw unsupported(id, 'which this version of Espalier does not have');
    if (versionOf(found) !== version) {
      throw unsupported(id, `version ${version}, and this Espalier has version ${versionOf(found)}`);
    }
    return {
      id,
      rewrite: (text) => rewritten(found, text),
      ...(found.losesFacts !== undefined && { losesFacts: found.losesFacts }),
    };
  });
}

function unsupported(id: string, why: string): EspalierError {
  return new EspalierError('infrastructure', `needs the adaptation ${JSON.stringify(id)}, ${why}`, {
    file: 'scenario.json',
    remedy: 'judge the run with the version of Espalier that made it, or by today’s references with --suite',
  });
}
