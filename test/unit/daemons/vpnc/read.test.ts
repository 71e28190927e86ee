import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readTunnels, vpncFacts } from '../../../../src/daemons/vpnc/read.ts';

const log = readFileSync(join(import.meta.dirname, '../../evidence/stacks/tunip-0.5.3.20241220.log'), 'utf8');

test('a tunnel is an IKE SA with a pair of IPsec SAs', () => {
  assert.deepEqual(readTunnels(log), {
    ike: [
      {
        version: 1,
        name: 'net',
        id: 'fe5b69a7c89e693e',
        state: 'started',
        established: true,
        local: '192.0.2.1',
        remote: '198.51.100.2',
        initiatorSpi: 'fe5b69a7c89e693e',
        responderSpi: 'fe344ac4fe6d01df',
      },
    ],
    children: [
      {
        name: 'net',
        id: 'fe5b69a7c89e693e',
        ike: 'fe5b69a7c89e693e',
        state: 'started',
        established: true,
        protocol: 'esp',
        mode: 'tunnel',
        encapsulated: false,
        esn: false,
        spiIn: 0x51721de7,
        spiOut: 0xe7caadea,
        local: ['10.3.0.1/32'],
        remote: ['10.2.0.0/24'],
        algorithms: 'aes256/sha1',
      },
    ],
  });
});

test('one that has no SAs yet is not established', () => {
  const { ike, children } = readTunnels(log.slice(0, log.indexOf('1749988860.082263 VPNC')));
  assert.deepEqual([ike[0]?.established, children[0]?.established, children[0]?.spiIn], [false, false, undefined]);
});

test('of SAs that the peer replaced it has the SPIs of those that took their place', () => {
  const rekey = [
    'got late ike packet: 420 bytes',
    'p.spi: 00000aaa',
    'sending: ===>',
    'p.spi: 00000bbb',
    'do_rekey returned: 0',
  ];
  const { children } = readTunnels(log + rekey.map((text) => `1749988900.000001    ${text}\n`).join(''));
  assert.deepEqual(
    children.map(({ established, spiIn, spiOut }) => [established, spiIn, spiOut]),
    [[true, 0xbbb, 0xaaa]],
  );
});

test('SAs that the peer deleted are not established', () => {
  const { ike, children } = readTunnels(`${log}1749988900.000001 S7.1 QM_packet1\n`);
  assert.deepEqual([ike[0]?.established, children[0]?.established], [true, false]);
});

const lines: Readonly<Record<string, ReturnType<typeof vpncFacts>>> = {
  'IKE SA selected psk+xauth-3des-sha1': [
    { kind: 'ike-negotiated', connection: '', algorithms: 'psk+xauth-3des-sha1' },
  ],
  'VPNC started in foreground...': [{ kind: 'connection-up', connection: '' }],
  'VPNC started in background (pid: 12)...': [{ kind: 'connection-up', connection: '' }],
  'vpnc: no response from target': [{ kind: 'negotiation-failed', connection: '', reason: 'no-response-from-target' }],
  'vpnc: quick mode response rejected: (ISAKMP_N_NO_PROPOSAL_CHOSEN)(14)': [
    { kind: 'negotiation-failed', connection: '', reason: 'quick-mode-response-rejected' },
  ],
  'vpnc: unknown host `x': [],
  'the VPNC started in foreground': [],
};
for (const [line, facts] of Object.entries(lines)) {
  test(`vpnc says ${line}`, () => assert.deepEqual(vpncFacts(line), facts));
}
