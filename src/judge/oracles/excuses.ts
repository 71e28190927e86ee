import { slices } from '../../daemons/table.ts';
import type { TypedCommand } from '../../evidence/evidence.ts';
import type { Address } from '../../model/addresses.ts';

/**
 * What a test may mean to show, so that it counts against nobody. `torn`: an SA that no other host ever had, though one has
 * the SA of the other direction; half an exchange was lost, or half of what it agreed on was not installed.
 */
export type ExcusedFact = 'half-open' | 'torn' | 'refused' | 'replay' | 'addresses' | 'encapsulation';

/** A rule by which a test's own commands say that something is meant. No rule names a test. */
export interface Excuse {
  readonly id: string;
  readonly reason: string;
  readonly facts: readonly ExcusedFact[];
  /** What its command lines look like; one that fits is enough. */
  readonly commands: readonly RegExp[];
  /** Must the command name an address of the SA? */
  readonly namesPeer?: boolean;
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
    reason: 'SAs are added or deleted by hand',
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
    facts: ['half-open', 'torn', 'refused', 'replay'],
    commands: [/\bnetem\b/],
  },
];

/** Addresses of an SA, or of a packet of it. */
interface Ends {
  readonly source: Address;
  readonly destination: Address;
}

/** The first rule that a command of the test fits. Without addresses no rule fits that wants one named. */
export function excuseFor(fact: ExcusedFact, commands: readonly TypedCommand[], ends?: Ends): Excuse | undefined {
  const candidates = excuses.filter(({ facts }) => facts.includes(fact));
  for (const { line } of commands) {
    const found = candidates.find(
      (one) => one.commands.some((form) => form.test(line)) && (!one.namesPeer || (ends && names(line, ends))),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function names(line: string, { source, destination }: Ends): boolean {
  return line.split(/[\s/,]/).some((word) => word === source || word === destination);
}
