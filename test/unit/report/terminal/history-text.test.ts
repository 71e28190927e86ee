import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttemptCost } from '../../../../src/model/attempt.ts';
import type { PastResult } from '../../../../src/model/past-results.ts';
import { historyText } from '../../../../src/report/terminal/history-text.ts';
import { testHistory } from '../../../../src/results/history.ts';

const cost: AttemptCost = {
  ...{ bootCpuMs: 65, daemonStartCpuMs: 331, commandsCpuMs: 900, postMortemCpuMs: 0, captureCpuMs: 38 },
  ...{ waitingCpuMs: 0, judgingCpuMs: 21, pageFaults: 5, handOvers: 6 },
};

function past(id: string, more: Partial<PastResult>): PastResult {
  const run = { id, started: id, espalier: '0', command: 'espalier run', scenarios: 1, complete: true };
  const result = { suite: 's', name: 't', word: 'passed', upstream: 'passed', expected: true } as const;
  return {
    run,
    ...result,
    adapted: false,
    categories: [],
    attempts: 1,
    cpuMs: 1334,
    wallMs: 2000,
    virtualNs: '3000000000',
    ...more,
  };
}

test('a table says where the CPU time of each run went, of runs that say so', () => {
  const { judgingCpuMs: _, ...unjudged } = cost;
  const history = testHistory([past('r1', {}), past('r2', { cost }), past('r3', { cost: unjudged })]);
  const text = historyText(history, { terminal: false });
  assert.equal(
    text.slice(text.indexOf('\n\n', text.indexOf('r3')) + 2),
    [
      'run  lab CPU  boot   daemon start  commands  capture  judging',
      'r2   1334 ms  65 ms  331 ms        900 ms    38 ms    21 ms',
      'r3   1334 ms  65 ms  331 ms        900 ms    38 ms',
      '',
    ].join('\n'),
  );
});

test('runs of earlier versions have no such table', () => {
  assert.doesNotMatch(historyText(testHistory([past('r1', {})]), { terminal: false }), /lab CPU/);
});
