import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readStates } from '../../../../src/daemons/libreswan/read.ts';

test('showstates and trafficstatus tell of SAs without a log', () => {
  const text = `#1: "old":500 STATE_MAIN_I4 (ISAKMP SA established); REPLACE in 5s; newest; idle;
#2: "old":500 STATE_QUICK_I2 (IPsec SA established); REPLACE in 5s; newest; eroute owner; ISAKMP SA #1; idle;
#2: "old", type=AH, add_time=1, inBytes=7, outBytes=8, maxBytes=2^63B, id='@b'
`;
  assert.deepEqual(readStates(text), {
    ike: [{ version: 1, name: 'old', id: '#1', state: 'STATE_MAIN_I4', established: true }],
    children: [
      {
        name: 'old',
        id: '#2',
        ike: '#1',
        state: 'STATE_QUICK_I2',
        established: true,
        protocol: 'ah',
        encapsulated: false,
        esn: false,
        local: [],
        remote: [],
        bytesIn: 7n,
        bytesOut: 8n,
      },
    ],
  });
});

test('an IKE SA in TCP is one', () => {
  const text = '#1: "net":4500(tcp) ESTABLISHED_IKE_SA (established IKE SA); REKEY in 5s; newest; idle;\n';
  assert.deepEqual(readStates(text).ike, [
    { version: 2, name: 'net', id: '#1', state: 'ESTABLISHED_IKE_SA', established: true },
  ]);
});

test('what only trafficstatus lists is a child too, and what is no SA is passed over', () => {
  const text = `000 IPsec SAs: total(1), half-open(0)
#7: "net"[1] 192.0.2.9, type=ESP, add_time=1, inBytes=84, outBytes=84, maxBytes=2^63B, id='@b'
`;
  assert.deepEqual(
    readStates(text).children.map(({ id, established, bytesIn }) => [id, established, bytesIn]),
    [['#7', true, 84n]],
  );
  assert.deepEqual(readStates('whack: Pluto is not running (no "/run/pluto/pluto.ctl")\n'), { ike: [], children: [] });
});
