import { hex, latin1 } from '../../base/bytes.ts';
import type { FactEvidence, SeenFrame } from '../../evidence/evidence.ts';
import type { IpsecSa } from '../../evidence/ipsec.ts';
import type { IpPacket } from '../../evidence/packet/packet.ts';
import { messagesOf } from '../../evidence/packet/wire.ts';
import type { Address } from '../../model/addresses.ts';

type Addressed = Pick<IpsecSa, 'source' | 'destination'>;

/** Hosts that have to do with an SA. */
export interface Carriers {
  /** Those that have SAs between its addresses, or begin what IKE says between them. */
  readonly ends: ReadonlySet<string>;
  /** Its ends, and all that put packets between its addresses on a link: routers and translators. */
  readonly path: ReadonlySet<string>;
}

interface Sent {
  readonly frame: SeenFrame;
  readonly packet: IpPacket;
  readonly ike: readonly Uint8Array[];
}

/** Who first put an IKE message on a link. */
interface Origin {
  readonly time: bigint;
  readonly hopLimit: number;
  readonly sender: string;
  readonly pair: string;
}

/** Bytes of an IKE header (RFC 7296, 3.1; RFC 2408, 3.1), and of the initiator's SPI at its beginning. */
const [headerSize, spiSize] = [28, 8];

/**
 * Which hosts lie between which addresses, by what was captured. Addresses that a translator changes, or that a host gives up for
 * others, are known to belong together by the IKE messages of one IKE SA, whose initiator's SPI never changes.
 */
class Paths {
  /** Pairs of addresses that belong together; each is in one set. */
  readonly #groups = new Map<string, Set<string>>();
  readonly #ends = new Map<string, Set<string>>();
  readonly #senders = new Map<string, Set<string>>();
  /** By source and destination: the highest hop limit with which each host sent. */
  readonly #hops = new Map<string, Map<string, number>>();

  constructor({ timeline, frames, protectedPackets }: Pick<FactEvidence, 'timeline' | 'frames' | 'protectedPackets'>) {
    for (const { host, sas } of timeline.hosts) {
      for (const { value } of sas.flatMap(({ versions }) => versions)) put(this.#ends, pairOf(value), host);
    }
    const inner = protectedPackets.flatMap(({ frame, inner: packet }) =>
      packet ? [{ frame, packet, ike: ikeIn(packet) }] : [],
    );
    this.#take([...frames.flatMap(sentIn), ...inner]);
  }

  /** The hosts of an SA. */
  carriersOf(sa: Addressed): Carriers {
    const pairs = [...(this.#groups.get(pairOf(sa)) ?? [pairOf(sa)])];
    const of = (hosts: ReadonlyMap<string, ReadonlySet<string>>): string[] =>
      pairs.flatMap((pair) => [...(hosts.get(pair) ?? [])]);
    const ends = of(this.#ends);
    return { ends: new Set(ends), path: new Set([...ends, ...of(this.#senders)]) };
  }

  /** Hosts that put packets from one address to another on a link before they had come down to a hop limit. */
  sendersAbove({ source, destination }: Addressed, hopLimit: number): ReadonlySet<string> {
    const hops = this.#hops.get(`${source} ${destination}`) ?? new Map<string, number>();
    return new Set([...hops].flatMap(([host, highest]) => (highest > hopLimit ? [host] : [])));
  }

  #take(all: readonly Sent[]): void {
    const firstPairs = new Map<string, string>();
    const origins = new Map<string, Origin>();
    for (const {
      frame: { time, sender },
      packet,
      ike,
    } of all) {
      const pair = pairOf(packet);
      if (sender !== undefined) {
        put(this.#senders, pair, sender);
        this.#hop(packet, sender);
      }
      for (const message of ike) {
        const spi = hex(message.subarray(0, spiSize));
        this.#join(firstPairs.get(spi) ?? pair, pair);
        firstPairs.set(spi, pair);
        const origin = { time, hopLimit: packet.hopLimit, sender: sender ?? '', pair };
        const name = latin1(message);
        const known = origins.get(name);
        if (known === undefined || isBefore(origin, known)) origins.set(name, origin);
      }
    }
    for (const { sender, pair } of origins.values()) if (sender !== '') put(this.#ends, pair, sender);
  }

  #hop({ source, destination, hopLimit }: IpPacket, host: string): void {
    const direction = `${source} ${destination}`;
    const hops = this.#hops.get(direction) ?? new Map<string, number>();
    hops.set(host, Math.max(hopLimit, hops.get(host) ?? 0));
    this.#hops.set(direction, hops);
  }

  #join(one: string, other: string): void {
    const [a, b] = [one, other].map((pair) => this.#groups.get(pair) ?? new Set([pair])) as [Set<string>, Set<string>];
    for (const pair of b) a.add(pair);
    for (const pair of a) this.#groups.set(pair, a);
  }
}

/** Links of one time stand in any order, but every router takes one from the hop limit. */
function isBefore(a: Origin, b: Origin): boolean {
  return a.time < b.time || (a.time === b.time && a.hopLimit > b.hopLimit);
}

function sentIn(frame: SeenFrame): Sent[] {
  const { dissected, datagram } = frame.packet;
  const packet = datagram?.packet ?? dissected.ip;
  if (packet === undefined) return [];
  const ike = messagesOf(frame.packet).flatMap(({ message }) => (message.kind === 'ike' ? [message.bytes] : []));
  return [{ frame, packet, ike: ike.filter(isWhole) }];
}

function ikeIn({ upper }: IpPacket): Uint8Array[] {
  return upper.kind === 'udp' && upper.message?.kind === 'ike' ? [upper.message.bytes].filter(isWhole) : [];
}

function isWhole(bytes: Uint8Array): boolean {
  return bytes.length >= headerSize && bytes.subarray(0, spiSize).some((byte) => byte !== 0);
}

function pairOf({ source, destination }: { readonly source: Address; readonly destination: Address }): string {
  return [source, destination].sort().join(' ');
}

function put(hosts: Map<string, Set<string>>, key: string, host: string): void {
  const known = hosts.get(key);
  if (known === undefined) hosts.set(key, new Set([host]));
  else known.add(host);
}

/** Found once for an attempt, and only if an excuse asks. */
const known = new WeakMap<FactEvidence['frames'], Paths>();

/** The paths of an attempt. */
export function pathsOf(evidence: FactEvidence): Paths {
  const paths = known.get(evidence.frames) ?? new Paths(evidence);
  known.set(evidence.frames, paths);
  return paths;
}
