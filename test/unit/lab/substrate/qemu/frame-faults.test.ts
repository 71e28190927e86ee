/** The switch's rules for single frames: they do what those of the agent do, which is in C and in another kernel. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deadline, until } from '../../../../../src/base/deadline.ts';
import { decode } from '../../../../../src/evidence/records/decode.ts';
import { readRecords } from '../../../../../src/evidence/records/reader.ts';
import { recordType } from '../../../../../src/evidence/records/record.ts';
import { encodeFault } from '../../../../../src/lab/agent/faults.ts';
import { FrameFaults } from '../../../../../src/lab/substrate/qemu/faults/frame-faults.ts';
import type { FaultAction, FaultEdit, FaultMatch, FaultRule } from '../../../../../src/model/faults.ts';
import { frameOf } from '../../../../../src/suites/scenarios/api/frames.ts';
import { drive, skip, u16 } from '../../../guest/driver.ts';

const macs = ['02:00:00:00:00:01', '02:00:00:00:00:02'] as const;
const v4 = { sourceMac: macs[0], destinationMac: macs[1], source: '192.0.2.1', destination: '192.0.2.2' };
const v6 = { ...v4, source: '2001:db8::1', destination: '2001:db8::2' };

/** Messages over every way that they can take, and packets that are none. */
function framesWith(octets: Buffer): Buffer[] {
  const marked = Buffer.concat([Buffer.alloc(4), octets]);
  return [v4, v6].flatMap((ends) => [
    frameOf(ends, { udp: { source: 500, destination: 500 }, octets }),
    frameOf(ends, { udp: { source: 4500, destination: 30_000 }, octets: marked }),
    frameOf(ends, { udp: { source: 4500, destination: 4500 }, octets }),
    frameOf(ends, { protocol: 50, octets }),
    frameOf(ends, { udp: { source: 53, destination: 53 }, octets }),
  ]);
}

interface Did {
  readonly rule: number;
  readonly fate: string;
  readonly frame: string;
}

/** What rules did with frames, and what they put on the link. */
function done(rules: readonly FaultRule[], frames: readonly Buffer[], end?: (faults: FrameFaults) => void) {
  const did: Did[] = [];
  const put: string[] = [];
  const faults = new FrameFaults({
    indexOf: () => 0,
    after: (ns, act) => deadline(Number(ns) / 1e6, act),
    put: (_link, frame, from) => put.push(`${from}: ${frame.toString('hex')}`),
    note: (payload) => {
      const said = decode({ type: recordType.fault, host: 0xffff, time: 0n, sequence: 0, payload });
      assert.ok(said.type === 'fault');
      did.push({ rule: said.rule, fate: said.fate, frame: Buffer.from(said.frame).toString('hex') });
    },
  });
  for (const [index, rule] of rules.entries()) faults.catch(index + 1, rule);
  const passed = frames.map((frame) => !faults.take('lan', 'west', frame));
  end?.(faults);
  return { did, put, passed, faults };
}

interface Case {
  readonly rules: readonly FaultRule[];
  readonly frames: readonly Buffer[];
}

/** The same by the agent, of many cases; what no rule acts on is left out, of which the switch says nothing. */
function doneByAgent(cases: readonly Case[]): Did[][] {
  const inputs = cases.map(({ rules, frames }) => {
    const text = Buffer.from(rules.map((rule, index) => `${encodeFault(index + 1, rule)}\n`).join(''), 'latin1');
    return Buffer.concat([u16(text.length), text, ...frames.flatMap((frame) => [u16(frame.length), frame])]);
  });
  return drive('faults', inputs).map(({ errors, written }) => {
    assert.equal(errors, '');
    return readRecords(written).records.flatMap((record): Did[] => {
      const said = decode(record);
      if (said.type !== 'fault' || said.rule === 0) return [];
      return [{ rule: said.rule, fate: said.fate, frame: Buffer.from(said.frame).toString('hex') }];
    });
  });
}

