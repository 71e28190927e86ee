import { Bytes } from '../../../base/bytes.ts';

/** Types of packets (strongSwan, src/libcharon/plugins/vici/README.md, "Transport protocol"). */
export const packetTypes = {
  0: 'command-request',
  1: 'command-response',
  2: 'command-unknown',
  3: 'event-register',
  4: 'event-unregister',
  5: 'event-confirm',
  6: 'event-unknown',
  7: 'event',
} as const;

export type ViciPacketType = (typeof packetTypes)[keyof typeof packetTypes];

/** One packet of the protocol; `message` is for decodeMessage. */
export interface ViciPacket {
  readonly type: ViciPacketType;
  /** Of the command or event; only requests, registrations and events have one. */
  readonly name?: string;
  readonly message: Uint8Array;
}

const withName: ReadonlySet<ViciPacketType> = new Set([
  'command-request',
  'event-register',
  'event-unregister',
  'event',
]);
/** Octets of a packet, as the daemon allows them. */
const maxPacket = 512 * 1024;

/** Cuts a stream into packets; octets after the last whole packet are `rest`. Refuses a packet above 512 KiB. */
export function splitPackets(stream: Uint8Array): {
  readonly packets: readonly Uint8Array[];
  readonly rest: Uint8Array;
} {
  const bytes = new Bytes(stream, 'vici stream');
  const packets: Uint8Array[] = [];
  while (bytes.left >= 4) {
    const start = bytes.at;
    const length = bytes.u32();
    if (length > maxPacket) throw bytes.malformed(`a packet of ${length} octets at offset ${start}`);
    if (length > bytes.left) {
      bytes.at = start;
      break;
    }
    packets.push(bytes.take(length));
  }
  return { packets, rest: bytes.rest() };
}

/** Reads one packet, without the length in front. */
export function decodePacket(data: Uint8Array): ViciPacket {
  const bytes = new Bytes(data, 'vici packet');
  const code = bytes.u8();
  const type = packetTypes[code as keyof typeof packetTypes];
  if (type === undefined) throw bytes.malformed(`type ${code}`);
  if (!withName.has(type)) return { type, message: bytes.rest() };
  const name = String.fromCharCode(...bytes.take(bytes.u8()));
  return { type, name, message: bytes.rest() };
}

/** Writes one packet with its length in front. The name is Latin-1 and at most 255 octets. */
export function encodePacket({ type, name = '', message }: ViciPacket): Uint8Array {
  const code = Object.values(packetTypes).indexOf(type);
  const head = withName.has(type) ? [code, name.length, ...Array.from(name, (one) => one.charCodeAt(0))] : [code];
  const length = head.length + message.length;
  const out = new Uint8Array(4 + length);
  new DataView(out.buffer).setUint32(0, length);
  out.set(head, 4);
  out.set(message, 4 + head.length);
  return out;
}
