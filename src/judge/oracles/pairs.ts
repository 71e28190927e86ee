import { compare } from '../../base/text.ts';
import type { FactEvidence } from '../../evidence/evidence.ts';
import { type Tables, tablesAt } from '../../evidence/tables/tables.ts';
import type { Issue } from '../../model/verdict.ts';
import { type Disagreement, disagreementIssues, disagreementsOf } from './disagreements.ts';
import { type HalfOpen, halfOpenIssue, halfOpenOf } from './half-open.ts';
import { momentsOf } from './moments.ts';
import { type HostTables, pairUp, type SingleEnd } from './pair-up.ts';
import { Standing } from './standing.ts';

/** What the two-ended check found. */
export interface PairFindings {
  readonly pairs: number;
  /** In the order in which they were over. */
  readonly halfOpen: readonly HalfOpen[];
  readonly issues: readonly Issue[];
}

/**
 * Compares both ends of every ESP and AH SA, from the first command boundary to the end of what is judged. Ends are found by
 * protocol and SPI; addresses may differ where NAT stands between, which shows by UDP or TCP encapsulation.
 */
export function comparePairs(evidence: FactEvidence): PairFindings {
  const { hosts } = evidence.timeline;
  const single = new Standing<SingleEnd>();
  const disagreements = new Standing<Disagreement>();
  const pairs = new Set<string>();
  let last: readonly Tables[] | undefined;
  let now = compared([]);
  for (const { sequence, time } of momentsOf(evidence)) {
    const tables = hosts.map((host) => tablesAt(host, sequence));
    const unchanged = last?.every((one, index) => one === tables[index]);
    if (!unchanged) {
      now = compared(hosts.map(({ host }, index) => ({ host, ...(tables[index] as Tables) })));
      for (const key of now.pairs) pairs.add(key);
    }
    last = tables;
    single.see(now.single, time);
    disagreements.see(now.disagreements, time);
  }
  const halfOpen = inOrderOfEnd(single.spans.map((span) => halfOpenOf(span, evidence)));
  const lonely = halfOpen.filter(({ excuse }) => excuse === undefined).map((half) => halfOpenIssue(half, evidence));
  const differing = disagreementIssues(disagreements.spans, evidence);
  return { pairs: pairs.size, halfOpen, issues: [...differing, ...lonely] };
}

interface Compared {
  /** The names of pairs. */
  readonly pairs: readonly string[];
  readonly single: ReadonlyMap<string, SingleEnd>;
  readonly disagreements: ReadonlyMap<string, Disagreement>;
}

function compared(hosts: readonly HostTables[]): Compared {
  const { pairs, single } = pairUp(hosts);
  const disagreements = new Map<string, Disagreement>();
  for (const [key, ends] of pairs) {
    for (const one of disagreementsOf(ends)) disagreements.set(`${key} ${one.what}`, one);
  }
  return { pairs: [...pairs.keys()], single, disagreements };
}

function inOrderOfEnd(all: readonly HalfOpen[]): HalfOpen[] {
  return all.toSorted((a, b) => Number(a.stays) - Number(b.stays) || (a.stays ? 0 : compare(a.until, b.until)));
}
