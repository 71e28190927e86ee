import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Rule } from '../../../../src/judge/text/fact-rule.ts';
import { factRules } from '../../../../src/judge/text/fact-rules.ts';

/**
 * The table of weights, written a second time: a field that becomes minor by a slip makes every difference in it pass.
 * By kind: what it is about and what its presence weighs; fields that are major; fields that are minor; the rest.
 */
const expected: Readonly<Record<string, readonly string[]>> = {
  'ike-established': [
    'event by connection version',
    'presence: major',
    'major: connection peer version role peerId authentication algorithms ends',
    'minor: instance sa',
    'rekeys: minor; absent major',
  ],
  'ike-negotiated': [
    'event by connection',
    'presence: minor',
    'major: connection peer algorithms',
    'minor: instance sa',
  ],
  'ipsec-established': [
    'event by connection selectors',
    'presence: major',
    'major: connection peer version role mode selectors protocol encapsulation esn algorithms compressed nat user',
    'minor: instance sa ike spis dpd',
    'rekeys: minor; absent major',
  ],
  'sa-deleted': [
    'event by connection of',
    'presence: major; where established false minor',
    'major: connection peer of established',
    'minor: instance sa state',
  ],
  'negotiation-failed': [
    'event by connection reason',
    'presence: major',
    'again: minor',
    'major: connection peer reason',
    'minor: instance sa state',
  ],
  'connection-up': ['event by connection', 'presence: major', 'major: connection peer', 'minor: instance sa'],
  'connection-loaded': [
    'event by connection',
    'presence: major',
    'major: connection peer loaded version oriented',
    'minor: instance sa',
  ],
  'sa-listed': [
    'state by connection of',
    'presence: major; where established false minor',
    'major: connection peer of established routed mode protocol ends algorithms',
    'minor: instance sa state newest ike port reqid',
  ],
  traffic: [
    'state by connection protocol final',
    'presence: major; where final true minor',
    'major: connection peer final protocol peerId lease user limit',
    'minor: instance sa addTime',
    'inBytes: minor; zero major',
    'outBytes: minor; zero major',
  ],
  count: [
    'state by of what',
    'presence: minor',
    'major: of what',
    'minor: ',
    'count: major; where what half-open minor; where what open minor; where what connecting minor; where what loaded minor',
  ],
  'connection-status': [
    'state by connection item',
    'presence: major',
    'major: connection peer item value',
    'minor: instance sa',
  ],
  'bare-shunt': [
    'state by source destination protocol',
    'presence: major',
    'major: source destination protocol action',
    'minor: why',
  ],
  'kernel-sa': [
    'state by source destination protocol',
    'presence: major; where spi 0x00000000 minor',
    'major: source destination protocol mode selector compression esn mark outputMark ifId lifetime label',
    'minor: spi reqid replay flags lastUsed other',
    'direction: major; absent minor',
    'encryption: major; part key minor',
    'integrity: major; part key minor',
    'aead: major; part key minor',
    'encapsulation: major; part sourcePort major; part destinationPort major; part originalAddress major',
    'replayWindow: major; where direction out minor',
    'use: minor; zero major',
  ],
  'kernel-policy': [
    'state by selector direction type',
    'presence: major; where direction socket-in minor; where direction socket-out minor',
    'major: selector direction action type mark ifId lifetime label',
    'minor: priority index flags use other',
    'templates: major; part reqid minor; part spi minor',
  ],
  'kernel-counter': [
    'state by name',
    'presence: major; where value 0 minor',
    'major: name',
    'minor: ',
    'value: minor; zero major',
  ],
  probe: ['state by nth', 'presence: major', 'major: nth outcome target', 'minor: '],
  packet: [
    'event by source destination what encapsulation',
    'presence: major; where what ike minor',
    'again: minor',
    'silent: minor',
    'major: source destination what encapsulation',
    'minor: ',
  ],
};

type Extras = Readonly<Record<string, unknown>>;
const isRule = (value: unknown): value is Rule & Extras =>
  typeof value === 'object' && value !== null && 'weight' in value;

/** A rule as text: its weight, then every exception with its own. */
function told(rule: Rule & Extras): string {
  const { weight, reason: _reason, cases = [], parts = {}, ...others } = rule;
  const exceptions = [
    ...Object.entries(others).map(([name, one]) => `${name} ${told(one as Rule & Extras)}`),
    ...Object.entries(parts as Extras).map(([name, one]) => `part ${name} ${told(one as Rule & Extras)}`),
    ...(cases as readonly (Rule & { when: object })[]).map(({ when, ...one }) => {
      const values = Object.entries(when).map(([name, value]) => `${name} ${value}`);
      return `where ${values.join(' and ')} ${told(one)}`;
    }),
  ];
  return [weight, ...exceptions].join('; ');
}

test('every kind of fact has this identity, and every difference of it this weight', () => {
  const found = Object.entries(factRules).map(([kind, { event, identity, fields, ...presence }]) => {
    const weights = Object.entries(fields).map(([name, rule]) => [name, told(rule as Rule & Extras)] as const);
    const having = (weight: string): string =>
      weights
        .filter(([, one]) => one === weight)
        .map(([name]) => name)
        .join(' ');
    const rest = weights.filter(([, one]) => one.includes(';')).map(([name, one]) => `${name}: ${one}`);
    const whole = Object.entries(presence).map(([name, rule]) => `${name}: ${told(rule as Rule & Extras)}`);
    const what = `${{ true: 'event', false: 'state' }[`${event}`]} by ${identity.join(' ')}`;
    return [kind, [what, ...whole, `major: ${having('major')}`, `minor: ${having('minor')}`, ...rest]];
  });
  assert.deepEqual(Object.fromEntries(found), expected);
});

test('every rule of the table has a reason', () => {
  let count = 0;
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isRule(value)) {
      assert.match(value.reason, /^\S+ \S+/);
      count += 1;
    }
    Object.values(value).forEach(visit);
  };
  visit(factRules);
  assert.ok(count > 150);
});
