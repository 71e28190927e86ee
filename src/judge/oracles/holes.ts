import type { TypedCommand } from '../../evidence/evidence.ts';
import type { IpsecPolicy } from '../../evidence/ipsec.ts';
import { tablesAt } from '../../evidence/tables/tables.ts';
import type { HostTimeline } from '../../evidence/tables/timeline.ts';
import { type Question, ruleOf } from './clear-rules.ts';
import { type AgeOf, ageOfLife, agesAt } from './policy-order.ts';

/** A policy that was removed and put back, and between was missing. */
export interface Hole {
  readonly policy: IpsecPolicy;
  /** Virtual nanoseconds that it was away. */
  readonly away: bigint;
}

/** What is asked about a packet, in an attempt. */
interface Asked {
  readonly question: Question;
  /** In the order of their begin. */
  readonly commands: readonly TypedCommand[];
}

/**
 * The hole through which a packet in clear went: a policy that forbids it was removed before and added anew behind it, and no command
 * began in between. Nobody has asked for the protection anew then; it is a daemon's own doing, at a rekey or a restart. Where one
 * began, a test may have taken a tunnel down and brought it up again. Told only where the times of events are exact.
 */
export function holeAt(host: HostTimeline, time: bigint, { question, commands }: Asked): Hole | undefined {
  if (!host.exact) return undefined;
  const { policies, defaults } = tablesAt(host, time);
  const ages = agesAt(host, time);
  for (const life of host.policies) {
    const { key, versions, ended } = life;
    const policy = versions.at(-1)?.value;
    if (ended === undefined || ended.time > time || policy === undefined) continue;
    // With it in its place: a stronger one may let the packet pass.
    const ageOf: AgeOf = (one) => (one === policy ? ageOfLife(life, host, ended.time) : ages(one));
    if (ruleOf({ defaults, policies: [policy, ...policies], ageOf }, question) !== policy) continue;
    const again = host.policies.flatMap((one) => (one.key === key ? one.versions : [])).find((one) => one.time > time);
    if (again === undefined) continue;
    const between = commands.some(({ begin }) => begin > ended.time && begin <= again.time);
    if (!between) return { policy, away: again.time - ended.time };
  }
  return undefined;
}
