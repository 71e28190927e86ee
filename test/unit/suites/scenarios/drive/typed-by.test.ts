import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slices } from '../../../../../src/daemons/table.ts';
import type { Host } from '../../../../../src/suites/scenarios/api/handles.ts';
import type { Matchers } from '../../../../../src/suites/scenarios/api/matchers.ts';
import { fakeLab } from './fake-lab.ts';

const soon = { within: 0 } as const;

/** Each check once, with words that would be an excuse if a test had typed them. */
const checks: { readonly [K in Exclude<keyof Matchers, 'not'>]: (it: Matchers, east: Host) => Promise<void> } = {
  toHaveIkeSas: (it) => it.toHaveIkeSas(0, soon),
  toHaveIpsecSas: (it) => it.toHaveIpsecSas(0, soon),
  toHaveSa: (it) => it.toHaveSa({ packets: 3 }, soon),
  toHavePolicy: (it) => it.toHavePolicy({ direction: 'out' }, soon),
  toSeeXfrm: (it) => it.toSeeXfrm('expire', {}, soon),
  toReach: (it, east) => it.toReach(east, soon),
  toConnect: (it, east) => it.toConnect(east, { port: 7, ...soon }),
  toHavePathMtu: (it, east) => it.toHavePathMtu(east, 1500, soon),
  toHaveSentInClear: async () => {},
  toHaveLogged: (it) => it.toHaveLogged('kill -9 7', soon),
  toHaveLoggedInOrder: (it) => it.toHaveLoggedInOrder([/ipsec stop/, 'kill 7'], soon),
  toHaveXfrmCounter: (it) => it.toHaveXfrmCounter('XfrmInNoPols', 0, soon),
  toHaveInterfaceCounter: (it) => it.toHaveInterfaceCounter('eth0', 'rx_dropped', 0, soon),
  toHaveFile: (it) => it.toHaveFile('/run/kill 7', 'text', soon),
  toHaveRoute: (it) => it.toHaveRoute('10.0.0.0/8', { dev: 'down', ...soon }),
  toHaveAddress: (it) => it.toHaveAddress('192.0.2.1', soon),
  toHaveDied: (it) => it.toHaveDied(soon),
  toRun: async () => {},
  toMatchTranscript: async () => {},
};

test('whatever a check types is a look, so that nothing it says can be the cause of anything', async () => {
  for (const [name, check] of Object.entries(checks)) {
    const { west, east, typed, expect } = fakeLab((line) => {
      if (line.includes('xfrm_stat')) return { stdout: 'XfrmInNoPols 0\n' };
      if (line.includes('statistics')) return { stdout: '0\n' };
      return line.includes('IO::Socket') ? { stdout: '77\n' } : {};
    });
    await check(expect(west), east);
    for (const { line, by } of typed) assert.equal(by, 'look', `${name}: ${line}`);
    if (name === 'toConnect') assert.equal(typed.at(-1)?.line, 'kill 77');
  }
});

test('what a person has typed by toRun and exec is the test’s own', async () => {
  const { west, typed, expect } = fakeLab();
  await expect(west).toRun('ip link set eth0 down', soon);
  await west.exec('kill 7');
  assert.deepEqual(
    typed.map(({ line, by }) => [line, by]),
    [
      ['ip link set eth0 down', undefined],
      ['kill 7', undefined],
    ],
  );
});

test('lines that start a daemon are Espalier’s, those that end it the test’s', async () => {
  for (const { name } of slices) {
    const { west, typed } = fakeLab(() => ({}), name);
    await west.daemon.start();
    const started = typed.length;
    // What is no service starts with its connections, and this host has none.
    assert.ok(started > 0 || name === 'vpnc', name);
    assert.ok(typed.every(({ by }) => by === 'start'));
    await west.daemon.restart();
    const [stop, ...again] = typed.slice(started);
    assert.equal(stop?.by, undefined);
    assert.ok(again.length === started && again.every(({ by }) => by === 'start'));
    await west.daemon.kill();
    assert.equal(typed.at(-1)?.by, undefined);
  }
});
