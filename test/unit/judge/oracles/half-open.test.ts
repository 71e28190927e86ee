import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparePairs } from '../../../../src/judge/oracles/pairs.ts';
import { aLarvalSa } from '../../evidence/xfrm-samples.ts';
import { added, deleted, evidenceOf, protectedPacket, type Step, type Story } from './evidence.ts';
import { boundary, excusesBySpi, excusesOf, found, holding, inward, messages, out } from './pair-story.ts';

test('a half-open SA is allowed for as long as an exchange may take, and no longer', () => {
  const lasting = (until: number): Story => ({ steps: holding([['west', inward()]], [100, 5000, until]) });
  assert.deepEqual(excusesOf(lasting(60_099)), ['west in flight, stays']);
  assert.deepEqual(excusesOf(lasting(60_100)), ['west none, stays']);
  assert.deepEqual(messages({ ...lasting(60_100), commands: [[50, 'ipsec up x']] }), [
    'half-open west: no other host has the esp SA 0x1234abcd 192.1.2.45 > 192.1.2.23 (tunnel) (for 60.0 s, to the end)',
  ]);
});

test('a half-open SA that finds its other end was in flight', () => {
  const west = inward();
  const steps: Step[] = [
    [1, 'west', added(west)],
    [100, 'west', 'command'],
    [100, 'west', { sas: [west] }],
    [150, 'east', added(out())],
    [200, 'west', 'command'],
    [200, 'east', { sas: [out()] }],
  ];
  const { pairs, halfOpen, issues } = comparePairs(evidenceOf({ steps }));
  assert.deepEqual([pairs, issues], [1, []]);
  assert.deepEqual(
    halfOpen.map(({ host, since, until, stays, excuse }) => [host, since, until, stays, excuse]),
    [['west', 100_000_000n, 200_000_000n, false, 'in flight']],
  );
});

test('a peer that sends through an SA which it does not have is in no exchange', () => {
  const half: Story = { steps: holding([['east', inward()]], [100, 5000]) };
  assert.deepEqual(excusesOf({ ...half, packets: [protectedPacket(500)] }), ['east none, stays']);
  for (const packet of [
    protectedPacket(50),
    protectedPacket(500, { spi: 0x999 }),
    protectedPacket(500, { protocol: 'ah' }),
    protectedPacket(500, { copy: true }),
    protectedPacket(500, { source: '192.1.2.99' }),
    protectedPacket(500, {}, 'east'),
  ]) {
    assert.deepEqual(excusesOf({ ...half, packets: [packet] }), ['east in flight, stays']);
  }
  assert.deepEqual(excusesOf({ ...half, packets: [protectedPacket(500)], commands: [[5, 'ipsec stop', 'east']] }), [
    'east killed, stays',
  ]);
});

test('an SA that packets went through and that nobody else ever has is in no exchange', () => {
  const use = { bytes: 84n, packets: 1n, addTime: 1n, useTime: 1n };
  const used: Step[] = [
    ...holding([['east', inward()]]),
    [5000, 'west', 'command'],
    [5000, 'east', { sas: [inward({ use })] }],
  ];
  assert.deepEqual(excusesOf({ steps: used }), ['east none, stays']);
  assert.deepEqual(excusesOf({ steps: used, commands: [[5, 'ipsec whack --impair drop-outbound', 'east']] }), [
    'east impaired, stays',
  ]);
  const before: Step[] = [
    [0.1, 'west', added(out())],
    [0.2, 'west', deleted(out())],
  ];
  assert.deepEqual(excusesOf({ steps: [...before, ...used] }), ['east in flight, stays']);
  const larval: Step[] = [[0.1, 'west', added(aLarvalSa())]];
  assert.deepEqual(excusesOf({ steps: [...larval, ...used] }), ['east none, stays']);
  const foreign: Step[] = [
    [0.1, 'west', added(out({ spi: 0x77 }))],
    [0.2, 'west', deleted(out({ spi: 0x77 }))],
  ];
  assert.deepEqual(excusesOf({ steps: [...foreign, ...used] }), ['east none, stays']);
});

test('a command excuses what an exchange explained until then, and not what needed an excuse before', () => {
  const steps = holding([['west', inward()]], [100, 70_000]);
  assert.deepEqual(excusesOf({ steps, commands: [[60_100, 'ipsec stop']] }), ['west killed, stays']);
  assert.deepEqual(excusesOf({ steps, commands: [[60_100.000001, 'ipsec stop']] }), ['west none, stays']);
  const used = { steps: holding([['east', inward()]], [100, 5000]), packets: [protectedPacket(500)] };
  assert.deepEqual(excusesOf({ ...used, commands: [[500, 'ipsec stop', 'east']] }), ['east killed, stays']);
  assert.deepEqual(excusesOf({ ...used, commands: [[500.000001, 'ipsec stop', 'east']] }), ['east none, stays']);
});

test('from the post-mortem on nobody asks for two ends', () => {
  const both = [out(), inward()] as const;
  const steps: Step[] = [
    [1, 'west', added(both[0])],
    [1, 'east', added(both[1])],
    [100, 'west', 'command'],
    [100, 'west', { sas: [both[0]] }],
    [100, 'east', { sas: [both[1]] }],
    [200, 'west', 'command'],
    [200, 'west', deleted(both[0])],
    [300, 'west', 'command'],
    [300, 'west', { sas: [] }],
    [90_000, 'west', 'command'],
  ];
  assert.deepEqual(excusesOf({ steps }), ['east none, stays']);
  assert.deepEqual(excusesOf({ steps, postMortem: 5 }), []);
  assert.deepEqual(excusesOf({ steps, postMortem: 7 }), ['east in flight, stays']);
});

