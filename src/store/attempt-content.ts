import { attemptFileNames, readAttemptFile } from './attempt-files.ts';

/** What differs on a console, as a unified difference. */
export interface ConsoleDifference {
  /** Name of the reference. */
  readonly name: string;
  readonly text: string;
}

/** The differences that judging wrote; none where all is equal. */
export function readDifferences(attemptDir: string): ConsoleDifference[] {
  return differencesIn(attemptFileNames(attemptDir), (name) => readAttemptFile(attemptDir, name));
}

/** The same of an attempt whose files are known by name. */
export function differencesIn(
  names: Iterable<string>,
  read: (name: string) => Uint8Array | undefined,
): ConsoleDifference[] {
  const found = [...names].filter((name) => name.startsWith('derived/') && name.endsWith('.diff'));
  const text = (name: string): string => Buffer.from(read(name) ?? []).toString('utf8');
  return found
    .map((name) => ({ name: name.slice('derived/'.length).replace(/diff$/, 'txt'), text: text(name) }))
    .filter((difference) => difference.text !== '');
}
