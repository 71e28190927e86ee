import { Bytes } from '../../base/bytes.ts';
import type { IpsecPolicy, IpsecSa } from '../ipsec.ts';
import { readAttributes } from './attributes.ts';
import { structSize, xfrmMessage } from './numbers.ts';
import { readPolicy } from './policy.ts';
import { readSa } from './sa.ts';

/** One netlink message: its type and what stands behind its header (struct nlmsghdr, 16 bytes). */
export interface NetlinkMessage {
  readonly type: number;
  /** Header included, without the padding behind it. */
  readonly raw: Uint8Array;
}

const headerSize = 16;

/** Cuts concatenated messages apart; each begins at a multiple of 4. */
export function readMessages(payload: Uint8Array): NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  const bytes = new Bytes(payload, 'netlink messages');
  while (bytes.left > 0) {
    const length = bytes.u32Le();
    const type = bytes.u16Le();
    if (length < headerSize) throw bytes.malformed(`a message of ${length} bytes`);
    bytes.at -= 6;
    messages.push({ type, raw: bytes.take(length) });
    bytes.skip(Math.min(-length & 3, bytes.left));
  }
  return messages;
}

/** The SA of an XFRM_MSG_NEWSA or XFRM_MSG_UPDSA. */
export function readSaMessage({ raw }: NetlinkMessage): IpsecSa {
  return readSa(bodyOf(raw, 'XFRM SA'), attributesAfter(raw, structSize.sa));
}

/** The policy of an XFRM_MSG_NEWPOLICY or XFRM_MSG_UPDPOLICY. */
export function readPolicyMessage({ raw }: NetlinkMessage): IpsecPolicy {
  return readPolicy(bodyOf(raw, 'XFRM policy'), attributesAfter(raw, structSize.policy));
}

/** What stands behind the header of a message. */
export function bodyOf(raw: Uint8Array, what: string): Bytes {
  const body = new Bytes(raw, what);
  body.skip(headerSize);
  return body;
}

/** The attributes behind a structure of so many bytes. */
export function attributesAfter(raw: Uint8Array, size: number): ReturnType<typeof readAttributes> {
  const body = new Bytes(raw, 'XFRM attributes');
  body.skip(headerSize + size);
  return readAttributes(body);
}

/** All SAs of a host (a record of type `xfrmStates`), in the kernel's order. Raises `malformed`. */
export function readSas(payload: Uint8Array): IpsecSa[] {
  return dumped(payload, xfrmMessage.newSa).map(readSaMessage);
}

/** All policies of a host (a record of type `xfrmPolicies`), in the kernel's order. Raises `malformed`. */
export function readPolicies(payload: Uint8Array): IpsecPolicy[] {
  return dumped(payload, xfrmMessage.newPolicy).map(readPolicyMessage);
}

/** The messages of a dump, which are all of one type. */
export function dumped(payload: Uint8Array, type: number): NetlinkMessage[] {
  const messages = readMessages(payload);
  const other = messages.find((message) => message.type !== type);
  if (other) throw new Bytes(payload, 'XFRM dump').malformed(`holds a message of type ${other.type}`);
  return messages;
}
