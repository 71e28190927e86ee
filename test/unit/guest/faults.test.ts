/** The agent's fault rules with frames made here, outside of a lab: what becomes of each, octet by octet. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decode } from '../../../src/evidence/records/decode.ts';
import { readRecords } from '../../../src/evidence/records/reader.ts';
import { encodeFault } from '../../../src/lab/agent/faults.ts';
import type { FaultAction, FaultMatch, FaultRule } from '../../../src/model/faults.ts';
import { frameOf } from '../../../src/suites/scenarios/api/frames.ts';
import { drive, skip, u16 } from './driver.ts';

const numRuns = Number(process.env.ESPALIER_FUZZ ?? 150);

const macs = ['02:00:00:00:00:01', '02:00:00:00:00:02'] as const;
const v4 = { sourceMac: macs[0], destinationMac: macs[1], source: '192.0.2.1', destination: '192.0.2.2' };
const v6 = { ...v4, source: '2001:db8::1', destination: '2001:db8::2' };
const drop: FaultAction = { kind: 'drop' };
const some = { link: 'lan', nth: 1, times: 1, action: drop } as const;

/** An IKEv2 message: SPIs, a first payload, an exchange, flags, an ID. */
function ike({ payload = 46, exchange = 36, flags = 0x08, id = 2, rest = '' }): Buffer {
  const head = Buffer.from(
    `0123456789abcdeffedcba9876543210${Buffer.from([payload, 0x20, exchange, flags]).toString('hex')}`,
    'hex',
  );
  const tail = Buffer.alloc(8);
  tail.writeUInt32BE(id, 0);
  tail.writeUInt32BE(28 + rest.length / 2, 4);
  return Buffer.concat([head, tail, Buffer.from(rest, 'hex')]);
}

const behind500 = (octets: Uint8Array, ends = v4): Buffer =>
  frameOf(ends, { udp: { source: 500, destination: 500 }, octets });
const behind4500 = (octets: Uint8Array, ends = v4): Buffer =>
  frameOf(ends, { udp: { source: 4500, destination: 30_000 }, octets });
const marked = (octets: Uint8Array): Buffer => Buffer.concat([Buffer.alloc(4), octets]);

interface Did {
  readonly rule: number;
  readonly fate: string;
  readonly frame: string;
}

/** What the agent did with frames that came one by one. */
function done(lines: readonly string[], frames: readonly Uint8Array[]): Did[] {
  const [outcome] = drive('faults', [input(lines, frames)]);
  assert.equal(outcome?.errors, '');
  return readRecords(outcome?.written ?? new Uint8Array()).records.flatMap((record): Did[] => {
    const said = decode(record);
    return said.type === 'fault'
      ? [{ rule: said.rule, fate: said.fate, frame: Buffer.from(said.frame).toString('hex') }]
      : [];
  });
}

function input(lines: readonly string[], frames: readonly Uint8Array[]): Buffer {
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');
  return Buffer.concat([u16(text.length), text, ...frames.flatMap((frame) => [u16(frame.length), frame])]);
}

const fates = (rule: FaultRule, frames: readonly Uint8Array[]): string[] =>
  done([encodeFault(1, rule)], frames).map(({ rule: number, fate }) => `${number} ${fate}`);

/** Whether a rule names a frame: one that it does not name is passed by nobody's rule. */
const names = (match: FaultMatch, frame: Uint8Array): boolean => fates({ ...some, match }, [frame])[0] === '1 dropped';

test('IKE messages are named by what is in clear, over both ports and both versions of IP', { skip }, () => {
  const create = ike({});
  const frames = [behind500(create), behind500(create, v6), behind4500(marked(create)), behind4500(marked(create), v6)];
  for (const frame of frames) {
    assert.ok(names({ kind: 'ike' }, frame));
    assert.ok(
      names({ kind: 'ike', exchange: 36, messageId: 2, response: false, payload: 46, spi: '0123456789abcdef' }, frame),
    );
    assert.ok(!names({ kind: 'ike', exchange: 35 }, frame));
    assert.ok(!names({ kind: 'ike', messageId: 3 }, frame));
    assert.ok(!names({ kind: 'ike', response: true }, frame));
    assert.ok(!names({ kind: 'ike', payload: 53 }, frame));
    assert.ok(!names({ kind: 'ike', spi: '0123456789abcdee' }, frame));
    assert.ok(!names({ kind: 'ike', fragment: 1 }, frame));
    assert.ok(!names({ kind: 'esp' }, frame));
  }
  const third = ike({ payload: 53, rest: '0000000000030007' });
  assert.ok(names({ kind: 'ike', fragment: 3 }, behind500(third)));
  assert.ok(!names({ kind: 'ike', fragment: 2 }, behind500(third)));
});

