import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type PruneLimits, planPrune, type SurveyedRun } from '../../../../src/store/prune/plan.ts';

const day = 24 * 3600 * 1000;
const now = 100 * day;
const none: PruneLimits = { keepRuns: 1, onlyNewest: false, remove: false };
const older = (days: number) => ({ milliseconds: days * day, rule: `--older-than ${days}d` });
const size = (bytes: number) => ({ bytes, rule: `--max-size ${bytes}` });

/** Runs of 100 bytes, 60 of them thinnable, one a day; the last began a day ago. */
function runs(count: number, change: Readonly<Record<string, Partial<SurveyedRun>>> = {}): SurveyedRun[] {
  return Array.from({ length: count }, (_, at) => {
    const started = now - (count - at) * day;
    return { id: `r${at}`, started, bytes: 100, thinnable: 60, refersTo: [], ...change[`r${at}`] };
  });
}

const cases: readonly (readonly [title: string, runs: SurveyedRun[], limits: PruneLimits, actions: string])[] = [
  ['without a limit nothing goes', runs(3), none, 'keep keep keep'],
  ['what is older is thinned', runs(4), { ...none, olderThan: older(2) }, 'thin thin keep keep'],
  [
    'the newest are kept whatever their age',
    runs(4),
    { ...none, keepRuns: 3, olderThan: older(0) },
    'thin keep keep keep',
  ],
  ['the number alone is a limit', runs(4), { ...none, keepRuns: 2, onlyNewest: true }, 'thin thin keep keep'],
  ['a run in use is kept', runs(3, { r0: { inUse: 'x' } }), { ...none, olderThan: older(0) }, 'keep thin keep'],
  ['the oldest are thinned until all fit', runs(4), { ...none, maxSize: size(300) }, 'thin thin keep keep'],
  [
    'thinning what has nothing to thin helps nobody',
    runs(3, { r0: { thinnable: 0 } }),
    { ...none, maxSize: size(250) },
    'keep thin keep',
  ],
  ['what does not fit without removing stays', runs(3), { ...none, maxSize: size(50) }, 'thin thin keep'],
  [
    'for the size runs are thinned before any is removed',
    runs(3),
    { ...none, maxSize: size(180), remove: true },
    'thin thin keep',
  ],
  ['then the oldest are removed', runs(3), { ...none, maxSize: size(150), remove: true }, 'remove thin keep'],
  [
    'what is older is removed where that is asked for',
    runs(3),
    { ...none, olderThan: older(1), remove: true },
    'remove remove keep',
  ],
  [
    'what a run that stays refers to is thinned instead',
    runs(3, { r2: { refersTo: ['r0'] } }),
    { ...none, olderThan: older(0), remove: true },
    'thin remove keep',
  ],
  [
    'what a run that goes refers to goes with it',
    runs(3, { r1: { refersTo: ['r0'] } }),
    { ...none, olderThan: older(0), remove: true },
    'remove remove keep',
  ],
  [
    'what a run in use refers to stays',
    runs(3, { r1: { refersTo: ['r0'], inUse: 'x' } }),
    { ...none, olderThan: older(0), remove: true },
    'thin keep keep',
  ],
];
for (const [title, surveyed, limits, actions] of cases) {
  test(title, () => {
    assert.equal(
      planPrune(surveyed, limits, now)
        .runs.map(({ action }) => action)
        .join(' '),
      actions,
    );
  });
}

test('a run that is only thinned since another refers to it says so', () => {
  const { runs: planned } = planPrune(
    runs(2, { r1: { refersTo: ['r0'] } }),
    { ...none, olderThan: older(0), remove: true },
    now,
  );
  assert.deepEqual(planned[0], { id: 'r0', action: 'thin', rule: '--older-than 0d', spared: 'run r1 refers to it' });
});

const surveyed = fc
  .array(
    fc.record({
      age: fc.nat(60),
      bytes: fc.nat(1000),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
      inUse: fc.boolean(),
      refers: fc.array(fc.nat(11), { maxLength: 2 }),
    }),
    { maxLength: 12 },
  )
  .map((all) =>
    all.map(
      ({ age, bytes, part, inUse, refers }, at): SurveyedRun => ({
        id: `r${at}`,
        started: now - age * day,
        bytes,
        thinnable: Math.floor(bytes * part),
        ...(inUse && { inUse: 'x' }),
        refersTo: refers.filter((one) => one < at).map((one) => `r${one}`),
      }),
    ),
  );
const limits = fc
  .record({
    keepRuns: fc.nat(4),
    onlyNewest: fc.boolean(),
    olderThan: fc.option(fc.nat(60).map(older), { nil: undefined }),
    maxSize: fc.option(fc.nat(4000).map(size), { nil: undefined }),
    remove: fc.boolean(),
  })
  .map(
    ({ olderThan, maxSize, ...rest }): PruneLimits => ({
      ...rest,
      ...(olderThan && { olderThan }),
      ...(maxSize && { maxSize }),
    }),
  );

test('whatever the limits, no run that is in use, new, or referred to is removed, and nothing goes that no limit names', () => {
  fc.assert(
    fc.property(surveyed, limits, (all, given) => {
      const plan = planPrune(all, given, now);
      const action = new Map(plan.runs.map((run) => [run.id, run.action]));
      const newest = all.slice(Math.max(0, all.length - given.keepRuns)).map(({ id }) => id);
      for (const run of all) {
        const own = action.get(run.id);
        if (run.inUse !== undefined || newest.includes(run.id)) assert.equal(own, 'keep');
        if (own !== 'remove') for (const id of run.refersTo) assert.notEqual(action.get(id), 'remove');
        if (own === 'remove') assert.ok(given.remove);
      }
      for (const { action: own, rule } of plan.runs) assert.equal(own === 'keep', rule === undefined);
      if (!given.onlyNewest && given.olderThan === undefined && given.maxSize === undefined)
        assert.ok(plan.runs.every((run) => run.action === 'keep'));
    }),
    { numRuns: 1000 },
  );
});
