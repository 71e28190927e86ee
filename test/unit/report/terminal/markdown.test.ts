import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { marked } from 'marked';
import { visible, visibleLine } from '../../../../src/base/visible.ts';
import { markdownText, summaryBytes } from '../../../../src/report/terminal/markdown.ts';
import { codeBlock, inlineCode } from '../../../../src/report/terminal/markdown-text.ts';
import { hostileResults, hostileTexts, madeEnd, madeResult, madeResults } from '../made-results.ts';

const issue = { kind: 'half-open', word: 'major', message: 'no other host has the SA', host: 'west' } as const;

/** Tags of a rendered document. */
function tagsOf(html: string): string[] {
  return [...html.matchAll(/<(\/?[a-z][a-z0-9]*)/g)].map(([, tag = '']) => tag);
}

/** Characters of HTML's text. */
function decoded(html: string): string {
  const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };
  return html.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (_, decimal, hex, name) =>
    name === undefined
      ? String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16))
      : (named[name] ?? '?'),
  );
}

function rendered(markdown: string): string {
  return marked.parse(markdown, { async: false, gfm: true });
}

const texts = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: fc.constantFrom(...'<>&"\'`|\\*_[]()#-\n\t @:/.w1~'), maxLength: 60 }),
);

test('foreign text is shown as it is, in a sentence and in a table, and is never markup', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const code = inlineCode(text);
      for (const document of [`- ${code} after\n`, `| a | b |\n| - | - |\n| ${code} | x |\n`]) {
        const html = rendered(document);
        const [, shown = ''] = /<code>([^<]*)<\/code>/.exec(html) ?? [];
        assert.equal(decoded(shown).trim(), visibleLine(text.toWellFormed()).trim());
        const ours = ['ul', 'li', 'code', 'table', 'thead', 'tbody', 'tr', 'th', 'td'];
        assert.deepEqual(
          tagsOf(html).filter((tag) => !ours.includes(tag.replace('/', ''))),
          [],
        );
        assert.equal(html.match(/<t[dh]>/g)?.length ?? 4, 4);
      }
    }),
    { numRuns: 500 },
  );
});

test('an excerpt stays in its block', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const html = rendered(`before\n\n${codeBlock(text)}\nafter\n`);
      const [, shown = ''] =
        /^<p>before<\/p>\n<pre><code[^>]*>([^<]*)<\/code><\/pre>\n<p>after<\/p>\n$/.exec(html) ?? [];
      assert.equal(decoded(shown).trimEnd(), visible(text.toWellFormed()).trimEnd());
    }),
    { numRuns: 500 },
  );
});

test('the same elements stand in the summary of a hostile run, and no others', () => {
  const ours = new Set('h2 h3 p table thead tbody tr th td ul li code pre details summary'.split(' '));
  fc.assert(
    fc.property(hostileResults, (results) => {
      const html = rendered(markdownText(madeEnd(results)));
      const tags = tagsOf(html);
      assert.deepEqual(
        tags.filter((tag) => !ours.has(tag.replace('/', ''))),
        [],
      );
      assert.equal(tags.filter((tag) => tag === 'details').length, tags.filter((tag) => tag === '/details').length);
    }),
    { numRuns: 200 },
  );
});

test('totals come first, then what fails newly, in another way, and what has no past', () => {
  const results = madeResults(
    [
      madeResult({ name: 'fine' }),
      madeResult({ name: 'old', word: 'minor' }),
      madeResult({ name: 'gone', word: 'unsupported', change: 'changed' }),
      madeResult({ name: 'good', change: 'newly passing' }),
      madeResult({ name: 'new', word: 'major', expected: false, issues: [issue] }),
      madeResult({ name: 'worse', word: 'crash', expected: false, change: 'changed', issues: [issue] }),
      madeResult({
        name: 'broke',
        word: 'major',
        expected: false,
        change: 'newly failing',
        issues: [{ ...issue, excerpt: '-a\n+b' }],
      }),
    ],
    [{ suite: 'made', name: 'later' }],
  );
  const text = markdownText(madeEnd(results, { wallMs: 61_000, stopped: '3 not as expected' }));
  assert.equal(
    text.replaceAll('&#58;', ':').replaceAll('&#95;', '_'),
    `## stopped: 3 of 8 tests not as expected, 1 newly failing

| verdict | tests |
| --- | ---: |
| crash | 1 |
| major | 2 |
| minor | 1 |
| unsupported | 1 |
| passed | 2 |
| not run | 1 |

Tests by their issues: 3 differing SA

Stopped: <code>3 not as expected</code>

Run: <code>runs/one</code>, 1 min 01 s; its report: <code>runs/one/report/index.html</code>

### Newly failing: 1

<details><summary>major <code>made:broke</code> <code>no other host has the SA</code></summary>

<code>west</code>: <code>no other host has the SA</code>

\`\`\`text
-a
+b
\`\`\`

Files: <code>runs/one/attempts/made/broke/0</code>

Again: <code>./espalier run --seed 7 made:broke</code>

</details>


### Failing in another way: 1

<details><summary>crash <code>made:worse</code> <code>no other host has the SA</code></summary>

<code>west</code>: <code>no other host has the SA</code>

Files: <code>runs/one/attempts/made/worse/0</code>

Again: <code>./espalier run --seed 7 made:worse</code>

</details>


### Not as expected: 1

<details><summary>major <code>made:new</code> <code>no other host has the SA</code></summary>

<code>west</code>: <code>no other host has the SA</code>

Files: <code>runs/one/attempts/made/new/0</code>

Again: <code>./espalier run --seed 7 made:new</code>

</details>


### Not run: 1

- <code>made:later</code>

### Newly passing: 1

- <code>made:good</code>

### Changed, and as expected: 1

- unsupported <code>made:gone</code>

### Failing as in the baseline: 1

- minor <code>made:old</code>
`,
  );
});

test('a run in which nothing is wrong says so, and one that was interrupted does not', () => {
  const head = (text: string): string => text.slice(0, text.indexOf('\n'));
  assert.equal(head(markdownText(madeEnd(madeResults([madeResult()])))), '## 1 test, all as expected');
  const cut = madeResults([madeResult()], [{ suite: 'made', name: 'later' }]);
  assert.equal(head(markdownText(madeEnd(cut, { interrupted: true }))), '## interrupted: 1 of 2 tests not run');
  assert.equal(head(markdownText(madeEnd(madeResults([])))), '## no test has a result');
});

test('a summary of any run fits into what a job may have, ends whole, and counts what it leaves out', () => {
  const nasty = '|'.repeat(2000);
  const results = Array.from({ length: 3000 }, (_, at) =>
    madeResult({
      name: `${at}${nasty}`,
      word: 'major',
      expected: false,
      issues: Array.from({ length: 5 }, () => ({ ...issue, message: nasty, excerpt: `${nasty}\n`.repeat(50) })),
    }),
  );
  const text = markdownText(madeEnd(madeResults(results)));
  assert.ok(Buffer.byteLength(text) <= summaryBytes, `${Buffer.byteLength(text)} bytes`);
  assert.ok(Buffer.byteLength(text) > summaryBytes / 2);
  const shown = text.match(/<summary>|^- major/gm)?.length ?? 0;
  assert.match(
    text,
    new RegExp(
      `\nThis summary is full: ${3000 - shown} more entries are left out\\. The report of the run has all of them\\.\n$`,
    ),
  );
  assert.equal(text.match(/<details>/g)?.length, text.match(/<\/details>/g)?.length);
});
