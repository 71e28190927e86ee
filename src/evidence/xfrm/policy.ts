import type { Bytes } from '../../base/bytes.ts';
import type { IpsecPolicy, PolicyDirection, Template } from '../ipsec.ts';
import { type Attribute, type AttributeTable, applyAttributes, sharedAttributes } from './attributes.ts';
import { directionNames, policyFlags, structSize, xfrmAttribute } from './numbers.ts';
import {
  addressOf,
  flagNames,
  modeName,
  protocolName,
  readKnownFamily,
  readLimits,
  readSelector,
  readUse,
} from './structures.ts';

type Draft = { -readonly [Key in keyof IpsecPolicy]: IpsecPolicy[Key] };

/** struct xfrm_userpolicy_info (168 bytes) and the attributes beside it. */
export function readPolicy(bytes: Bytes, attributes: readonly Attribute[]): IpsecPolicy {
  const selector = readSelector(bytes);
  const lifetime = readLimits(bytes);
  const use = readUse(bytes);
  const priority = bytes.u32Le();
  const index = bytes.u32Le();
  const direction = readDirection(bytes);
  const action = bytes.u8() === 0 ? 'allow' : 'block';
  const flags = flagNames(bytes.u8(), policyFlags);
  bytes.skip(5); // who may share it, and padding
  const fixed = { direction, selector, action, priority, index, flags, lifetime, use } as const;
  const policy: Draft = { ...fixed, type: 'main', templates: [], unknown: [] };
  policy.unknown = applyAttributes(policy, attributes, policyAttributes);
  return policy;
}

/** The direction of a policy or a policy id: 3 and more are those of sockets. */
export function readDirection(bytes: Bytes): PolicyDirection {
  const number = bytes.u8();
  const name = directionNames[number];
  if (!name) throw bytes.malformed(`policy direction ${number}`);
  return name;
}

/** struct xfrm_userpolicy_type, 6 bytes of which the first counts; XFRM_POLICY_TYPE_SUB is 1. */
export function readPolicyType(bytes: Bytes): 'main' | 'sub' {
  return bytes.u8() === 1 ? 'sub' : 'main';
}

/** struct xfrm_user_tmpl, as many as there are. */
function readTemplates(bytes: Bytes): Template[] {
  if (bytes.left % structSize.template !== 0) throw bytes.malformed(`${bytes.left} bytes are no whole templates`);
  const templates: Template[] = [];
  while (bytes.left > 0) templates.push(readTemplate(bytes));
  return templates;
}

function readTemplate(bytes: Bytes): Template {
  const destination = bytes.take(16);
  const spi = bytes.u32();
  const protocol = protocolName(bytes.u8());
  bytes.skip(3);
  const family = readKnownFamily(bytes);
  bytes.skip(2);
  const source = bytes.take(16);
  const reqid = bytes.u32Le();
  const mode = modeName(bytes.u8());
  bytes.skip(1); // who may share it
  const level = bytes.u8() === 0 ? 'required' : 'use';
  bytes.skip(13); // padding, and which algorithms an acquire may name
  const addresses = { source: addressOf(source, family), destination: addressOf(destination, family) };
  return { protocol, mode, family, ...addresses, spi, reqid, level };
}

const policyAttributes: AttributeTable<Draft> = {
  [xfrmAttribute.tmpl]: (policy, bytes) => {
    policy.templates = readTemplates(bytes);
  },
  [xfrmAttribute.policyType]: (policy, bytes) => {
    policy.type = readPolicyType(bytes);
  },
  ...sharedAttributes,
};
