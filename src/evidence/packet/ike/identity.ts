import { hex } from '../../../base/bytes.ts';
import { addressText } from '../../../model/addresses.ts';

/** How the data of an identification is to be read; types of both versions (see the tables of names). */
type Form = 'address' | 'text' | 'subnet' | 'range' | 'hex';

const formsV1: Readonly<Record<number, Form>> = {
  1: 'address',
  2: 'text',
  3: 'text',
  4: 'subnet',
  5: 'address',
  6: 'subnet',
  7: 'range',
  8: 'range',
};
const formsV2: Readonly<Record<number, Form>> = { 1: 'address', 2: 'text', 3: 'text', 5: 'address' };

/** Addresses and names as text, everything else (and data of a wrong size) as hexadecimal digits. */
export function identityText(major: number, type: number, data: Uint8Array): string {
  const form = (major === 1 ? formsV1 : formsV2)[type] ?? 'hex';
  if (form === 'text') return new TextDecoder().decode(data);
  const parts = form === 'address' ? 1 : 2;
  const size = data.length / parts;
  if (form === 'hex' || (size !== 4 && size !== 16)) return hex(data);
  const first = addressText(data.subarray(0, size));
  if (parts === 1) return first;
  const second = data.subarray(size);
  if (form === 'range') return `${first}-${addressText(second)}`;
  return `${first}/${prefixLength(second) ?? addressText(second)}`;
}

/** Ones in front of a mask; `undefined` where others follow. */
function prefixLength(mask: Uint8Array): number | undefined {
  const bits = Array.from(mask, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : undefined;
}
