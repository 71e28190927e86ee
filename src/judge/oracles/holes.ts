import type { IpsecPolicy } from '../../evidence/ipsec.ts';
import { tablesAt } from '../../evidence/tables/tables.ts';
import type { HostTimeline, Timeline } from '../../evidence/tables/timeline.ts';
import { type Question, ruleOf } from './clear-rules.ts';

/** A policy that was removed and put back, and between was missing. */
export interface Hole {
  readonly policy: IpsecPolicy;
  /** Virtual nanoseconds that it was away. */
  readonly away: bigint;
}

/** What is asked about a packet, in an attempt. */
interface Asked {
  readonly question: Question;
  readonly timeline: Timeline;
}

/**
 * The hole through which a packet in clear went: a policy that forbids it was removed before and added anew behind it, under one
 * command. Nobody has asked for an end of the protection then; it is a daemon's own doing, at a rekey or a restart. Where a command
 * ends between the two, a test has taken a tunnel down and brought it up again. Told only where the times of events are exact.
 */
export function holeAt(host: HostTimeline, time: bigint, { question, timeline }: Asked): Hole | undefined {
  if (!host.exact) return undefined;
  const { policies, defaults } = tablesAt(host, time);
  for (const { key, versions, ended } of host.policies) {
    const policy = versions.at(-1)?.value;
    if (ended === undefined || ended.time > time || policy === undefined) continue;
    // With it in its place: a stronger one may let the packet pass.
    if (ruleOf({ defaults, policies: [policy, ...policies] }, question) !== policy) continue;
    const again = host.policies.find((one) => one.key === key && (one.versions[0]?.time ?? 0n) > time)?.versions[0];
    if (again === undefined) continue;
    const between = timeline.boundaries.some(({ command }) => command > ended.sequence && command < again.sequence);
    if (!between) return { policy, away: again.time - ended.time };
  }
  return undefined;
}
