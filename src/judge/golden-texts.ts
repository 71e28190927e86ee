import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { receivedText } from '../suite/libreswan/adaptations.ts';
import { readStored } from './stored-scenario.ts';

/** The text of one console as a reference would hold it. */
export interface GoldenText {
  /** Name in the scenario's folder, `<host>.console.txt`. */
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
