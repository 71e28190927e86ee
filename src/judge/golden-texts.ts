import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../base/files.ts';
import { attemptSchema } from '../store/schemas.ts';
import { receivedText } from '../suite/libreswan/adaptations.ts';
import { readAttemptRecords } from './attempt-files.ts';
import { goldenContent } from './golden-facts.ts';
import { observe } from './observe.ts';
import { readStored } from './stored-scenario.ts';

/** The text of one console, or the facts, as a reference would hold them. */
export interface GoldenText {
  /** Name in the scenario's folder, `<host>.console.txt` or `facts.json`. */
  readonly file: string;
  readonly content: Uint8Array;
  /** SHA-256 of the reference that the attempt was made with; `undefined`: there was none. */
  readonly before: string | undefined;
}

/**
 * What references would have to hold for an attempt to pass: its sanitized consoles, as the suite's own driver would
 * have got them. So adaptations of received text are applied; judging applies the same ones before it says that texts differ.
 */
export function goldenTexts(attemptDir: string): GoldenText[] {
  return readStored(attemptDir).expectations.flatMap(({ file, expected, rewrites }) => {
    const derived = join(attemptDir, 'derived', file);
    if (!existsSync(derived)) return [];
    const needed = receivedText().filter(({ id }) => rewrites.includes(id));
    const text = needed.reduce((received, { rewrite }) => rewrite(received), readFileSync(derived, 'latin1'));
    return [{ file, content: Buffer.from(text, 'latin1'), before: expected }];
  });
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
