import type { IpsecPolicy, Selector } from '../../evidence/ipsec.ts';
import type { Life, Version } from '../../evidence/tables/lives.ts';
import type { HostTimeline } from '../../evidence/tables/timeline.ts';
import { prefixContains } from '../../model/addresses.ts';

/** Where a policy stands among those of equal priority. Numbers that a table gives in the order of its changes. */
export interface Age {
  /** Since when it has its place in its own list. */
  readonly placed: number;
  /** Since when it counts against policies of other lists (`pos` in net/xfrm/xfrm_policy.c). */
  readonly inserted: number;
  /** A wider policy came later, and the list may have been made anew. */
  readonly moved: boolean;
}

export type AgeOf = (policy: IpsecPolicy) => Age;

/**
 * Those of a packet's policies of equal priority that the kernel may take: one, or two where that depends on the shape of a tree.
 *
 * Policies are in lists by the length of their prefixes. In a list an update of equal priority stays where the policy was
 * (xfrm_policy_insert_list); against policies of other lists it counts as the youngest (__xfrm_policy_link, xfrm_policy_eval_candidates).
 * Where a wider policy joins two branches of a tree, one of their lists is sorted anew, by `pos` (xfrm_policy_inexact_list_reinsert).
 * Thresholds are taken to be those of every new host (`hthresh4 32 32`, `hthresh6 128 128`): no event tells others.
 */
export function firstOfEquals(equals: readonly IpsecPolicy[], ageOf: AgeOf): readonly IpsecPolicy[] {
  const lists = [...Map.groupBy(equals, ({ selector }) => listOf(selector)).values()].map((list) => heads(list, ageOf));
  return lists.flatMap((list, at) => {
    const others = lists.filter((_, other) => other !== at);
    return list.filter((one) =>
      others.every((other) => other.some((head) => ageOf(one).inserted < ageOf(head).inserted)),
    );
  });
}

/** The first of a list by places; where it may have been sorted anew, the first by `pos` too. */
function heads(list: readonly IpsecPolicy[], ageOf: AgeOf): readonly IpsecPolicy[] {
  const first = (by: 'placed' | 'inserted'): IpsecPolicy =>
    list.reduce((best, one) => (ageOf(one)[by] < ageOf(best)[by] ? one : best));
  const [kept, sorted] = [first('placed'), first('inserted')];
  return kept === sorted || !list.some((one) => ageOf(one).moved) ? [kept] : [kept, sorted];
}

/** Bits of a prefix from which on it has a tree (INEXACT_PREFIXLEN_IPV4 and _IPV6), and of a whole address. */
const lengths = { 4: { least: 16, whole: 32 }, 6: { least: 48, whole: 128 } } as const;

/** The list of one packet's policies in which this one is: those of one kind overlap, so they share a branch. */
function listOf({ source, destination }: Selector): string {
  const family = source.address.includes(':') ? 6 : 4;
  const { least, whole } = lengths[family];
  const exact = source.prefix === whole && destination.prefix === whole;
  const inTree = ({ address, prefix }: Selector['source']): boolean => prefix >= least && /[^0.:]/.test(address);
  return `${exact} ${inTree(destination)} ${inTree(source)}`;
}

/** The ages of the policies that a host has at a time in virtual nanoseconds since 1970. */
export function agesAt(host: HostTimeline, time: bigint): AgeOf {
  return (policy) => {
    const life = host.policies.find(
      ({ versions, ended }) =>
        !(ended && ended.time <= time) && versions.findLast((version) => version.time <= time)?.value === policy,
    );
    return ageOfLife(life as Life<IpsecPolicy>, host, time);
  };
}

/** The same for one policy, as it was at the time or at its end. */
export function ageOfLife(life: Life<IpsecPolicy>, host: HostTimeline, time: bigint): Age {
  const versions = life.versions.filter((version) => version.time <= time);
  const [born = life.versions[0] as Version<IpsecPolicy>] = versions;
  let [placed, inserted, before] = [born, born, born];
  for (const version of versions) {
    const other = version.value.priority !== before.value.priority;
    if (version.source === 'event' || other) inserted = version;
    if (other) placed = version;
    before = version;
  }
  const moved = inserted !== placed && host.policies.some((other) => isWider(other, [inserted, time], before.value));
  return { placed: rankOf(placed, life, host), inserted: rankOf(inserted, life, host), moved };
}

/** In the order of the records; of those that one dump shows, the last is the oldest. */
function rankOf({ sequence }: Version<IpsecPolicy>, life: Life<IpsecPolicy>, { policies }: HostTimeline): number {
  return sequence - policies.indexOf(life) / policies.length;
}

/** Whether a policy came between two times whose prefixes hold those of another one and more. */
function isWider(
  { versions }: Life<IpsecPolicy>,
  [after, until]: readonly [Version<IpsecPolicy>, bigint],
  { direction, selector }: IpsecPolicy,
): boolean {
  const { sequence, time, value } = versions[0] as Version<IpsecPolicy>;
  if (sequence <= after.sequence || time > until || value.direction !== direction) return false;
  return (['source', 'destination'] as const).some((end) => {
    const wide = value.selector[end];
    return wide.prefix < selector[end].prefix && prefixContains(wide, selector[end].address);
  });
}
