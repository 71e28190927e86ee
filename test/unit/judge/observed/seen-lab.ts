/** What judging left of evidence that a test made, on one link between west and east. */

import type { FactEvidence, SeenFrame } from '../../../../src/evidence/evidence.ts';
import { limits } from '../../../../src/judge/observed/limits.ts';
import { observedOf, type SeenLab } from '../../../../src/judge/observed/observed.ts';
import { judgeFacts } from '../../../../src/judge/oracles/judge-facts.ts';
import type { Observed } from '../../../../src/model/observed.ts';

/** The lab of `evidenceOf`, as the oracles judge it. */
export function labOf(evidence: FactEvidence, more: Partial<SeenLab> = {}): SeenLab {
  const { leaks, issues } = judgeFacts(evidence);
  return {
    evidence,
    links: ['test'],
    nics: [
      { host: 'west', mac: '02:00:00:00:00:01' },
      { host: 'east', mac: '02:00:00:00:00:02' },
    ],
    start: 0n,
    boot: -1_000_000n,
    end: 60_000_000_000n,
    damage: [],
    leaks,
    incidents: [],
    issues,
    ...more,
  };
}

export function observed(evidence: FactEvidence, more: Partial<SeenLab> = {}): Observed {
  return observedOf(labOf(evidence, more), limits);
}

/** Frames with the numbers that they would have in their capture. */
export function numbered(frames: readonly SeenFrame[]): SeenFrame[] {
  return frames.map((frame, index) => ({ ...frame, number: index + 1 }));
}
