import type { Shown } from './shown.ts';

/** An SA as a daemon names it in its lines. */
export interface DaemonSa {
  /** Name of the connection, without its instance. */
  readonly connection: string;
  /** Peer of an instance of a template: `192.1.2.45`. */
  readonly peer?: string;
  /** Which instance: `[2]`. */
  readonly instance?: string;
  /** The daemon's number of the SA: `#2`. */
  readonly sa?: string;
}

/** An IKE SA came up, or took the place of `rekeys`. */
export interface IkeEstablished extends DaemonSa {
  readonly kind: 'ike-established';
  readonly version?: 1 | 2;
  readonly role?: 'initiator' | 'responder';
  readonly rekeys?: string;
  readonly peerId?: string;
  /** How the peer proved who it is, in the daemon's words. */
  readonly authentication?: string;
  /** In the daemon's names, joined by `/`: cipher, integrity, PRF, group. */
  readonly algorithms?: string;
  /** Both ends as addresses, where the line has them. */
  readonly ends?: string;
}

/** The peers agreed on how to protect IKE itself; not yet an SA that counts. */
export interface IkeNegotiated extends DaemonSa {
  readonly kind: 'ike-negotiated';
  readonly algorithms: string;
}

/** A pair of IPsec SAs came up, or took the place of `rekeys`. */
export interface IpsecEstablished extends DaemonSa {
  readonly kind: 'ipsec-established';
  readonly version?: 1 | 2;
  readonly role?: 'initiator' | 'responder';
  readonly rekeys?: string;
  /** The IKE SA it was made by. */
  readonly ike?: string;
  readonly mode?: string;
  /** Traffic selectors as written: `192.0.1.0/24===192.0.2.0/24`. */
  readonly selectors?: string;
  /** `ESP` or `AH`. */
  readonly protocol?: string;
  /** `UDP`, `TCP`; undefined: none. */
  readonly encapsulation?: string;
  readonly esn?: boolean;
  readonly spis?: string;
  readonly algorithms?: string;
  readonly compressed?: boolean;
  readonly nat?: string;
  readonly dpd?: string;
  readonly user?: string;
}

/** The daemon gave up an SA. */
export interface SaDeleted extends DaemonSa {
  readonly kind: 'sa-deleted';
  readonly of: 'ike' | 'ipsec';
  /** It had been established before; otherwise it was on its way. */
  readonly established: boolean;
  /** The daemon's name of the state it was in. */
  readonly state: string;
}

/** A negotiation, or a part of one, came to nothing. */
export interface NegotiationFailed extends DaemonSa {
  readonly kind: 'negotiation-failed';
  /** Name of an IKE notification (RFC 7296, 3.10.1; RFC 2408, 3.14.1) or one of this reader's words. */
  readonly reason: string;
  /** The daemon's name of the state, where the line has it. */
  readonly state?: string;
}

/** `up NAME` of a daemon's tool ended well. */
export interface ConnectionUp extends DaemonSa {
  readonly kind: 'connection-up';
}

/** A connection was read, or refused. */
export interface ConnectionLoaded extends DaemonSa {
  readonly kind: 'connection-loaded';
  readonly loaded: boolean;
  readonly version?: string;
  /** One of its ends is this host. */
  readonly oriented?: boolean;
}

/** What is in a daemon's table of SAs. */
export interface SaListed extends DaemonSa {
  readonly kind: 'sa-listed';
  readonly of: 'ike' | 'ipsec';
  readonly state: string;
  readonly established: boolean;
  readonly newest?: boolean;
  /** It is the one that packets of the connection take. */
  readonly routed?: boolean;
  readonly ike?: string;
  readonly port?: Shown;
  readonly mode?: string;
  readonly protocol?: string;
  readonly ends?: string;
  readonly algorithms?: string;
  readonly reqid?: Shown;
}

/** Octets that passed an IPsec SA. */
export interface Traffic extends DaemonSa {
  readonly kind: 'traffic';
  /** Counted when the SA was given up, not while it lived. */
  readonly final: boolean;
  readonly protocol: string;
  readonly inBytes?: Shown;
  readonly outBytes?: Shown;
  readonly peerId?: string;
  readonly lease?: string;
  readonly user?: string;
  readonly addTime?: Shown;
  readonly limit?: string;
}

/** How many of something a daemon says it has. */
export interface Count {
  readonly kind: 'count';
  readonly of: 'connections' | 'ike-sas' | 'ipsec-sas';
  readonly what: string;
  readonly count: number;
}

/** One item of what a daemon says of a connection: routing, policy, algorithms. */
export interface ConnectionStatus extends DaemonSa {
  readonly kind: 'connection-status';
  readonly item: string;
  /** Numbers of SAs are left out. */
  readonly value: string;
}

/** A policy without SA that a daemon keeps outside of its connections. */
export interface BareShunt {
  readonly kind: 'bare-shunt';
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly action: string;
  readonly why: string;
}

/** What a daemon, or a tool of it, says. */
export type DaemonFact =
  | IkeEstablished
  | IkeNegotiated
  | IpsecEstablished
  | SaDeleted
  | NegotiationFailed
  | ConnectionUp
  | ConnectionLoaded
  | SaListed
  | Traffic
  | Count
  | ConnectionStatus
  | BareShunt;
