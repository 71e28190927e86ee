import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import type { LadderRow, TestData } from '../../../src/report/page/data.ts';
import { passing, Sandbox } from '../sandbox.ts';
import { noBrowser, open, openBrowser } from './browser.ts';
import { compareData, historyData, lab, MadeReport, row, run, runsData, testData } from './samples.ts';
import { Served } from './served.ts';

const skip = noBrowser;
const rows = Array.from({ length: 40 }, (_, index) => row(index));
const pastHash = `#/history/${encodeURIComponent('made:words 2 2')}`;
const testHash = `#/test/${encodeURIComponent('made:column 5, ikev2-algo-5')}`;

function made(t: TestContext): MadeReport {
  const text = (index: number): string => `words ${index}`;
  return new MadeReport(t)
    .add('run', run(rows))
    .add('test/1', testData(lab({ packets: 200, lines: 400, text })))
    .add('runs', runsData(9))
    .add('compare', compareData(undefined, true))
    .add('history', historyData(12));
}

/** Two runs of a small suite, with the report of the later one beside its own address on a server. */
async function servedRuns(
  t: TestContext,
): Promise<{ readonly served: Served; readonly id: string; readonly report: string }> {
  const box = new Sandbox(t).add({ a: passing(), b: passing() });
  await box.run();
  box.add({ a: passing('echo now', 'then\n') });
  await box.run();
  const [first = '', second = ''] = box.runs();
  const written = await box.espalier('report', second, '--compare', first, '--history');
  assert.equal(written.code, 0, written.stderr);
  const runs = join(box.dir, 'espalier-runs');
  const report = pathToFileURL(join(runs, second, 'report', 'index.html')).href;
  return { served: await Served.start(t, runs), id: second, report };
}

const key = encodeURIComponent('libreswan:a');
/** Pages of a run, and what is to be seen on each. */
const runPages = [
  ['', 'a.test'],
  ['#?word=minor&q=a', 'a.test'],
  [`#/test/${key}`, '.ladder .here, .console .output-row'],
  ['#/compare', '.differences a'],
  [`#/history/${key}`, '.plot .point'],
  ['#/suite/libreswan', '.strip-of-runs .word-minor'],
] as const;

test('every page opens from disk and from the server, without a word of complaint', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const { served, id, report } = await servedRuns(t);
  const pages = [
    ...runPages.map(([hash, wanted]) => [`${report}${hash}`, wanted]),
    ...runPages.map(([hash, wanted]) => [served.url(`runs/${id}/${hash}`), wanted]),
    ...runPages.slice(3).map(([hash, wanted]) => [served.url(hash), wanted]),
    [served.url(), '.run-name a'],
    [made(t).url('#/matrix'), 'table.grid a.cell'],
    [made(t).url(testHash), '.ladder .arrow'],
  ] as [string, string][];
  for (const [url, wanted] of pages) {
    const { page, complaints } = await open(browser, url);
    await page.locator(wanted).first().waitFor();
    assert.deepEqual(complaints, [], url);
    await page.close();
  }
});

test('a test is reached from every page about it, and its files are there', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const { served, id } = await servedRuns(t);
  const { page } = await open(browser, served.url());
  await page.locator('.run-name a').first().click();
  await page.waitForSelector('a.test');
  await page.locator('a.test').first().click();
  await page.locator('.to-history').click();
  await page.locator('.verdict-cell a').first().click();
  await page.waitForSelector('main.test h1');
  assert.match(page.url(), new RegExp(`/runs/${id}/#/test/libreswan%3Aa$`));
  await page.locator('.downloads summary').click();
  const download = page.waitForEvent('download');
  await page.locator('.downloads a', { hasText: 'links.pcapng' }).click();
  assert.equal((await download).suggestedFilename(), 'links.pcapng');
  await page.getByRole('link', { name: 'Runs' }).click();
  await page.getByRole('link', { name: 'compare' }).first().click();
  await page.locator('.differences .test-cell a').click();
  await page.waitForSelector('main.test h1');
  await page.getByRole('link', { name: 'Compare' }).click();
  await page
    .getByText('1 newly failing')
    .or(page.locator('.of-newly-failing', { hasText: '1' }))
    .waitFor();
});

