import type { TypedCommand } from '../../evidence/evidence.ts';

/** What a host's own queueing disciplines do to its packets between the choice of their policy and the link. */
export interface Delay {
  /** Virtual nanoseconds that a packet may be held back. */
  readonly most: bigint;
  /** Packets get lost, so that a request for a neighbour's address may be seen on no link. */
  readonly lossy: boolean;
}

interface TypedDelay extends Delay {
  readonly device: string;
  readonly from: bigint;
  /** When it was gone at the latest; undefined: it stays. Packets that it holds then may still come out. */
  to?: bigint;
}

/** One second: for what paces packets by a rate, of which the command does not say how long one may wait. */
const unsaid = 1_000_000_000n;

/** tc(8): what sets or removes a queueing discipline. Links get theirs from the same commands. */
const commandForm = /\btc\b[^;&|]*?\bqdisc\s+(add|replace|change|link|del(?:ete)?)\b([^;&|]*)/g;
/** tc-netem(8): a mean, and how far most packets are from it. */
const netemDelay = /\bdelay\s+(\S+)(?:\s+(\d\S*))?/;
/** Kinds that hold packets back by a rate. */
const paced = /\b(?:tbf|htb|hfsc|cake|fq)\b|\bnetem\b.*\b(?:rate|slot)\b/;

/** The delays that the commands of an attempt put on their hosts, by host. `commands` are in the order of time. */
export function delaysOf(commands: readonly TypedCommand[]): ReadonlyMap<string, readonly TypedDelay[]> {
  const delays = new Map<string, TypedDelay[]>();
  for (const [index, { host, line, begin, by }] of commands.entries()) {
    if (by !== undefined) continue;
    const own = delays.get(host) ?? [];
    for (const [, verb = '', rest = ''] of line.matchAll(commandForm)) {
      const device = /\bdev\s+(\S+)/.exec(rest)?.[1] ?? '';
      if (/\broot\b/.test(rest) && verb !== 'add') {
        const next = commands.slice(index + 1).find((one) => one.host === host);
        for (const one of own) if (one.device === device && one.to === undefined && next) one.to = next.begin;
      }
      const delay = verb.startsWith('del') ? undefined : delayOf(rest);
      if (delay !== undefined) own.push({ ...delay, device, from: begin });
    }
    if (own.length > 0) delays.set(host, own);
  }
  return delays;
}

function delayOf(text: string): Delay | undefined {
  const [, mean = '0', jitter = '0'] = netemDelay.exec(text) ?? [];
  // The tables of netem's distributions end at four deviations.
  const held = /\bnetem\b/.test(text) ? timeOf(mean) + 4n * timeOf(jitter) : 0n;
  const most = held + (paced.test(text) ? unsaid : 0n);
  const lossy = /\bnetem\b.*\bloss\b/.test(text);
  return most > 0n || lossy ? { most, lossy } : undefined;
}

const units: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1 };

/** A time as tc writes it, in nanoseconds; without a unit it is in microseconds. What is none counts as `unsaid`. */
function timeOf(text: string): bigint {
  const match = /^(\d+(?:\.\d*)?)(?:(s|ms|us|ns)(?:ecs?)?)?$/.exec(text);
  if (match === null) return unsaid;
  const [, number, unit = 'us'] = match;
  return BigInt(Math.ceil(Number(number) * (units[unit] as number)));
}

/** All delays that a packet may have met which left at a time, taken together. */
export function delayAt(delays: readonly TypedDelay[] = [], time: bigint): Delay {
  const met = delays.filter(({ from, to, most }) => from <= time && (to === undefined || time <= to + most));
  let most = 0n;
  for (const one of met) if (one.most > most) most = one.most;
  return {
    most,
    lossy: met.some(({ lossy }) => lossy),
  };
}
