import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latin1 } from '../../../../src/base/bytes.ts';
import { Attempt } from '../../../../src/evidence/attempt/attempt.ts';
import { faultedPackets, type TimedFault } from '../../../../src/evidence/attempt/faulted-packets.ts';
import { faultsInterface, sentFrames } from '../../../../src/evidence/attempt/link-capture.ts';
import { mergeTraffic } from '../../../../src/evidence/capture/merge.ts';
import { readCapture } from '../../../../src/evidence/capture/reader.ts';
import { writeCapture } from '../../../../src/evidence/capture/writer.ts';
import { recordType } from '../../../../src/evidence/records/record.ts';
import { encodeRecords } from '../../../../src/evidence/records/writer.ts';
import { openBooks } from '../../../../src/judge/books/open-books.ts';
import { type Fate, fates } from '../../../../src/model/faults.ts';
import type { StoredScenario } from '../../../../src/model/stored-scenario.ts';
import { bytes, ethernet, ipv4, udp } from '../build.ts';

const packet = bytes('00001000 00000001 aabbccdd');
const esp = ethernet(0x0800, ipv4(50, packet));
const inUdp = ethernet(0x0800, ipv4(17, udp(4500, 4500, packet)));
const ah = ethernet(0x0800, ipv4(51, bytes('32040000 00001000 00000001 000000000000000000000000')));
const other = ethernet(0x0800, ipv4(50, bytes('00002000 00000001 aabbccdd')));

const fault = (fate: Fate, frame: Uint8Array, time = 5n): TimedFault => ({ rule: 1, fate, link: 0, frame, time });

test('what reached the other side is what was sent, less what was caught, and what was put', () => {
  assert.equal(faultedPackets([]), undefined);
  const told = faultedPackets([
    fault('dropped', esp),
    fault('duplicated', inUdp),
    fault('whole', inUdp),
    fault('copy', inUdp),
    fault('copy', inUdp),
    fault('held', other),
    fault('changed', ah),
    fault('spoiled', ah),
  ]);
  assert.deepEqual(
    [...(told?.surplus ?? [])],
    [
      ['esp 4096', 1],
      ['esp 8192', -1],
      ['ah 4096', 0],
    ],
  );
});

test('copies and injected packets may be replays; changed and injected ones are as declared', () => {
  const told = faultedPackets([
    fault('dropped', esp, 1n),
    fault('whole', esp, 2n),
    fault('copy', esp, 3n),
    fault('spoiled', other, 4n),
    fault('injected', ah, 5n),
  ]);
  assert.deepEqual(told?.copies, [
    { key: 'esp 4096', time: 3n },
    { key: 'ah 4096', time: 5n },
  ]);
  assert.deepEqual(told?.declared.has(latin1(packet)), false);
  assert.deepEqual(told?.declared.has(latin1(bytes('00002000 00000001 aabbccdd'))), true);
  assert.equal(told?.declared.size, 2);
});

const scenario: StoredScenario = {
  version: 2,
  format: 'scenario',
  suite: 's',
  name: 'n',
  cwd: '/',
  hosts: ['west'],
  links: ['wan'],
  nics: [{ host: 'west', mac: '02:00:00:00:00:01' }],
  steps: [],
};

/** A link on which a host put a packet, and a fault rule two. */
const capture = writeCapture({
  links: [
    { name: 'wan', packets: [{ time: 2n, frame: esp }] },
    {
      name: faultsInterface('wan'),
      packets: [
        { time: 1n, frame: inUdp },
        { time: 3n, frame: other },
      ],
    },
  ],
});

test('a capture tells what hosts sent from what fault rules put on the link', () => {
  assert.deepEqual(
    sentFrames(readCapture(capture)).map(({ number }) => number),
    [2],
  );
  const alone = writeCapture({ links: [{ name: 'wan faults', packets: [{ time: 1n, frame: esp }] }] });
  assert.equal(sentFrames(readCapture(alone)).length, 1);
  const foreign = writeCapture({
    links: [
      { name: 'wan', packets: [] },
      { name: 'lan faults', packets: [{ time: 1n, frame: esp }] },
    ],
  });
  assert.equal(sentFrames(readCapture(foreign)).length, 1);
  const merged = readCapture(
    mergeTraffic({ title: '', notes: [], links: [{ name: 'wan', capture: readCapture(capture) }] }).bytes,
  );
  assert.deepEqual(
    merged.interfaces.map(({ name }) => name),
    ['wan', 'wan faults'],
  );
  assert.deepEqual(
    merged.packets.map((one) => one.interface),
    [1, 0, 1],
  );
});

/** An attempt with this capture and these records. */
function attemptWith(faults: readonly (readonly [Fate, Uint8Array])[], captured: number): Attempt {
  const records = encodeRecords(
    ['west'],
    [
      ...faults.map(([fate, frame]) => ({
        type: recordType.fault,
        time: 4n,
        payload: Buffer.concat([Buffer.from([7, 0, 0, 0, fates[fate], 0, 0, 0]), frame]),
      })),
      {
        type: recordType.books,
        time: 8n,
        payload: Buffer.from(`link wan captured=${captured} received=${captured}\n`),
      },
      { type: recordType.labEnd, time: 9n },
    ],
  );
  const files = new Map<string, Uint8Array>([
    ['links/wan.pcapng', capture],
    ['records', records],
  ]);
  return new Attempt({ read: (name) => files.get(name), names: () => files.keys() }, () => scenario);
}

test('an attempt has frames that hosts sent, with their numbers in the file, and what rules did apart', () => {
  const attempt = attemptWith(
    [
      ['dropped', esp],
      ['spoiled', esp],
    ],
    1,
  );
  assert.deepEqual(
    attempt.frames.map(({ number, sender }) => [number, sender]),
    [[2, 'west']],
  );
  assert.deepEqual(
    attempt.faults.map(({ rule, fate, time, frame }) => [rule, fate, time, Buffer.compare(frame, esp)]),
    [
      [7, 'dropped', 4n, 0],
      [7, 'spoiled', 4n, 0],
    ],
  );
  assert.equal(attempt.evidence.faulted?.surplus.get('esp 4096'), 0);
  assert.deepEqual(
    attempt.protectedPackets.map(({ declared }) => declared),
    [true],
  );
  assert.deepEqual(attemptWith([['dropped', esp]], 1).protectedPackets[0]?.declared, undefined);
  assert.equal('faulted' in attemptWith([], 1).evidence, false);
});

test('the books count what hosts sent', () => {
  assert.deepEqual(openBooks(attemptWith([], 1)), []);
  assert.equal(openBooks(attemptWith([], 3)).length, 1);
});
