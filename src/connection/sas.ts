import type { Encryption, Integrity, KeyExchange, Prf } from './algorithms.ts';
import type { TrafficSelector } from './traffic-selector.ts';

/** The IKE SA. */
export interface IkeSettings {
  /** In order of preference. */
  readonly proposals?: readonly IkeProposal[];
  /** Seconds. */
  readonly lifetime?: number;
  /** Replace the IKE SA with a new one, authenticated again, instead of rekeying it (RFC 7296, 2.8.3). */
  readonly reauthenticate?: boolean;
}

/** The Child SA. */
export interface ChildSettings {
  /** In order of preference. */
  readonly proposals?: readonly EspProposal[];
  /** Seconds. */
  readonly lifetime?: number;
  /** Octets that one SA may carry before it expires (RFC 4301, 4.4.2.1). It is replaced before, unless `rekey` is `false`. */
  readonly lifetimeBytes?: number;
  /** The same in packets. */
  readonly lifetimePackets?: number;
  /** Packets (RFC 4303, 3.4.3); 0: no protection from replay. */
  readonly replayWindow?: number;
  /** Compression by IPComp (RFC 3173) is proposed (RFC 7296, 2.22); it needs both ends. Default: not. */
  readonly ipcomp?: boolean;
  /**
   * In tunnel mode, where the differentiated services field is copied (RFC 4301, 5.1.2): `out`, to the outer header of what is sent; `in`, to the inner
   * header of what is received. Default: as the daemon likes.
   */
  readonly copyDscp?: 'none' | 'out' | 'in' | 'both';
  /** In tunnel mode, whether congestion marks (ECN) go from header to header (RFC 6040). */
  readonly copyEcn?: boolean;
}

/** A Child SA beside the first one. What it leaves out is as in the connection's `child`. */
export interface FurtherChild extends ChildSettings {
  /** As a connection's; no other Child SA has it. */
  readonly name: string;
  /** What each end has to send and to receive, by the end's host. */
  readonly selectors: Readonly<Record<string, readonly TrafficSelector[]>>;
}

/** One proposal with all transforms of each type that may be chosen (RFC 7296, 3.3). */
export interface IkeProposal {
  readonly encryption: readonly Encryption[];
  /** Empty or left out with AEAD algorithms. */
  readonly integrity?: readonly Integrity[];
  readonly prf: readonly Prf[];
  readonly keyExchange: readonly KeyExchange[];
  /** A further key exchange in IKE_INTERMEDIATE (RFC 9370, RFC 9242). */
  readonly additionalKeyExchange?: readonly KeyExchange[];
}

/** One ESP proposal. */
export interface EspProposal {
  readonly encryption: readonly Encryption[];
  /** Empty or left out with AEAD algorithms. */
  readonly integrity?: readonly Integrity[];
  /** Of Child SAs made after the first one: perfect forward secrecy. Left out or empty: none. */
  readonly keyExchange?: readonly KeyExchange[];
  /** Extended sequence numbers (RFC 4304): required, refused, or as the peer likes. Default: `no`. */
  readonly esn?: 'yes' | 'no' | 'either';
}

/** When SAs are replaced. */
export interface RekeySettings {
  /** Seconds before the end of a lifetime at which the SA is replaced, without randomness. */
  readonly margin: number;
}
