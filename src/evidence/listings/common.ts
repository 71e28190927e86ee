import { malformed } from '../../base/bytes.ts';
import type { EspalierError } from '../../base/errors.ts';
import { compare } from '../../base/text.ts';
import type { IpsecSa } from '../ipsec.ts';
import { bare, everything } from '../stacks/libipsec-entries.ts';
import { saKey } from '../xfrm/identity.ts';

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

/** The order of the identities: systems list SAs as their hash tables have them. */
export function ordered(sas: readonly IpsecSa[]): IpsecSa[] {
  return sas.toSorted((a, b) => compare(saKey(a), saKey(b)));
}

/** What a listing holds that its system does not print there. */
export function notPrinted(command: string, text: string): EspalierError {
  return malformed(`listing of ${command}`, `not understood: ${JSON.stringify(text.slice(0, 120))}`);
}

/** Entries that begin at the margin, with the lines that are indented below; `passed` are lines that say that there is none. */
export function entriesAtMargin(command: string, text: string, passed: RegExp): string[] {
  const entries: string[] = [];
  for (const line of text.replaceAll('\r', '').split('\n')) {
    if (/^\s*$/.test(line) || passed.test(line)) continue;
    if (/^\S/.test(line)) entries.push(line);
    else if (entries.length === 0) throw notPrinted(command, line);
    else entries.push(`${entries.pop()}\n${line}`);
  }
  return entries;
}
