import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type GcovCounters, readCounters } from '../../../../src/evidence/gcov/counters.ts';
import { readNotes } from '../../../../src/evidence/gcov/notes.ts';
import { coverageSchema } from '../../../../src/model/coverage.ts';
import { Code } from '../../../../src/results/coverage/code.ts';
import { type Collected, CoverageCollector } from '../../../../src/results/coverage/collector.ts';
import { extentsByFolder, percentOf, unionOf } from '../../../../src/results/coverage/folders.ts';
import { lcovText } from '../../../../src/results/coverage/lcov.ts';
import { addCounters } from '../../../../src/results/coverage/merge.ts';
import { numbersIn, rangesOf } from '../../../../src/results/coverage/ranges.ts';
import { countersFile, type MadeFunction, notesFile } from '../../evidence/gcov/build.ts';

/** A function that runs a line each time, and another one when it is asked to: its counters are calls and those. */
function optional(ident: number, name: string, source: string, line: number): MadeFunction {
  return {
    ident,
    name,
    line,
    blocks: 5,
    arcs: [
      { from: 0, to: 2, onTree: false },
      { from: 2, to: 3, onTree: false },
      { from: 2, to: 4, onTree: true },
      { from: 3, to: 4, onTree: true },
      { from: 4, to: 1, onTree: true },
    ],
    lines: [
      [2, source, line],
      [3, source, line + 1],
      [4, source, line + 2],
    ],
  };
}

const input = optional(1, 'input', 'net/xfrm/a.c', 10);
const output = optional(2, 'output', 'net/xfrm/a.c', 20);
/** A function of a header, compiled into both objects; each object has its own counters of it. */
const shared = optional(3, 'shared', 'net/xfrm/a.h', 5);
const other = optional(4, 'other', 'net/ipv4/b.c', 30);

function code(): Code {
  const made = new Code();
  const sourceOf = (name: string): string | undefined => (name.startsWith('net/') ? name : undefined);
  const outside = optional(5, 'outside', 'include/linux/list.h', 1);
  made.add('k', { object: 'net/xfrm/a', notes: readNotes(notesFile([input, output, shared])), sourceOf });
  made.add('k', {
    object: 'net/ipv4/b',
    notes: readNotes(notesFile([other, shared, outside])),
    sourceOf,
  });
  return made;
}

/** Counters of one object, by ident: calls, and how many of them took the optional line. */
type Ran = Readonly<Record<number, readonly [calls: number, asked: number]>>;
const counters = (ran: Ran): GcovCounters =>
  readCounters(countersFile(Object.entries(ran).map(([ident, counts]) => [Number(ident), counts])));

interface MadeTest {
  readonly name: string;
  readonly a?: Ran;
  readonly b?: Ran;
}

function collect(tests: readonly MadeTest[]): Collected {
  const collector = new CoverageCollector(code());
  for (const { name, a, b } of tests) {
    const objects = new Map([
      ...(a ? [['net/xfrm/a', counters(a)] as const] : []),
      ...(b ? [['net/ipv4/b', counters(b)] as const] : []),
    ]);
    collector.addTest({ suite: 's', name }, [{ kernel: 'k', objects }]);
  }
  return collector.collected();
}

test('of two tests: what ran, how often, and which lines only one of them covers', () => {
  const { files, only, counts } = collect([
    { name: 'one', a: { 1: [5, 2], 3: [1, 0] } },
    { name: 'two', a: { 1: [1, 0] }, b: { 3: [4, 4] } },
  ]);
  assert.deepEqual(
    files.map(({ source, lines, covered }) => [source, lines, covered]),
    [
      ['net/ipv4/b.c', '30-32', ''],
      ['net/xfrm/a.c', '10-12,20-22', '10-12'],
      ['net/xfrm/a.h', '5-7', '5-7'],
    ],
  );
  assert.deepEqual(
    files.flatMap(({ functions }) => functions.map(({ name, calls }) => [name, calls])),
    [
      ['other', 0],
      ['input', 6],
      ['output', 0],
      ['shared', 5],
    ],
  );
  assert.deepEqual(
    [...(counts.get('net/xfrm/a.c') ?? [])],
    [
      [10, 6],
      [11, 2],
      [12, 6],
    ],
  );
  // The header's lines add up over the objects that have it.
  assert.deepEqual(
    [...(counts.get('net/xfrm/a.h') ?? [])],
    [
      [5, 5],
      [7, 5],
      [6, 4],
    ],
  );
  assert.deepEqual(only, [
    { suite: 's', name: 'one', count: 1, files: [{ source: 'net/xfrm/a.c', lines: '11' }] },
    { suite: 's', name: 'two', count: 1, files: [{ source: 'net/xfrm/a.h', lines: '6' }] },
  ]);
});

const rans = fc.dictionary(
  fc.constantFrom('1', '2', '3'),
  fc.tuple(fc.nat(9), fc.nat(9)).map(([a, b]) => [a + b, b] as const),
  {
    noNullPrototype: true,
  },
);
const tests = fc.uniqueArray(fc.record({ name: fc.string({ minLength: 1 }), a: rans }), {
  selector: ({ name }) => name,
  maxLength: 6,
});

