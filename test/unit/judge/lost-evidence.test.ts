import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loss } from '../../../src/evidence/attempt/losses.ts';
import { lossIssues } from '../../../src/judge/lost-evidence.ts';

const commands = [{ host: 'west', line: 'ping east', begin: 5n }];
const log = 'files/west/var/log/daemon.log';
const judgedBy = { commands, hosts: ['west'], names: [] as string[], captured: true };
const common = { time: 7n, host: 'west' };

const table: readonly (readonly [title: string, loss: Loss, message: string | undefined])[] = [
  ['frames', { what: 'frames', count: 3, text: 'lost frames 3', ...common }, '3 frames are in no capture'],
  [
    'frames that nobody counted',
    { what: 'frames', text: 'note capture of wan: No space left on device', ...common },
    'frames are in no capture (capture of wan: No space left on device)',
  ],
  [
    'a file that is read',
    { what: 'file', path: '/var/log/daemon.log', text: 'lost file /var/log/daemon.log: cut', ...common },
    `${log} is not whole: file /var/log/daemon.log: cut`,
  ],
  [
    'a file by its stored name',
    { what: 'file', path: `/out/${log}`, text: `lost file /out/${log}: cut`, time: 7n },
    `${log} is not whole: file /out/${log}: cut`,
  ],
  ['a file of no host', { what: 'file', path: '/out/files/x', text: 'lost file /out/files/x', time: 7n }, undefined],
  ['events, of which others tell', { what: 'xfrm-events', text: 'lost xfrm-events', ...common }, undefined],
  [
    'what a later version calls by another name',
    { what: 'other', text: 'lost deaths 2', ...common },
    'evidence is missing: deaths 2',
  ],
];

for (const [title, loss, message] of table) {
  test(`lost evidence: ${title}`, () => {
    const { host } = loss;
    const place = { ...(host !== undefined && { host }), command: 'ping east' };
    const issue = { kind: 'evidence-lost', word: 'unresolved', ...place, message };
    assert.deepEqual(lossIssues([loss], judgedBy), message === undefined ? [] : [issue]);
  });
}

test('a loss before the first command names none, and frames are not missed where none are captured', () => {
  const loss: Loss = { what: 'frames', count: 1, text: 'lost frames 1', time: 1n };
  assert.deepEqual(lossIssues([loss], judgedBy), [
    { kind: 'evidence-lost', word: 'unresolved', message: '1 frames are in no capture' },
  ]);
  assert.deepEqual(lossIssues([loss], { ...judgedBy, captured: false }), []);
});

test('whose an earlier version’s lost file was shows by what is there', () => {
  const text = 'note /proc/7/root/a/core.7 is cut short: 9 bytes';
  const loss: Loss = { what: 'file', path: '/a/core.7', text, time: 7n };
  assert.deepEqual(lossIssues([loss], { ...judgedBy, names: ['files/a/core.7'] }), []);
  assert.equal(lossIssues([loss], { ...judgedBy, names: ['files/west/a/core.7'] }).length, 1);
  assert.equal(lossIssues([loss], judgedBy).length, 1);
});
