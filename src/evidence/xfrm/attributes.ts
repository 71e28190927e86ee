import { Bytes, latin1 } from '../../base/bytes.ts';
import type { Mark, Offload, UnknownAttribute } from '../ipsec.ts';
import { xfrmAttribute } from './numbers.ts';
import { readMark } from './structures.ts';

/** One netlink attribute (struct nlattr): number without its flag bits, and payload. */
export interface Attribute {
  readonly type: number;
  readonly data: Uint8Array;
}

/** NLA_TYPE_MASK: the two high bits say how the payload is to be read. */
const typeMask = 0x3fff;

/** All attributes to the end of the bytes, padding (XFRMA_PAD) left out. Up to 3 bytes may be left over. */
export function readAttributes(bytes: Bytes): Attribute[] {
  const attributes: Attribute[] = [];
  while (bytes.left >= 4) {
    const length = bytes.u16Le();
    const type = bytes.u16Le() & typeMask;
    const data = bytes.take(length - 4);
    bytes.skip(Math.min(-length & 3, bytes.left));
    if (type !== xfrmAttribute.pad) attributes.push({ type, data });
  }
  return attributes;
}

/** The payload of the first attribute of a type, to be read. */
export function findAttribute(attributes: readonly Attribute[], type: number, what: string): Bytes | undefined {
  const found = attributes.find((attribute) => attribute.type === type);
  return found && new Bytes(found.data, what);
}

/** The mark, where the message has one. */
export function markOf(attributes: readonly Attribute[]): Mark | undefined {
  const bytes = findAttribute(attributes, xfrmAttribute.mark, 'XFRM mark');
  return bytes && readMark(bytes);
}

/** What an attribute does to the thing being read. */
export type AttributeTable<Draft> = Readonly<Record<number, (draft: Draft, bytes: Bytes) => void>>;

/** Lets every attribute do its part, and returns those that the table does not know. */
export function applyAttributes<Draft>(
  draft: Draft,
  attributes: readonly Attribute[],
  table: AttributeTable<Draft>,
): UnknownAttribute[] {
  const unknown: UnknownAttribute[] = [];
  for (const { type, data } of attributes) {
    const apply = table[type];
    if (apply) apply(draft, new Bytes(data, 'XFRM attribute'));
    else unknown.push({ type, bytes: data });
  }
  return unknown;
}

/** What both SAs and policies may have. */
interface Shared {
  mark?: Mark;
  ifId?: number;
  offload?: Offload;
  securityContext?: string;
}

export const sharedAttributes: AttributeTable<Shared> = {
  [xfrmAttribute.mark]: (draft, bytes) => {
    draft.mark = readMark(bytes);
  },
  [xfrmAttribute.ifId]: (draft, bytes) => {
    draft.ifId = bytes.u32Le();
  },
  [xfrmAttribute.offloadDev]: (draft, bytes) => {
    draft.offload = { ifindex: bytes.u32Le() | 0, flags: bytes.u8() };
  },
  [xfrmAttribute.secCtx]: (draft, bytes) => {
    draft.securityContext = readSecurityContext(bytes);
  },
};

/** Text of struct xfrm_user_sec_ctx: 8 bytes of head, then a string that may end in NUL. */
function readSecurityContext(bytes: Bytes): string {
  bytes.skip(6);
  return latin1(bytes.take(bytes.u16Le())).replace(/\0.*/s, '');
}