/** Tests are listed by their lines; of equals the first one comes first. */
const byName = (found: Collected): Collected => ({
  ...found,
  only: found.only.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
});

test('the order of tests plays no part, and what is covered is what some test covers', () => {
  fc.assert(
    fc.property(tests, (made) => {
      const [forth, back] = [collect(made), collect(made.toReversed())];
      assert.deepEqual(byName(forth), byName(back));
      const each = made.map((one) => collect([one]));
      const union = unionOf([...each, collect([])]);
      assert.deepEqual(
        union.toSorted((a, b) => (a.source < b.source ? -1 : 1)),
        forth.files,
      );
      for (const { name, files } of forth.only) {
        for (const { source, lines } of files) {
          const coverers = made.filter((_, at) => {
            const covered = each[at]?.files.find((file) => file.source === source)?.covered ?? '';
            return numbersIn(lines).every((line) => numbersIn(covered).includes(line));
          });
          assert.deepEqual(
            coverers.map((one) => one.name),
            [name],
          );
        }
      }
    }),
  );
});

test('counters add up in any order', () => {
  const total = ({ functions }: GcovCounters): number =>
    functions.reduce((sum, { counts }) => sum + counts.reduce((a, b) => a + b, 0), 0);
  const sorted = ({ stamp, functions }: GcovCounters) => ({
    stamp,
    functions: functions.toSorted((a, b) => a.ident - b.ident),
  });
  fc.assert(
    fc.property(rans, rans, rans, (one, two, three) => {
      const [a, b, c] = [counters(one), counters(two), counters(three)];
      assert.deepEqual(sorted(addCounters(a, b)), sorted(addCounters(b, a)));
      assert.deepEqual(sorted(addCounters(addCounters(a, b), c)), sorted(addCounters(a, addCounters(b, c))));
      assert.equal(total(addCounters(a, b)), total(a) + total(b));
    }),
  );
});

test('lcov’s records hold what the JSON holds, and their sums', () => {
  fc.assert(
    fc.property(tests, (made) => {
      const found = collect(made);
      const records = lcovText(found).split('end_of_record\n').filter(Boolean);
      assert.equal(records.length, found.files.length);
      records.forEach((record, at) => {
        const { source, lines, covered, functions } = found.files[at] as Collected['files'][number];
        const all = (key: string): string[] =>
          [...record.matchAll(new RegExp(`^${key}:(.*)$`, 'gm'))].map(([, value]) => value ?? '');
        assert.deepEqual(all('SF'), [source]);
        const ran = all('DA').map((value) => value.split(',').map(Number));
        assert.equal(rangesOf(ran.map(([line]) => line ?? 0)), lines);
        assert.equal(rangesOf(ran.filter(([, count]) => count !== 0).map(([line]) => line ?? 0)), covered);
        assert.deepEqual(
          [all('LF'), all('LH')],
          [[String(numbersIn(lines).length)], [String(numbersIn(covered).length)]],
        );
        assert.deepEqual(
          all('FNDA'),
          functions.map(({ name, calls }) => `${calls},${name}`),
        );
        assert.deepEqual(all('FNH'), [String(functions.filter(({ calls }) => calls > 0).length)]);
      });
    }),
  );
});

test('the stored form is what its schema takes, and folders sum up their files', () => {
  const { counts: _, ...found } = collect([{ name: 'one', a: { 1: [5, 2] } }]);
  const lost = [{ suite: 's', name: 'died', attempt: 1, why: 'its files hold none; its lab ended as panic' }];
  const coverage = coverageSchema.parse({ version: 1, kernels: ['k'], attempts: 1, lost, ...found });
  assert.deepEqual(extentsByFolder(coverage), [
    { name: 'net/ipv4', lines: 3, covered: 0, functions: 1, unreached: 1 },
    { name: 'net/xfrm', lines: 9, covered: 3, functions: 3, unreached: 2 },
  ]);
  assert.equal(percentOf({ lines: 9, covered: 3 }), '33.3');
  assert.equal(percentOf({ lines: 0, covered: 0 }), '0.0');
  for (const wrong of ['1-', 'a', '1,,2', '-3']) {
    const files = [{ source: 'a.c', lines: wrong, covered: '', functions: [] }];
    assert.throws(() => coverageSchema.parse({ ...coverage, files }), wrong);
  }
});

test('ranges hold exactly the numbers that they were made of', () => {
  assert.equal(rangesOf([]), '');
  assert.equal(rangesOf([1, 2, 3, 7, 9, 10]), '1-3,7,9-10');
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(60)), (numbers) => {
      const sorted = numbers.toSorted((a, b) => a - b);
      assert.deepEqual(numbersIn(rangesOf(sorted)), sorted);
    }),
  );
});

test('counters of another build are not known, nor those of a kernel without notes', () => {
  const made = code();
  assert.equal(made.knows('k', 'net/xfrm/a', counters({})), true);
  assert.equal(made.knows('k', 'net/xfrm/a', { stamp: 8 }), false);
  assert.equal(made.knows('other', 'net/xfrm/a', counters({})), false);
});
