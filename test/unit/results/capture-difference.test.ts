import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attempt } from '../../../src/evidence/attempt/attempt.ts';
import { writeCapture } from '../../../src/evidence/capture/writer.ts';
import { firstPacketDifference } from '../../../src/results/capture-difference.ts';
import { repeat } from './repeat.ts';

/** An Ethernet frame with ARP: who has 10.0.0.2, tell 10.0.0.1; the last byte may be another. */
function arp(last = 2): Uint8Array {
  const head = [...Array(6).fill(255), ...Array(6).fill(2), 8, 6];
  return Uint8Array.from([
    ...head,
    0,
    1,
    8,
    0,
    6,
    4,
    0,
    1,
    ...Array(6).fill(2),
    10,
    0,
    0,
    1,
    ...Array(6).fill(0),
    10,
    0,
    0,
    last,
  ]);
}

function attempt(frames: readonly Uint8Array[], time = 5n): Attempt {
  const packets = frames.map((frame) => ({ time, frame }));
  return repeat({ 'links/one.pcapng': writeCapture({ links: [{ name: 'one', packets }] }) }).attempt;
}

test('the first packet that differs is shown in words, with the bytes where it parts', () => {
  const difference = firstPacketDifference(attempt([arp(), arp()]), attempt([arp(), arp(3)]), 'one');
  assert.deepEqual(difference, {
    packet: 2,
    time: 5n,
    excerpt: [
      '-at 5 ns, 42 bytes: ARP who has 10.0.0.2? tell 10.0.0.1',
      '-from byte 41 on: 02',
      '+at 5 ns, 42 bytes: ARP who has 10.0.0.3? tell 10.0.0.1',
      '+from byte 41 on: 03',
    ].join('\n'),
  });
});

test('a packet more, another time, a missing file', () => {
  const one = attempt([arp()]);
  assert.equal(firstPacketDifference(one, attempt([arp()]), 'one'), undefined);
  assert.match(firstPacketDifference(one, attempt([]), 'one')?.excerpt ?? '', /^-at 5 ns.*\n\+\(no such packet\)$/);
  const later = firstPacketDifference(one, attempt([arp()], 6n), 'one');
  assert.match(later?.excerpt ?? '', /^-at 5 ns, 42 bytes: ARP.*\n\+at 6 ns, 42 bytes: ARP[^\n]*$/);
  assert.equal(firstPacketDifference(one, repeat({}).attempt, 'one')?.excerpt, '-captured\n+(no capture)');
});
