/** Proposals, transforms and attributes: RFC 7296, 3.3; RFC 2408, 3.3 to 3.6. */
import { Bytes, hex } from '../../../base/bytes.ts';
import * as v1 from './names-v1.ts';
import * as v2 from './names-v2.ts';
import { nameOf } from './number-names.ts';
import type { IkeAttribute, IkeProposal, IkeTransform } from './payload.ts';

/** Key Length among a transform's attributes. */
const keyLengthV2 = 14;
const keyLengthPhase1 = 14;
const keyLengthPhase2 = 6;
/** PROTO_ISAKMP: proposals of phase 1. */
const isakmp = 1;

/** Attributes up to the end. */
export function readAttributes(bytes: Bytes): IkeAttribute[] {
  const attributes: IkeAttribute[] = [];
  while (bytes.left > 0) {
    const head = bytes.u16();
    const second = bytes.u16();
    const short = (head & 0x8000) !== 0;
    attributes.push({ type: head & 0x7fff, value: short ? second : bytes.take(second) });
  }
  return attributes;
}

/** Attributes of IKEv2's configuration payload, which are all long (RFC 7296, 3.15.1). */
export function readLongAttributes(bytes: Bytes): IkeAttribute[] {
  const attributes: IkeAttribute[] = [];
  while (bytes.left > 0) attributes.push({ type: bytes.u16() & 0x7fff, value: bytes.take(bytes.u16()) });
  return attributes;
}

/** One of a list of substructures that begin with a byte for "more", a reserved one and a length that counts itself. */
function substructure(bytes: Bytes, what: string): Bytes {
  bytes.skip(2);
  const length = bytes.u16();
  return new Bytes(bytes.take(length - 4), what);
}

/** Proposals up to the end, of either major version. */
export function readProposals(bytes: Bytes, major: number): IkeProposal[] {
  const proposals: IkeProposal[] = [];
  while (bytes.left > 0) {
    const proposal = substructure(bytes, 'IKE proposal');
    const number = proposal.u8();
    const protocol = proposal.u8();
    const spiSize = proposal.u8();
    const count = proposal.u8();
    const spi = hex(proposal.take(spiSize));
    const transforms: IkeTransform[] = [];
    while (proposal.left > 0) {
      const transform = substructure(proposal, 'IKE transform');
      transforms.push(major === 1 ? readTransformV1(transform, protocol) : readTransformV2(transform));
    }
    if (transforms.length !== count) {
      throw proposal.malformed(`holds ${transforms.length} transforms and says ${count}`);
    }
    const names = major === 1 ? v1.protocolIdentifiers : v2.protocolIdentifiers;
    proposals.push({
      number,
      protocol: { number: protocol, name: nameOf(names, protocol, 'protocol') },
      spi,
      transforms,
    });
  }
  return proposals;
}

function readTransformV2(bytes: Bytes): IkeTransform {
  const type = bytes.u8();
  bytes.skip(1);
  const id = bytes.u16();
  const attributes = readAttributes(bytes);
  return {
    type: { number: type, name: nameOf(v2.transformTypes, type, 'transform type') },
    id: { number: id, name: nameOf(v2.transformIdentifiers[type], id, 'transform') },
    attributes,
    ...keyLength(attributes, keyLengthV2),
  };
}

function readTransformV1(bytes: Bytes, protocol: number): IkeTransform {
  const number = bytes.u8();
  const id = bytes.u8();
  bytes.skip(2);
  const attributes = readAttributes(bytes);
  return {
    number,
    id: { number: id, name: nameOf(v1.transformIdentifiers[protocol], id, 'transform') },
    attributes,
    ...keyLength(attributes, protocol === isakmp ? keyLengthPhase1 : keyLengthPhase2),
  };
}

function keyLength(attributes: readonly IkeAttribute[], type: number): { keyLength?: number } {
  const value = attributes.find((attribute) => attribute.type === type)?.value;
  return typeof value === 'number' ? { keyLength: value } : {};
}
