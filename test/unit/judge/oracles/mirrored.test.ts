import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsecPolicy, IpsecSa } from '../../../../src/evidence/ipsec.ts';
import { unmirrored } from '../../../../src/judge/oracles/mirrored.ts';
import { anSa, aPolicy, aSelector, aTemplate } from '../../evidence/xfrm-samples.ts';

const network = (third: number): ReturnType<typeof aSelector> =>
  aSelector({ source: { address: `192.0.${third}.0`, prefix: 24 } });
const policy = (third: number, direction: 'in' | 'out', other: Partial<IpsecPolicy> = {}): IpsecPolicy =>
  aPolicy({ direction, selector: network(third), ...other });
const end = (direction: IpsecSa['direction'], ...policies: readonly IpsecPolicy[]) => ({
  sa: anSa(direction === undefined ? {} : { direction }),
  policies,
});
const text = (third: number): string => `192.0.${third}.0/24 > 0.0.0.0/0`;

test('what a sender sends must be what its receiver takes, whichever end is named first', () => {
  const [sender, receiver] = [end('out', policy(1, 'out')), end('in', policy(2, 'in'))];
  assert.equal(unmirrored(sender, receiver), `${text(1)} out, ${text(2)} in`);
  assert.equal(unmirrored(receiver, sender), `${text(1)} out, ${text(2)} in`);
  assert.equal(unmirrored(sender, end('in', policy(1, 'in'))), undefined);
});

test('one policy of several that agrees is enough, and all are told where none does', () => {
  const sender = end('out', policy(1, 'out'), policy(2, 'out'));
  assert.equal(unmirrored(sender, end('in', policy(3, 'in'), policy(2, 'in'))), undefined);
  assert.equal(
    unmirrored(sender, end('in', policy(3, 'in'), policy(4, 'in'))),
    `${text(1)} and ${text(2)} out, ${text(3)} and ${text(4)} in`,
  );
});

test('ends whose directions are not known, or are the same, are not compared', () => {
  const policies = [policy(1, 'out'), policy(2, 'in')];
  for (const [a, b] of [
    [undefined, undefined],
    ['out', undefined],
    [undefined, 'in'],
    ['in', undefined],
    ['out', 'out'],
    ['in', 'in'],
  ] as const) {
    assert.equal(unmirrored(end(a, ...policies), end(b, ...policies)), undefined, `${a} ${b}`);
  }
});

test('an end without a policy for the SA is not compared', () => {
  assert.equal(unmirrored(end('out'), end('in', policy(2, 'in'))), undefined);
  assert.equal(unmirrored(end('out', policy(1, 'out')), end('in')), undefined);
  assert.equal(unmirrored(end('out', policy(1, 'out')), end('in', policy(2, 'fwd' as 'in'))), undefined);
});

test('a policy is one of the SA by a template with its protocol and its request id, if that is one', () => {
  const sender = end('out', policy(1, 'out'));
  const taken = (...templates: IpsecPolicy['templates']): string | undefined =>
    unmirrored(sender, end('in', policy(2, 'in', { templates })));
  assert.ok(taken(aTemplate({ protocol: 'ipcomp', reqid: 9 }), aTemplate()));
  assert.equal(taken(aTemplate({ protocol: 'ah' })), undefined);
  assert.equal(taken(aTemplate({ reqid: 9 })), undefined);
  const numbered = (reqid: number): string | undefined => {
    const templates = [aTemplate({ reqid })];
    const [out, inward] = [policy(1, 'out', { templates }), policy(2, 'in', { templates })];
    return unmirrored(
      { sa: anSa({ direction: 'out', reqid }), policies: [out] },
      { sa: anSa({ direction: 'in', reqid }), policies: [inward] },
    );
  };
  assert.equal(numbered(0), undefined);
  assert.ok(numbered(1));
});