test('several runs stand side by side, and tests are filtered by what was found in them', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const box = new Sandbox(t).add({ a: passing(), b: passing() });
  await box.run();
  box.add({ a: passing('echo now', 'then\n') });
  await box.run();
  box.add({ b: passing('echo now', 'then\n') });
  await box.run();
  const [first = '', second = '', third = ''] = box.runs();
  const served = await Served.start(t, join(box.dir, 'espalier-runs'));
  const { page, complaints } = await open(browser, served.url(`#/compare?before=${first}&now=${third}`));
  await page.getByLabel('also').selectOption(second);
  await page.locator('.compared', { hasText: '3 runs, 2 tests in all of them' }).waitFor();
  const strips = page.locator('.strip-of-runs');
  assert.deepEqual(await strips.allTextContents(), ['✓△△', '✓✓△']);
  const counts = page.locator('section[aria-label="tests by their issues"]').first().locator('tbody tr');
  const texts = await counts.allTextContents();
  assert.deepEqual(
    texts.map((text) => text.slice(-1)),
    [first.slice(-1), '1', '2'],
  );
  await strips.first().locator('a').last().click();
  await page.waitForSelector('main.test h1');
  assert.ok(page.url().includes(`/runs/${third}/#/test/libreswan%3Aa`));
  await page.goBack();
  await page.getByRole('button', { name: 'remove' }).click();
  await page.waitForSelector('.strip-of-runs', { state: 'detached' });
  await page.goto(served.url(`runs/${second}/`));
  await page.getByRole('button', { name: /differing output/ }).click();
  await page.locator('.count', { hasText: '1 of 2' }).waitFor();
  assert.match(page.url(), /category=differing-output/);
  assert.deepEqual(complaints, []);
  const written = await box.espalier('report', third, '--compare', first, '--compare', second);
  assert.equal(written.code, 0, written.stderr);
  const report = pathToFileURL(join(box.dir, 'espalier-runs', third, 'report', 'index.html')).href;
  const disk = await open(browser, `${report}#/compare`);
  await disk.page.locator('.compared', { hasText: '3 runs, 2 tests in all of them' }).waitFor();
  assert.equal(await disk.page.getByLabel('also').count(), 0);
});

test('a page from disk connects to nothing', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const init = "window.EventSource = class { constructor() { document.title = 'connected'; } }";
  for (const hash of ['', '#/compare', '#/suite/made']) {
    const { page } = await open(browser, made(t).url(hash), { init });
    assert.notEqual(await page.title(), 'connected', hash);
  }
});

test('no page has a serious finding of axe-core, in light and in dark, wide and narrow', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const report = made(t);
  const all = made(t).ofRuns();
  const urls = ['', '#/matrix', testHash, '#/compare', '#/suite/made', pastHash].map((hash) => report.url(hash));
  for (const url of [...urls, all.url()]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [1280, 390]) {
        const { page } = await open(browser, url, { colorScheme, width });
        await page.evaluate(axe.source);
        const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults;
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        const told = serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
        assert.deepEqual(told, [], `${url} ${colorScheme} ${width}`);
        assert.ok(await fits(page), `${url} is wider than ${width} pixels`);
        await page.close();
      }
    }
  }
});

function fits(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth <= innerWidth');
}

