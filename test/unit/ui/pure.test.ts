import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RunData, SaData, TestRow } from '../../../src/report/page/data.ts';
import { makeAxis } from '../../../ui/src/axis.ts';
import { rowAt } from '../../../ui/src/cursor.ts';
import { noFilter, searchTexts, select } from '../../../ui/src/filter.ts';
import { gridOf, hasGrid, pairsOf } from '../../../ui/src/grid.ts';
import { lanesOf } from '../../../ui/src/lanes.ts';
import { withRows } from '../../../ui/src/merge-rows.ts';
import { ticksOf } from '../../../ui/src/plot-scale.ts';
import { compareLink, historyLink, pageOf, parseRoute, runLink, suiteLink, testLink } from '../../../ui/src/route.ts';
import { clockText, duration } from '../../../ui/src/words.ts';

const row = (name: string, more: Partial<TestRow> = {}): TestRow => ({
  suite: 's',
  name,
  word: 'passed',
  expected: true,
  hosts: 2,
  ...more,
});

test('a ruler is monotonic, ends at its ends, and gives back the times it places', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1e9, max: 1e13 }), { minLength: 2 }), fc.boolean(), (times, linear) => {
      fc.pre(new Set(times).size > 1);
      const axis = makeAxis(times, linear);
      const sorted = times.toSorted((a, b) => a - b);
      assert.equal(axis.place(sorted[0] as number), 0);
      assert.ok(Math.abs(axis.place(sorted.at(-1) as number) - 1) < 1e-9);
      let last = 0;
      for (const time of sorted) {
        const place = axis.place(time);
        assert.ok(place >= last);
        assert.ok(Math.abs(axis.time(place) - time) <= 1e-3 * Math.max(1, Math.abs(time)) || !linear);
        last = place;
      }
    }),
  );
});

test('an hour without events takes no more room than two dozen milliseconds with some', () => {
  const axis = makeAxis([0, 1000, 2000, 3_600_002_000]);
  assert.ok(axis.place(2000) > 0.05);
});

test('a moment is shown by the last row that is not after it', () => {
  assert.deepEqual(
    [-1, 0, 4, 5, 9].map((t) => rowAt([0, 5, 5, 7], t)),
    [0, 0, 0, 2, 3],
  );
});

test('filters narrow together, and weight decides the order', () => {
  const tests = [
    row('a-nat'),
    row('b', { word: 'minor', expected: false, why: 'differs, NAT' }),
    row('c', { word: 'major', expected: false, change: 'newly failing', hosts: 3 }),
    row('d', { word: 'minor' }),
  ];
  const all = {
    tests,
    texts: searchTexts(tests),
    weights: ['major', 'minor', 'passed'],
    clusters: [{ tests: [0, 3] }],
  };
  const names = (change: object): string =>
    select(all, { ...noFilter, ...change })
      .map((at) => tests[at]?.name)
      .join(' ');
  assert.equal(names({}), 'c b d a-nat');
  assert.equal(names({ q: 'nat' }), 'b a-nat');
  assert.equal(names({ q: 'NAT differs' }), 'b');
  assert.equal(names({ word: 'minor,passed', sort: 'name' }), 'a-nat b d');
  assert.equal(names({ only: 'changed' }), 'c');
  assert.equal(names({ only: 'unexpected', hosts: '2' }), 'b');
  assert.equal(names({ cluster: '0' }), 'd a-nat');
});

test('a grid has a column and a row for each half of a name', () => {
  const tests = [row('a to b, psk'), row('b to a, rsa'), row('alone'), row('a to b, rsa')];
  assert.ok(hasGrid(tests));
  const { columns, rows } = gridOf(tests);
  assert.deepEqual(
    columns.map(({ name, pair }) => [name, pair]),
    [
      ['a to b', ''],
      ['b to a', ''],
    ],
  );
  assert.deepEqual(
    rows.map(({ name, cells }) => [name, cells.map((cell) => cell?.name)]),
    [
      ['psk', ['a to b, psk', undefined]],
      ['rsa', ['a to b, rsa', 'b to a, rsa']],
    ],
  );
});

test('columns of one pair of daemons stand side by side, with their versions', () => {
  const names = ['x-1.0 to y-2', 'y-2 to x-1.0', 'x-1.1 to y-2', 'other'];
  const { columns, rows } = gridOf(names.map((name) => row(`${name}, psk`)));
  assert.deepEqual(columns, [
    { name: 'x-1.0 to y-2', pair: 'x → y', versions: ['1.0', '2'] },
    { name: 'x-1.1 to y-2', pair: 'x → y', versions: ['1.1', '2'] },
    { name: 'y-2 to x-1.0', pair: 'y → x', versions: ['2', '1.0'] },
    { name: 'other', pair: '', versions: [] },
  ]);
  assert.deepEqual(
    rows[0]?.cells.map((cell) => cell?.name),
    columns.map(({ name }) => `${name}, psk`),
  );
  assert.deepEqual(pairsOf(columns), [
    { pair: 'x → y', count: 2 },
    { pair: 'y → x', count: 1 },
    { pair: '', count: 1 },
  ]);
});

