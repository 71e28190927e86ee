import type { Address } from '../../model/addresses.ts';
import type { Inflated } from './ipcomp.ts';
import type { Opened, RefusalReason, Refused, Unjudged } from './opened.ts';
import type { WireSa } from './sa-index.ts';

/** One packet on a link. IP fragments are put together, UDP and TCP encapsulation taken off. */
export interface WirePacket {
  /** Virtual nanoseconds. */
  readonly time: bigint;
  /** Where it was captured; the same bytes on another link are the same packet forwarded. */
  readonly link: string;
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: 'esp' | 'ah' | 'ipcomp';
  /** IPComp: the CPI. */
  readonly spi: number;
  /** From the ESP, AH or IPComp header on, as long as the IP header says. */
  readonly bytes: Uint8Array;
  /** AH: the packet from its IP header on, which the ICV covers. */
  readonly ipPacket?: Uint8Array;
}

/** What is inside of a packet that opened. */
export interface Inner {
  /** IP protocol of `bytes`; 4 and 41: a whole IP packet (tunnel mode). */
  readonly nextHeader: number;
  readonly bytes: Uint8Array;
}

/** A packet that opened. */
export interface OpenedFact {
  readonly sa: WireSa;
  /** Absent for IPComp on its own. */
  readonly opened?: Opened;
  /** Inflated where it was compressed. */
  readonly inner: Inner;
  /** IPComp, alone or inside of ESP or AH; refused and unjudged leave `inner` compressed. */
  readonly compression?: Inflated | Refused | Unjudged;
}

/** A packet that did not open. */
export type ClosedFact =
  | { readonly word: 'refused'; readonly reason: RefusalReason; readonly sa: WireSa }
  | { readonly word: 'unjudged'; readonly reason: string; readonly sa: WireSa }
  /** Nobody is known to have had an SA of this protocol and SPI. */
  | { readonly word: 'no-sa' };

/** What the bytes of a packet say by themselves, whenever and however often they were seen. */
export type Finding =
  | ({ readonly word: 'verified' } & OpenedFact)
  /** Opened, but there is no ICV: encryption alone, or IPComp. */
  | ({ readonly word: 'unauthenticated' } & OpenedFact)
  | ClosedFact;

/** What the oracle knows of one packet. */
export type WireFact = {
  /** Of the packet, from 0 in the order given. */
  readonly index: number;
  /** The earlier packet that this one is, seen on another link. */
  readonly copyOf?: number;
} & (
  | Finding
  /**
   * Opened, and its SA used the sequence number before, in packet `first`. `sameBytes`: that very packet once more on a
   * link. Whether a receiver accepted it is not known here.
   */
  | ({ readonly word: 'replayed'; readonly first: number; readonly sameBytes: boolean } & OpenedFact)
);
