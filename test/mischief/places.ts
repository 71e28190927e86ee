import type { Attempt } from '../../src/evidence/attempt/attempt.ts';
import type { IpsecPolicy } from '../../src/evidence/ipsec.ts';
import { selectorMatches } from '../../src/evidence/tables/selectors.ts';
import type { LabPlan } from '../../src/model/scenario.ts';

/** A span of an undisturbed lab, in virtual nanoseconds since 1970. */
export interface Span {
  readonly from: bigint;
  readonly to: bigint;
}

/** A policy that wants a flow protected, as long as it stood, and a packet of the flow. */
export interface Protected extends Span {
  readonly host: string;
  readonly nic: string;
  readonly policy: IpsecPolicy;
  readonly source: string;
  readonly destination: string;
}

/** Virtual nanoseconds at both ends of a span that are left out: a process of a host knows hundredths of a second. */
const margin = 30_000_000n;

/** The last command's end; what comes behind is nobody's claim. */
export function lastMoment({ timeline }: Attempt): bigint {
  return timeline.boundaries.at(-1)?.time ?? 0n;
}

function narrowed({ from, to }: Span): Span | undefined {
  return to - from > 4n * margin ? { from: from + margin, to: to - margin } : undefined;
}

/** The first address of a network that a host may have. */
function inNetwork({ address, prefix }: { readonly address: string; readonly prefix: number }): string {
  if (prefix === 32) return address;
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return `${a || 9}.${b}.${c}.${d + 1}`;
}

/** Flows that are to be protected somewhere, each with the policy that alone chooses them. */
export function protectedFlows(attempt: Attempt, plan: LabPlan): Protected[] {
  const end = lastMoment(attempt);
  return attempt.timeline.hosts.flatMap(({ host, policies }) => {
    const nic = plan.topology.hosts.find(({ name }) => name === host)?.nics[0]?.name;
    const out = policies.flatMap(({ versions, ended }) => {
      const last = versions.at(-1);
      return last?.value.direction === 'out' ? [{ policy: last.value, from: last.time, to: ended?.time ?? end }] : [];
    });
    return out.flatMap(({ policy, ...life }): Protected[] => {
      const span = narrowed(life.to < end ? life : { ...life, to: end });
      const { selector, templates, type, ifId, mark } = policy;
      if (nic === undefined || span === undefined || type !== 'main' || ifId || mark || selector.family !== 4)
        return [];
      if (
        selector.protocol !== 0 ||
        !templates.some(({ level, protocol }) => level === 'required' && protocol === 'esp')
      ) {
        return [];
      }
      const [source, destination] = [inNetwork(selector.source), inNetwork(selector.destination)];
      const flow = { source, destination, protocol: 17, sourcePort: 40000, destinationPort: 40001 };
      const others = out.filter((one) => one.policy !== policy && selectorMatches(one.policy.selector, flow));
      return others.length > 0 ? [] : [{ host, nic, policy, source, destination, ...span }];
    });
  });
}

/** A daemon as long as it lives for certain: between commands that start and end it. */
export interface Living extends Span {
  readonly host: string;
  readonly names: readonly string[];
}

/** Lines by which a test ends daemons, or SAs. */
const ends = /\b(?:stop|restart|kill\w*|pkill|shutdown|crash|reboot|down|unroute|delete|terminate)\b/;

/** Virtual nanoseconds in which a daemon that was told to end is gone. */
const ending = 10_000_000_000n;

/** A line by which the test itself ends daemons of a host around a moment; undefined: none. */
export function endingLine(attempt: Attempt, host: string, moment: bigint): string | undefined {
  return attempt.commands.find(
    (one) =>
      one.host === host &&
      ends.test(one.line) &&
      one.begin <= moment + margin &&
      (one.end === undefined || moment <= one.end + ending),
  )?.line;
}

/** Daemons by the SAs that they had: whoever has an SA of a daemon's has that daemon. */
export function livingDaemons(attempt: Attempt, names: readonly string[]): Living[] {
  const end = lastMoment(attempt);
  return attempt.timeline.hosts.flatMap(({ host, sas }) => {
    const first = sas.find(({ versions }) => versions[0]?.value.larval === false)?.versions[0]?.time;
    if (first === undefined) return [];
    const ending = attempt.commands.find(
      ({ host: on, line, begin }) => on === host && begin > first && ends.test(line),
    );
    const span = narrowed({ from: first, to: ending?.begin ?? end });
    return span === undefined ? [] : [{ host, names, ...span }];
  });
}
