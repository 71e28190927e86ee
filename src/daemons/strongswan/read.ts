import { EspalierError } from '../../base/errors.ts';
import type { DaemonSas } from '../../evidence/child-sa.ts';
import { readListSa } from './vici/list-sas.ts';
import { decodeMessage } from './vici/message.ts';
import { decodePacket, encodePacket, splitPackets } from './vici/packet.ts';

const none = new Uint8Array();

/** What is sent to have all SAs: their events are asked for, then that they be listed; in hexadecimal digits. */
export const listSasRequest = [
  encodePacket({ type: 'event-register', name: 'list-sa', message: none }),
  encodePacket({ type: 'command-request', name: 'list-sas', message: none }),
]
  .map((packet) => Buffer.from(packet).toString('hex'))
  .join('');

/** Reads what charon answered to `listSasRequest`, in hexadecimal digits and lines of any length. */
export function readListedSas(digits: string): DaemonSas {
  const text = digits.replace(/\s+/g, '');
  if (!/^([0-9a-f]{2})*$/.test(text)) {
    throw new EspalierError('guest', 'the answer of charon is not in hexadecimal digits', {
      output: digits.slice(0, 400),
    });
  }
  const { packets } = splitPackets(Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
  const events = packets.map(decodePacket).filter(({ type, name }) => type === 'event' && name === 'list-sa');
  const lists = events.map(({ message }) => readListSa(decodeMessage(message)));
  return { ike: lists.flatMap(({ ike }) => ike), children: lists.flatMap(({ children }) => children) };
}
