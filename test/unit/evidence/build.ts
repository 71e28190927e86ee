/** Packets by the layouts of their RFCs, for tests. */
import { readFileSync } from 'node:fs';
import { concat } from '../../../src/evidence/records/writer.ts';

/** Bytes of hexadecimal digits; blanks are passed over. */
export function bytes(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replace(/\s/g, ''), 'hex'));
}

export const u16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 255);
export const u32 = (value: number): Uint8Array => concat([u16(value >>> 16), u16(value & 0xffff)]);
export { concat };

/** An Ethernet frame from 02:00:00:00:00:01 to 02:00:00:00:00:02. */
export function ethernet(type: number, payload: Uint8Array): Uint8Array {
  return concat([bytes('020000000002 020000000001'), u16(type), payload]);
}

interface Ipv4Fields {
  readonly id?: number;
  /** Flags and offset, as in the header. */
  readonly fragment?: number;
  readonly options?: Uint8Array;
}

/** RFC 791, 3.1: from 192.0.2.1 to 198.51.100.2. */
export function ipv4(protocol: number, payload: Uint8Array, fields: Ipv4Fields = {}): Uint8Array {
  const { id = 7, fragment = 0, options = new Uint8Array() } = fields;
  const header = 20 + options.length;
  return concat([
    Uint8Array.of(0x40 + header / 4, 0),
    u16(header + payload.length),
    u16(id),
    u16(fragment),
    Uint8Array.of(64, protocol, 0, 0),
    bytes('c0000201 c6336402'),
    options,
    payload,
  ]);
}

/** RFC 8200, 3: from 2001:db8::1 to 2001:db8::2. */
export function ipv6(next: number, payload: Uint8Array): Uint8Array {
  const addresses = bytes('20010db8000000000000000000000001 20010db8000000000000000000000002');
  return concat([bytes('60000000'), u16(payload.length), Uint8Array.of(next, 63), addresses, payload]);
}

/** RFC 8200, 4.5. */
export function fragmentHeader(next: number, offset: number, more: boolean): Uint8Array {
  return concat([Uint8Array.of(next, 0), u16(offset | (more ? 1 : 0)), u32(99)]);
}

export function udp(source: number, destination: number, payload: Uint8Array): Uint8Array {
  return concat([u16(source), u16(destination), u16(8 + payload.length), u16(0), payload]);
}

interface TcpFields {
  readonly source: number;
  readonly destination: number;
  readonly sequence: number;
  readonly acknowledgement?: number;
  readonly flags?: number;
}

/** RFC 9293, 3.1. */
export function tcp(fields: TcpFields, payload: Uint8Array = new Uint8Array()): Uint8Array {
  const { source, destination, sequence, acknowledgement = 0, flags = 16 } = fields;
  const head = [u16(source), u16(destination), u32(sequence), u32(acknowledgement), Uint8Array.of(0x50, flags)];
  return concat([...head, bytes('ffff 0000 0000'), payload]);
}

/** A capture of `fixtures`, or what is said of it. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
}

export const fixtures = ['ikev1-ah', 'ikev1-behind-nat', 'ikev2-in-tcp', 'ikev2-ipv6'] as const;
