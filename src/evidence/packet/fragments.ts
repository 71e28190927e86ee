import { readIp } from './ip.ts';
import { type IpPacket, type Ports, wellKnownPorts } from './packet.ts';

/** Limits of memory: datagrams being collected, the largest one (RFC 791: 65535 bytes with its header), its fragments. */
const maxPending = 64;
const maxDatagram = 65535;
const maxPieces = 2048;

/** Linux gives up after 30 s for IPv4 and 60 s for IPv6 (net/ipv4/ip_fragment.c, net/ipv6/reassembly.c). Virtual ns. */
const lifetime = { 4: 30_000_000_000n, 6: 60_000_000_000n } as const;

/** A datagram made whole. */
export interface Reassembled {
  /** Its `bytes` are new and begin with the IP header; lengths and protocol are those of a packet never fragmented. */
  readonly packet: IpPacket;
  /** What the caller gave with each fragment, in the order of arrival. */
  readonly parts: readonly number[];
}

interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface Pending {
  readonly since: bigint;
  readonly pieces: Piece[];
  readonly parts: number[];
  held: number;
  first?: IpPacket;
  /** Known from the last fragment. */
  total?: number;
}

/** Puts the fragments of one link together again (RFC 791, 3.2; RFC 8200, 4.5). */
export class FragmentReassembler {
  readonly #ports: Ports;
  readonly #pending = new Map<string, Pending>();

  constructor(ports: Ports = wellKnownPorts) {
    this.#ports = ports;
  }

  /**
   * Takes a fragment with its virtual time and a number of the caller's; returns the datagram that it completes.
   * Copies are passed over; fragments that overlap otherwise end their datagram (RFC 5722, 4; Linux does so for IPv4 too).
   */
  add(packet: IpPacket, time: bigint, part: number): Reassembled | undefined {
    const { fragment } = packet;
    if (fragment === undefined || packet.truncated) return undefined;
    const key = `${packet.source} ${packet.destination} ${packet.version === 4 ? packet.protocol : ''} ${fragment.id}`;
    const pending = this.#find(key, packet, time);
    const piece = { offset: fragment.offset, bytes: packet.bytes.subarray(cutFrom(packet), packet.end) };
    const fit = place(pending, piece, fragment.more);
    if (fit === 'copy') return undefined;
    if (fit === 'bad') {
      this.#pending.delete(key);
      return undefined;
    }
    pending.parts.push(part);
    if (fragment.offset === 0) pending.first = packet;
    if (pending.first === undefined || pending.held !== pending.total) return undefined;
    this.#pending.delete(key);
    const whole = rebuild(pending.first, pending, this.#ports);
    return whole && { packet: whole, parts: pending.parts };
  }

  #find(key: string, packet: IpPacket, time: bigint): Pending {
    const known = this.#pending.get(key);
    if (known !== undefined && time - known.since <= lifetime[packet.version]) return known;
    this.#pending.delete(key);
    for (const [oldest] of this.#pending) {
      if (this.#pending.size < maxPending) break;
      this.#pending.delete(oldest);
    }
    const fresh: Pending = { since: time, pieces: [], parts: [], held: 0 };
    this.#pending.set(key, fresh);
    return fresh;
  }
}

/** Offset of the first byte that belongs to the part that was cut: behind the fragment header. */
function cutFrom({ version, payload, fragment }: IpPacket): number {
  return version === 4 || fragment === undefined ? payload : fragment.repeatedEnd + 8;
}

function place(pending: Pending, piece: Piece, more: boolean): 'new' | 'copy' | 'bad' {
  const { offset, bytes } = piece;
  const end = offset + bytes.length;
  if (
    pending.pieces.length >= maxPieces ||
    end > maxDatagram ||
    (more && (bytes.length === 0 || bytes.length % 8 !== 0))
  )
    return 'bad';
  for (const other of pending.pieces) {
    const stop = other.offset + other.bytes.length;
    if (offset === other.offset && end === stop) return 'copy';
    if (offset < stop && other.offset < end) return 'bad';
  }
  if (!more) {
    if (pending.total !== undefined) return 'bad';
    pending.total = end;
  }
  pending.pieces.push(piece);
  pending.held += bytes.length;
  return pending.total !== undefined && pending.held > pending.total ? 'bad' : 'new';
}

/** The datagram as it was before: headers of the first fragment, without what tells of fragments. */
function rebuild(first: IpPacket, { pieces, total = 0 }: Pending, ports: Ports): IpPacket | undefined {
  const { fragment, bytes, start, version } = first;
  if (fragment === undefined) return undefined;
  const header = fragment.repeatedEnd - start;
  if (header + total > maxDatagram + (version === 6 ? 40 : 0)) return undefined;
  const whole = new Uint8Array(header + total);
  whole.set(bytes.subarray(start, fragment.repeatedEnd));
  for (const piece of pieces) whole.set(piece.bytes, header + piece.offset);
  const view = new DataView(whole.buffer);
  if (version === 4) {
    view.setUint16(2, whole.length);
    view.setUint16(6, 0);
  } else {
    view.setUint16(4, whole.length - 40);
    view.setUint8(fragment.nextHeaderAt - start, bytes[fragment.repeatedEnd] ?? 0);
  }
  return readIp({ bytes: whole, start: 0, end: whole.length }, ports);
}
