import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectDir } from '../../../../src/base/folders.ts';
import type { ScenarioResult } from '../../../../src/model/results.ts';
import { type FactSummary, verdictSchema } from '../../../../src/model/verdict.ts';
import { factsOf } from '../../../../src/report/page/test-facts.ts';

const frozen = join(projectDir, 'test/frozen/run/attempts/examples/psk/0/verdict.json');
const result: ScenarioResult = {
  suite: 'examples',
  name: 'psk',
  status: 'good',
  hosts: ['east', 'west'],
  word: 'passed',
  upstream: 'passed',
  expected: true,
  adapted: [],
  passesOnlyAdapted: false,
  issues: [],
  attempts: [{ attempt: 0, word: 'passed' }],
};

/** What the page shows of an attempt whose verdict has these facts. */
function shown(change: Partial<FactSummary>): ReadonlyMap<string, string> {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-facts-'));
  try {
    const verdict = verdictSchema.parse(JSON.parse(readFileSync(frozen, 'utf8')));
    const { blind: _, ...facts } = verdict.facts as FactSummary;
    writeFileSync(join(dir, 'verdict.json'), JSON.stringify({ ...verdict, facts: { ...facts, ...change } }));
    return new Map(factsOf(result, dir));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

test('for how long leaks were not searched for, and whose events were lost, is shown where it was so', () => {
  const names = ['not searched for leaks', 'XFRM events lost'] as const;
  const values = (change: Partial<FactSummary>) => names.map((name) => shown(change).get(name));
  assert.deepEqual(values({}), [undefined, undefined]);
  assert.deepEqual(values({ blind: { ns: 1e6, events: 2 }, eventsLost: ['west 1.0 s: a', 'east 2.0 s: b'] }), [
    '1.0 virtual ms around 2 changes of policies',
    'west 1.0 s: a\neast 2.0 s: b',
  ]);
});

test('what its parts cost is shown of an attempt that says so', () => {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-facts-'));
  try {
    const attempt = JSON.parse(readFileSync(join(frozen, '..', 'attempt.json'), 'utf8')) as object;
    const facts = (file: object): [string, string][] => {
      writeFileSync(join(dir, 'attempt.json'), JSON.stringify(file));
      return factsOf(result, dir).filter(([name]) => name === 'CPU' || name === 'of the machine');
    };
    const lab = { bootCpuMs: 65, daemonStartCpuMs: 331, commandsCpuMs: 900, postMortemCpuMs: 0, captureCpuMs: 38 };
    const cost = { ...lab, waitingCpuMs: 0, judgingCpuMs: 21, pageFaults: 53_622, handOvers: 999 };
    assert.deepEqual(facts({ ...attempt, cost }), [
      ['CPU', 'boot 65 ms, daemon start 331 ms, commands 900 ms, capture 38 ms, judging 21 ms'],
      ['of the machine', '53,622 page faults, 999 hand-overs between its processes'],
    ]);
    assert.deepEqual(facts(attempt), []);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
