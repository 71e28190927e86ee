import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeTraffic } from '../../../../src/evidence/capture/merge.ts';
import { readCapture } from '../../../../src/evidence/capture/reader.ts';
import { writeCapture } from '../../../../src/evidence/capture/writer.ts';

const bytesOf = (name: string, ...times: readonly bigint[]) =>
  writeCapture({ links: [{ name, packets: times.map((time) => ({ time, frame: Uint8Array.of(Number(time)) })) }] });

const link = (name: string, ...times: readonly bigint[]) => ({ name, capture: readCapture(bytesOf(name, ...times)) });

test('packets of all links stand in order of time, each on its link, with what happened before it', () => {
  const notes = [
    { time: 3n, text: 'west# ping' },
    { time: 9n, text: 'west# exit' },
  ];
  const merged = mergeTraffic({ title: 'a test', notes, links: [link('one', 1n, 4n), link('two', 2n, 5n)] });
  assert.deepEqual([merged.packets, merged.damages], [4, []]);
  const capture = readCapture(merged.bytes);
  assert.deepEqual(capture.comments, ['a test']);
  assert.deepEqual(
    capture.packets.map(({ time, interface: index, comments }) => [time, capture.interfaces[index]?.name, comments]),
    [
      [1n, 'one', undefined],
      [2n, 'two', undefined],
      [4n, 'one', ['west# ping']],
      [5n, 'two', ['west# exit']],
    ],
  );
});

test('the whole packets of a torn capture are taken and the damage is named', () => {
  const torn = { name: 'one', capture: readCapture(bytesOf('one', 1n, 2n).subarray(0, -4)) };
  const merged = mergeTraffic({
    title: '',
    notes: [],
    links: [torn, { name: 'two', capture: readCapture(Uint8Array.of(1, 2, 3, 4)) }],
  });
  assert.equal(merged.packets, 1);
  assert.deepEqual(merged.damages, ['one: the last block is cut short', 'two: not pcapng']);
});