const octets = (most: number) => fc.uint8Array({ maxLength: most }).map((bytes) => Buffer.from(bytes).toString('hex'));
const offset = fc.integer({ min: -40, max: 60 });
const edit = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: offset, mask: octets(8) }),
  fc.record({ kind: fc.constant('set' as const), at: offset, octets: octets(8) }),
  fc.record({ kind: fc.constant('draw' as const), seed: fc.nat(), bits: fc.integer({ min: 0, max: 20 }) }),
  fc.record({ kind: fc.constant('cut' as const), length: fc.integer({ min: 0, max: 60 }) }),
  fc.record({ kind: fc.constant('replace' as const), octets: octets(40) }),
) as fc.Arbitrary<FaultEdit>;
const action: fc.Arbitrary<FaultAction> = fc.oneof(
  fc.constant({ kind: 'drop' } as const),
  fc.constant({ kind: 'hold' } as const),
  fc.record({ kind: fc.constant('change' as const), edits: fc.array(edit, { minLength: 1, maxLength: 3 }) }),
  fc.record({
    kind: fc.constant('change' as const),
    edits: fc.array(edit, { minLength: 1, maxLength: 2 }),
    keepChecksums: fc.constant(true),
  }),
);
const match: fc.Arbitrary<FaultMatch> = fc.oneof(
  fc.constantFrom<FaultMatch>(
    { kind: 'ike' },
    { kind: 'ike', exchange: 36, response: false },
    { kind: 'ike', messageId: 2, payload: 46, spi: '0123456789abcdef' },
    { kind: 'ike', fragment: 1 },
    { kind: 'esp' },
    { kind: 'esp', spi: 0x01234567 },
    { kind: 'esp', spi: 0x01234567, sequence: 0x89abcdef },
    { kind: 'ip' },
    { kind: 'ip', protocol: 17 },
    { kind: 'ip', protocol: 50 },
  ),
);
const rule = fc
  .tuple(
    match,
    action,
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 0, max: 3 }),
    fc.constantFrom('first', 'again', undefined),
  )
  .map(
    ([one, what, nth, times, copies]): FaultRule => ({
      link: 'lan',
      match: one,
      action: what,
      nth,
      times,
      ...(copies !== undefined && { copies }),
    }),
  );
const message = Buffer.from(`0123456789abcdeffedcba98765432102e20240800000002${'00'.repeat(40)}`, 'hex');

test('frames have the same fates as in the lab’s own kernel, octet by octet', { skip }, () => {
  const drawn = fc.tuple(fc.array(rule, { minLength: 1, maxLength: 2 }), fc.integer({ min: 0, max: 60 }));
  const cases = fc.sample(drawn, Number(process.env.ESPALIER_FUZZ ?? 200)).map(([rules, length]): Case => {
    const frames = framesWith(message.subarray(0, 24 + length));
    return { rules, frames: [...frames, ...frames] };
  });
  for (const [index, byAgent] of doneByAgent(cases).entries()) {
    const { rules, frames } = cases[index] as Case;
    assert.deepEqual(done(rules, frames).did, byAgent, JSON.stringify(rules));
  }
});

const [ike = Buffer.alloc(0)] = framesWith(message);
const some = { link: 'lan', match: { kind: 'ike' }, nth: 1, times: 1 } as const;
const fates = (did: readonly Did[]): string[] => did.map(({ fate }) => fate);

test('what is held goes on when it is released, and what is forgotten acts no more', () => {
  const rules: FaultRule[] = [{ ...some, times: 0, action: { kind: 'hold' } }];
  const held = done(rules, [ike, ike]);
  assert.deepEqual([held.passed, held.put], [[false, false], []]);
  const { did, put, faults } = done(rules, [ike], (one) => one.release(1));
  assert.deepEqual([fates(did), put], [['held', 'whole'], [`west: ${ike.toString('hex')}`]]);
  faults.forget(1);
  assert.equal(faults.take('lan', 'west', ike), false);
});

test('a frame of another link or host is none of the rule’s', () => {
  const { faults } = done([{ ...some, from: 'west', action: { kind: 'drop' } }], []);
  assert.deepEqual(
    [faults.take('wan', 'west', ike), faults.take('lan', 'east', ike), faults.take('lan', 'west', ike)],
    [false, false, true],
  );
});

test('a frame is sent again, late, or behind the next one of its kind', async () => {
  const twice = done([{ ...some, action: { kind: 'duplicate', copies: 2, after: '1000000' } }], [ike]);
  assert.deepEqual(fates(twice.did), ['duplicated', 'whole']);
  const late = done([{ ...some, action: { kind: 'delay', by: '1000000' } }], [ike]);
  assert.deepEqual([fates(late.did), late.put], [['held'], []]);
  const both = (): boolean => twice.put.length === 3 && late.put.length === 1;
  await until(both, { what: 'frames that wait', timeoutMs: 30_000, intervalMs: 1 });
  assert.deepEqual(fates(twice.did).slice(2), ['copy', 'copy']);
  const second = Buffer.from(ike);
  second.writeUInt8(9, second.length - 1);
  const over = done([{ ...some, action: { kind: 'reorder', within: '60000000000' } }], [ike, second]);
  assert.deepEqual(fates(over.did), ['held', 'passed', 'whole', 'whole']);
  assert.deepEqual(
    over.put.map((text) => text.slice(-2)),
    ['09', '00'],
  );
  over.faults.close();
});

test('an injected frame is nobody’s, and a rule that nobody made is a mistake', () => {
  const { did, put } = done([], [], (faults) => faults.inject('lan', ike));
  assert.deepEqual([fates(did), did[0]?.rule, put[0]?.startsWith('undefined: ')], [['injected'], 0, true]);
  assert.throws(() => done([], [], (faults) => faults.release(3)), /no rule for frames has the number 3/);
});