test('SAs that live at one time never share a lane of their host', () => {
  const sa = fc.record({
    host: fc.nat(2),
    chain: fc.nat(3),
    born: fc.nat(50),
    life: fc.option(fc.integer({ min: 1, max: 30 })),
  });
  fc.assert(
    fc.property(fc.array(sa, { maxLength: 30 }), (list) => {
      const sas = list.map(
        ({ host, chain, born, life }): SaData => ({
          ...{
            host,
            chain: 10 * host + chain,
            born,
            protocol: 'ESP',
            spi: '',
            text: '',
            algorithms: '',
          },
          ...{ selector: '', packets: '' },
          ...(life !== null && { died: born + life }),
        }),
      );
      const lanes = lanesOf(sas);
      assert.equal(lanes.length, sas.length);
      for (const a of lanes) {
        for (const b of lanes) {
          if (a.index >= b.index || a.sa.host !== b.sa.host || a.lane !== b.lane) continue;
          const apart = (a.sa.died ?? Infinity) <= b.sa.born || (b.sa.died ?? Infinity) <= a.sa.born;
          assert.ok(apart);
        }
      }
    }),
  );
});

test('addresses name tests whatever they are called, and keep filters', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (suite, name) => {
      assert.deepEqual(parseRoute(testLink({ suite, name })), { page: 'test', key: `${suite}:${name}` });
      assert.deepEqual(parseRoute(historyLink({ suite, name })), { page: 'history', key: `${suite}:${name}` });
      assert.deepEqual(parseRoute(suiteLink(suite)), { page: 'suite', key: suite });
      assert.deepEqual(parseRoute(compareLink({ before: suite, now: name })), {
        page: 'compare',
        query: { before: suite, now: name },
      });
    }),
  );
  assert.deepEqual(parseRoute(runLink({ word: 'major', q: 'a & b', suite: '' })), {
    page: 'run',
    query: { word: 'major', q: 'a & b' },
  });
  assert.deepEqual(parseRoute('#/test/%'), { page: 'test', key: '%' });
});

test('data files lead to folders above and below, and nowhere else', () => {
  const of = (href: string): string | undefined => pageOf({ id: 'r', started: '', state: 'complete', href }, 's:a b');
  assert.equal(of('../../r%20x/report/index.html'), '../../r%20x/report/index.html#/test/s%3Aa%20b');
  assert.equal(
    of(`runs/${encodeURIComponent('javascript:alert(1)//')}/`),
    'runs/javascript%3Aalert(1)%2F%2F/#/test/s%3Aa%20b',
  );
  assert.equal(of(''), '#/test/s%3Aa%20b');
  for (const href of ['javascript:alert(1)', 'https://a.example/', '//a.example/', '/x/', 'a\\b/', 'x/y.html'])
    assert.equal(of(href), undefined, href);
});

test('results that come take their place in the list, and words and pending tests are counted', () => {
  const rows = ['a', 'b', 'c', 'd'].map((name, at) => row(name, { page: `test/0000${at}` })) as [
    TestRow,
    TestRow,
    TestRow,
    TestRow,
  ];
  const words = ['minor', 'passed'].map((word) => ({
    word: word as TestRow['word'],
    meaning: '',
    count: 0,
    expected: 0,
  }));
  const before: RunData = {
    version: 1,
    id: 'r',
    facts: [],
    words,
    passedAdapted: 0,
    pending: 3,
    tests: [rows[1]],
    clusters: [],
  };
  const worse = { ...rows[1], word: 'minor', expected: false } as const;
  const { tests, pending, words: counted } = withRows(before, [rows[3], worse, rows[0]]);
  assert.deepEqual(tests, [rows[0], worse, rows[3]]);
  assert.equal(pending, 1);
  assert.deepEqual(
    counted.map(({ count, expected }) => [count, expected]),
    [
      [1, 0],
      [2, 2],
    ],
  );
});

test('lines of a plot stand at round values up to the highest', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e10 }), (highest) => {
      const ticks = ticksOf(highest);
      assert.equal(ticks[0], 0);
      assert.ok((ticks.at(-1) ?? 0) >= highest && ticks.length >= 2 && ticks.length <= 6);
    }),
  );
  assert.deepEqual(ticksOf(73_000), [0, 20_000, 40_000, 60_000, 80_000]);
});

test('times are told in units that people read', () => {
  assert.deepEqual([1200, 150_000, 660_000, 7_200_000, 2_592_000_000].map(duration), [
    '1.2 s',
    '150 s',
    '11 min',
    '2.0 h',
    '30.0 d',
  ]);
  assert.deepEqual([1_500_000, -2, 61_000_000, 3_723_004_000, 90_061_000_000].map(clockText), [
    '+1.500000',
    '−0.000002',
    '+01:01.000',
    '+01:02:03.004',
    '+1d 01:01:01.000',
  ]);
});
