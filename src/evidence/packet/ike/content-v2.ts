import { Bytes, hex } from '../../../base/bytes.ts';
import { addressText } from '../../../model/addresses.ts';
import { identityText } from './identity.ts';
import * as names from './names-v2.ts';
import { notifyTypes } from './notify-v2.ts';
import { type NumberNames, nameOf } from './number-names.ts';
import type { IkePayload, IkeSelector, Named, PayloadContent } from './payload.ts';
import { readLongAttributes, readProposals } from './proposals.ts';

type Reader = (body: Bytes, payload: IkePayload) => PayloadContent;

/** Payloads of RFC 7296, section 3, by their type. */
const readers: Readonly<Record<number, Reader>> = {
  33: (body) => ({ kind: 'sa', proposals: readProposals(body, 2) }),
  34: readKeyExchange,
  35: readIdentification,
  36: readIdentification,
  37: (body) => ({ kind: 'certificate', ...readCertificate(body) }),
  38: (body) => ({ kind: 'certificate-request', ...readCertificate(body) }),
  39: readAuthentication,
  40: (body) => ({ kind: 'nonce', data: body.rest() }),
  41: readNotify,
  42: readDelete,
  43: (body) => ({ kind: 'vendor', data: body.rest() }),
  44: readSelectors,
  45: readSelectors,
  47: readConfiguration,
  48: readEap,
};

/** Decodes a cleartext payload of IKEv2; raises the declared error. SK and SKF are read with the chain. */
export function readContentV2(payload: IkePayload): PayloadContent {
  const reader = readers[payload.type];
  return reader === undefined
    ? { kind: 'unknown' }
    : reader(new Bytes(payload.body, `IKE payload ${payload.name}`), payload);
}

function named(table: NumberNames, number: number, what: string): Named {
  return { number, name: nameOf(table, number, what) };
}

function readKeyExchange(body: Bytes): PayloadContent {
  const group = named(names.keyExchangeMethods, body.u16(), 'group');
  body.skip(2);
  return { kind: 'key-exchange', group, data: body.rest() };
}

function readIdentification(body: Bytes): PayloadContent {
  const type = body.u8();
  body.skip(3);
  const data = body.rest();
  const text = identityText(2, type, data);
  return { kind: 'identification', type: named(names.identificationTypes, type, 'ID type'), text, data };
}

function readCertificate(body: Bytes): { encoding: Named; data: Uint8Array } {
  return { encoding: named(names.certificateEncodings, body.u8(), 'encoding'), data: body.rest() };
}

function readAuthentication(body: Bytes): PayloadContent {
  const method = named(names.authenticationMethods, body.u8(), 'method');
  body.skip(3);
  return { kind: 'authentication', method, data: body.rest() };
}

function readNotify(body: Bytes): PayloadContent {
  const protocol = named({ ...names.protocolIdentifiers, 0: 'none' }, body.u8(), 'protocol');
  const spiSize = body.u8();
  const notify = named(notifyTypes, body.u16(), 'notification');
  return { kind: 'notify', protocol, notify, spi: hex(body.take(spiSize)), data: body.rest() };
}

function readDelete(body: Bytes): PayloadContent {
  const protocol = named(names.protocolIdentifiers, body.u8(), 'protocol');
  const size = body.u8();
  const count = body.u16();
  if (count * size !== body.left) throw body.malformed(`${count} SPIs of ${size} bytes in ${body.left} bytes`);
  const spis = size === 0 ? [] : Array.from({ length: count }, () => hex(body.take(size)));
  return { kind: 'delete', protocol, spis };
}

function readSelectors(body: Bytes): PayloadContent {
  const count = body.u8();
  body.skip(3);
  const selectors: IkeSelector[] = [];
  while (body.left > 0) selectors.push(readSelector(body));
  if (selectors.length !== count) throw body.malformed(`holds ${selectors.length} selectors and says ${count}`);
  return { kind: 'traffic-selectors', selectors };
}

/** RFC 7296, 3.13.1; other types (RFC 9478: security labels) have a length and their own form. */
function readSelector(body: Bytes): IkeSelector {
  const type = body.u8();
  const protocol = body.u8();
  const bytes = body.take(body.u16() - 4);
  const size = type === 7 ? 4 : 16;
  const common = { type: named(names.selectorTypes, type, 'selector type'), protocol, bytes };
  if (type !== 7 && type !== 8) return { ...common, startPort: 0, endPort: 0 };
  const range = new Bytes(bytes, 'IKE traffic selector');
  const startPort = range.u16();
  const endPort = range.u16();
  return { ...common, startPort, endPort, start: addressText(range.take(size)), end: addressText(range.take(size)) };
}

function readConfiguration(body: Bytes): PayloadContent {
  const type = named(names.configurationTypes, body.u8(), 'configuration');
  body.skip(3);
  return { kind: 'configuration', type, attributes: readLongAttributes(body) };
}

function readEap(body: Bytes): PayloadContent {
  const code = body.u8();
  const identifier = body.u8();
  body.skip(2);
  return { kind: 'eap', code, identifier, data: body.rest() };
}
