import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Host } from '../../../../../../src/suites/scenarios/api/handles.ts';
import type { Matchers } from '../../../../../../src/suites/scenarios/api/matchers.ts';
import { type Answer, fakeLab } from '../fake-lab.ts';

const soon = { within: 0 } as const;
type Asked = (it: Matchers, east: Host) => Promise<void>;

const reach: Asked = (it, east) => it.toReach(east, soon);
const connect: Asked = (it) => it.toConnect('192.0.2.2', { port: 7, ...soon });
const mtu: Asked = (it, east) => it.toHavePathMtu(east, 1500, soon);
const file: Asked = (it) => it.toHaveFile('/run/x', undefined, soon);
const route: Asked = (it) => it.toHaveRoute('10.2.0.0/16', { via: '192.0.2.9', ...soon });
const run: Asked = (it) => it.toRun('ss -Hln', { prints: ':500', ...soon });
const fails: Asked = (it) => it.toRun('ss -Hln', { status: 127, ...soon });
const ends: Asked = (it) => it.toRun('ss -Hln', { status: 'any', ...soon });
const address: Asked = (it) => it.toHaveAddress('10.3.0.1', { dev: 'ipsec5', ...soon });

const gone: Answer = { status: 127, stdout: 'sh: 1: ip: not found\n' };
const routes = (...list: readonly object[]): Answer => ({ status: 0, stdout: JSON.stringify(list) });

/** What a command leaves, and which of a condition and its opposite then hold. Texts are those of Debian 13. */
const cases: readonly (readonly [Asked, Answer, 'holds' | 'not' | 'neither'])[] = [
  [reach, { status: 0, stdout: '1 packets transmitted, 1 received\n' }, 'holds'],
  [reach, { status: 1, stdout: '1 packets transmitted, 0 received\n' }, 'not'],
  [reach, { status: 2, stdout: 'ping: connect: Network is unreachable\n' }, 'not'],
  [reach, { status: 2, stdout: 'ping: bind: Cannot assign requested address\n' }, 'neither'],
  [reach, { status: 2, stdout: 'ping: invalid argument: x\n' }, 'neither'],
  [reach, gone, 'neither'],
  [connect, { status: 0, stdout: 'connected\n' }, 'holds'],
  [connect, { status: 1, stdout: 'Connection refused\n' }, 'not'],
  [connect, { status: 2, stdout: "Can't locate IO/Socket/IP.pm in @INC\n" }, 'neither'],
  [connect, gone, 'neither'],
  [mtu, { status: 2, stdout: 'RTNETLINK answers: Network is unreachable\n' }, 'not'],
  [mtu, routes({ dev: 'eth0', metrics: [{ mtu: 1500 }] }), 'holds'],
  [mtu, routes({ dev: 'eth0', metrics: [{ mtu: 1400 }] }), 'not'],
  [mtu, { status: 1, stdout: 'Error: inet prefix is expected rather than "x".\n' }, 'neither'],
  [mtu, { status: 0, stdout: 'not JSON' }, 'neither'],
  [mtu, routes(), 'neither'],
  [file, { status: 0, stdout: '' }, 'holds'],
  [file, { status: 1, stdout: 'base64: /run/x: No such file or directory\n' }, 'not'],
  [file, { status: 1, stdout: 'base64: /run/x: Not a directory\n' }, 'not'],
  [file, { status: 1, stdout: 'base64: read error: Is a directory\n' }, 'neither'],
  [file, gone, 'neither'],
  [route, routes({ dst: '10.2.0.0/16', gateway: '192.0.2.9', dev: 'eth0' }), 'holds'],
  [route, routes({ dst: '10.2.0.0/16', gateway: '192.0.2.8', dev: 'eth0' }), 'not'],
  [route, routes({ dst: '10.2.0.0/16', nexthops: [{ gateway: '192.0.2.8' }, { gateway: '192.0.2.9' }] }), 'holds'],
  [route, routes({ dst: '10.2.0.0/16', via: { family: 'inet', host: '192.0.2.9' } }), 'holds'],
  [route, { status: 0, stdout: '' }, 'not'],
  [route, { status: 2, stdout: 'Error: ipv4: FIB table does not exist.\nDump terminated\n' }, 'not'],
  [route, { status: 255, stdout: 'Error: argument "x" is wrong: table id value is invalid\n' }, 'neither'],
  [route, { status: 0, stdout: '\u001b[1m[' }, 'neither'],
  [route, gone, 'neither'],
  [run, { status: 0, stdout: '192.0.2.1:500\n' }, 'holds'],
  [run, { status: 0, stdout: '' }, 'not'],
  [run, { status: 1, stdout: 'Error: :500\n' }, 'not'],
  [run, { status: 127, stdout: 'bash: ss: command not found\n' }, 'neither'],
  [run, { status: 126, stdout: 'bash: /usr/bin/ss: Permission denied\n' }, 'neither'],
  [fails, { status: 127, stdout: 'bash: ss: command not found\n' }, 'holds'],
  [fails, { status: 0, stdout: '' }, 'not'],
  [ends, { status: 127, stdout: 'bash: ss: command not found\n' }, 'holds'],
  [address, routes({ ifname: 'ipsec5', addr_info: [{ local: '10.3.0.1', prefixlen: 32 }] }), 'holds'],
  [address, routes(), 'not'],
  [address, { status: 1, stdout: 'Device "ipsec5" does not exist.\n' }, 'not'],
  [address, { status: 1, stdout: 'Cannot open netlink socket: Protocol not supported\n' }, 'neither'],
  [address, gone, 'neither'],
];

test('where a look fails neither a condition nor its opposite holds', async () => {
  for (const [asked, answer, expected] of cases) {
    const { west, east, checks, expect } = fakeLab(() => answer);
    await asked(expect(west), east);
    await asked(expect(west).not, east);
    const held = checks.map(({ passed }) => passed);
    const wanted = { holds: [true, false], not: [false, true], neither: [false, false] }[expected];
    assert.deepEqual(held, wanted, `${checks[0]?.matcher}: ${answer.status} ${answer.stdout}`);
    if (expected === 'neither') assert.match(checks[1]?.received ?? '', /no answer: exit status \d+ and \S/);
  }
});

test('a look that fails first may succeed while the check waits', async () => {
  let looks = 0;
  const lab = fakeLab(() => (++looks < 3 ? gone : { status: 0, stdout: '1 packets transmitted, 1 received\n' }));
  await lab.expect(lab.west).toReach(lab.east, { within: '10s' });
  assert.equal(lab.checks[0]?.passed, true);
});

test('a name that no process can have is refused', () => {
  const { west, expect } = fakeLab();
  assert.throws(() => expect(west).not.toHaveDied({ program: 'charon-systemd-x', ...soon }), /more than 15 bytes/);
});
