import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followPluto, readPlutoLog } from '../../../src/daemons/libreswan/read.ts';
import { readIkedSas } from '../../../src/daemons/openiked/read.ts';
import { readConsoleFacts } from '../../../src/judge/text/read-facts.ts';
import { iked } from '../evidence/text/consoles.ts';

const log = `| "net" #9: responder established IKE SA; authenticated peer using authby=secret and ID_FQDN '@a'
"net"[1] 192.0.2.9 #1: responder established IKE SA; authenticated peer using authby=secret and ID_FQDN '@a'
"net"[1] 192.0.2.9 #2: responder established Child SA using #1; IPsec tunnel [10.2.0.0/16===10.1.0.0/16] {ESPinUDP/ESN=>0x48b9bcc9 <0x46d04836 xfrm=AES_GCM_16_256-NONE NATD=192.0.2.9:4500 DPD=passive}
"net"[1] 192.0.2.9 #2: ESP traffic information: in=84B out=168B
"net"[1] 192.0.2.9 #1: deleting IKE SA (established IKE SA)
`;

test('a log of pluto is followed to its SAs', () => {
  assert.deepEqual(followPluto(readPlutoLog(log)), {
    ike: [{ version: 2, name: 'net', id: '#1', state: 'established IKE SA', established: false, remote: '192.0.2.9' }],
    children: [
      {
        name: 'net',
        id: '#2',
        ike: '#1',
        state: 'established',
        established: true,
        protocol: 'esp',
        mode: 'tunnel',
        encapsulated: true,
        esn: true,
        spiOut: 0x48b9bcc9,
        spiIn: 0x46d04836,
        local: ['10.2.0.0/16'],
        remote: ['10.1.0.0/16'],
        algorithms: 'AES_GCM_16_256-NONE',
        bytesIn: 84n,
        bytesOut: 168n,
      },
    ],
  });
});

test('showstates and trafficstatus tell of SAs without a log', () => {
  const text = `#1: "old":500 STATE_MAIN_I4 (ISAKMP SA established); REPLACE in 5s; newest; idle;
#2: "old":500 STATE_QUICK_I2 (IPsec SA established); REPLACE in 5s; newest; eroute owner; ISAKMP SA #1; idle;
#2: "old", type=AH, add_time=1, inBytes=7, outBytes=8, maxBytes=2^63B, id='@b'
`;
  assert.deepEqual(followPluto(readConsoleFacts(text)), {
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

test('both halves of a child of iked are one pair, with the flows of its IKE SA', () => {
  assert.deepEqual(readIkedSas(iked), {
    ike: [
      {
        version: 2,
        name: '',
        id: '0xc8e0977720',
        state: 'ESTABLISHED',
        established: true,
        local: '198.51.100.1',
        remote: '198.51.100.2',
        initiatorSpi: 'b502da797c203a8e',
        responderSpi: '89919a0ae17b9893',
      },
    ],
    children: [
      {
        name: '',
        id: '0xc8e098f480',
        ike: '0xc8e0977720',
        state: 'L',
        established: true,
        protocol: 'esp',
        encapsulated: false,
        esn: false,
        spiIn: 0x9bbfc7dd,
        spiOut: 0x3f52449e,
        local: ['10.1.0.0/16'],
        remote: ['10.2.0.0/16'],
      },
    ],
  });
});

test('a child of iked without its other half is not established', () => {
  const half = iked.replace(/.* in 198.*\n/, '');
  assert.deepEqual(
    readIkedSas(half).children.map(({ established, spiIn, spiOut }) => [established, spiIn, spiOut]),
    [[false, undefined, 0x3f52449e]],
  );
});
