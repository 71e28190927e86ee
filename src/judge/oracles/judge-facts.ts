import { secondsText } from '../../base/text.ts';
import type { FactEvidence } from '../../evidence/evidence.ts';
import type { Discrepancy } from '../../evidence/tables/reconcile.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { Tolerance } from '../../model/tolerance.ts';
import type { FactSummary, Issue, ToleratedIssue } from '../../model/verdict.ts';
import { tolerating } from '../tolerating.ts';
import { blindness } from './blind.ts';
import { Choices } from './choice.ts';
import type { HalfOpen } from './half-open.ts';
import { judgeClear, type Leak } from './leaks.ts';
import { limited } from './limited.ts';
import { lostEvents } from './lost-events.ts';
import { comparePairs } from './pairs.ts';
import { judgeWire } from './wire-facts.ts';
import { spiText } from './words-of-facts.ts';

export interface FactFindings {
  readonly summary: FactSummary;
  readonly issues: readonly Issue[];
}

export interface LabFindings extends FactFindings {
  /** What would be issues, had the scenario not declared them. */
  readonly tolerated: readonly ToleratedIssue[];
  /** Every frame that the oracles found in clear, not only those that issues name. */
  readonly leaks: readonly Leak[];
}

/** All oracles over one attempt, with what its scenario declares. Pure; equal evidence gives equal findings. */
export function judgeFacts(evidence: FactEvidence, tolerances: readonly Tolerance[] = []): LabFindings {
  const choices = new Choices(evidence);
  const pairs = comparePairs(evidence);
  const wire = judgeWire(evidence, choices);
  const clear = judgeClear(evidence, choices);
  const lost = lostEvents(evidence, [...clear.unjudged, ...wire.unjudged]);
  const all = [
    ...evidence.timeline.discrepancies.map(discrepancyIssue),
    ...pairs.issues,
    ...wire.issues,
    ...clear.leaks.map(({ issue }) => issue),
    ...lost.issues,
  ];
  // Before there are too many of a kind: one that is declared must not stand for one that is not.
  const { issues, tolerated } = tolerating(all, tolerances);
  const blind = blindness(evidence, choices);
  const summary = {
    pairs: pairs.pairs,
    packets: wire.packets,
    halfOpen: pairs.halfOpen.map(halfOpenText),
    ...(blind && { blind }),
    ...(lost.texts.length > 0 && { eventsLost: lost.texts }),
  };
  return { summary, issues: limited(issues), tolerated: limited(tolerated), leaks: [...clear.leaks, ...wire.leaks] };
}

const meanings: Readonly<Record<Discrepancy['what'], string>> = {
  unannounced: 'is in a table, and no event told of it',
  vanished: 'is in no table any more, and no event told of its end',
  changed: 'has changed without an event',
  twice: 'was added while it was there',
  unheard: 'was deleted, and nothing had told of it before',
};

function discrepancyIssue({ host, table, what, key, fields }: Discrepancy): Issue {
  const which = fields ? ` (${fields.join(', ')})` : '';
  const message = `${table === 'sa' ? 'the SA' : 'the policy'} ${key} ${meanings[what]}${which}`;
  return issueOf('table-discrepancy', { host, message });
}

function halfOpenText({ host, sa, since, until, stays, excuse }: HalfOpen): string {
  const why = excuse === undefined ? 'without excuse' : typeof excuse === 'string' ? excuse : excuse.id;
  const end = stays ? ', to the end' : '';
  return `${host} ${sa.protocol} ${spiText(sa.spi)} ${sa.direction ?? ''} ${secondsText(Number(until - since) / 1e6)}${end}: ${why}`;
}
