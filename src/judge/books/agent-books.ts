import type { Attempt } from '../../evidence/attempt/attempt.ts';
import { captureFile, sentFrames } from '../../evidence/attempt/link-capture.ts';
import { decode } from '../../evidence/records/decode.ts';
import { issueOf } from '../../model/issue-kinds.ts';
import type { Issue } from '../../model/verdict.ts';

/** One line of a `books` frame: `link wan captured=3 received=3`. */
interface Line {
  readonly what: string;
  readonly name: string;
  readonly numbers: ReadonlyMap<string, number>;
}

/** What the agent counted and is not there. Nothing where it wrote no books, as earlier versions did not. */
export function countedByAgent(attempt: Attempt): Issue[] {
  const issues: Issue[] = [];
  for (const record of attempt.records.records) {
    const said = decode(record);
    if (said.type !== 'books') continue;
    const lines = said.lines.map(lineOf);
    issues.push(...linksOf(attempt, lines));
  }
  return issues;
}

function lineOf(text: string): Line {
  const [what = '', name = '', ...pairs] = text.split(' ');
  const numbers = pairs.map((pair) => pair.split('=')).map(([key = '', value]) => [key, Number(value)] as const);
  return { what, name, numbers: new Map(numbers) };
}

function linksOf(attempt: Attempt, lines: readonly Line[]): Issue[] {
  return attempt.scenario.links.flatMap((link): Issue[] => {
    const line = lines.find(({ what, name }) => what === 'link' && name === link);
    const open = (message: string): Issue[] => [issueOf('books-open', { file: captureFile(link), message })];
    if (line === undefined) return open('the books of the lab do not have this link');
    const { captured = 0, received = captured } = Object.fromEntries(line.numbers);
    const capture = attempt.capture(link);
    const stored = capture === undefined ? 0 : sentFrames(capture).length;
    if (stored !== captured) return open(`holds ${stored} frames, and ${captured} were written to it`);
    // A frame that comes between the two counts is in one of them.
    return received > captured ? open(`${received} frames went over the link, and ${captured} were captured`) : [];
  });
}
