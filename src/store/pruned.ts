import { join } from 'node:path';
import { z } from 'zod';
import { readPlainJsonIfPresent } from '../base/door/read.ts';
import { parseJson } from '../base/files.ts';

/** Mark of an attempt whose artifacts were removed by `espalier prune`; written before the first of them goes. */
export const prunedName = 'pruned.json';

const schema = z.object({
  version: z.literal(1),
  /** ISO 8601 wall date. */
  date: z.string(),
  /** The limit that the run was over, as it was given: `--older-than 30d`. */
  rule: z.string(),
});

export type PrunedFile = z.infer<typeof schema>;

/** Why an attempt has no artifacts. */
export interface Pruned extends PrunedFile {
  /** For people: `pruned on 2026-11-26 by --older-than 30d`. */
  readonly text: string;
}

/** Reads the mark; `undefined`: the attempt was not pruned. Raises an `infrastructure` error for one that cannot be read. */
export function readPruned(attemptDir: string): Pruned | undefined {
  const file = readPlainJsonIfPresent(join(attemptDir, prunedName), schema);
  return file && withText(file);
}

/** The same of the mark's text; `path` is named in errors. */
export function prunedOf(text: string, path: string): Pruned {
  return withText(parseJson(text, schema, path));
}

function withText(file: PrunedFile): Pruned {
  return { ...file, text: `pruned on ${file.date.slice(0, 10)} by ${file.rule}` };
}
