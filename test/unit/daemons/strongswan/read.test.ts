import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listSasRequest, readListedSas } from '../../../../src/daemons/strongswan/read.ts';
import { encodeMessage } from '../../../../src/daemons/strongswan/vici/message.ts';
import { encodePacket } from '../../../../src/daemons/strongswan/vici/packet.ts';

test('the request for all SAs registers the event before it asks', () => {
  assert.equal(
    Buffer.from(listSasRequest, 'hex').toString('latin1'),
    '\0\0\0\x09\x03\x07list-sa\0\0\0\x0a\0\x08list-sas',
  );
});

test('answers of charon are read across lines; words of the shell are not', () => {
  const sa = new Map([
    ['version', '2'],
    ['uniqueid', '7'],
    ['state', 'ESTABLISHED'],
  ]);
  const event = encodePacket({ type: 'event', name: 'list-sa', message: encodeMessage(new Map([['net', sa]])) });
  const done = encodePacket({ type: 'command-response', message: new Uint8Array() });
  const digits = Buffer.from([...event, ...done]).toString('hex');
  const { ike, children } = readListedSas(`${digits.slice(0, 31)}\r\n${digits.slice(31)}\r\n`);
  assert.deepEqual(ike, [{ version: 2, name: 'net', id: '7', state: 'ESTABLISHED', established: true }]);
  assert.deepEqual(children, []);
  assert.throws(() => readListedSas('vici: /run/charon.vici: Connection refused'), /hexadecimal/);
});
