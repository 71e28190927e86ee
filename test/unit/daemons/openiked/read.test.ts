import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readIkedSas } from '../../../../src/daemons/openiked/read.ts';
import { iked } from '../../evidence/text/consoles.ts';

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
