import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '../../../../src/judge/observed/limits.ts';
import { observedOf } from '../../../../src/judge/observed/observed.ts';
import type { JudgedIncident } from '../../../../src/judge/oracles/incidents/judge-incidents.ts';
import { issueOf } from '../../../../src/model/issue-kinds.ts';
import { observedSchema, type ToldIncident } from '../../../../src/model/observed.ts';
import { PageClock } from '../../../../src/report/page/clock.ts';
import { incidentRows, tolerancesText } from '../../../../src/report/page/incidents.ts';
import { issuesOf, toleratedOf } from '../../../../src/report/page/issues.ts';
import { ladderOf } from '../../../../src/report/page/ladder.ts';
import { observedNotes } from '../../../../src/report/page/observed.ts';
import { bytes, ipv4 } from '../../evidence/build.ts';
import { labOf, numbered } from '../../judge/observed/seen-lab.ts';
import { evidenceOf, hosts, seen } from '../../judge/oracles/evidence.ts';

const ping = ipv4(1, bytes('08000000 00010001'));

const death: JudgedIncident = {
  kind: 'died',
  host: 'east',
  time: 2_000_000n,
  message: 'pluto (process 7) died of SIGSEGV',
  cause: 'pluto 11',
};
const line: JudgedIncident = {
  kind: 'expectation-failed',
  host: 'west',
  file: 'files/west/var/log/pluto.log',
  line: 3,
  message: 'it failed',
  excerpt: 'EXPECTATION FAILED: x',
  cause: 'x',
};
const kernel: JudgedIncident = {
  kind: 'kernel-fault',
  time: 4_000_000n,
  file: 'kernel.log',
  line: 2,
  message: 'the kernel reports: BUG: x',
  excerpt: 'BUG: x\nCall Trace:',
  cause: 'x',
  tolerated: 'bug 1',
};
const evidence = evidenceOf({ frames: numbered([seen(1, ping), seen(3, ping)]), commands: [[1, 'x']] });
const lab = labOf(evidence, { incidents: [death, kernel, line] });

test('what judging leaves of incidents is what its schema says, in microseconds', () => {
  const { incidents } = observedSchema.parse(JSON.parse(JSON.stringify(observedOf(lab, limits))));
  assert.deepEqual(incidents, [
    { kind: 'died', host: 1, t: 2000, text: death.message },
    {
      kind: 'kernel-fault',
      host: -1,
      t: 4000,
      text: kernel.message,
      excerpt: kernel.excerpt,
      file: 'kernel.log',
      line: 2,
      tolerated: 'bug 1',
    },
    {
      kind: 'expectation-failed',
      host: 0,
      text: 'it failed',
      excerpt: line.excerpt,
      file: line.file,
      line: 3,
    },
  ]);
  assert.equal('incidents' in observedOf(labOf(evidence), limits), false);
});

test('incidents that are too many are counted, and the page says so', () => {
  const observed = observedOf(lab, { ...limits, incidents: 1 });
  assert.deepEqual([observed.incidents?.length, observed.left.incidents], [1, 2]);
  assert.deepEqual(observedNotes(observed), ['not shown, since there are too many: 2 deaths and reports of faults']);
  assert.deepEqual(observedNotes(observedOf(lab, limits)), []);
});

test('in the ladder they stand between what went over the links; one without a time does not', () => {
  const observed = observedOf(lab, limits);
  const rows = ladderOf({ clock: new PageClock(0n), hosts, commands: [], sas: [], observed });
  assert.deepEqual(
    rows.map(({ kind, t, from }) => [kind, t, from]),
    [
      ['clear', 1000, 0],
      ['incident', 2000, 1],
      ['clear', 3000, 0],
      ['incident', 4000, -1],
    ],
  );
});

test('a row says why an incident does not count, where it was and what was told', () => {
  const base: ToldIncident = { kind: 'died', host: 0, t: 5, text: 'x' };
  const rows = incidentRows([
    base,
    { ...base, excuse: 'a command' },
    { ...base, tolerated: 'bug 1', file: 'a.log', line: 3, excerpt: 'one\ntwo' },
    { ...base, file: 'a.log' },
  ]);
  assert.deepEqual(
    rows.map(({ flags, details }) => [flags, details]),
    [
      [undefined, []],
      [['expected'], ['a command']],
      [['tolerated'], ['bug 1', 'a.log:3', 'one', 'two']],
      [undefined, ['a.log']],
    ],
  );
});

test('an issue about an incident has its moment, also where it stands for several', () => {
  const observed = observedOf(lab, limits);
  const moments = { clock: new PageClock(0n), commands: [{ host: 'west', line: 'x', begin: 9_000n }], observed };
  const place = { file: 'kernel.log', line: 2 };
  const message = `${death.message}, at +0.002000 s; 3 more like it`;
  const issues = [
    issueOf('died', { host: 'east', message, command: 'x' }),
    issueOf('died', { host: 'east', message: 'charon died', command: 'x' }),
    issueOf('kernel-fault', { message: kernel.message, ...place }),
    issueOf('kernel-fault', { message: kernel.message, ...place, line: 3 }),
  ];
  assert.deepEqual(
    issuesOf(issues, moments).map(({ t }) => t),
    [2000, 9, 4000, undefined],
  );
  const [told] = toleratedOf(
    [{ ...issueOf('kernel-fault', { message: kernel.message, ...place }), why: 'bug 1' }],
    moments,
  );
  assert.deepEqual([told?.t, told?.why], [4000, 'bug 1']);
});

test('what a scenario declares is told with what never came', () => {
  const declared = [
    { what: 'died', why: 'bug 1', host: 'west', text: 'pluto' },
    { what: 'died', why: 'bug 2' },
    { what: 'kernel-fault', why: 'bug 1' },
  ] as const;
  const came = [{ ...issueOf('died', { message: 'x' }), why: 'bug 1' }];
  assert.deepEqual(tolerancesText(declared, came).split('\n'), [
    'died on west with "pluto": bug 1',
    'died: bug 2 (none was seen)',
    'kernel-fault: bug 1 (none was seen)',
  ]);
});