test('ESP is named by SPI and sequence number, in UDP too; keepalives and short frames are nothing', { skip }, () => {
  const packet = Buffer.from('c000000100000005aabbccdd', 'hex');
  for (const frame of [
    frameOf(v4, { protocol: 50, octets: packet }),
    frameOf(v6, { protocol: 50, octets: packet }),
    behind4500(packet),
  ]) {
    assert.ok(names({ kind: 'esp' }, frame));
    assert.ok(names({ kind: 'esp', spi: 0xc0000001, sequence: 5 }, frame));
    assert.ok(!names({ kind: 'esp', spi: 0xc0000002 }, frame));
    assert.ok(!names({ kind: 'esp', sequence: 6 }, frame));
    assert.ok(!names({ kind: 'ike' }, frame));
  }
  assert.ok(!names({ kind: 'esp' }, behind4500(Buffer.from('ff', 'hex'))));
  for (const length of [0, 13, 14, 20, 33]) assert.ok(!names({ kind: 'ike' }, behind500(ike({})).subarray(0, length)));
});

test('a rule counts: from the n-th on, so many, first copies or retransmissions', { skip }, () => {
  const [one, two] = [behind500(ike({ id: 1 })), behind500(ike({ id: 2 }))];
  const whole = ['0 passed', '0 whole'];
  const match = { kind: 'ike' } as const;
  assert.deepEqual(fates({ ...some, match, nth: 2 }, [one, one, one]), [...whole, '1 dropped', ...whole]);
  assert.deepEqual(fates({ ...some, match, times: 0 }, [one, two, one]), ['1 dropped', '1 dropped', '1 dropped']);
  assert.deepEqual(fates({ ...some, match, copies: 'again' }, [one, two, two, one]), [
    ...whole,
    ...whole,
    '1 dropped',
    ...whole,
  ]);
  assert.deepEqual(fates({ ...some, match, copies: 'first', times: 0 }, [one, one, two]), [
    '1 dropped',
    ...whole,
    '1 dropped',
  ]);
  assert.deepEqual(fates({ ...some, match, from: 'west' }, [one]), whole);
  assert.deepEqual(fates({ ...some, match, from: 'east' }, [one]), ['1 dropped']);
});

test('frames wait, double, and overtake each other', { skip }, () => {
  const [one, two] = [behind500(ike({ id: 1 })), behind500(ike({ id: 2 }))];
  const match = { kind: 'ike', messageId: 1 } as const;
  const rule = (action: FaultAction): FaultRule => ({ ...some, match, action });
  assert.deepEqual(fates(rule({ kind: 'duplicate', copies: 2, after: '0' }), [one]), [
    '1 duplicated',
    '1 whole',
    '1 copy',
    '1 copy',
  ]);
  assert.deepEqual(fates(rule({ kind: 'reorder', within: '999' }), [one, two]), [
    '1 held',
    '1 passed',
    '1 whole',
    '1 whole',
  ]);
  assert.deepEqual(fates(rule({ kind: 'delay', by: '0' }), [one]), ['1 held', '1 whole']);
  assert.deepEqual(fates(rule({ kind: 'hold' }), [one, two]), ['1 held', '0 passed', '0 whole']);
  const held = encodeFault(1, rule({ kind: 'hold' }));
  const released = done([held, 'frame', 'release 1'], [one]);
  assert.deepEqual(
    released.map(({ fate }) => fate),
    ['held', 'whole'],
  );
});

