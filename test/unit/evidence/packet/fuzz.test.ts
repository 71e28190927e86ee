/** Damaged input of every kind; ESPALIER_FUZZ=N makes it N inputs for each reader. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EspalierError } from '../../../../src/base/errors.ts';
import { readCapture } from '../../../../src/evidence/capture/reader.ts';
import { describeIpsecMessage, describePacket } from '../../../../src/evidence/packet/describe.ts';
import { readEncapsulated } from '../../../../src/evidence/packet/encapsulation.ts';
import { contentOf, payloadsOf, readIke } from '../../../../src/evidence/packet/ike/message.ts';
import { TcpFraming } from '../../../../src/evidence/packet/tcp-framing.ts';
import { messagesOf, readWire } from '../../../../src/evidence/packet/wire.ts';
import { concat, fixture, fixtures } from '../build.ts';

const numRuns = Number(process.env['ESPALIER_FUZZ'] ?? 1500);
const captures = fixtures.map((name) => fixture(`${name}.pcapng`));
const packets = captures.map((bytes) => readCapture(bytes).packets);
const wire = packets.flatMap((list) => readWire(list));
const messages = wire.flatMap((packet) => messagesOf(packet).map(({ message }) => message));
const ikes = messages.flatMap((message) => (message.kind === 'ike' ? [message.bytes] : []));

/** One change; `at` is taken modulo the size. */
interface Change {
  readonly at: number;
  readonly kind: 'set' | 'cut' | 'insert' | 'repeat';
  readonly value: number;
}
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('set', 'set', 'set', 'cut', 'insert', 'repeat'),
  value: fc.oneof(fc.constantFrom(0, 1, 4, 127, 128, 255), fc.nat({ max: 255 })),
});
const changes = fc.array(change, { minLength: 1, maxLength: 6 });

function damaged(bytes: Uint8Array, list: readonly Change[]): Uint8Array {
  return list.reduce<Uint8Array>((data, { at, kind, value }) => {
    const place = data.length === 0 ? 0 : at % data.length;
    const [front, back] = [data.subarray(0, place), data.subarray(place)];
    if (kind === 'cut') return front;
    if (kind === 'insert') return concat([front, Uint8Array.of(value), back]);
    if (kind === 'repeat') return concat([front, back.subarray(0, value), back]);
    return concat([front, Uint8Array.of(value), back.subarray(1)]);
  }, bytes);
}

function pick<T>(list: readonly T[], index: number): T {
  const found = list[index % list.length];
  assert.ok(found !== undefined);
  return found;
}

/** All that can be asked about an IKE message. */
function readAll(bytes: Uint8Array): void {
  try {
    const ike = readIke(bytes);
    for (const payload of payloadsOf(ike).payloads) contentOf(payload, ike.major);
  } catch (error) {
    assert.ok(error instanceof EspalierError && error.fault === 'guest', String(error));
  }
}

test('no damage makes the reader of captures throw or invent packets', () => {
  fc.assert(
    fc.property(fc.nat(), changes, (which, list) => {
      const file = damaged(pick(captures, which), list);
      const capture = readCapture(file);
      assert.ok(capture.packets.length <= file.length / 16);
      for (const packet of capture.packets) assert.ok(capture.interfaces[packet.interface] !== undefined);
    }),
    { numRuns },
  );
});

test('no damage makes a frame throw', () => {
  const noise = fc.uint8Array({ maxLength: 120 });
  fc.assert(
    fc.property(fc.nat(), changes, noise, (which, list, random) => {
      const { frame } = pick(pick(packets, which), which >> 4);
      const frames = [damaged(frame, list), random, concat([frame.subarray(0, 14), random])];
      const read = readWire(frames.map((one) => ({ time: 0n, frame: one })));
      for (const packet of read) {
        describePacket(packet);
        for (const { message } of messagesOf(packet)) if (message.kind === 'ike') readAll(message.bytes);
      }
    }),
    { numRuns },
  );
});

test('no damage to a whole link makes fragments or streams throw', () => {
  const many = fc.array(fc.tuple(fc.nat(), changes), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(fc.nat(), many, (which, list) => {
      const frames = [...pick(packets, which)];
      for (const [index, changed] of list) {
        const at = index % frames.length;
        const old = pick(frames, at);
        frames.splice(at, index % 3, { ...old, frame: damaged(old.frame, changed) });
        if (frames.length === 0) return;
      }
      for (const packet of readWire(frames)) describePacket(packet);
    }),
    { numRuns: Math.ceil(numRuns / 20) },
  );
});

test('no damage makes an IKE message raise anything but the declared error', () => {
  fc.assert(
    fc.property(fc.nat(), changes, (which, list) => {
      const bytes = damaged(pick(ikes, which), list);
      readAll(bytes);
      describeIpsecMessage({ kind: 'ike', bytes });
    }),
    { numRuns },
  );
});

test('no bytes make a stream of messages throw or grow', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(fc.uint8Array({ maxLength: 90 }), { maxLength: 8 }), (prefix, parts) => {
      const framing = new TcpFraming(prefix);
      let size = 0;
      for (const part of [...(prefix ? [new TextEncoder().encode('IKETCP')] : []), ...parts]) {
        size += part.length;
        for (const message of framing.push(part)) if (message.kind === 'esp') size -= message.bytes.length;
      }
      assert.ok(size >= 0);
      for (const part of parts) readEncapsulated(part);
    }),
    { numRuns },
  );
});
