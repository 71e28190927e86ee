import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latenessOf, type SeenFrame } from '../../../../src/evidence/evidence.ts';
import type { IpsecPolicy } from '../../../../src/evidence/ipsec.ts';
import { readWire } from '../../../../src/evidence/packet/wire.ts';
import { blindness } from '../../../../src/judge/oracles/blind.ts';
import { Choices } from '../../../../src/judge/oracles/choice.ts';
import { bytes, concat, ethernet, ipv4, u16 } from '../../evidence/build.ts';
import { aPolicy } from '../../evidence/xfrm-samples.ts';
import { evidenceOf, installed, leaks, ms, removed, type Step, type Story, seen, toPeer } from './evidence.ts';

const ping = ipv4(1, bytes('0800 0000 0001 0001'));
const policy = aPolicy({ selector: toPeer, priority: 100 });
const bypass = aPolicy({ selector: toPeer, priority: 1, templates: [] });

/** Frames 1 and 2 of the link: west asks for the address of its neighbour, and gets it. */
function resolution(asked: number, answered: number): SeenFrame[] {
  const arp = (operation: number): Uint8Array =>
    concat([
      bytes('0001 0800 0604'),
      u16(operation),
      bytes(
        operation === 1 ? '020000000001 c0000201 000000000000 c6336402' : '020000000002 c6336402 020000000001 c0000201',
      ),
    ]);
  const request = ethernet(0x806, arp(1));
  request.set(bytes('ffffffffffff'), 0);
  const reply = ethernet(0x806, arp(2));
  reply.set(bytes('020000000001 020000000002'), 0);
  const wire = readWire([
    { time: ms(asked), frame: request },
    { time: ms(answered), frame: reply },
  ]);
  return wire.map((packet, index) => ({
    file: 'links/test.pcapng',
    number: index + 1,
    time: packet.time,
    sender: index === 0 ? 'west' : 'east',
    packet,
  }));
}

const third = (at: number): SeenFrame => ({ ...seen(at, ping), number: 3 });
const count = (story: Story): number => leaks(evidenceOf({ exact: true, ...story })).length;
const from = (at: number, one: IpsecPolicy = policy): Step => [at, 'west', installed(one)];

test('a packet that waited for an address was chosen by the policies of the time since its request', () => {
  const waited = (installedAt: number): number =>
    count({ steps: [from(installedAt)], frames: [...resolution(100, 900), third(900)] });
  assert.deepEqual([waited(50), waited(100), waited(101), waited(899)], [1, 1, 0, 0]);
  const passed = (steps: readonly Step[]): number => count({ steps, frames: [...resolution(100, 900), third(900)] });
  assert.equal(passed([from(50), from(300, bypass), [400, 'west', removed(bypass)]]), 0);
  assert.equal(passed([from(50), from(950, bypass)]), 1);
  assert.equal(count({ steps: [from(500)], frames: [...resolution(100, 900), third(901)] }), 1);
});

const slow = (line: string): NonNullable<Story['commands']> => [[10, line]];
const delay = 'tc qdisc add dev eth0 root netem delay 100ms';

test('a packet that its own host delayed was chosen up to so long before', () => {
  const delayed = (installedAt: number, line = delay): number =>
    count({ steps: [from(installedAt)], frames: [seen(1000, ping)], commands: slow(line) });
  assert.deepEqual([delayed(899), delayed(900), delayed(900.1), delayed(1000)], [1, 1, 0, 0]);
  assert.equal(delayed(1000, 'true'), 1);
});

test('where the host loses packets, requests may have been lost too', () => {
  const loses = 'tc qdisc add dev eth0 root netem loss 50%';
  const waited = (installedAt: number, line: string): number =>
    count({ steps: [from(installedAt)], frames: [...resolution(5000, 5100), third(5100)], commands: slow(line) });
  assert.deepEqual([waited(1999, loses), waited(2001, loses), waited(2001, 'true')], [1, 0, 1]);
});

test('on a host whose events are late, delays come on top of the windows', () => {
  const late = (installedAt: number, line: string): number =>
    count({ steps: [from(installedAt)], frames: [seen(1000, ping)], commands: slow(line), exact: false });
  assert.deepEqual([late(899, delay), late(899.1, delay), late(998, 'true')], [1, 0, 1]);
});

test('where a lab says how late its recorders are, a table must have stood so long before and behind a frame', () => {
  const late = (steps: readonly Step[]): number => {
    const evidence = { ...evidenceOf({ steps, frames: [seen(1000, ping)] }), lateness: ms(200) };
    return leaks(evidence).length;
  };
  assert.deepEqual([late([from(799)]), late([from(801)])], [1, 0]);
  assert.deepEqual([late([from(10), from(1201, bypass)]), late([from(10), from(1199, bypass)])], [1, 0]);
  const evidence = { ...evidenceOf({ steps: [from(500)] }), lateness: ms(200) };
  assert.deepEqual(blindness(evidence, new Choices(evidence)), { ns: 400e6, events: 1 });
});

/** For how many milliseconds the oracle was blind, and around how many changes. */
function blind(story: Story): readonly [number, number] | undefined {
  const evidence = evidenceOf(story);
  const found = blindness(evidence, new Choices(evidence));
  return found && [found.ns / 1e6, found.events];
}

test('a host whose events are exact is never blind, unless it delays its packets', () => {
  const steps: Step[] = [from(100), [200, 'west', removed(policy)]];
  assert.equal(blind({ steps, exact: true }), undefined);
  assert.deepEqual(blind({ steps, exact: true, commands: slow(delay) }), [200, 2]);
  assert.deepEqual(blind({ steps: [from(100), from(150, bypass)], exact: true, commands: slow(delay) }), [150, 2]);
  assert.deepEqual(blind({ steps, exact: true, commands: [[150, delay]] }), [100, 1]);
});

test('a host whose events are late is blind around each change of a policy, from before it until after it', () => {
  assert.equal(blind({}), undefined);
  assert.deepEqual(blind({ steps: [from(100)] }), [11, 1]);
  assert.deepEqual(blind({ steps: [from(100), from(105, bypass)] }), [16, 2]);
  assert.deepEqual(
    blind({ steps: [from(100), [500, 'west', removed(policy)], [500, 'east', installed(policy)]] }),
    [33, 3],
  );
  const shown: Step[] = [from(100), [300, 'west', 'command'], [300, 'west', { policies: [policy] }]];
  assert.deepEqual(blind({ steps: shown }), [11, 1]);
  const defaults = { kind: 'policy-defaults', in: 'allow', fwd: 'allow', out: 'block' } as const;
  assert.deepEqual(blind({ steps: [[100, 'west', { event: defaults }]] }), [11, 1]);
});

test('events of a host are late by what its lab says, and not by a nanosecond where they have the time of their making', () => {
  const lateOf = (exact: boolean): bigint | undefined => {
    const evidence = evidenceOf({ steps: [from(100)], exact });
    const [west] = evidence.timeline.hosts;
    return west && new Choices(evidence).lateOf(west);
  };
  assert.deepEqual([lateOf(true), lateOf(false)], [0n, latenessOf({})]);
});
