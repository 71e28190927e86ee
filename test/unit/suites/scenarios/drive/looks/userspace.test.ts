import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EspalierError } from '../../../../../../src/base/errors.ts';
import { encodeMessage, type ViciSection } from '../../../../../../src/daemons/strongswan/vici/message.ts';
import { encodePacket } from '../../../../../../src/daemons/strongswan/vici/packet.ts';
import type { Matchers } from '../../../../../../src/suites/scenarios/api/matchers.ts';
import { fakeLab } from '../fake-lab.ts';

/** What vici answers: one IKE SA with Child SAs of these states. */
function listed(...states: readonly string[]): string {
  const children = states.map((state, at): [string, ViciSection] => [
    `net-${at}`,
    new Map<string, string>([
      ['name', 'net'],
      ['state', state],
      ['protocol', 'ESP'],
      ['spi-in', `c000000${at}`],
      ['spi-out', `d000000${at}`],
    ]),
  ]);
  const sa: ViciSection = new Map<string, string | ViciSection>([
    ['uniqueid', '1'],
    ['version', '2'],
    ['state', 'ESTABLISHED'],
    ['child-sas', new Map(children)],
  ]);
  const event = encodePacket({ type: 'event', name: 'list-sa', message: encodeMessage(new Map([['net', sa]])) });
  const done = encodePacket({ type: 'command-response', message: encodeMessage(new Map()) });
  return Buffer.from([...event, ...done]).toString('hex');
}

const now = { within: 0 } as const;

test('IPsec SAs of a stack in userspace are asked of its daemon', async () => {
  const { west, expect, checks, typed } = fakeLab(
    () => ({ stdout: listed('INSTALLED', 'CREATED') }),
    'strongswan',
    'libipsec',
  );
  await expect(west).toHaveIpsecSas(2, now);
  await expect(west).not.toHaveIpsecSas(4, now);
  assert.deepEqual(
    checks.map(({ passed, received }) => [passed, received]),
    [
      [true, '2 IPsec SAs'],
      [true, '2 IPsec SAs'],
    ],
  );
  assert.ok(typed.every(({ line, by }) => line.includes('vici') && by === 'look'));
});

const kernel: Readonly<Record<string, (it: Matchers) => Promise<void>>> = {
  toHaveSa: (it) => it.not.toHaveSa({ protocol: 'ah' }, now),
  toHavePolicy: (it) => it.not.toHavePolicy({ direction: 'out' }, now),
  toHaveXfrmCounter: (it) => it.toHaveXfrmCounter('XfrmInNoPols', 0, now),
};
for (const [name, ask] of Object.entries(kernel)) {
  test(`${name} is a mistake where the kernel has no IPsec: that it has none would prove nothing`, async () => {
    const { west, expect } = fakeLab(() => ({ stdout: 'XfrmInNoPols 0\n' }), 'strongswan', 'libipsec');
    await assert.rejects(
      () => ask(expect(west)),
      (error) =>
        error instanceof EspalierError &&
        error.fault === 'scenario' &&
        error.detail.host === 'west' &&
        error.message.startsWith(`${name} asks the kernel`),
    );
    const usual = fakeLab(() => ({ stdout: 'XfrmInNoPols 0\n' }));
    await ask(usual.expect(usual.west));
    assert.equal(usual.checks[0]?.passed, true);
  });
}

test('so are the SAs that a scenario reads itself', () => {
  const { west } = fakeLab(undefined, 'strongswan', 'libipsec');
  assert.throws(() => west.ipsecSas(), /ipsecSas asks the kernel, and the IPsec of strongswan is not in it/);
  assert.deepEqual(fakeLab().west.ipsecSas(), []);
});
