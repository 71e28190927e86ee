import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Loss } from '../../../src/evidence/attempt/losses.ts';
import { lossIssues } from '../../../src/judge/lost-evidence.ts';

const commands = [{ host: 'west', line: 'ping east', begin: 5n }];
const log = 'files/west/var/log/daemon.log';
const judgedBy = { commands, files: [log], captured: true };
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
  ['a file that nobody reads', { what: 'file', path: '/tmp/x', text: 'lost file /tmp/x', ...common }, undefined],
  ['events, of which others tell', { what: 'xfrm-events', text: 'lost xfrm-events', ...common }, undefined],
  [
    'what a later version calls by another name',
    { what: 'other', text: 'lost deaths 2', ...common },
    'evidence is missing: deaths 2',
  ],
];

for (const [title, loss, message] of table) {
  test(`lost evidence: ${title}`, () => {
    const issue = { kind: 'evidence-lost', word: 'unresolved', host: 'west', command: 'ping east', message };
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
