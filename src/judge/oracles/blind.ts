import { compare } from '../../base/text.ts';
import { type FactEvidence, latenessOf } from '../../evidence/evidence.ts';
import type { HostTimeline } from '../../evidence/tables/timeline.ts';
import type { Blindness } from '../../model/verdict.ts';
import { type Choices, queuedOf } from './choice.ts';

interface Window {
  readonly from: bigint;
  readonly to: bigint;
}

/**
 * For how long, and around how many changes of policies, no leak could be claimed of a packet: on hosts whose events are
 * recorded late, and on those that delay their packets after the choice of a policy. Undefined: never.
 */
export function blindness(evidence: FactEvidence, choices: Choices): Blindness | undefined {
  const late = { before: latenessOf(evidence), after: queuedOf(evidence) };
  const windows = evidence.timeline.hosts.map((host) => windowsOf(host, choices, host.exact ? exactly : late));
  const events = windows.reduce((sum, { length }) => sum + length, 0);
  if (events === 0) return undefined;
  return { ns: Number(windows.reduce((sum, one) => sum + covered(one), 0n)), events };
}

const exactly = { before: 0n, after: 0n };

function windowsOf(host: HostTimeline, choices: Choices, late: typeof exactly): Window[] {
  return policyChanges(host).flatMap((time) => {
    const window = { from: time - late.before, to: time + late.after + choices.delayAt(host.host, time).most };
    return window.from < window.to ? [window] : [];
  });
}

/** Times in order; a boundary whose dump shows what events told already is no change. */
function policyChanges({ policies, defaults }: HostTimeline): bigint[] {
  const moments = policies.flatMap(({ versions, ended }) => [
    ...versions.filter(({ source }) => source !== 'dump'),
    ...(ended && ended.reason !== 'unknown' ? [ended] : []),
  ]);
  const bySequence = new Map([...moments, ...defaults].map(({ sequence, time }) => [sequence, time]));
  return [...bySequence.values()].sort(compare);
}

/** Virtual nanoseconds of windows, which are in the order of their beginnings, each counted once. */
function covered(windows: readonly Window[]): bigint {
  let sum = 0n;
  let end: bigint | undefined;
  for (const { from, to } of windows) {
    const start = end !== undefined && end > from ? end : from;
    if (to > start) sum += to - start;
    if (end === undefined || to > end) end = to;
  }
  return sum;
}