/** The sum of RFC 1071 over a UDP datagram and its pseudo header is all ones where the checksum is right. */
function udpSum(frame: Buffer): number {
  const six = frame.readUInt16BE(12) === 0x86dd;
  const [addresses, upper] = six
    ? [frame.subarray(22, 54), frame.subarray(54)]
    : [frame.subarray(26, 34), frame.subarray(34)];
  const pseudo = Buffer.concat([
    addresses,
    Buffer.from([0, 17, upper.length >> 8, upper.length & 0xff]),
    upper,
    Buffer.alloc(upper.length % 2),
  ]);
  let sum = 0;
  for (let at = 0; at < pseudo.length; at += 2) sum += pseudo.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

test('a changed frame has right lengths and checksums, unless they are kept', { skip }, () => {
  for (const ends of [v4, v6]) {
    const sent = behind500(ike({ rest: 'aabbccdd' }), ends);
    assert.equal(udpSum(sent), 0xffff);
    const change = (action: Extract<FaultAction, { kind: 'change' }>): Buffer => {
      const put = done([encodeFault(1, { ...some, match: { kind: 'ike' }, action })], [sent]).find(
        ({ fate }) => fate === 'spoiled',
      );
      return Buffer.from(put?.frame ?? '', 'hex');
    };
    const flipped = change({ kind: 'change', edits: [{ kind: 'flip', at: -4, mask: 'ff' }] });
    assert.equal(flipped.subarray(-4).toString('hex'), '55bbccdd');
    assert.equal(udpSum(flipped), 0xffff);
    const replaced = change({ kind: 'change', edits: [{ kind: 'replace', octets: '0102030405' }] });
    assert.equal(replaced.length, sent.length - 32 + 5);
    assert.equal(udpSum(replaced), 0xffff);
    const cut = change({
      kind: 'change',
      edits: [
        { kind: 'cut', length: 7 },
        { kind: 'set', at: 0, octets: 'ee' },
      ],
    });
    assert.equal(cut.subarray(-7).toString('hex'), 'ee23456789abcd');
    assert.equal(udpSum(cut), 0xffff);
    const kept = change({ kind: 'change', keepChecksums: true, edits: [{ kind: 'draw', seed: 3, bits: 1 }] });
    assert.equal(kept.length, sent.length);
    assert.notEqual(udpSum(kept), 0xffff);
  }
});

test('rules and frames that are not as they should be end in words, not in a fault of the agent', { skip }, () => {
  const word = fc.constantFrom(
    'lan',
    'x',
    '*',
    'east',
    '0',
    '1',
    '9',
    'any',
    'again',
    'drop',
    'change',
    'reorder',
    'duplicate',
    '-',
    '800',
    '800,8/ff0000/110000',
    '|',
    '0,!1c/1/0',
    '',
    '99999999999',
    'draw:1:9',
    'keep;flip:-9:ff;cut:3',
    'replace:0102',
  );
  const line = fc.tuple(
    fc.constantFrom('catch', 'release', 'forget', 'inject', 'frame'),
    fc.array(word, { maxLength: 14 }),
  );
  const good = fc.constant(
    encodeFault(1, {
      ...some,
      match: { kind: 'ike' },
      times: 0,
      action: { kind: 'change', edits: [{ kind: 'draw', seed: 1, bits: 5 }] },
    }),
  );
  const lines = fc.array(
    fc.oneof(
      line.map(([first, more]) => [first, ...more].join(' ')),
      good,
    ),
    { maxLength: 5 },
  );
  const frame = fc.oneof(
    fc.uint8Array({ maxLength: 90 }),
    fc.tuple(fc.nat(60), fc.nat(255)).map(([at, value]) => {
      const bytes = behind500(ike({}));
      bytes[at] = value;
      return bytes;
    }),
  );
  const inputs = fc
    .sample(fc.tuple(lines, fc.array(frame, { maxLength: 4 })), { seed: 11, numRuns })
    .map(([text, frames]) => input(text, frames));
  for (const { gaveUp, errors } of drive('faults', inputs))
    assert.equal(gaveUp, errors.includes('espalier: agent '), errors);
});
