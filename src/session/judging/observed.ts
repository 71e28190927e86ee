import type { Attempt } from '../../evidence/attempt/attempt.ts';
import { spanOf } from '../../evidence/attempt/span.ts';
import { espTable } from '../../evidence/capture/esp-table.ts';
import { observedText } from '../../judge/observed/observed.ts';
import type { JudgedIncident } from '../../judge/oracles/incidents/judge-incidents.ts';
import type { LabFindings } from '../../judge/oracles/judge-facts.ts';
import type { Judgement, PutDerived } from '../../suites/format.ts';

/** What judging an attempt came to. */
interface Judged {
  readonly facts: LabFindings;
  readonly judgement: Judgement;
  readonly incidents: readonly JudgedIncident[];
  /** Its substrate takes captures. */
  readonly captured: boolean;
}

/**
 * Puts what those need who lay an attempt out into `derived/`: `observed.json`, the test's own `checks.json`, and
 * the keys of its ESP SAs for Wireshark.
 */
export function putObserved(put: PutDerived, attempt: Attempt, judged: Judged): void {
  const { facts, judgement, incidents, captured } = judged;
  const { verdict, checks, leaks = [] } = judgement;
  if (checks !== undefined) put('checks.json', `${JSON.stringify({ version: 2, checks }, undefined, 1)}\n`);
  const keys = espTable(attempt.timeline);
  if (keys.count > 0) put('wireshark-esp_sa.txt', keys.text);
  const span = spanOf(attempt.records);
  if (span === undefined) return;
  const { evidence, scenario } = attempt;
  const { links, nics } = scenario;
  const expected = attempt.damage.filter(({ file }) => captured || file === 'records');
  const damage = expected.map(({ file, message }) => ({ file, message }));
  const found = { leaks: [...facts.leaks, ...leaks], incidents, issues: verdict.issues };
  put('observed.json', observedText({ evidence, links, nics, ...span, damage, ...found }));
}
