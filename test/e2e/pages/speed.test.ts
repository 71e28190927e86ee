import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { noBrowser, open, openBrowser } from './browser.ts';
import { lab, MadeReport, row, run, testData } from './samples.ts';

const skip = noBrowser;
/** What is told is the median of so many rounds; one is enough to see that a page is no slower than the yardstick. */
const rounds = Number(process.env.ESPALIER_SPEED_ROUNDS ?? 1);

/** Notes when the first row that can be read was painted: milliseconds since the page was asked for. */
const watch = (selector: string): string => `
  new MutationObserver((_, observer) => {
    if (!document.querySelector(${JSON.stringify(selector)})) return;
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => { window.painted = performance.now(); }));
  }).observe(document, { childList: true, subtree: true });
`;

async function timeToPaint(browser: Browser, url: string, selector: string): Promise<number> {
  const { page } = await open(browser, url, { init: watch(selector) });
  const handle = await page.waitForFunction('window.painted');
  const time = (await handle.jsonValue()) as number;
  await page.close();
  return time;
}

async function median(measure: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let done = 0; done < rounds; done += 1) times.push(await measure());
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] as number;
}

/** What the same list takes a page that simply writes all of it: the yardstick, on the same machine at the same time. */
function reference(t: TestContext, lines: number): MadeReport {
  const script = `
    document.body.replaceChildren();
    const main = document.createElement('main');
    for (let index = 0; index < ${lines}; index += 1) {
      const line = document.createElement('div');
      for (let cell = 0; cell < 3; cell += 1) {
        const span = document.createElement('span');
        span.textContent = 'text ' + index + ' ' + cell;
        line.append(span);
      }
      main.append(line);
    }
    document.body.append(main);`;
  const html = '<!doctype html><meta charset="utf-8"><body><script src="all.js"></script>';
  return new MadeReport(t).write('all.js', script).write('index.html', html);
}

/** Milliseconds from a change of the search to the frame that shows its result. */
async function timeToFilter(page: Page, text: string): Promise<number> {
  return page.evaluate(async (value) => {
    const input = document.querySelector<HTMLInputElement>('input[type=search]');
    if (!input) return Number.POSITIVE_INFINITY;
    const frame = (): Promise<number> => new Promise((done) => requestAnimationFrame(done));
    await frame();
    const before = document.querySelector('.count')?.textContent;
    const start = performance.now();
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    while (document.querySelector('.count')?.textContent === before) await frame();
    await frame();
    return performance.now() - start;
  }, text);
}

test('10,000 tests open and filter faster than a page that writes them all', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const made = new MadeReport(t).add('run', run(Array.from({ length: 10_000 }, (_, index) => row(index))));
  const plain = reference(t, 10_000);
  const all = await median(() => timeToPaint(browser, plain.url(), 'main'));
  const opened = await median(() => timeToPaint(browser, made.url(), 'a.test'));
  const { page } = await open(browser, made.url());
  await page.waitForSelector('a.test');
  const searches = ['algo-77', 'algo-7', 'test 99', 'nothing', 'algo'].values();
  const filtered = await median(() => timeToFilter(page, searches.next().value ?? ''));
  t.diagnostic(`all rows ${Math.round(all)} ms, opened ${Math.round(opened)} ms, filtered ${Math.round(filtered)} ms`);
  assert.ok(opened < all, `opened in ${opened} ms, all rows in ${all} ms`);
  assert.ok(filtered < 0.5 * all, `filtered in ${filtered} ms, all rows in ${all} ms`);
});

test('5,000 packets and 20,000 lines open faster than a page that writes them all', { skip }, async (t) => {
  const browser = await openBrowser(t);
  const data = testData(lab({ packets: 5000, lines: 20_000 }));
  const made = new MadeReport(t).add('run', run([row(0)])).add('test/1', data);
  const hash = `#/test/${encodeURIComponent('made:column 0, ikev2-algo-0')}`;
  const plain = reference(t, 25_000);
  const all = await median(() => timeToPaint(browser, plain.url(), 'main'));
  const opened = await median(() => timeToPaint(browser, made.url(hash), '.console .output-row'));
  t.diagnostic(`all lines ${Math.round(all)} ms, opened ${Math.round(opened)} ms`);
  assert.ok(opened < all, `opened in ${opened} ms, all lines in ${all} ms`);
});
