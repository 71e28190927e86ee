import { attemptFileNames, readAttemptFile } from './attempt-files.ts';

/** What differs on a console, as a unified difference. */
export interface ConsoleDifference {
  /** Name of the reference. */
  readonly name: string;
  readonly text: string;
}

/** The differences that judging wrote; none where all is equal. */
export function readDifferences(attemptDir: string): ConsoleDifference[] {
  return [...attemptFileNames(attemptDir, 'derived')]
    .filter((name) => name.endsWith('.diff'))
    .map((name) => ({
      name: name.replace(/diff$/, 'txt'),
      text: readAttemptFile(attemptDir, `derived/${name}`)?.toString('utf8') ?? '',
    }))
    .filter(({ text }) => text !== '');
}
