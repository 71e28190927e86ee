import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lossesIn, namesOfLost } from '../../../../src/evidence/attempt/losses.ts';
import { readRecords } from '../../../../src/evidence/records/reader.ts';
import { labHost, recordType } from '../../../../src/evidence/records/record.ts';
import { encodeRecords } from '../../../../src/evidence/records/writer.ts';

/** What is read of one trouble of `west`, without its place. */
function read(text: string, host = 1): object[] {
  const frames = [{ type: recordType.trouble, host, time: 7n, payload: Buffer.from(text) }];
  return lossesIn(readRecords(encodeRecords(['east', 'west'], frames))).map(({ text: _, time: _at, ...lost }) => lost);
}

const table: readonly (readonly [text: string, lost: object | undefined])[] = [
  ['lost frames 3', { what: 'frames', count: 3, host: 'west' }],
  ['lost frames', { what: 'frames', host: 'west' }],
  ['lost xfrm-events', { what: 'xfrm-events', host: 'west' }],
  ['lost file /var/log/a b.log: cut short at 5 bytes', { what: 'file', path: '/var/log/a b.log', host: 'west' }],
  ['lost file /proc/12/root/var/log/x', { what: 'file', path: '/var/log/x', host: 'west' }],
  ['lost file /out/files/west/x: Permission denied', { what: 'file', path: '/out/files/west/x', host: 'west' }],
  ['lost frames of wan: No space left on device', { what: 'frames', host: 'west' }],
  ['lost something else', { what: 'other', host: 'west' }],
  ['note capture lost 17386 frames: packet ring full', { what: 'frames', count: 17386, host: 'west' }],
  ['note capture of wan: No space left on device', { what: 'frames', host: 'west' }],
  ['note XFRM events were lost: socket buffer full', { what: 'xfrm-events', host: 'west' }],
  ['note /proc/9/root/tmp/x is cut short: 99 bytes', { what: 'file', path: '/tmp/x', host: 'west' }],
  ['note /tmp/x is cut short: 99 bytes', { what: 'file', path: '/tmp/x', host: 'west' }],
  ['note copy /proc/9/root/tmp/x: Permission denied', { what: 'file', path: '/tmp/x', host: 'west' }],
  ['note write 1 to /proc/sys/x: Permission denied', undefined],
  ['note', undefined],
  ['lostframes 3', undefined],
  ['timeout lost frames 3', undefined],
];

for (const [text, lost] of table) {
  test(`what was lost: ${text}`, () => assert.deepEqual(read(text), lost === undefined ? [] : [lost]));
}

test('a loss of the lab has no host, and every loss has its time and words', () => {
  assert.deepEqual(read('lost frames 3', labHost), [{ what: 'frames', count: 3 }]);
  const frames = [{ type: recordType.trouble, time: 7n, payload: Buffer.from('lost frames 3') }];
  const [loss] = lossesIn(readRecords(encodeRecords(['east'], frames)));
  assert.deepEqual([loss?.time, loss?.text], [7n, 'lost frames 3']);
});

test('a lost file has the name of its host, or that of a tree that hosts share', () => {
  const lost = { what: 'file', path: '/var/log/x' } as const;
  const hosts = ['east', 'west'];
  assert.deepEqual(namesOfLost({ ...lost, host: 'west' }, hosts), ['files/var/log/x', 'files/west/var/log/x']);
  assert.deepEqual(namesOfLost(lost, hosts), ['files/var/log/x', 'files/east/var/log/x', 'files/west/var/log/x']);
  assert.deepEqual(namesOfLost({ ...lost, path: '/out/files/west/x' }, hosts), ['files/west/x']);
});
