import fc from 'fast-check';
import type { Results, ScenarioResult } from '../../../src/model/results.ts';
import { keyOf } from '../../../src/model/scenario.ts';
import { verdictWords } from '../../../src/model/words.ts';
import type { ReportEnd } from '../../../src/report/reporter.ts';
import { summarize } from '../../../src/results/results.ts';

/** A result; what is not given is of no account. */
export function madeResult(more: Partial<ScenarioResult> = {}): ScenarioResult {
  return {
    suite: 'made',
    name: 'one',
    status: 'good',
    hosts: ['east', 'west'],
    word: 'passed',
    upstream: 'passed',
    expected: true,
    adapted: [],
    passesOnlyAdapted: false,
    issues: [],
    attempts: [{ attempt: 0, word: 'passed' }],
    ...more,
  };
}

/** Results of a run that had more to do. */
export function madeResults(results: readonly ScenarioResult[], pending: Results['pending'] = []): Results {
  const scenarios = [...results, ...pending].map(({ suite, name }) => ({ suite, name, status: 'good', hosts: [] }));
  return summarize('2026-01-01_00-00-00-000_made', scenarios, results);
}

export function madeEnd(results: Results, more: Partial<ReportEnd> = {}): ReportEnd {
  const rerun = { options: ['--seed', '7'], paths: {} };
  return { dir: `${process.cwd()}/runs/one`, results, interrupted: false, rerun, ...more };
}

/** What tests and daemons write, with everything that a reader could take for its own. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '\x1b]0;evil\x07\x1b[31m<script>alert(1)</script>',
  ']]>&amp;<!-- --><![CDATA[',
  'a\\|b|c\\',
  '`` ` ``` ````',
  '```\n</details>\n# big\n~~~',
  '[x](https://evil.example) ![y](http://evil.example/z.png) www.evil.example <https://evil.example>',
  '@everyone #1 user@evil.example :+1: $x$ GH-1',
  '| --- | :-: |\n1. one\n- two\n> three\n    four\n---',
  '\u202e\u2066\ufeff\ufffe\uffff\ud800 \udc00\u0000\u0085\u2028',
  '*a* _b_ ~~c~~ **d**\\*',
  '&#60;b&#62; &lt;i&gt;',
];

const hostile = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...'<>&"\'`|\\*_[]()#-\n\t @:/.w1'), maxLength: 40 }),
);

const word = fc.constantFrom(...verdictWords);

const issue = fc.record(
  {
    kind: hostile,
    word,
    message: hostile,
    host: hostile,
    file: hostile,
    command: hostile,
    excerpt: hostile,
    line: fc.nat(),
  },
  { requiredKeys: ['kind', 'word', 'message'] },
);

/** Results in which every text is hostile. */
export const hostileResults: fc.Arbitrary<Results> = fc
  .array(
    fc.record({
      suite: hostile,
      name: hostile,
      word,
      expected: fc.boolean(),
      issues: fc.array(issue, { maxLength: 4 }),
    }),
    { maxLength: 6 },
  )
  .map((parts) => {
    const all = [...new Map(parts.map((part) => [keyOf(part), madeResult(part)])).values()];
    const done = Math.ceil(all.length / 2);
    return madeResults(all.slice(0, done), all.slice(done));
  });
