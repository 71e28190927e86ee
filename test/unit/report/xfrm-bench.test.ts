import assert from 'node:assert/strict';
import { test } from 'node:test';
import { xfrmBenchSchema } from '../../../src/model/xfrm-bench.ts';
import { xfrmBenchPage } from '../../../src/report/page/xfrm-bench-page.ts';
import { cellOf, shortNumber, xfrmBenchText } from '../../../src/report/terminal/xfrm-bench-text.ts';
import { made } from '../results/xfrm-bench/made-bench.ts';

test('numbers have three digits that count', () => {
  assert.deepEqual([0, 0.0351, 1.2345, 12.345, 1234.5].map(shortNumber), ['0', '0.035', '1.23', '12.3', '1235']);
});

test('the terminal shows both kernels of an operation below each other', () => {
  assert.equal(
    xfrmBenchText(made),
    `kernel 7.2 (7.2-1-aa)
kernel mine (mine-<b>)
on a CPU, Linux 6.18
µs of kernel CPU per entry or packet: median, and half of the spread in percent

policy/net
          kernel  per    1          100        1000      10000     100000     slope all / last
  add     7.2     entry  50.0 ±20%  2.00 ±10%  1.50 ±5%  1.50 ±5%             1.00 / 1.00
  delete  7.2     entry  40.0 ±20%  1.00 ±10%  6.00 ±5%  60.0 ±5%  over 60 s  2.00 / 2.00       superlinear
  delete  mine    entry  50.0 ±20%  2.00 ±10%  1.50 ±5%  1.50 ±5%             1.00 / 1.00

memory per entry (growth of SUnreclaim)
  policy/net  7.2  1000  1151 bytes  xfrm_dst: 12 of 320

state/gcm: not with mine: request 16: Function not implemented
`,
  );
});

test('the page has a plot for each operation, both kernels in it, and escapes names', () => {
  const page = xfrmBenchPage(made);
  assert.equal([...page.matchAll(/<figure>/g)].length, 2);
  assert.match(page, /net, mine/);
  assert.match(page, /ended at 100,000/);
  assert.match(page, /class="flag">superlinear/);
  assert.ok(page.includes('mine-&lt;b&gt;') && !page.includes('mine-<b>'));
  assert.ok(!/NaN|undefined/.test(page));
});

test('what is saved can be read again, and nothing else', () => {
  assert.deepEqual(xfrmBenchSchema.parse(JSON.parse(JSON.stringify(made))), made);
  assert.equal(xfrmBenchSchema.safeParse({ ...made, version: 2 }).success, false);
  assert.equal(xfrmBenchSchema.safeParse({ ...made, kernels: [] }).success, false);
});

test('a curve says whether the operation itself took too much, or filling its table', () => {
  const [curve] = made.curves;
  assert.ok(curve);
  const ended = (what: 'operation' | 'preparation') => ({
    ...curve,
    points: [],
    ended: { count: 100, cpuMs: 30_400, what },
  });
  assert.equal(cellOf(ended('operation'), 100), 'over 30 s');
  assert.equal(cellOf(ended('preparation'), 100), 'filling over 30 s');
  assert.equal(cellOf(ended('preparation'), 1000), '');
});
