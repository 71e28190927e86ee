import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { component } from '../../../src/store/layout.ts';
import { writeSampleRun } from '../../unit/store/index/sample-run.ts';
import { noBrowser, open, openBrowser } from './browser.ts';
import { compareData, historyData, lab, MadeReport, row, run, runsData, testData } from './samples.ts';
import { runsFolder, Served } from './served.ts';

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
  return made
    .add('run', made1)
    .add('test/1', testData(lab({ packets: 300, lines: 600, text }), text))
    .add('runs', runsData(30, text))
    .add('compare', compareData(text, true))
    .add('history', historyData(30, text));
}

/** Boxes that hold foreign text or stand beside it: where they are, to the pixel. */
const boxes: Readonly<Record<string, readonly string[]>> = {
  run: ['.bar', '.totals', '.controls', '.tests', '.tests .window', '.clusters'],
  matrix: ['.bar', '.grid-box'],
  compare: ['.bar', '.controls', '.compared', '.figures'],
  suite: ['.bar', '.controls'],
  history: ['.controls', '.plot'],
  runs: ['.bar', '.controls'],
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

/** The page of all runs from disk, where there is no server to listen to. */
const noServer = 'window.EventSource = class { addEventListener() {} close() {} }';

test('pages about several runs run, fetch and turn into a tag nothing either', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const made = report(new MadeReport(t), hostile);
  const all = report(new MadeReport(t), hostile).ofRuns();
  const tests = [0, 1, 2, 3, 4].map(
    (index) => `#/history/${encodeURIComponent(`made:${hostile(index).toWellFormed()} ${index}`)}`,
  );
  const urls = [all.url(), all.url(`#?q=${encodeURIComponent(hostile(0))}`)];
  for (const hash of ['#/compare', '#/suite/made', `#/suite/${encodeURIComponent(hostile(1))}`, ...tests]) {
    urls.push(made.url(hash), all.url(hash));
  }
  for (const url of urls) {
    const { page, complaints } = await open(browser, url, { init: noServer });
    for (const button of await page.locator('main button, summary').all())
      await button.click({ timeout: 2000 }).catch(() => {});
    assert.equal(await page.evaluate(caught), true, url);
    const addresses = await page
      .locator('main a')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    for (const address of addresses) assert.match(address ?? '', /^(?:#|index\.html#?|index\.html$)/, url);
    assert.deepEqual(complaints, [], url);
    await page.close();
  }
});

test('a server shows hostile names of tests, commands and versions as text', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const runs = runsFolder(t);
  // A name is a folder's, too: it has at most 255 bytes.
  const names = corpus.map((text, index) => `${text.slice(0, 60)}${index}`.toWellFormed());
  const words = Object.fromEntries(
    names.filter((name) => component(name).length < 255).map((name) => [name, 'minor' as const]),
  );
  writeSampleRun(runs, { id: '2026-01-01 \'"><img src=x onerror=caught=1>', words, kernel: hostile(0) });
  writeSampleRun(runs, { id: '2026-01-02', words: { ...words, [names[1] ?? '']: 'passed' }, kernel: hostile(1) });
  const served = await Served.start(t, runs);
  const history = `#/history/${encodeURIComponent(`s:${names[1]}`)}`;
  for (const path of ['', '#/compare', '#/suite/s', history, 'runs/2026-01-02/', `runs/2026-01-02/${history}`]) {
    const { page, complaints } = await open(browser, served.url(path));
    assert.equal(await page.evaluate(caught), true, path);
    assert.deepEqual(complaints, [], path);
    await page.close();
  }
  const { page } = await open(browser, served.url());
  await page.locator('.run-name a').last().click();
  await page.waitForSelector('a.test');
  for (let press = 0; press < Object.keys(words).length; press += 1) {
    await page.locator('.tests .window').focus();
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
  await page.waitForSelector('main.test h1');
  await page.locator('.to-history').click();
  await page.waitForSelector('.history-summary');
  assert.equal(await page.evaluate(caught), true);
});

test('hostile text moves nothing outside of the box that shows it', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const pages = [report(new MadeReport(t), harmless), report(new MadeReport(t), hostile)];
  const testOf = (text: typeof hostile): string => `#/test/${encodeURIComponent(`s:${text(0)}, ${text(1)} 0`)}`;
  const pastOf = (text: typeof hostile): string => `#/history/${encodeURIComponent(`made:${text(3)} 3`)}`;
  const views = [
    { hashes: ['', ''], selectors: boxes.run ?? [], relative: '' },
    { hashes: ['#/matrix', '#/matrix'], selectors: boxes.matrix ?? [], relative: '' },
    { hashes: [testOf(harmless), testOf(hostile)], selectors: boxes.lab ?? [], relative: '.lab' },
    { hashes: ['#/compare', '#/compare'], selectors: boxes.compare ?? [], relative: '' },
    { hashes: ['#/suite/made', '#/suite/made'], selectors: boxes.suite ?? [], relative: '' },
    { hashes: [pastOf(harmless), pastOf(hostile)], selectors: boxes.history ?? [], relative: '.plot' },
    { hashes: ['', ''], selectors: boxes.runs ?? [], relative: '', all: true },
  ];
  const all = [report(new MadeReport(t), harmless).ofRuns(), report(new MadeReport(t), hostile).ofRuns()];
  for (const { hashes, selectors, relative, ...more } of views) {
    const found: unknown[] = [];
    for (const [index, made] of ('all' in more ? all : pages).entries()) {
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
