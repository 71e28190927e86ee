import type { Verdict } from '../../model/verdict.ts';
import type { VerdictWord } from '../../model/words.ts';

/** Words by which a lab with faults counts as broken. A changed text is none, and what the harness could not do says nothing. */
const broken: ReadonlySet<VerdictWord> = new Set(['livelock', 'timeout', 'crash', 'leak', 'major']);

/** What a lab violated: equal texts are one failure, whichever message was hit. `undefined`: nothing. */
export function violationOf({ word, issues }: Pick<Verdict, 'word' | 'issues'>): string | undefined {
  if (!broken.has(word)) return undefined;
  const parts = issues
    .filter((issue) => issue.word === word)
    .map(({ kind, host = '', message }) => `${kind} ${host} ${message.replace(/0x[0-9a-f]+|\d[\d.]*/g, 'N')}`);
  return `${word}: ${[...new Set(parts)].sort().join('; ')}`;
}
