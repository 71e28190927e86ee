import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../src/base/errors.ts';

interface StoredResults {
  readonly results: readonly {
    readonly name: string;
    readonly attempts: readonly { readonly time?: { readonly wallMs: number } }[];
  }[];
}

/** A lab of a stored run. */
export interface StoredLab {
  readonly name: string;
  readonly wallMs: number;
}

/** The first lab of each test of a stored run. Throws `usage` where there is none. */
export function storedLabs(run: string): StoredLab[] {
  const { results } = JSON.parse(readFileSync(join(run, 'results.json'), 'utf8')) as StoredResults;
  const labs = results.flatMap(({ name, attempts: [first] }) => {
    return first?.time === undefined ? [] : [{ name, wallMs: first.time.wallMs }];
  });
  if (labs.length === 0) throw new EspalierError('usage', `no lab of ${run} has a time`);
  return labs;
}
