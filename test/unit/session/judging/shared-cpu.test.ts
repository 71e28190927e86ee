import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedCpu } from '../../../../src/session/judging/shared-cpu.ts';

test('works that go on at once share what is used meanwhile', async () => {
  let now = 100;
  const cpu = new SharedCpu(() => now);
  const ends = [0, 1].map(() => Promise.withResolvers<string>());
  const first = cpu.measure(() => ends[0]?.promise ?? Promise.reject());
  now += 10;
  const second = cpu.measure(() => ends[1]?.promise ?? Promise.reject());
  now += 6;
  ends[0]?.resolve('one');
  assert.deepEqual(await first, { value: 'one', ms: 13 });
  now += 4;
  ends[1]?.resolve('two');
  assert.deepEqual(await second, { value: 'two', ms: 3 + 4 });
});

test('what is used between two works, or by one that failed, is nobody’s', async () => {
  let now = 0;
  const cpu = new SharedCpu(() => now);
  await assert.rejects(cpu.measure(() => Promise.reject(new Error('made'))));
  now += 50;
  assert.deepEqual(
    await cpu.measure(async () => {
      now += 2;
    }),
    { value: undefined, ms: 2 },
  );
});
