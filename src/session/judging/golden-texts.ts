import { join } from 'node:path';
import { readJson } from '../../base/files.ts';
import { attemptSchema } from '../../model/attempt.ts';
import type { GoldenText } from '../../suites/format.ts';
import { formatNamed } from '../../suites/formats.ts';
import { readAttemptRecords } from './attempt-files.ts';
import { goldenContent } from './golden-facts.ts';
import { observe } from './observe.ts';
import { readStored } from './stored-scenario.ts';

/** What references would have to hold for an attempt to pass; none where its format has no such. */
export function goldenTexts(attemptDir: string): GoldenText[] {
  const stored = readStored(attemptDir);
  return formatNamed(stored.format).golden?.(stored, attemptDir) ?? [];
}

/** The folder of an attempt's references, where its format says; `undefined`: it follows from the suite's tree. */
export function goldenFolder(attemptDir: string): string | undefined {
  const stored = readStored(attemptDir);
  return formatNamed(stored.format).folder?.(stored);
}

/**
 * The `facts.json` that an attempt would pass with, where its scenario has one already, or where one is wanted anew.
 * Nothing comes of a lab that ended out of order: its facts are a part of those that the scenario has.
 */
export function goldenFactsText(attemptDir: string, wantedAnew: boolean): GoldenText[] {
  const stored = readStored(attemptDir);
  if (stored.facts === undefined && !wantedAnew) return [];
  const { end } = readJson(join(attemptDir, 'attempt.json'), attemptSchema);
  if (end.word !== 'completed') return [];
  const { file } = readAttemptRecords(attemptDir, true);
  const { evidence } = observe(attemptDir, stored, { file, endedInOrder: true });
  return [{ file: 'facts.json', content: goldenContent(evidence), before: stored.facts }];
}
