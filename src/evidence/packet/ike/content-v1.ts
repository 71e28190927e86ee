import { Bytes, hex } from '../../../base/bytes.ts';
import { addressText } from '../../../model/addresses.ts';
import { identityText } from './identity.ts';
import * as names from './names-v1.ts';
import { certificateEncodings } from './names-v2.ts';
import { type NumberNames, nameOf } from './number-names.ts';
import type { IkePayload, Named, PayloadContent } from './payload.ts';
import { readAttributes, readProposals } from './proposals.ts';

type Reader = (body: Bytes) => PayloadContent;

/** Payloads of RFC 2408, section 3, RFC 3947, mode config and Microsoft's fragments, by their type. */
const readers: Readonly<Record<number, Reader>> = {
  1: readSa,
  4: (body) => ({ kind: 'key-exchange', data: body.rest() }),
  5: readIdentification,
  6: (body) => ({ kind: 'certificate', ...readCertificate(body) }),
  7: (body) => ({ kind: 'certificate-request', ...readCertificate(body) }),
  8: (body) => ({ kind: 'hash', data: body.rest() }),
  9: (body) => ({ kind: 'signature', data: body.rest() }),
  10: (body) => ({ kind: 'nonce', data: body.rest() }),
  11: readNotify,
  12: readDelete,
  13: (body) => ({ kind: 'vendor', data: body.rest() }),
  14: readConfiguration,
  20: (body) => ({ kind: 'nat-detection', data: body.rest() }),
  21: readOriginalAddress,
  130: (body) => ({ kind: 'nat-detection', data: body.rest() }),
  131: readOriginalAddress,
  132: readFragment,
};

/** Decodes a cleartext payload of IKEv1; raises the declared error. */
export function readContentV1(payload: IkePayload): PayloadContent {
  const reader = readers[payload.type];
  return reader === undefined ? { kind: 'unknown' } : reader(new Bytes(payload.body, `IKE payload ${payload.name}`));
}

function named(table: NumberNames, number: number, what: string): Named {
  return { number, name: nameOf(table, number, what) };
}

function readSa(body: Bytes): PayloadContent {
  const doi = body.u32();
  const situation = body.u32();
  return { kind: 'sa', doi, situation, proposals: readProposals(body, 1) };
}

function readIdentification(body: Bytes): PayloadContent {
  const type = body.u8();
  const protocol = body.u8();
  const port = body.u16();
  const data = body.rest();
  const text = identityText(1, type, data);
  return {
    kind: 'identification',
    type: named(names.identificationTypes, type, 'ID type'),
    protocol,
    port,
    text,
    data,
  };
}

function readCertificate(body: Bytes): { encoding: Named; data: Uint8Array } {
  return { encoding: named(certificateEncodings, body.u8(), 'encoding'), data: body.rest() };
}

function readNotify(body: Bytes): PayloadContent {
  const doi = body.u32();
  const protocol = named({ ...names.protocolIdentifiers, 0: 'none' }, body.u8(), 'protocol');
  const spiSize = body.u8();
  const notify = named(names.notifyTypes, body.u16(), 'notification');
  return { kind: 'notify', doi, protocol, notify, spi: hex(body.take(spiSize)), data: body.rest() };
}

function readDelete(body: Bytes): PayloadContent {
  const doi = body.u32();
  const protocol = named(names.protocolIdentifiers, body.u8(), 'protocol');
  const size = body.u8();
  const count = body.u16();
  if (count * size !== body.left) throw body.malformed(`${count} SPIs of ${size} bytes in ${body.left} bytes`);
  const spis = size === 0 ? [] : Array.from({ length: count }, () => hex(body.take(size)));
  return { kind: 'delete', doi, protocol, spis };
}

/** draft-dukes-ike-mode-cfg-02, 3.2. */
function readConfiguration(body: Bytes): PayloadContent {
  const type = named(names.configurationTypes, body.u8(), 'configuration');
  body.skip(3);
  return { kind: 'configuration', type, attributes: readAttributes(body) };
}

/** RFC 3947, 5.2. */
function readOriginalAddress(body: Bytes): PayloadContent {
  const type = named(names.identificationTypes, body.u8(), 'ID type');
  body.skip(3);
  return { kind: 'nat-original-address', type, address: addressText(body.rest()) };
}

function readFragment(body: Bytes): PayloadContent {
  const id = body.u16();
  const number = body.u8();
  const last = (body.u8() & 1) !== 0;
  return { kind: 'fragment', id, number, last, data: body.rest() };
}
