import { join } from 'node:path';
import { readPlainJson } from '../../base/door/read.ts';
import type { Attempt } from '../../evidence/attempt/attempt.ts';
import { attemptSchema } from '../../model/attempt.ts';
import type { GoldenText } from '../../suites/format.ts';
import { goldenContent } from './golden-facts.ts';

/**
 * The `facts.json` that an attempt would pass with, where its scenario has one already, or where one is wanted anew.
 * Nothing comes of a lab that ended out of order: its facts are a part of those that the scenario has.
 */
export function goldenFactsText(attemptDir: string, attempt: Attempt, wantedAnew: boolean): GoldenText[] {
  const { facts } = attempt.scenario;
  if (facts === undefined && !wantedAnew) return [];
  const { end } = readPlainJson(join(attemptDir, 'attempt.json'), attemptSchema);
  if (end.word !== 'completed') return [];
  return [{ file: 'facts.json', content: goldenContent(attempt.evidence), before: facts }];
}
