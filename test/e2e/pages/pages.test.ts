import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { noBrowser, open, openBrowser } from './browser.ts';
import { lab, MadeReport, row, run, testData } from './samples.ts';

const skip = noBrowser;
const rows = Array.from({ length: 40 }, (_, index) => row(index));
const testHash = `#/test/${encodeURIComponent('made:column 5, ikev2-algo-5')}`;

function made(t: TestContext): MadeReport {
  const text = (index: number): string => `words ${index}`;
  return new MadeReport(t).add('run', run(rows)).add('test/1', testData(lab({ packets: 200, lines: 400, text })));
}

/** Serves a folder on a loopback port; returns its address. */
async function serve(t: TestContext, dir: string): Promise<string> {
  const types: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', css: 'text/css' };
  const server = createServer(({ url = '/' }, response) => {
    const path = url === '/' ? '/index.html' : url;
    response.setHeader('content-type', types[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream');
    createReadStream(join(dir, path))
      .on('error', () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
}

test('every page opens from disk and from a server, without a word of complaint', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const report = made(t);
  const served = await serve(t, report.dir);
  for (const base of [report.url(), served]) {
    for (const [hash, wanted] of [
      ['', 'a.test'],
      ['#?word=major&q=algo', 'a.test'],
      ['#/matrix', 'table.grid a.cell'],
      [testHash, '.ladder .arrow'],
    ] as const) {
      const { page, complaints } = await open(browser, `${base}${hash}`);
      await page.waitForSelector(wanted);
      assert.deepEqual(complaints, [], `${base}${hash}`);
      await page.close();
    }
  }
});

test('no page has a serious finding of axe-core, in light and in dark, wide and narrow', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const report = made(t);
  for (const hash of ['', '#/matrix', testHash]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [1280, 390]) {
        const { page } = await open(browser, report.url(hash), { colorScheme, width });
        await page.evaluate(axe.source);
        const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults;
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        const told = serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
        assert.deepEqual(told, [], `${hash} ${colorScheme} ${width}`);
        assert.ok(await fits(page), `${hash} is wider than ${width} pixels`);
        await page.close();
      }
    }
  }
});

function fits(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth <= innerWidth');
}

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
