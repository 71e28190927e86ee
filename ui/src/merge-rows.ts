import { compare } from '../../src/base/text.ts';
import type { RunData, TestRow } from '../../src/report/page/data.ts';
import { keyOf } from './route.ts';

/** A run with results that have come; those that it has already are replaced. In the order of the run's list. */
export function withRows(run: RunData, rows: readonly TestRow[]): RunData {
  const byKey = new Map(run.tests.map((test) => [keyOf(test), test]));
  const before = byKey.size;
  for (const row of rows) byKey.set(keyOf(row), row);
  const tests = [...byKey.values()].sort((a, b) => compare(a.page ?? '', b.page ?? ''));
  return {
    ...run,
    tests,
    pending: Math.max(0, run.pending - (tests.length - before)),
    passedAdapted: tests.filter(({ adapted }) => adapted).length,
    words: run.words.map((one) => {
      const members = tests.filter(({ word }) => word === one.word);
      return { ...one, count: members.length, expected: members.filter(({ expected }) => expected).length };
    }),
  };
}
