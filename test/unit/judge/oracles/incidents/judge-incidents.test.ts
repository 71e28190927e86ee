import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Incident } from '../../../../../src/judge/oracles/incidents/incident.ts';
import { judgeIncidents } from '../../../../../src/judge/oracles/incidents/judge-incidents.ts';
import type { Tolerance } from '../../../../../src/model/tolerance.ts';

const died: Incident = { kind: 'died', host: 'west', time: 3_000_000_000n, message: 'pluto died', cause: 'pluto 11' };

function judged(incidents: readonly Incident[], tolerances: readonly Tolerance[] = []) {
  return judgeIncidents(incidents, { tolerances, start: 1_000_000_000n });
}

test('an incident is an issue of its kind, with its time', () => {
  const { issues, tolerated } = judged([died]);
  assert.deepEqual(issues, [{ kind: 'died', word: 'crash', host: 'west', message: 'pluto died, at +2.000000 s' }]);
  assert.deepEqual(tolerated, []);
});

test('incidents of one cause are one issue, of different hosts or causes not', () => {
  const { issues } = judged([died, died, { ...died, host: 'east' }, { ...died, cause: 'other' }]);
  assert.equal(issues.length, 3);
  assert.match(issues[0]?.message ?? '', /; 1 more like it$/);
});

test('what has an excuse is told, and is no issue', () => {
  const { issues, tolerated, incidents } = judged([{ ...died, excuse: 'a command sends this signal' }]);
  assert.deepEqual([issues, tolerated], [[], []]);
  assert.equal(incidents.length, 1);
});

test('a tolerance covers its kind, on its host and with its text only, and is shown with its reason', () => {
  const why = 'bug 1';
  const covers = [{}, { host: 'west' }, { text: 'pluto' }];
  for (const more of covers) {
    const { issues, tolerated } = judged([died], [{ what: 'died', why, ...more }]);
    assert.deepEqual(issues, []);
    assert.deepEqual(
      tolerated.map((one) => one.why),
      [why],
    );
  }
  for (const more of [{ host: 'east' }, { text: 'charon' }])
    assert.equal(judged([died], [{ what: 'died', why, ...more }]).issues.length, 1);
  assert.equal(judged([died], [{ what: 'kernel-fault', why }]).issues.length, 1);
});
