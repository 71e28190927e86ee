import type { IpsecSa } from '../ipsec.ts';
import { bare, everything } from '../stacks/libipsec-entries.ts';

export { everything };

const { encapsulation: _encapsulation, ...plain } = bare;

/** What an SA has of which a listing says nothing. */
export const bareSa = { ...plain, replayWindow: 0 } as const satisfies Partial<IpsecSa>;

export function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

/** Bytes of a key in hexadecimal, with or without `0x`; none where it is not one. */
export function keyBytes(text: string): Uint8Array {
  const digits = text.replace(/^0x/, '').replace(/\s/g, '');
  return /^(?:[0-9a-f]{2})*$/i.test(digits)
    ? Uint8Array.from(digits.match(/../g) ?? [], (two) => Number.parseInt(two, 16))
    : new Uint8Array();
}