test('a death stands on the ruler and in the ladder, one that the test means in another way; reasons are shown', {
  skip,
}, async (t) => {
  const browser = await openBrowser(t);
  const small = lab({ packets: 20, lines: 0 });
  const incident = { kind: 'incident', from: 1, text: 'pluto died of SIGSEGV' } as const;
  const rows: LadderRow[] = [
    { ...incident, t: 20_000 },
    { ...incident, t: 21_000, flags: ['tolerated'], details: ['bug 1'] },
    { ...incident, t: 22_000, from: -1, text: 'the kernel reports: BUG: x' },
  ];
  const data: TestData = {
    ...testData({ ...small, ladder: [...small.ladder, ...rows], end: 23_000 }),
    tolerated: [{ kind: 'died', word: 'crash', message: 'pluto died', where: ['west'], excerpt: [], why: 'bug 1' }],
  };
  const report = new MadeReport(t).add('run', run(rows.map((_, index) => row(index)))).add('test/1', data);
  const { page, complaints } = await open(
    browser,
    report.url(`#/test/${encodeURIComponent('made:column 1, ikev2-algo-1')}`),
  );
  await page.locator('.issue.tolerated', { hasText: 'bug 1' }).waitFor();
  // The kernel is of all hosts.
  assert.equal(await page.locator('.strip .mark.k-incident').count(), 4);
  assert.equal(await page.locator('.strip .mark.k-incident.tolerated').count(), 1);
  assert.deepEqual(await page.locator('.ladder-row.k-incident .text').allTextContents(), [
    'pluto died of SIGSEGV',
    'toleratedpluto died of SIGSEGV',
    'the kernel reports: BUG: x',
  ]);
  assert.equal(await page.locator('.ladder-row.k-incident .dot').count(), 2);
  assert.deepEqual(complaints, []);
});

test('filters, keys and clusters narrow the list, and the address remembers', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const { page } = await open(browser, made(t).url());
  const count = (): Promise<string | null> => page.locator('.count').textContent();
  assert.equal(await count(), '40 of 40');
  await page.keyboard.press('/');
  await page.keyboard.type('algo-3');
  assert.equal(await count(), '11 of 40');
  await page.locator('button.total.word-major').click();
  assert.equal(await count(), '1 of 40');
  assert.match(page.url(), /#\?word=major&q=algo-3$/);
  await page.getByText('show all').click();
  await page.locator('button.cluster').click();
  assert.equal(await count(), '2 of 40');
  await page.getByText('show all').click();
  await page.locator('.tests .window').focus();
  for (let press = 0; press < 3; press += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForSelector('main.test h1');
  await page.keyboard.press('Escape');
  await page.waitForSelector('a.test');
});

test('what is pointed at in one pane is brought into view in the others', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const { page } = await open(browser, made(t).url(testHash));
  await page.locator('.ladder .window').evaluate((box) => box.scrollTo(0, 22 * 150));
  await page.locator('.ladder .window-row[data-index="150"]').click();
  assert.equal(await page.locator('.now').textContent(), '+0.150000');
  await page.locator('.console .here').first().waitFor();
  const before = await page.locator('.ladder .window').evaluate((box) => box.scrollTop);
  await page.locator('.issue .moment').click();
  assert.equal(await page.locator('.now').textContent(), '+0.003000');
  await page.locator('.ladder .here').waitFor();
  assert.ok((await page.locator('.ladder .window').evaluate((box) => box.scrollTop)) < before);
  await page.locator('[role=tab]', { hasText: 'SAs' }).click();
  await page.locator('.sa-row').first().waitFor();
});

test('a data file that is missing, or of another version, is told and costs no other page', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const later = { ...testData(lab({ packets: 1, lines: 1 })), version: 2 };
  const report = made(t)
    .add('run', run([row(0, { page: 'test/none' }), row(1), ...rows.slice(2)]))
    .add('test/1', later);
  for (const [index, words] of [
    [0, 'data/test/none.js is missing or cannot be read'],
    [1, 'data/test/1.js is not of version 1, which this page shows'],
  ] as const) {
    const hash = `#/test/${encodeURIComponent(`made:column ${index}, ikev2-algo-${index}`)}`;
    const { page } = await open(browser, report.url(hash));
    await page.getByText(words).waitFor();
    await page.locator('.bar nav a').first().click();
    await page.waitForSelector('a.test');
  }
});
