import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { noBrowser, open, openBrowser } from './browser.ts';
import { lab, MadeReport, row, run, testData } from './samples.ts';

const skip = noBrowser;

/** Text that wants to be more than text, or to be somewhere else. */
const corpus: readonly string[] = [
  '<img src=x onerror="window.caught=1">',
  '</script><script>window.caught=1</script>',
  '<svg/onload=window.caught=1>',
  '"><iframe srcdoc="<script>parent.caught=1</script>">',
  'javascript:window.caught=1',
  '{{constructor.constructor("window.caught=1")()}}',
  '<style>*{display:none!important}</style>',
  '<base href="https://elsewhere.example/">',
  '<meta http-equiv="refresh" content="0;url=https://elsewhere.example/">',
  '\u001b]8;;javascript:window.caught=1\u0007link\u001b]8;;\u0007',
  '\u001b[2J\u001b[H\u001b[31mred',
  '\u009b31m\u009d0;title\u009c',
  '\u202e\u2066\u2067 detrever \u202a\u200f',
  `a${'\u0300\u0301\u0316\u0489'.repeat(400)}`,
  'W'.repeat(4000),
  '\n'.repeat(500),
  '\u0000\u0007\u0008\u007f',
  '__proto__',
  'constructor',
  '\ud800 lone',
  '\ufdfd'.repeat(200),
  '&lt;b&gt;&#x3c;',
  'url(https://elsewhere.example/x.png)',
  '‮‭⁦⁩\t\t\t\u2028\u2029',
];

const hostile = (index: number): string => corpus[index % corpus.length] as string;
const harmless = (index: number): string => `harmless ${index}`;

function report(made: MadeReport, text: (index: number) => string): MadeReport {
  const tests = Array.from({ length: 60 }, (_, index) =>
    row(index, { name: `${text(index)}, ${text(index + 1)} ${index}`, why: text(index + 2), suite: 's' }),
  );
  const all = run(tests);
  const clusters = [{ lines: corpus.map((_, index) => text(index)), tests: [0, 1] }];
  const made1 = { ...all, facts: [[text(0), text(1)]], clusters, id: text(13) };
  return made.add('run', made1).add('test/1', testData(lab({ packets: 300, lines: 600, text }), text));
}

/** Boxes that hold foreign text or stand beside it: where they are, to the pixel. */
const boxes: Readonly<Record<string, readonly string[]>> = {
  run: ['.bar', '.totals', '.controls', '.tests', '.tests .window', '.clusters'],
  matrix: ['.bar', '.grid-box'],
  lab: ['.lab-head', '.strip', '.panes', '.ladder', '.ladder-head', '.ladder .window', '.details', '.tabs', '.console'],
};

function places(page: Page, selectors: readonly string[], relative = ''): Promise<unknown> {
  return page.evaluate(
    ([list, base]) => {
      const origin = base === '' ? 0 : (document.querySelector(base as string)?.getBoundingClientRect().top ?? 0);
      return (list as string[]).map((selector) => {
        const { left, top, width, height } = document.querySelector(selector)?.getBoundingClientRect() ?? new DOMRect();
        return [selector, left, top - origin, width, height].join(' ');
      });
    },
    [selectors, relative] as const,
  );
}

const caught =
  'window.caught === undefined && document.querySelector("main script, main iframe, main img, main style") === null';

test('nothing in any text is run, fetched or turned into a tag', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const made = report(new MadeReport(t), hostile);
  for (let index = 0; index < corpus.length; index += 6) {
    const key = encodeURIComponent(`s:${hostile(index).toWellFormed()}, ${hostile(index + 1).toWellFormed()} ${index}`);
    for (const hash of ['', '#/matrix', `#/test/${key}`, `#?q=${encodeURIComponent(hostile(index).toWellFormed())}`]) {
      const { page, complaints } = await open(browser, made.url(hash));
      for (const tab of await page.locator('[role=tab]').all()) await tab.click();
      for (const button of await page.locator('.fold, .cluster').all())
        await button.click({ timeout: 2000 }).catch(() => {});
      assert.equal(await page.evaluate(caught), true, hash);
      assert.deepEqual(complaints, [], hash);
      await page.close();
    }
  }
});

test('hostile text moves nothing outside of the box that shows it', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const pages = [report(new MadeReport(t), harmless), report(new MadeReport(t), hostile)];
  const testOf = (text: typeof hostile): string => `#/test/${encodeURIComponent(`s:${text(0)}, ${text(1)} 0`)}`;
  const views = [
    { hashes: ['', ''], selectors: boxes.run ?? [], relative: '' },
    { hashes: ['#/matrix', '#/matrix'], selectors: boxes.matrix ?? [], relative: '' },
    { hashes: [testOf(harmless), testOf(hostile)], selectors: boxes.lab ?? [], relative: '.lab' },
  ];
  for (const { hashes, selectors, relative } of views) {
    const found: unknown[] = [];
    for (const [index, made] of pages.entries()) {
      const { page } = await open(browser, made.url(hashes[index]));
      found.push(await places(page, selectors, relative));
      assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, hashes[index]);
      await page.close();
    }
    assert.deepEqual(found[1], found[0]);
  }
});

test('a script that gets into the page is refused by its policy, and so is markup as text', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const { page } = await open(browser, report(new MadeReport(t), hostile).url());
  const refused = await page.evaluate(() => {
    const attempts: (() => unknown)[] = [
      () => Object.assign(document.createElement('div'), { innerHTML: '<b>x</b>' }),
      () => Object.assign(document.createElement('script'), { src: 'data/run.js' }),
      () => document.createElement('img').setAttribute('onerror', 'window.caught = 1'),
      () => Object.assign(document.createElement('iframe'), { srcdoc: '<b>x</b>' }),
    ];
    return attempts.map((attempt) => {
      try {
        attempt();
        return 'done';
      } catch (error) {
        return (error as Error).name;
      }
    });
  });
  assert.deepEqual(refused, ['TypeError', 'TypeError', 'TypeError', 'TypeError']);
});
