import type { Issue, Verdict } from '../../model/verdict.ts';
import type { VerdictWord } from '../../model/words.ts';

/** Words by which a lab with faults counts as broken. A changed text is none, and what the harness could not do says nothing. */
const broken: ReadonlySet<VerdictWord> = new Set(['livelock', 'timeout', 'crash', 'leak', 'major']);

/** Words of which each message is a failure of its own: two crashes have two causes, and what they say tells them apart. */
const bySaying: ReadonlySet<VerdictWord> = new Set(['livelock', 'timeout', 'crash']);

/**
 * What a lab violated: equal texts are one failure, whichever message was hit. `undefined`: nothing. What oracles find are told apart by the kinds of
 * issues alone: one cause shows at one end or at both, with other counts and SPIs, each time. What they see decides; where they see nothing, it is the first
 * check of the test that failed.
 */
export function violationOf({ word, issues }: Pick<Verdict, 'word' | 'issues'>): string | undefined {
  if (!broken.has(word)) return undefined;
  const heavy = issues.filter((issue) => issue.word === word);
  const found = heavy.filter((issue) => !isCheck(issue));
  const parts = (found.length > 0 ? found : heavy.slice(0, 1)).map(partOf);
  return `${word}: ${[...new Set(parts)].sort().join(', ')}`;
}

/** Whether it is the test that asked. */
function isCheck({ kind }: Issue): boolean {
  return kind.startsWith('check-');
}

function partOf(issue: Issue): string {
  const { kind, word, host = '', message, file, line } = issue;
  if (bySaying.has(word)) return `${kind} ${host} ${message.replace(/0x[0-9a-f]+|\d[\d.]*/g, 'N')}`;
  return isCheck(issue) && line !== undefined ? `${kind} of ${file}:${line}` : kind;
}
