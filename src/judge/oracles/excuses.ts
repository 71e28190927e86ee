import { slices } from '../../daemons/table.ts';
import type { FactEvidence } from '../../evidence/evidence.ts';
import type { IpsecSa } from '../../evidence/ipsec.ts';

/**
 * What a test may mean to show, so that it counts against nobody. `torn`: an SA that no other host ever had, though one has
 * the SA of the other direction; half an exchange was lost, or half of what it agreed on was not installed.
 */
export type ExcusedFact = 'half-open' | 'torn' | 'refused' | 'addresses' | 'encapsulation';

/** A rule by which a test's own commands say that something is meant. No rule names a test. */
export interface Excuse {
  readonly id: string;
  readonly reason: string;
  readonly facts: readonly ExcusedFact[];
  /** What its command lines look like; one that fits is enough. */
  readonly commands: readonly RegExp[];
  /** Must the command name an address of the SA? */
  readonly namesPeer?: boolean;
  /** Virtual nanoseconds behind its command for which it holds; left out: to the end. */
  readonly holds?: bigint;
}

export const excuses: readonly Excuse[] = [
  {
    id: 'traffic-dropped',
    reason: 'a packet filter drops what the peers say to each other, deletes of SAs included',
    facts: ['half-open', 'torn'],
    commands: [/\b(?:ip6?tables|nft)\b.*\b(?:DROP|REJECT|drop|reject)\b/],
    namesPeer: true,
  },
  {
    id: 'ike-dropped',
    reason: 'a packet filter drops IKE or ESP',
    facts: ['half-open', 'torn'],
    commands: [
      /\b(?:ip6?tables|nft)\b.*(?:(?:dport|sport) (?:500|4500)\b|-p (?:esp|ah|50|51)\b).*(?:DROP|REJECT|drop|reject)/,
    ],
  },
  {
    id: 'network-changed',
    reason: 'an address, a route or a link that the peers use is taken away, so that SAs move (RFC 4555) or are lost',
    facts: ['half-open', 'addresses', 'encapsulation'],
    commands: [
      /\b(?:ip(?:\.sh)? (?:-\S+ )*(?:addr(?:ess)?|route|link|rule) (?:\S+ )*?(?:del|delete|flush|change|replace|down)|ifconfig \S+ down|ifdown)\b/,
    ],
  },
  {
    id: 'impaired',
    reason:
      'the IKE daemon is told to lose, repeat or spoil its messages, deletes among them, or not to install what it agreed on; ESP is the kernel’s, and is not touched by it',
    facts: ['half-open', 'torn'],
    commands: slices.flatMap(({ impairedBy = [] }) => impairedBy),
  },
  {
    id: 'killed',
    reason: 'a daemon is ended without a word to its peer, or started anew',
    facts: ['half-open'],
    commands: [/\b(?:kill|killall|pkill|crash)\b/, ...slices.flatMap(({ endedBy = [] }) => endedBy)],
  },
  {
    id: 'kernel-tables-edited',
    reason: 'SAs are added or deleted by hand, one end after the other',
    holds: 60_000_000_000n,
    facts: ['half-open', 'torn'],
    commands: [
      /\bip(?:\.sh)? (?:-\S+ )*xfrm (?:state|policy) (?:add|del|delete|flush|update|allocspi|deleteall)\b|\bipsec-kernel-state\.sh flush\b/,
    ],
  },
  {
    id: 'translated',
    reason: 'a host on the way translates addresses, and each end has the one that it sees',
    facts: ['addresses'],
    commands: [/\biptables\b.*\s-t nat\b|\bnic-nat\.sh\b|\bnft\b.*\b(?:snat|dnat|masquerade)\b/],
  },
  {
    id: 'netem',
    reason: 'packets are lost, changed or sent twice on purpose',
    facts: ['half-open', 'torn', 'refused'],
    commands: [/\bnetem\b/],
  },
];

/** Something that was found, and that a command of the test may have meant. */
export interface Finding {
  readonly fact: ExcusedFact;
  /** The SA, or what the packet names of it. */
  readonly sa: Pick<IpsecSa, 'protocol' | 'spi' | 'source' | 'destination'>;
  /** Hosts that have the SA; the one that sent the packet. */
  readonly hosts: readonly string[];
  /** The capture that the packet is in. */
  readonly file?: string;
  /** Virtual nanoseconds since 1970: from when on it needs an excuse, and until when it was so. */
  readonly from: bigint;
  readonly until: bigint;
}

/** The first rule by which a command of the test excuses a finding. */
export function excuseFor(finding: Finding, { commands }: FactEvidence): Excuse | undefined {
  const candidates = excuses.filter(({ facts }) => facts.includes(finding.fact));
  for (const { line, begin } of commands) {
    if (begin > finding.until) break;
    const found = candidates.find(
      (one) =>
        one.commands.some((form) => form.test(line)) &&
        reaches(one, begin, finding) &&
        (!one.namesPeer || names(line, finding)),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What came after the finding began is not its cause. */
function reaches({ holds }: Excuse, begin: bigint, { from, until }: Finding): boolean {
  return holds === undefined || (begin <= from && until - begin <= holds);
}

function names(line: string, { sa: { source, destination } }: Finding): boolean {
  return line.split(/[\s/,]/).some((word) => word === source || word === destination);
}
