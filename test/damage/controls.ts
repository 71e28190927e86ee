import type { Damage, Damaged } from './damage.ts';
import { editCapture } from './edit-captures.ts';
import { printedLines, replaceLine } from './edit-output.ts';
import { editPolicies, editSas } from './edit-tables.ts';
import type { StoredAttempt } from './stored-attempt.ts';

type Files = Damaged['files'];

/** Files written anew by what all damages are made with, and nothing changed: what is found then is the tool's own. */
const rewrites: readonly { readonly id: string; readonly files: (attempt: StoredAttempt) => Files | undefined }[] = [
  { id: 'rewrite-sas', files: ({ records }) => editSas(records, { ...everything, change: (sa) => [sa] }) },
  {
    id: 'rewrite-policies',
    files: ({ records }) => editPolicies(records, { ...everything, change: (policy) => [policy] }),
  },
  {
    id: 'rewrite-output',
    files: ({ records }) => {
      const [line] = printedLines(records, 0);
      return line && replaceLine(records, line, line.output.slice(line.start, line.end));
    },
  },
  {
    id: 'rewrite-captures',
    files: (attempt) => {
      return new Map([...attempt.captures.keys()].flatMap((file) => [...editCapture(attempt, file, (all) => all)]));
    },
  },
];

const everything = { host: 0, chosen: () => true, consistent: true };

export const controls: readonly Damage[] = rewrites.map(({ id, files }) => ({
  id,
  expected: 'passed',
  why: 'nothing is changed',
  apply: (attempt) => {
    const written = files(attempt);
    return written && { files: written, where: '' };
  },
}));
