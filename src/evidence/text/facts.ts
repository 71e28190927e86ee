import type { Address } from '../../model/addresses.ts';
import type { LifetimeLimits, LifetimeUse } from '../ipsec.ts';
import type { CommandAt } from './console-lines.ts';

/**
 * What a console says of SAs, policies and reachability. Sanitizers put words in the place of what changes from run to
 * run (`0xSPISPI`, `REQID`, `EPHEM`), so a value that is a number on the wire is `Shown` here: a number, or that word.
 */
export type Shown = number | string;

/** An SA as a daemon names it in its lines. */
export interface DaemonSa {
  /** Name of the connection; for libreswan without its instance. */
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
  /** libreswan: it is the one that packets of the connection take. */
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

/** A policy without SA that libreswan keeps outside of its connections. */
export interface BareShunt {
  readonly kind: 'bare-shunt';
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly action: string;
  readonly why: string;
}

/** A traffic selector as `ip xfrm` writes it; like Selector of the model. */
export interface TextSelector {
  readonly source: { readonly address: Address; readonly prefix: number };
  readonly destination: { readonly address: Address; readonly prefix: number };
  /** 0: any. */
  readonly protocol: Shown;
  /** ICMP: type in `sourcePort`, code in `destinationPort`. */
  readonly sourcePort?: Shown;
  readonly destinationPort?: Shown;
  readonly device?: string;
  readonly user?: number;
}

/** An algorithm of an SA; the key in hexadecimal with `0x`, or the word that stands for it; lengths in bits. */
export interface TextAlgorithm {
  readonly name: string;
  readonly key: string;
  /** ICV of an AEAD, truncation of an integrity algorithm. */
  readonly bits?: number;
}

/** An SA as `ip xfrm state` writes it, sanitized or not; names are those of IpsecSa. */
export interface TextSa {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: string;
  /** `0xc5d0e9a4` or `0xSPISPI`. */
  readonly spi: string;
  readonly reqid: Shown;
  readonly mode: string;
  readonly direction?: string;
  readonly selector?: TextSelector;
  readonly encryption?: TextAlgorithm;
  readonly integrity?: TextAlgorithm;
  readonly aead?: TextAlgorithm;
  readonly compression?: string;
  readonly encapsulation?: {
    readonly type: string;
    readonly sourcePort: Shown;
    readonly destinationPort: Shown;
    readonly originalAddress: Address;
  };
  readonly esn: boolean;
  /** In packets; of the last line that says it. */
  readonly replayWindow?: number;
  /** Lines of sequence numbers, as written. */
  readonly replay?: string;
  readonly mark?: string;
  readonly outputMark?: string;
  readonly ifId?: number;
  readonly flags: readonly string[];
  readonly lifetime?: LifetimeLimits;
  readonly use?: Partial<LifetimeUse>;
  readonly lastUsed?: string;
  readonly label?: string;
  /** Lines that the reader does not know, blanks removed. */
  readonly other: readonly string[];
}

/** A template of a policy as `ip xfrm policy` writes it. */
export interface TextTemplate {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: string;
  readonly spi?: string;
  readonly reqid: Shown;
  readonly mode: string;
  readonly level: string;
}

/** A policy as `ip xfrm policy` writes it; names are those of IpsecPolicy. */
export interface TextPolicy {
  readonly selector: TextSelector;
  readonly direction: string;
  readonly action: string;
  readonly priority: Shown;
  readonly index?: number;
  readonly type: string;
  readonly templates: readonly TextTemplate[];
  readonly mark?: string;
  readonly ifId?: number;
  readonly flags: readonly string[];
  readonly lifetime?: LifetimeLimits;
  readonly use?: Partial<LifetimeUse>;
  readonly label?: string;
  readonly other: readonly string[];
}

/** An entry of the kernel's SAD that a command printed. */
export interface KernelSa extends TextSa {
  readonly kind: 'kernel-sa';
}

/** An entry of the kernel's SPD that a command printed. */
export interface KernelPolicy extends TextPolicy {
  readonly kind: 'kernel-policy';
}

/** What came of an attempt to reach somebody. */
export interface Probe {
  readonly kind: 'probe';
  /** Place among the probes of its command, from 0: the order of answers is their meaning. */
  readonly nth: number;
  readonly outcome: 'up' | 'down' | 'some' | 'refused' | 'error' | 'unknown';
  readonly target?: string;
}

/** A packet that a sniffer showed. */
export interface SeenPacket {
  readonly kind: 'packet';
  readonly source: string;
  readonly destination: string;
  /** Protected (`esp`, `ah`), `ike`, or in clear, by name. */
  readonly what: string;
  readonly encapsulation?: string;
}

/** A counter of /proc/net/xfrm_stat (Documentation/networking/xfrm_proc.rst): packets that failed for one reason. */
export interface KernelCounter {
  readonly kind: 'kernel-counter';
  readonly name: string;
  readonly value: Shown;
}

export type FactBody =
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
  | BareShunt
  | KernelSa
  | KernelPolicy
  | Probe
  | SeenPacket
  | KernelCounter;

export type FactKind = FactBody['kind'];

/** Where a fact stands. */
export interface FactPlace {
  readonly command: CommandAt;
  /** Of the text that was read, from 1. */
  readonly line: number;
}

export type ConsoleFact = FactBody & FactPlace;
