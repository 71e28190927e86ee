import type { Undoing } from '../../daemons/daemon.ts';
import { slices } from '../../daemons/table.ts';

/**
 * What a test may mean to show, so that it counts against nobody. `torn`: an SA that no other host ever had, though one has
 * the SA of the other direction; half an exchange was lost, or half of what it agreed on was not installed. `rewritten`: an AH packet
 * whose addresses are no more those that its ICV covers.
 */
export type ExcusedFact = 'half-open' | 'torn' | 'refused' | 'rewritten' | 'addresses' | 'encapsulation';

/** A rule by which a test's own commands say that something is meant, and how far that goes. No rule names a test. */
export interface Excuse {
  readonly id: string;
  readonly reason: string;
  readonly facts: readonly ExcusedFact[];
  /** What its command lines look like; one that fits is enough. */
  readonly commands: readonly RegExp[];
  /** Must the command name an address of the SA? */
  readonly namesPeer?: true;
  /**
   * Where it must be typed: at an `end` of the SA, or anywhere on the `path` between its ends. The path of a packet ends where it was
   * captured.
   */
  readonly hosts: 'ends' | 'path';
  /** What takes it back, for people and as lines. Absent: it acts only while its command runs. */
  readonly undone?: { readonly how: string; readonly by: readonly Undoing[] };
  /**
   * Virtual nanoseconds after its last act within which what it has brought about is over. Absent: that stays for as long as the SA.
   */
  readonly settles?: bigint;
}

const second = 1_000_000_000n;

/**
 * Until daemons have noticed what they missed, and acted: a liveness check is due after 30 s by default (strongSwan's `dpd_delay`),
 * given up after 165 s (its retransmissions) or 120 s (`dpdtimeout`), and what follows may have to be given up once more. Daemons that
 * check no liveness may keep an SA for hours; a scenario in which they do declares it (`tolerates`).
 */
const liveness = 600n * second;

/** Whether a link changes packets shows at once; a packet may still be on its way. */
const transit = second;

const processes = slices.flatMap((one) => one.processes).join('|');
const services = ['ipsec', ...slices.map(({ name }) => name)].join('|');

/** What an added or deleted rule of netfilter says, with its chain and without its number there. */
const ruleOfFilter = /\s(?:-[ADIR]|--(?:append|delete|insert|replace))\s+(\S+)(?:\s+\d+(?=\s))?\s+(.*)/;

/** The chain of a rule, and of what is flushed. */
const chain = /\s(?:-[ADFIR]|--(?:append|delete|flush|insert|replace))\s+(\w+)/;

/** What deletes a rule by its number in a chain: which one that is, the line does not say. */
const byNumber = String.raw`\s(?:-D|--delete)\s+\w+\s+\d+$`;

/** Rules of netfilter that were added are deleted by what they say, by a number, or with their chain. */
const filtersUndone: Excuse['undone'] = {
  how: '`iptables -D` with the same rule or a number of its chain, `iptables -F`, `iptables-restore`, `nft flush` or `nft delete` of more than a rule',
  by: [
    { line: /\bip6?tables\b.*\s(?:-D|--delete)\s/, same: [ruleOfFilter] },
    { line: new RegExp(String.raw`\bip6?tables\b.*${byNumber}`), same: [chain] },
    { line: /\bip6?tables\b(?!.*\s-t\s*(?!filter\b|\s)).*\s(?:-F|--flush)(?![\w-])/, same: [chain] },
    { line: /\bip6?tables-restore\b/ },
    { line: /\bnft\b.*\bflush\b|\bnft\b.*\b(?:delete|destroy)\s+(?:table|chain)\b/ },
  ],
};

/** A time of tc(8) of a second or more; a number without a unit is one of microseconds. */
const longTime = String.raw`(?:0*[1-9]\d*(?:\.\d+)?s(?:ecs?)?|0*[1-9]\d{3,}(?:\.\d+)?m(?:s|secs?)|0*[1-9]\d{6,}(?:\.\d+)?(?:u(?:s|secs?))?)(?=\s|$)`;
/** netem that loses or spoils packets, or holds them back for so long that daemons send again (tc-netem(8)). */
const losing = String.raw`[^;&|]*\bnetem\b[^;&|]*\b(?:loss|corrupt|delay\s+(?:\S+\s+)?${longTime})`;

