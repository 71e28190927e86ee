import type { CommandAt } from './console-lines.ts';
import type { FactBody, Probe } from './facts.ts';
import { defined } from './shown.ts';

type Outcome = Probe['outcome'];

interface ProbePattern {
  readonly pattern: RegExp;
  readonly outcome: Outcome | ((match: RegExpExecArray) => Outcome);
}

/** Words of libreswan's guestbin/ping-once.sh and wait-until-alive, statistics of ping(8) and fping(8), ncat(1). */
const patterns: readonly ProbePattern[] = [
  { pattern: /^up(?: UNEXPECTED)?$/, outcome: 'up' },
  { pattern: /^down(?: UNEXPECTED)?$/, outcome: 'down' },
  { pattern: /^fired and forgotten$/, outcome: 'unknown' },
  { pattern: /^destination .{1,200} is alive$/, outcome: 'up' },
  {
    pattern: /(\d{1,9}) packets transmitted, (\d{1,9}) (?:packets )?received/,
    outcome: ([, sent, received]) => (received === '0' ? 'down' : sent === received ? 'up' : 'some'),
  },
  { pattern: /^Ncat: Connected to /, outcome: 'up' },
  { pattern: /^Ncat: Connection refused/, outcome: 'refused' },
  { pattern: /^Ncat: (?:Connection timed out|TIMEOUT)/, outcome: 'down' },
  { pattern: /^ping: (?:bind|connect|sendmsg): /, outcome: 'error' },
];

/** Reads one line as the answer to a probe; `nth` counts the answers of its command. */
export function probeFact(line: string, command: CommandAt, nth: number): FactBody | undefined {
  for (const { pattern, outcome } of patterns) {
    const match = pattern.exec(line);
    if (match === null) continue;
    const target = targetOf(command.text);
    const found = typeof outcome === 'string' ? outcome : outcome(match);
    return { kind: 'probe', nth, outcome: found, ...defined({ target }) };
  }
  return undefined;
}

/** The last word of a command that looks like an address. */
function targetOf(command: string): string | undefined {
  return command
    .split(' ')
    .findLast((word) => /^(?:\d{1,3}\.){3}\d{1,3}$|^[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}$/.test(word));
}

/** `IP 192.0.1.254 > 192.0.2.254: ICMP echo request, …` of tcpdump(8), after a time or an interface. */
const packet = /(?:^|\s)IP6? (?<source>[\w.:-]{1,80}) > (?<destination>[\w.:-]{1,80}): (?<rest>.*)$/;

/** What the rest of such a line begins with, by what the packet is. */
const contents: readonly { readonly pattern: RegExp; readonly what: string; readonly encapsulation?: string }[] = [
  { pattern: /^UDP-encap: ESP\(/, what: 'esp', encapsulation: 'udp' },
  { pattern: /^ESP\(/, what: 'esp' },
  { pattern: /^AH\(/, what: 'ah' },
  { pattern: /^NONESP-encap: isakmp/, what: 'ike', encapsulation: 'udp' },
  { pattern: /^isakmp(?:-nat-keep-alive)?:?/, what: 'ike' },
  { pattern: /^ICMP6?,? (?=echo)/, what: 'icmp-echo' },
  { pattern: /^ICMP6?/, what: 'icmp' },
  { pattern: /^Flags/, what: 'tcp' },
  { pattern: /^UDP/, what: 'udp' },
];

/** Ports that tcpdump names after /etc/services on one machine and leaves as numbers on another. */
const services: Readonly<Record<string, string>> = { isakmp: '500', 'ipsec-nat-t': '4500' };

/** Reads one line of a sniffer. */
export function packetFact(line: string): FactBody | undefined {
  const { source, destination, rest = '' } = packet.exec(line)?.groups ?? {};
  if (source === undefined || destination === undefined) return undefined;
  const found = contents.find(({ pattern }) => pattern.test(rest));
  if (found === undefined) return undefined;
  const { what, encapsulation } = found;
  const [from, to] = [source, destination].map((end) => end.replace(/[a-z][a-z-]+$/, (name) => services[name] ?? name));
  return { kind: 'packet', source: from ?? '', destination: to ?? '', what, ...defined({ encapsulation }) };
}

/** `XfrmInNoPols             2` of /proc/net/xfrm_stat. */
export function counterFact(line: string): FactBody | undefined {
  const [, name, value] = /^(Xfrm[A-Za-z0-9]{1,40})\s+(\d{1,15})$/.exec(line) ?? [];
  return name === undefined ? undefined : { kind: 'kernel-counter', name, value: Number(value) };
}
