import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { secretsType } from '../../../../src/evidence/capture/capture.ts';
import { readCapture } from '../../../../src/evidence/capture/reader.ts';
import { type LinkToWrite, writeCapture } from '../../../../src/evidence/capture/writer.ts';
import { bytes, fixture } from '../build.ts';

const packets = fc.array(
  fc.record({
    time: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    frame: fc.uint8Array({ maxLength: 70 }),
    comments: fc.array(fc.string({ minLength: 1, maxLength: 9, unit: 'grapheme' }), { maxLength: 2 }),
  }),
  { maxLength: 9 },
);
const links: fc.Arbitrary<LinkToWrite[]> = fc
  .array(packets, { maxLength: 4 })
  .map((lists) => lists.map((list, index) => ({ name: `link-${index}`, description: 'a link', packets: list })));

test('what was written reads back, merged in the order of time', () => {
  fc.assert(
    fc.property(links, (list) => {
      const capture = readCapture(writeCapture({ links: list, comments: ['a test'], application: 'Espalier' }));
      assert.equal(capture.damage, undefined);
      assert.deepEqual(capture.comments, ['a test']);
      assert.deepEqual(
        capture.interfaces.map(({ name, description }) => [name, description]),
        list.map(({ name, description }) => [name, description]),
      );
      const times = capture.packets.map(({ time }) => time);
      assert.deepEqual(
        times,
        times.toSorted((a, b) => Number(a > b) - Number(a < b)),
      );
      for (const [index, link] of list.entries()) {
        const read = capture.packets.filter((packet) => packet.interface === index);
        const written = link.packets.toSorted((a, b) => Number(a.time > b.time) - Number(a.time < b.time));
        assert.deepEqual(
          read.map(({ time, frame, comments = [] }) => [time, [...frame], comments]),
          written.map(({ time, frame, comments }) => [time, [...frame], comments]),
        );
      }
    }),
  );
});

test('notes become comments of the next packet, and late ones of the last', () => {
  const link = (name: string, ...times: bigint[]): LinkToWrite => ({
    name,
    packets: times.map((time) => ({ time, frame: bytes('00'), comments: [`own ${time}`] })),
  });
  const note = (time: bigint, text: string) => ({ time, text });
  const capture = readCapture(
    writeCapture({
      links: [link('a', 10n, 30n), link('b', 20n)],
      notes: [note(31n, 'end'), note(0n, 'begin'), note(20n, 'ping'), note(11n, 'ls')],
    }),
  );
  assert.deepEqual(
    capture.packets.map(({ comments }) => comments),
    [
      ['begin', 'own 10'],
      ['ls', 'ping', 'own 20'],
      ['end', 'own 30'],
    ],
  );
  const empty = readCapture(writeCapture({ links: [link('a')], notes: [note(5n, 'nothing came')] }));
  assert.deepEqual(empty.comments, ['nothing came']);
});

test('the bytes of a small file are those of the format', () => {
  const file = writeCapture({
    links: [{ name: 'we', packets: [{ time: 0x100000002n, frame: bytes('aabbccddee'), length: 9 }] }],
    secrets: [{ type: secretsType.tlsKeyLog, bytes: bytes('4142') }],
  });
  assert.equal(
    Buffer.from(file).toString('hex'),
    [
      '0a0d0d0a 20000000 4d3c2b1a 01000000 ffffffffffffffff 00000000 20000000',
      '0a000000 18000000 4b534c54 02000000 41420000 18000000',
      '01000000 28000000 01000000 00000400 02000200 77650000 09000100 09000000 00000000 28000000',
      '06000000 28000000 00000000 01000000 02000000 05000000 09000000 aabbccdd ee000000 28000000',
    ]
      .join('')
      .replaceAll(' ', ''),
  );
});

test('a real capture written anew reads the same', () => {
  const capture = readCapture(fixture('ikev2-in-tcp.pcapng'));
  const again = readCapture(writeCapture({ links: [{ name: '192_1_2', packets: capture.packets }] }));
  assert.deepEqual(again.packets, capture.packets);
});

test('text longer than an option can hold is cut', () => {
  const long = 'x'.repeat(70_000);
  const capture = readCapture(writeCapture({ links: [], comments: [long] }));
  assert.equal(capture.comments[0]?.length, 65_535);
});
