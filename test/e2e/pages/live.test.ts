import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import type { ScenarioResult } from '../../../src/model/results.ts';
import { appendLiveResult, beginLiveResults } from '../../../src/store/live-results.ts';
import { RunFolder } from '../../../src/store/run-folder.ts';
import { lockRun } from '../../../src/store/run-lock.ts';
import { rebuildResults } from '../../../src/store/run-results.ts';
import { writeSampleRun } from '../../unit/store/index/sample-run.ts';
import { noBrowser, open, openBrowser } from './browser.ts';
import { runsFolder, Served } from './served.ts';

const skip = noBrowser;
const id = '2026-01-01_00-00-00-000_live';
const total = 80;

/** A run of which half has its results, as a session leaves it while it goes on. */
interface LiveRun {
  readonly runs: string;
  readonly dir: string;
  /** Those that are to come, in the order of the run's list. */
  readonly coming: ScenarioResult[];
}

async function liveRun(t: TestContext): Promise<LiveRun> {
  const runs = runsFolder(t);
  const names = Array.from({ length: total }, (_, index) => `test-${String(index).padStart(2, '0')}`);
  const words = Object.fromEntries(names.map((name, index) => [name, index % 4 === 0 ? 'minor' : 'passed'] as const));
  const { results } = writeSampleRun(runs, { id, words, ended: false });
  const dir = join(runs, id);
  const lock = await lockRun(dir, 'run');
  t.after(() => lock[Symbol.dispose]());
  beginLiveResults(dir, results.slice(0, total / 2));
  // Attempts that have no folder yet are not in a lab.
  for (const { name } of results.slice(total / 2 + 2)) rmSync(join(dir, 'attempts/s', name), { recursive: true });
  return { runs, dir, coming: results.slice(total / 2) };
}

const count = (page: Page): Promise<string | null> => page.locator('.count').textContent();

/** Wall milliseconds from writing a result to the frame that counts it. */
async function delayOf(page: Page, dir: string, result: ScenarioResult): Promise<number> {
  const shown = page.evaluate(() => {
    const before = document.querySelector('.count')?.textContent;
    return new Promise<number>((told) => {
      const look = (): void => {
        if (document.querySelector('.count')?.textContent === before) requestAnimationFrame(look);
        else told(Date.now());
      };
      look();
    });
  });
  // The page is looking now.
  await page.evaluate('1');
  const written = Date.now();
  appendLiveResult(dir, result);
  return (await shown) - written;
}

test('a run that goes on is on its page within a second, and what people do there stays as it is', {
  skip,
}, async (t) => {
  const { runs, dir, coming } = await liveRun(t);
  const served = await Served.start(t, runs);
  const browser = await openBrowser(t);
  const { page, complaints } = await open(browser, served.url(`runs/${id}/#?sort=name&q=test`));
  await page.getByText('2 in a lab, 38 waiting').waitFor();
  assert.equal(await page.locator('.running-names').textContent(), 'test-40, test-41');
  assert.equal(await count(page), '40 of 40');
  const list = page.locator('.tests .window');
  await list.evaluate((box) => box.scrollTo(0, 15 * 30 + 7));
  const search = page.locator('input[type=search]');
  await search.focus();
  const delays: number[] = [];
  for (const result of coming.splice(0, 5)) delays.push(await delayOf(page, dir, result));
  t.diagnostic(`from the write to the page: ${delays.join(', ')} ms`);
  assert.ok((delays.toSorted((a, b) => a - b)[2] as number) < 1000, `${delays}`);
  assert.equal(await count(page), '45 of 45');
  assert.equal(await page.locator('.total.word-minor .figure').textContent(), '12');
  assert.equal(await list.evaluate((box) => box.scrollTop), 15 * 30 + 7);
  assert.equal(await search.inputValue(), 'test');
  assert.equal(await page.evaluate('document.activeElement.type'), 'search');
  const top = list.locator('.window-row[data-index="15"] .name');
  assert.equal(await top.textContent(), 'test-15');
  // One that comes before what is seen does not move it.
  appendLiveResult(dir, { ...(coming[0] as ScenarioResult), name: 'atest' });
  await page.getByText('46 of 46').waitFor();
  assert.equal(await list.evaluate((box) => box.scrollTop), 16 * 30 + 7);
  for (const result of coming) appendLiveResult(dir, result);
  const folder = RunFolder.open(dir);
  folder.writeResults({ ...rebuildResults(folder), complete: true });
  await page.locator('.live-line').waitFor({ state: 'detached' });
  assert.deepEqual(complaints, []);
});

test('a server that is killed and started again costs a page nothing', { skip }, async (t) => {
  const { runs, dir, coming } = await liveRun(t);
  const served = await Served.start(t, runs);
  const browser = await openBrowser(t);
  const { page } = await open(browser, served.url(`runs/${id}/`));
  await page.getByText('running', { exact: true }).waitFor();
  appendLiveResult(dir, coming[0] as ScenarioResult);
  await page.getByText('41 of 41').waitFor();
  await served.kill();
  await page.getByText('server gone').waitFor();
  assert.equal(await count(page), '41 of 41');
  for (const result of coming.slice(1, 11)) appendLiveResult(dir, result);
  await served.start();
  await page.getByText('51 of 51').waitFor();
  await page.getByText('running', { exact: true }).waitFor();
  appendLiveResult(dir, coming[11] as ScenarioResult);
  await page.getByText('52 of 52').waitFor();
  const names = await page.evaluate(() => {
    const box = document.querySelector('.tests .window') as HTMLElement;
    box.style.height = '4000px';
    return new Promise<string[]>((told) =>
      requestAnimationFrame(() =>
        requestAnimationFrame(() =>
          told([...document.querySelectorAll('a.test .name bdi')].map((one) => one.textContent ?? '')),
        ),
      ),
    );
  });
  assert.deepEqual(
    names.toSorted(),
    Array.from({ length: 52 }, (_, index) => `test-${String(index).padStart(2, '0')}`),
  );
});

test('the list of runs follows them, and says when its server is gone', { skip }, async (t) => {
  const { runs, dir, coming } = await liveRun(t);
  const served = await Served.start(t, runs);
  const browser = await openBrowser(t);
  const { page } = await open(browser, served.url());
  await page.getByText('40 of 80').waitFor();
  await page.locator('.state.running').waitFor();
  appendLiveResult(dir, coming[0] as ScenarioResult);
  await page.getByText('41 of 80').waitFor();
  writeSampleRun(runs, { id: '2026-01-02_00-00-00-000_next', words: { a: 'passed' } });
  await page.getByText('2 of 2').waitFor();
  await served.kill();
  await page.getByText('server gone').waitFor();
  await served.start();
  await page.getByText('server gone').waitFor({ state: 'detached' });
});
