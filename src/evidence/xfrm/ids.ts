import type { Bytes } from '../../base/bytes.ts';
import type { PolicyIdentity, SaIdentity } from '../ipsec.ts';
import { type Attribute, findAttribute, markOf } from './attributes.ts';
import { xfrmAttribute } from './numbers.ts';
import { readDirection, readPolicyType } from './policy.ts';
import { addressOf, protocolName, readKnownFamily, readSelector } from './structures.ts';

/** struct xfrm_usersa_id, 24 bytes; the family is needed for more addresses behind it. */
export function readSaId(body: Bytes): { id: SaIdentity; family: 4 | 6 } {
  const destination = body.take(16);
  const spi = body.u32();
  const family = readKnownFamily(body);
  const protocol = protocolName(body.u8());
  body.skip(1);
  return { id: { protocol, spi, destination: addressOf(destination, family) }, family };
}

/** Adds the mark, which is in an attribute. */
export function withMark<Id extends SaIdentity | PolicyIdentity>(id: Id, attributes: readonly Attribute[]): Id {
  const mark = markOf(attributes);
  return mark ? { ...id, mark } : id;
}

/** struct xfrm_userpolicy_id, 64 bytes: by index (then without selector) or by selector. */
export function readPolicyId(body: Bytes): Pick<PolicyIdentity, 'selector' | 'direction'> {
  const selector = readSelector(body);
  body.skip(4);
  const direction = readDirection(body);
  body.skip(3);
  return { selector, direction };
}

/** Adds what is in attributes. */
export function withPolicyAttributes(
  id: Pick<PolicyIdentity, 'selector' | 'direction'>,
  attributes: Attribute[],
): PolicyIdentity {
  const type = findAttribute(attributes, xfrmAttribute.policyType, 'XFRM policy type');
  const ifId = findAttribute(attributes, xfrmAttribute.ifId, 'XFRM interface id')?.u32Le();
  const whole: PolicyIdentity = {
    ...id,
    type: type ? readPolicyType(type) : 'main',
    ...(ifId !== undefined && { ifId }),
  };
  return withMark(whole, attributes);
}
