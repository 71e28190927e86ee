import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What differs on a console, as a unified difference. */
export interface ConsoleDifference {
  /** Name of the reference. */
  readonly name: string;
  readonly text: string;
}

/** The differences that judging wrote; none where all is equal. */
export function readDifferences(attemptDir: string): ConsoleDifference[] {
  const derived = join(attemptDir, 'derived');
  const names = existsSync(derived) ? readdirSync(derived).sort() : [];
  return names
    .filter((name) => name.endsWith('.diff'))
    .map((name) => ({ name: name.replace(/diff$/, 'txt'), text: readFileSync(join(derived, name), 'utf8') }))
    .filter(({ text }) => text !== '');
}
