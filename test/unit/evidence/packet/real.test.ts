import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCapture } from '../../../../src/evidence/capture/reader.ts';
import { describePacket } from '../../../../src/evidence/packet/describe.ts';
import { contentOf, payloadsOf, readIke } from '../../../../src/evidence/packet/ike/message.ts';
import { messagesOf, readWire } from '../../../../src/evidence/packet/wire.ts';
import { fixture, fixtures } from '../build.ts';

test('real captures are told packet by packet as they were checked by hand', () => {
  for (const name of fixtures) {
    const wire = readWire(readCapture(fixture(`${name}.pcapng`)).packets);
    const expected = new TextDecoder().decode(fixture(`${name}.txt`));
    assert.equal(wire.map((packet) => `${describePacket(packet)}\n`).join(''), expected);
  }
});

test('nothing in clear of real IKE messages is unknown or malformed', () => {
  let count = 0;
  for (const name of fixtures) {
    for (const packet of readWire(readCapture(fixture(`${name}.pcapng`)).packets)) {
      for (const { message } of messagesOf(packet)) {
        if (message.kind !== 'ike') continue;
        const ike = readIke(message.bytes);
        const { payloads, problem } = payloadsOf(ike);
        assert.deepEqual([ike.problem, problem], [undefined, undefined]);
        for (const payload of payloads) {
          const { kind } = contentOf(payload, ike.major);
          assert.ok(kind !== 'unknown' && kind !== 'malformed', `${payload.name} is ${kind}`);
          count += 1;
        }
      }
    }
  }
  assert.ok(count > 80);
});
