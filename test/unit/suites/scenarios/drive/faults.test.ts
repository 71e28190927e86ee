import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordedFault } from '../../../../../src/evidence/records/decode.ts';
import type { Fate } from '../../../../../src/model/faults.ts';
import type { Order } from '../../../../../src/model/suite.ts';
import type { Topology } from '../../../../../src/model/topology.ts';
import { drop } from '../../../../../src/suites/scenarios/api/frame-actions.ts';
import { ike } from '../../../../../src/suites/scenarios/api/frame-matches.ts';
import { CheckBook } from '../../../../../src/suites/scenarios/drive/check-book.ts';
import { FaultRules } from '../../../../../src/suites/scenarios/drive/faults.ts';
import { netOf } from '../../../../../src/suites/scenarios/drive/links.ts';
import type { Stepper, Typed } from '../../../../../src/suites/scenarios/drive/stepper.ts';

const nic = (link: string, at: number, ...addresses: string[]) => ({
  name: 'eth0',
  link,
  mac: `02:00:00:00:00:0${at}`,
  addresses,
});
const topology: Topology = {
  hosts: [
    { name: 'west', nics: [nic('wan', 1, '192.0.2.1/24', '2001:db8::1/64')], routes: [], sysctls: [] },
    { name: 'east', nics: [nic('wan', 2, '2001:db8::2/64', '192.0.2.2/24')], routes: [], sysctls: [] },
    { name: 'far', nics: [nic('lan', 3, '10.0.0.1/24')], routes: [], sysctls: [] },
  ],
  links: [{ name: 'wan' }, { name: 'lan' }],
};

/** The links of a lab that takes orders, and does what a test says it did. */
function lab() {
  const orders: Order[] = [];
  const faults: RecordedFault[] = [];
  const typed: string[] = [];
  const stepper = {
    faults,
    called: (_: unknown, work: () => unknown) => work(),
    order: async (...more: readonly Order[]) => void orders.push(...more),
    must: async ({ host, line }: Typed) => void typed.push(`${host}: ${line}`),
  } as unknown as Stepper;
  const rules = new FaultRules(stepper);
  const did = (rule: number, fate: Fate): void => void faults.push({ rule, fate, link: 0, frame: Uint8Array.of(rule) });
  return { orders, typed, rules, did, net: netOf(topology, { stepper, rules, book: new CheckBook(stepper) }) };
}

test('a rule is an order with a number of its own, and counts what it acted on', async () => {
  const { orders, did, net, rules } = lab();
  const rule = await net.link('wan').on(ike({ from: 'east' }), drop());
  const [order] = orders;
  assert.ok(order?.kind === 'catch');
  assert.deepEqual(order.rule, {
    link: 'wan',
    from: 'east',
    match: { kind: 'ike' },
    nth: 1,
    times: 1,
    action: { kind: 'drop' },
  });
  assert.throws(() => rules.check(), /no frame from east on link wan was ike: this rule did nothing/);
  for (const fate of ['passed', 'dropped', 'whole', 'held'] as const) did(order.id, fate);
  did(999, 'dropped');
  assert.equal(rule.count, 2);
  assert.deepEqual(
    rule.frames.map((frame) => frame[0]),
    [order.id, order.id],
  );
  rules.check();
  await rule.release();
  await rule.end();
  assert.deepEqual(orders.slice(1), [
    { kind: 'release', id: order.id },
    { kind: 'forget', id: order.id },
  ]);
  await net.link('lan').on(ike({ nth: 3, exchange: 36 }), drop());
  assert.notEqual((orders.at(-1) as typeof order).id, order.id);
  assert.throws(() => rules.check(), /fewer than 3 frames on link lan were ike exchange=36: this rule did nothing/);
});

test('a packet between two hosts has their addresses of one family; forged ones as given', async () => {
  const { orders, net } = lab();
  const inject = async (more: object): Promise<string> => {
    await net.link('wan').inject({ from: 'west', to: 'east', protocol: 50, octets: Buffer.alloc(8), ...more });
    const order = orders.at(-1);
    assert.ok(order?.kind === 'inject');
    return Buffer.from(order.frame).toString('hex');
  };
  assert.match(await inject({}), /^020000000002020000000001080045.{22}c0000201c0000202/);
  assert.match(await inject({ source: '10.9.8.7' }), /0a090807c0000202/);
  assert.match(
    await inject({ source: '2001:db8::9' }),
    /^02000000000202000000000186dd.{16}20010db8000000000000000000000009.{28}0002/,
  );
  await net.link('wan').inject([Uint8Array.of(1), Uint8Array.of(2)]);
  assert.deepEqual(
    orders.slice(-2).map((order) => order.kind === 'inject' && [...order.frame]),
    [[1], [2]],
  );
});

test('hosts and addresses that the link does not have are mistakes of the scenario', () => {
  const { net } = lab();
  const octets = Buffer.alloc(8);
  assert.throws(
    () => net.link('wan').on(ike({ from: 'far' }), drop()),
    /host far is not on link wan; there are west, east/,
  );
  assert.throws(() => net.link('wan').inject({ from: 'west', to: 'far', octets }), /host far is not on link wan/);
  assert.throws(
    () => net.link('wan').inject({ from: 'west', to: 'east', source: '10.0.0.1', destination: '2001:db8::2', octets }),
    /no two addresses of one family on link wan/,
  );
});

test('impairments of one direction are those of its interface alone; healing the link takes all back but a rate', async () => {
  const { typed, net } = lab();
  const wan = net.link('wan');
  await wan.from('east').delay('10ms');
  await wan.loss(0.5);
  await wan.from({ name: 'west' }).rate('1.5mbit');
  await wan.heal();
  await wan.rate('unlimited');
  assert.deepEqual(typed, [
    'east: tc qdisc replace dev eth0 root netem limit 100000 delay 10000us',
    'west: tc qdisc replace dev eth0 root netem limit 100000 loss 50%',
    'east: tc qdisc replace dev eth0 root netem limit 100000 delay 10000us loss 50%',
    'west: tc qdisc replace dev eth0 root netem limit 100000 loss 50% rate 1500000bit',
    'west: tc qdisc replace dev eth0 root netem limit 100000 rate 1500000bit',
    'east: tc qdisc replace dev eth0 root noqueue',
    'west: tc qdisc replace dev eth0 root noqueue',
    'east: tc qdisc replace dev eth0 root noqueue',
  ]);
});

test('a cable is pulled by an order, an MTU set on every interface; what cannot be is refused', async () => {
  const { typed, orders, net } = lab();
  const wan = net.link('wan');
  await wan.unplug('east');
  await wan.plug({ name: 'east' });
  await wan.mtu(1300);
  assert.deepEqual(orders, [
    { kind: 'carrier', host: 'east', nic: 'eth0', on: false },
    { kind: 'carrier', host: 'east', nic: 'eth0', on: true },
  ]);
  assert.deepEqual(typed, ['west: ip link set eth0 mtu 1300', 'east: ip link set eth0 mtu 1300']);
  assert.throws(() => wan.unplug('far'), /host far is not on link wan/);
  assert.throws(() => wan.from('far'), /host far is not on link wan/);
  for (const octets of [67, 65_536, 1.5]) assert.throws(() => wan.mtu(octets), /is not possible/);
  for (const rate of ['0mbit', '5', '1tbit', '-1mbit']) assert.throws(() => wan.rate(rate as '1mbit'), /is no rate/);
});
