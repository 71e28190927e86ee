import { isFileName } from '../../base/text.ts';

/** A line of TESTLIST. */
export interface ListedTest {
  readonly kind: string;
  readonly name: string;
  readonly status: string;
  /** In the file, from 1. */
  readonly line: number;
}

/** What is wrong with a line of TESTLIST. */
export interface ListProblem {
  readonly line: number;
  readonly message: string;
}

/**
 * Reads TESTLIST: blank-separated kind, name, status and at most one more field; `#` opens a
 * comment. Of two lines for one test the second counts, in the place of the first, and is a problem.
 */
export function parseTestlist(text: string): { readonly tests: ListedTest[]; readonly problems: ListProblem[] } {
  const tests = new Map<string, ListedTest>();
  const problems: ListProblem[] = [];
  for (const [index, whole] of text.split(/\r\n|\r|\n/).entries()) {
    const line = index + 1;
    const fields = whole.replace(/#.*$/s, '').split(/\s+/u).filter(Boolean);
    const [kind, name, status] = fields;
    if (kind === undefined) continue;
    if (name === undefined || status === undefined || fields.length > 4) {
      const count = fields.length > 4 ? 'too many' : 'too few';
      problems.push({ line, message: `${count} fields: ${whole.trim().slice(0, 300)}` });
    } else if (!isFileName(name)) {
      problems.push({ line, message: `${JSON.stringify(name.slice(0, 300))} is no name of a test` });
    } else {
      const first = tests.get(name);
      if (first !== undefined) problems.push({ line, message: `${name} is listed already, in line ${first.line}` });
      tests.set(name, { kind, name, status, line });
    }
  }
  return { tests: [...tests.values()], problems };
}