test('an exchange may take a minute, and not the nanosecond after', () => {
  const lasting = (until: number): Story => ({
    steps: [...boundary(100, { west: [inward()] }), ...boundary(until, {})],
  });
  assert.deepEqual(excusesBySpi(lasting(60_099.999999)), ['west 1234abcd in flight, stays']);
  assert.deepEqual(excusesBySpi(lasting(60_100)), ['west 1234abcd none, stays']);
});

test('long times are told exactly', () => {
  const steps = [...boundary(100, { west: [inward()] }), ...boundary(999_999_900, {})];
  assert.match(found({ steps }).issues[0]?.message ?? '', /\(for 999999\.8 s, to the end\)$/);
});

test('what is half-open tells all of it: since when, until when, and nothing of an excuse where there is none', () => {
  const steps = [
    ...boundary(100, { west: [inward()] }),
    ...boundary(60_100, { west: [inward()], east: [out()] }),
    ...boundary(70_000, {}),
  ];
  const { halfOpen, issues } = found({ steps, commands: [[50, 'ipsec up x']] });
  const [sa] = halfOpen.map((half) => half.sa);
  assert.deepEqual(halfOpen, [
    { host: 'west', sa, policies: [], torn: false, since: 100_000_000n, until: 60_100_000_000n, stays: false },
  ]);
  assert.deepEqual(issues, [
    {
      kind: 'half-open',
      word: 'major',
      host: 'west',
      command: 'ipsec up x',
      message: 'no other host has the esp SA 0x1234abcd 192.1.2.45 > 192.1.2.23 (tunnel) (for 60.0 s)',
    },
  ]);
  assert.deepEqual(Object.keys(found({ steps }).issues[0] ?? {}), ['kind', 'word', 'host', 'message']);
});

test('half-open SAs are followed one by one, and told in the order in which they were over', () => {
  const [a, b, c] = [inward({ spi: 0xa }), inward({ spi: 0xb }), inward({ spi: 0xc })];
  const steps = [
    ...boundary(100, { west: [a] }),
    ...boundary(200, { west: [a, b, c], east: [] }),
    ...boundary(300, { west: [b, c], east: [] }),
    ...boundary(400, { west: [b], east: [] }),
    ...boundary(500, { west: [b], east: [out({ spi: 0xb })] }),
  ];
  assert.deepEqual(
    found({ steps }).halfOpen.map(({ sa, since, until }) => [sa.spi, since / 1_000_000n, until / 1_000_000n]),
    [
      [0xa, 100n, 300n],
      [0xc, 200n, 400n],
      [0xb, 200n, 500n],
    ],
  );
});

test('a packet counts for a peer from the moment on at which the SA was seen alone, and only one of a host', () => {
  const half: Story = { steps: [...boundary(100, { east: [inward()] }), ...boundary(5000, {})] };
  assert.deepEqual(excusesBySpi({ ...half, packets: [protectedPacket(100)] }), ['east 1234abcd none, stays']);
  const packet = protectedPacket(500);
  const { sender: _west, ...frame } = packet.frame;
  assert.deepEqual(excusesBySpi({ ...half, packets: [{ ...packet, frame }] }), ['east 1234abcd in flight, stays']);
});

test('a peer that has the SA when it sends through it is in an exchange', () => {
  const [use, seenAlone] = [[protectedPacket(500)], boundary(100, { east: [inward()] })];
  const untilWhole = (own: readonly Step[], more: Story = {}): string[] =>
    excusesOf({
      steps: [...seenAlone, ...own, ...boundary(5000, { east: [inward()], west: [out()] })],
      packets: use,
      ...more,
    });
  const had: Step[] = [[110, 'west', added(out())]];
  assert.deepEqual(untilWhole([[510, 'west', added(out())]]), ['east in flight']);
  assert.deepEqual(untilWhole([[510.000001, 'west', added(out())]]), ['east none']);
  assert.deepEqual(untilWhole([...had, [490, 'west', deleted(out())]]), ['east in flight']);
  assert.deepEqual(untilWhole([...had, [489.999999, 'west', deleted(out())]]), ['east none']);
  assert.deepEqual(untilWhole([[110, 'west', added(out({ spi: 7 }))]]), ['east none', 'west in flight']);
  const exact = { exact: true };
  assert.deepEqual(untilWhole([[500, 'west', added(out())]], exact), ['east in flight']);
  assert.deepEqual(untilWhole([[500.000001, 'west', added(out())]], exact), ['east none']);
  assert.deepEqual(untilWhole([...had, [500, 'west', deleted(out())]], exact), ['east in flight']);
  assert.deepEqual(untilWhole([...had, [499.999999, 'west', deleted(out())]], exact), ['east none']);
});

test('an exchange explains nothing from the first packet of the peer on, and nothing after a minute', () => {
  const half = holding([['east', inward()]], [100, 80_000]);
  const stopped = (at: number, ...packets: readonly number[]): string[] =>
    excusesOf({
      steps: half,
      packets: packets.map((one) => protectedPacket(one)),
      commands: [[at, 'ipsec stop', 'east']],
    });
  assert.deepEqual(stopped(700, 500, 900), ['east none, stays']);
  assert.deepEqual(stopped(400, 500, 900), ['east killed, stays']);
  assert.deepEqual(stopped(65_000, 70_000), ['east none, stays']);
  assert.deepEqual(stopped(60_000, 70_000), ['east killed, stays']);
});
