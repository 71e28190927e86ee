import { hex } from '../../../base/bytes.ts';
import { type AttributeNames, phase1Names, phase2Names } from './names-v1.ts';
import { nameOf } from './number-names.ts';
import type { IkeAttribute, IkeProposal, IkeTransform } from './payload.ts';

/** PROTO_ISAKMP of IKEv1; IKEv2 calls the same number IKE and has no such attributes. */
const isakmp = 1;

/**
 * One line about a proposal: `1 ESP c0ffee01: ENCR AES_GCM_16_256, ESN NO`, or in IKEv1
 * `0 ISAKMP: KEY_IKE (encryption AES_CBC, key length 256, group MODP2048)`.
 */
export function describeProposal({ number, protocol, spi, transforms }: IkeProposal): string {
  const names = protocol.number === isakmp ? phase1Names : phase2Names;
  const list = transforms.map((transform) => describeTransform(transform, names));
  return `${[number, protocol.name, spi].filter((part) => part !== '').join(' ')}: ${list.join(', ')}`;
}

function describeTransform({ type, id, keyLength, attributes }: IkeTransform, names: AttributeNames): string {
  if (type !== undefined) return `${type.name} ${id.name}${keyLength === undefined ? '' : `_${keyLength}`}`;
  const list = attributes.map((attribute) => describeAttribute(attribute, names));
  return list.length === 0 ? id.name : `${id.name} (${list.join(', ')})`;
}

function describeAttribute({ type, value }: IkeAttribute, { attributes, values }: AttributeNames): string {
  const name = nameOf(attributes, type, 'attribute');
  if (typeof value !== 'number') return `${name} 0x${hex(value)}`;
  return `${name} ${values[type]?.[value] ?? value}`;
}
