import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodePlannedFaults } from '../../../../src/lab/agent/faults.ts';
import type { FaultRule } from '../../../../src/model/faults.ts';
import type { Host, Topology } from '../../../../src/model/topology.ts';

const host = (name: string, ...links: string[]): Host => ({
  name,
  nics: links.map((link, at) => ({ name: `eth${at}`, link, mac: '02:00:00:00:00:01', addresses: [] })),
  routes: [],
  sysctls: [],
});
const topology: Topology = {
  hosts: [host('west', 'wan'), host('east', 'wan', 'lan')],
  links: [{ name: 'wan' }, { name: 'lan' }],
};
const rule: FaultRule = {
  link: 'wan',
  from: 'east',
  match: { kind: 'ike', exchange: 35, messageId: 1, response: true, payload: 46, spi: '0123456789abcdef' },
  nth: 1,
  times: 1,
  action: { kind: 'drop' },
};

/** What decides how much memory a rule takes: where it lies, its looks, and their keys. */
const shape = (order: string): string => {
  const [, , link, from, , , , , , ...forms] = order.split(' ');
  return [link, from, ...forms.map((form) => form.split(',').length)].join(' ');
};

test('labs with no, one and two planned rules have rules of the same shape', () => {
  const [none, one, two] = [[], [rule], [rule, { ...rule, from: 'west' }]].map((rules) =>
    encodePlannedFaults(rules, topology),
  );
  assert.deepEqual(one?.map(shape), none?.map(shape));
  assert.deepEqual(two?.map(shape), none?.map(shape));
  assert.deepEqual(
    none?.map((order) => order.split(' ')[1]),
    ['0', '0', '0', '0', '0', '0'],
  );
  assert.deepEqual(
    two?.map((order) => order.split(' ')[1]),
    ['0', '1', '0', '2', '0', '0'],
  );
});

test('a rule for any host of its link is there once, and more than two rules are all there', () => {
  const { from: _from, ...any } = rule;
  const orders = encodePlannedFaults([any, rule, rule], topology);
  const numbers = orders.map((order) => order.split(' ')[1]);
  assert.deepEqual(numbers, ['1', '0', '0', '0', '2', '0', '0', '3', '0']);
  assert.equal(orders[0]?.split(' ')[3], '*');
});
