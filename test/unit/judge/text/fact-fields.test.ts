import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FactBody } from '../../../../src/evidence/text/facts.ts';
import { canonical, compareFields, fits, identityOf } from '../../../../src/judge/text/fact-fields.ts';

/** Facts with only the fields that matter, as texts leave them out too. */
const fact = (kind: FactBody['kind'], fields: object): FactBody => ({ kind, ...fields }) as unknown as FactBody;
const differences = (kind: FactBody['kind'], before: object, after: object): string[] =>
  compareFields(fact(kind, before), fact(kind, after)).map(({ path, rule }) => `${path} ${rule.weight}`);

test('a value as text', () => {
  const texts: readonly (readonly [unknown, string])[] = [
    [1, '1'],
    [1n, '1n'],
    ['1', '"1"'],
    [null, 'null'],
    [undefined, 'undefined'],
    [[1, 2], '[1,2]'],
    [[[1], 2], '[[1],2]'],
    [{ b: 2, a: [{ c: 1n }] }, '{a:[{c:1n}],b:2}'],
    [{ a: undefined, b: 1 }, '{b:1}'],
  ];
  for (const [value, text] of texts) assert.equal(canonical(value), text);
});

test('facts of two kinds are never about the same thing', () => {
  const ends = { source: '192.0.2.1', destination: '192.0.2.2', protocol: 'esp' };
  assert.notEqual(identityOf(fact('kernel-sa', ends)), identityOf(fact('bare-shunt', ends)));
  assert.equal(identityOf(fact('kernel-sa', ends)), identityOf(fact('kernel-sa', { ...ends, spi: '0x1' })));
});

test('a rule for several values holds where all of them are there', () => {
  const up = fact('probe', { nth: 0, outcome: 'up' });
  assert.equal(fits(up, { nth: 0, outcome: 'up' } as Partial<FactBody>), true);
  assert.equal(fits(up, { nth: 0, outcome: 'down' } as Partial<FactBody>), false);
});

test('differing values weigh by field, by part, by absence and by zero', () => {
  const one = (kind: FactBody['kind'], before: object, after: object, expected: readonly string[]): void =>
    assert.deepEqual(differences(kind, before, after), expected, JSON.stringify([kind, `${before}`, `${after}`]));
  one('kernel-sa', { spi: '0x1', mode: 'tunnel' }, { spi: '0x2', mode: 'transport' }, ['spi minor', 'mode major']);
  one('kernel-sa', { aead: { name: 'a', key: '1' } }, { aead: { name: 'a', key: '2' } }, ['aead.key minor']);
  one('kernel-sa', { direction: 'in' }, {}, ['direction minor']);
  one('kernel-sa', {}, { direction: 'in' }, ['direction minor']);
  one('kernel-sa', { direction: 'in' }, { direction: 'out' }, ['direction major']);
  const template = { source: '192.0.2.1', reqid: 1, spi: '0x1' };
  const policy = (changed: object): object => ({ templates: [template, { ...template, ...changed }] });
  one('kernel-policy', policy({}), policy({ reqid: 2 }), ['templates.1.reqid minor']);
  one('kernel-policy', policy({}), policy({ source: '192.0.2.9' }), ['templates.1.source major']);
  one('kernel-policy', { templates: [] }, {}, ['templates major']);
  one('kernel-policy', { flags: ['a', 'b'] }, { flags: ['a'] }, ['flags minor']);
  one('kernel-sa', { use: { bytes: 0n } }, { use: { bytes: 84n } }, ['use.bytes major']);
  one('kernel-sa', { use: { bytes: 168n } }, { use: { bytes: 84n } }, ['use.bytes minor']);
  one('kernel-sa', { use: { bytes: 1n } }, { use: { bytes: 84n } }, ['use.bytes minor']);
  one('traffic', { inBytes: 0 }, { inBytes: 84 }, ['inBytes major']);
  one('traffic', { inBytes: 1 }, { inBytes: 84 }, ['inBytes minor']);
  one('kernel-sa', { lifetime: {} }, {}, []);
  one('probe', { nth: 0 }, { nth: 0 }, []);
});

test('a field without a rule is major', () => {
  assert.deepEqual(compareFields(fact('probe', { colour: 'red' }), fact('probe', { colour: 'blue' })), [
    { path: 'colour', rule: { weight: 'major', reason: 'no rule for colour' } },
  ]);
});
