import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConsoleCommand } from '../../../../src/evidence/records/consoles.ts';
import { PageClock } from '../../../../src/report/page/clock.ts';
import { consolesOf } from '../../../../src/report/page/console-data.ts';

/** What a page shows of lines typed one after the other; those of `looks` only read something. */
function shown(lines: readonly string[], looks: ReadonlySet<number>): string[] {
  const commands = lines.map((line, step): ConsoleCommand => {
    const [begin, bytes] = [BigInt(step) * 1_000_000n, Buffer.from(`output ${step}\n`)];
    return { step, line, begin, end: begin, status: 0, pieces: [{ time: begin, bytes }], output: bytes };
  });
  const [console] = consolesOf([{ host: 'west', commands, rest: [] }], new PageClock(0n), (step) => looks.has(step));
  return (console?.commands ?? []).map(({ line, output }) => [line, ...output.map(({ text }) => text)].join(': '));
}

test('what a check asks until it holds is shown once, with its first and last output', () => {
  const lines = ['start', 'list', 'list', 'list', 'list', 'stop'];
  assert.deepEqual(shown(lines, new Set([1, 2, 3, 4])), [
    'start: output 0',
    'list: output 1',
    '… the same 2 times more',
    'list: output 4',
    'stop: output 5',
  ]);
});

test('two looks, and what a test types itself, are all shown', () => {
  assert.deepEqual(shown(['list', 'list'], new Set([0, 1])), ['list: output 0', 'list: output 1']);
  assert.equal(shown(['list', 'list', 'list', 'list'], new Set()).length, 4);
  assert.equal(shown(['list', 'list', 'list'], new Set([0, 1])).length, 3);
});
