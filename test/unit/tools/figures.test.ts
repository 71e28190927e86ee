import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScenarioResult } from '../../../src/model/results.ts';
import type { VerdictWord } from '../../../src/model/words.ts';
import { figures, type RunFigures } from '../../../tools/bench/figures.ts';

const machine = { cpu: 'CPU', cores: 2, memoryMiB: 4096, system: 'Linux 6', node: 'v24' };

/** A test whose lab began `at` seconds after noon, and took 10 s of wall time. */
function result(name: string, word: VerdictWord, cpuMs: number, at: number, adapted: readonly string[] = []) {
  const started = new Date(Date.UTC(2026, 0, 1, 12, 0, at)).toISOString();
  const time = { started, wallMs: 10_000, bootMs: 1, labCpuMs: cpuMs, virtualNs: '0' };
  const attempts: ScenarioResult['attempts'] = word === 'unsupported' ? [] : [{ attempt: 0, word, time }];
  const about = { suite: 'net', name, status: 'good', hosts: [], upstream: 'passed', expected: true, issues: [] };
  return { ...about, word, adapted, passesOnlyAdapted: word === 'passed' && adapted.length > 0, attempts };
}

const run: RunFigures = {
  run: { started: '2026-01-01T12:00:00.000Z', machine },
  inputs: [{ kernel: { id: '7.2', sha256: '' }, versions: { pluto: '5.2' } }],
  results: {
    results: [
      result('a', 'passed', 1000, 0),
      result('b', 'passed', 2000, 10, ['x']),
      result('c', 'passed', 3000, 20, ['x', 'y']),
      result('d', 'major', 4000, 50, ['x']),
      result('e', 'unsupported', 0, 0),
    ],
  },
};

/** Cells of the first row below a title. */
function row(text: string, title: string, index = 0): string[] {
  const lines = (text.split(`## ${title}\n\n`)[1] ?? '').split('\n');
  return (lines[2 + index] ?? '')
    .split('|')
    .map((cell) => cell.trim())
    .slice(1, -1);
}

test('every test is counted under one word, those that pass only adapted apart', () => {
  const text = figures([run]);
  assert.match(text, /\| suite +\| tests \| passed \| passed, adapted \| major \| unsupported \|/);
  assert.deepEqual(row(text, 'Results'), ['net', '5', '1', '2', '1', '1']);
});

test('an adaptation counts the tests it alters, and those that need nothing else to pass', () => {
  const text = figures([run]);
  assert.deepEqual(row(text, 'Adaptations'), ['net', 'x', '3', '1']);
  assert.deepEqual(row(text, 'Adaptations', 1), ['net', 'y', '1', '0']);
});

test('cost is the CPU of the labs and the time from the first start to the last end', () => {
  assert.deepEqual(row(figures([run]), 'Cost'), ['net', '4', '3.0', '4.0', '0.2', '1.0', '2']);
});

test('a run without adaptations has no table of them', () => {
  const results = run.results.results.filter(({ adapted }) => adapted.length === 0);
  assert.doesNotMatch(figures([{ ...run, results: { results } }]), /Adaptations/);
});

test('coverage is told by folder, of each run that counted and of all of them together', () => {
  assert.doesNotMatch(figures([run]), /## Coverage/);
  const file = (covered: string, calls: number) => ({
    ...{ source: 'net/xfrm/a.c', lines: '1-4', covered },
    functions: [{ name: 'input', line: 1, calls }],
  });
  const counted = (covered: string, calls: number): RunFigures => ({
    ...run,
    coverage: { attempts: 2, files: [file(covered, calls)] },
  });
  const text = figures([counted('1', 0), run, counted('3-4', 5)]);
  assert.deepEqual(row(text, 'Coverage'), ['net', '2', 'net/xfrm', '4', '1', '25.0', '1', '1']);
  assert.deepEqual(row(text, 'Coverage', 1), ['net', '2', 'net/xfrm', '4', '2', '50.0', '1', '0']);
  assert.deepEqual(row(text, 'Coverage', 2), ['all of them', '4', 'net/xfrm', '4', '3', '75.0', '1', '0']);
  assert.doesNotMatch(figures([counted('1', 0)]), /all of them/);
});