const started = slices.map(({ startedBy }): Undoing => ({ line: startedBy }));
const device = /\b(?:dev|ifconfig|ifdown|ifup|set)\s+(?!(?:up|down|dev)\b)([\w.:-]+)/;

/** All rules; the first that fits excuses. */
export const excuses: readonly Excuse[] = [
  {
    id: 'traffic-dropped',
    reason: 'a packet filter drops what the peers say to each other, deletes of SAs included',
    facts: ['half-open', 'torn'],
    commands: [
      /\bip6?tables\b.*\s(?:-[AIR]|--(?:append|insert|replace))\s.*\b(?:DROP|REJECT)\b/,
      /\bnft\b(?!.*\b(?:delete|destroy|flush|list)\b).*\b(?:drop|reject)\b/,
    ],
    namesPeer: true,
    hosts: 'path',
    undone: filtersUndone,
    settles: liveness,
  },
  {
    id: 'ike-dropped',
    reason: 'a packet filter drops IKE',
    facts: ['half-open', 'torn'],
    commands: [
      /\bip6?tables\b.*\s(?:-[AIR]|--(?:append|insert|replace))\s.*(?:dport|sport) (?:500|4500)\b.*\b(?:DROP|REJECT)\b/,
      /\bnft\b(?!.*\b(?:delete|destroy|flush|list)\b).*(?:dport|sport) (?:500|4500)\b.*\b(?:drop|reject)\b/,
    ],
    hosts: 'path',
    undone: filtersUndone,
    settles: liveness,
  },
  {
    id: 'network-changed',
    reason: 'an address, a route or a link that the peers use is taken away, so that SAs move (RFC 4555) or are lost',
    facts: ['half-open', 'addresses', 'encapsulation'],
    commands: [
      /\b(?:ip(?:\.sh)? (?:-\S+ )*(?:addr(?:ess)?|route|link|rule) (?:\S+ )*?(?:del|delete|flush|change|replace|down)|ifconfig \S+ down|ifdown)\b/,
    ],
    hosts: 'path',
    undone: {
      how: '`ip addr add`, `ip route add`, `ip rule add` or `ip link set up` of the same device',
      by: [
        {
          line: /\bip(?:\.sh)? (?:-\S+ )*(?:addr(?:ess)?|route|rule) (?:\S+ )*?add\b/,
          same: [/\bip(?:\.sh)? (?:-\S+ )*(addr|route|rule)/, device],
        },
        { line: /\bip(?:\.sh)? (?:-\S+ )*link (?:\S+ )*?up\b|\bifconfig \S+ (?:\S+ )*?up\b|\bifup\b/, same: [device] },
      ],
    },
    settles: liveness,
  },
  {
    id: 'impaired',
    reason:
      'the IKE daemon is told to lose, repeat or spoil its messages, deletes among them, or not to install what it agreed on; ESP is the kernel’s, and is not touched by it',
    facts: ['half-open', 'torn'],
    commands: slices.flatMap(({ impairment }) => impairment?.by ?? []),
    hosts: 'ends',
    undone: {
      how: 'the impairment is taken back, or the daemon is started anew',
      by: [...slices.flatMap(({ impairment }) => impairment?.undoneBy ?? []), ...started],
    },
    settles: liveness,
  },
  {
    id: 'killed',
    reason: 'a daemon is ended without a word to its peer, or started anew',
    facts: ['half-open'],
    commands: [
      // The daemon by its name, or a process by its number: which one that is, the line does not say.
      new RegExp(`\\b(?:killall|pkill|kill)\\b.*\\b(?:${processes})\\b|\\b(?:${processes})\\b.*\\bkill\\b`),
      /\bkill(?:\s+-\S+)*\s+(?:\$[\w{]|\d+\b)/,
      /\bcrash\.sh\b/,
      new RegExp(`\\bsystemctl\\b.*\\b(?:stop|restart|kill)\\b.*\\b(?:${services})`),
      ...slices.flatMap(({ endedBy = [] }) => endedBy),
    ],
    hosts: 'ends',
    undone: { how: 'the daemon is started', by: started },
    settles: liveness,
  },
  {
    id: 'kernel-tables-edited',
    reason: 'SAs are added or deleted by hand, one end after the other',
    facts: ['half-open', 'torn'],
    commands: [
      /\bip(?:\.sh)? (?:-\S+ )*xfrm (?:state|policy) (?:add|del|delete|flush|update|allocspi|deleteall)\b|\bipsec-kernel-state\.sh flush\b/,
    ],
    hosts: 'ends',
    settles: 60n * second,
  },
  {
    id: 'kernel-tables-moved',
    reason: 'SAs are made or moved to other addresses by hand (XFRM_MSG_MIGRATE), one end after the other',
    facts: ['addresses', 'encapsulation'],
    commands: [
      /\bip(?:\.sh)? (?:-\S+ )*xfrm state (?:add|update|migrate)\b/,
      // A netlink socket of XFRM: AF_NETLINK, SOCK_RAW, NETLINK_XFRM.
      /\bsocket\((?:\w+,\s*)?16,\s*3,\s*6\)/,
    ],
    hosts: 'ends',
    settles: 60n * second,
  },
  {
    id: 'translated',
    reason: 'a host on the way translates addresses, and each end has the one that it sees',
    facts: ['addresses', 'rewritten'],
    commands: [
      /\biptables\b(?=.*\s-t nat\b)(?=.*\s(?:-[AIR]|--(?:append|insert|replace))\s)|\bnic-(?:nft-)?nat\.sh\b|\bnft\b(?!.*\b(?:delete|destroy|flush|list)\b).*\b(?:snat|dnat|masquerade)\b/,
    ],
    hosts: 'path',
    undone: {
      how: '`iptables -t nat -D` with the same rule or a number of its chain, `iptables -t nat -F`, `iptables-restore`, `nft flush` or `nft delete` of more than a rule',
      by: [
        { line: /\biptables\b(?=.*\s-t nat\b).*\s(?:-D|--delete)\s/, same: [ruleOfFilter] },
        { line: new RegExp(String.raw`\biptables\b(?=.*\s-t nat\b).*${byNumber}`), same: [chain] },
        { line: /\biptables\b(?=.*\s-t nat\b).*\s(?:-F|--flush)(?![\w-])/ },
        { line: /\biptables-restore\b/ },
        { line: /\bnft\b.*\bflush\b|\bnft\b.*\b(?:delete|destroy)\s+(?:table|chain)\b/ },
      ],
    },
  },
  {
    id: 'netem',
    reason: 'packets are lost, spoiled or held back for seconds on purpose',
    facts: ['half-open', 'torn'],
    commands: [new RegExp(`\\btc\\b[^;&|]*\\bqdisc\\s+(?:add|change|replace)\\b${losing}`)],
    hosts: 'path',
    undone: {
      how: '`tc qdisc` removes or replaces it',
      by: [
        {
          line: new RegExp(`\\btc\\b[^;&|]*\\bqdisc\\s+(?:del(?:ete)?\\b|(?:add|change|replace)\\b(?!${losing}))`),
          same: [/\bdev\s+(\S+)/],
        },
      ],
    },
    settles: liveness,
  },
  {
    id: 'corrupted',
    reason: 'bits of packets are changed on purpose',
    facts: ['refused'],
    commands: [/\btc\b[^;&|]*\bqdisc\s+(?:add|change|replace)\b[^;&|]*\bnetem\b[^;&|]*\bcorrupt\b/],
    hosts: 'path',
    undone: {
      how: '`tc qdisc` removes or replaces it',
      by: [
        {
          line: /\btc\b[^;&|]*\bqdisc\s+(?:del(?:ete)?\b|(?:add|change|replace)\b(?![^;&|]*\bcorrupt\b))/,
          same: [/\bdev\s+(\S+)/],
        },
      ],
    },
    settles: transit,
  },
];
