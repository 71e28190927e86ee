import type { Attempt } from '../../evidence/attempt/attempt.ts';

/** An attempt, and the names of all its files below its folder, in order. */
export interface StoredFiles {
  readonly attempt: Attempt;
  readonly names: ReadonlySet<string>;
}

/** Names of files in a folder of an attempt, as they are named there. */
export function namesIn(names: ReadonlySet<string>, folder: string): string[] {
  const start = `${folder}/`;
  return [...names].filter((name) => name.startsWith(start)).map((name) => name.slice(start.length));
}
