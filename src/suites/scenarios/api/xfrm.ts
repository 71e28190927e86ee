import type { IpsecMode, IpsecPolicy, IpsecSa, PolicyDirection } from '../../../evidence/ipsec.ts';

/** An algorithm by its Linux name, and its key in hexadecimal digits: `['cbc(aes)', '11…']`. */
export type XfrmKey = readonly [name: string, key: string];
/** The same with the length of its ICV in bits. */
export type XfrmKeyIcv = readonly [name: string, key: string, icvBits: number];

/** Mark and mask; default of the mask: all bits. */
export interface XfrmMark {
  readonly value: number;
  readonly mask?: number;
}

/** When an SA or a policy expires (RFC 4301, 4.4.2.1). Times in seconds. */
export interface XfrmLimits {
  readonly softPackets?: number;
  readonly hardPackets?: number;
  readonly softBytes?: number;
  readonly hardBytes?: number;
  readonly softSeconds?: number;
  readonly hardSeconds?: number;
  /** From the first packet on. */
  readonly softUseSeconds?: number;
  readonly hardUseSeconds?: number;
}

/** Which packets (RFC 4301, 4.4.1.1). */
export interface XfrmSelector {
  /** Address or network. Default: any. */
  readonly source?: string;
  readonly destination?: string;
  /** Name or number of the IP protocol. */
  readonly protocol?: string | number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** Of ICMP. */
  readonly type?: number;
  readonly code?: number;
  /** Of GRE. */
  readonly key?: number;
  readonly dev?: string;
}

/** Which SA (RFC 4301, 4.1). */
export interface XfrmSaId {
  readonly source?: string;
  readonly destination: string;
  /** Default: `esp`. */
  readonly protocol?: 'esp' | 'ah' | 'ipcomp' | 'route2' | 'hao';
  readonly spi: number;
  readonly mark?: XfrmMark;
}

/** What an SA has beside its identity. */
export interface XfrmSaParts {
  /** Default: `transport`. */
  readonly mode?: IpsecMode;
  readonly reqid?: number;
  readonly aead?: XfrmKeyIcv;
  readonly encryption?: XfrmKey;
  readonly integrity?: XfrmKeyIcv;
  readonly compression?: string;
  readonly selector?: XfrmSelector;
  /** Packets. */
  readonly replayWindow?: number;
  readonly esn?: boolean;
  /** Last sequence numbers sent and received. */
  readonly sent?: bigint;
  readonly received?: bigint;
  readonly limits?: XfrmLimits;
  readonly encapsulation?: {
    readonly type: 'espinudp' | 'espintcp';
    readonly sourcePort: number;
    readonly destinationPort: number;
    readonly original?: string;
  };
  readonly outputMark?: XfrmMark;
  readonly ifId?: number;
  readonly direction?: 'in' | 'out';
  /** Octets. */
  readonly tfcPadding?: number;
  /** Words of `ip xfrm`: `noecn`, `decap-dscp`, `nopmtudisc`, `wildrecv`, `icmp`, `af-unspec`, `align4`. */
  readonly flags?: readonly string[];
  /** `dont-encap-dscp`, `oseq-may-wrap`. */
  readonly extraFlags?: readonly string[];
  readonly careOf?: string;
  /** Further words, as `ip xfrm state` takes them. */
  readonly more?: string;
}

/** An SA to add. Without an algorithm it has AES-GCM with a fixed key (ESP), HMAC-SHA-256-128 (AH) or deflate (IPComp). */
export interface XfrmSa extends XfrmSaId, XfrmSaParts {
  readonly source: string;
}

/** What a policy asks for. */
export interface XfrmTemplate {
  readonly source?: string;
  readonly destination?: string;
  /** Default: `esp`. */
  readonly protocol?: 'esp' | 'ah' | 'ipcomp';
  /** Default: `transport`. */
  readonly mode?: IpsecMode;
  readonly spi?: number;
  readonly reqid?: number;
  /** Default: `required`. */
  readonly level?: 'required' | 'use';
}

/** Which policy. */
export interface XfrmPolicyId extends XfrmSelector {
  readonly direction: Extract<PolicyDirection, 'in' | 'out' | 'fwd'>;
  readonly mark?: XfrmMark;
  readonly ifId?: number;
  /** Default: `main`. */
  readonly set?: 'main' | 'sub';
}

/** A policy to add. */
export interface XfrmPolicy extends XfrmPolicyId {
  /** Default: `allow`. */
  readonly action?: 'allow' | 'block';
  /** Lower is stronger. Default: 0. */
  readonly priority?: number;
  readonly index?: number;
  readonly limits?: XfrmLimits;
  readonly flags?: readonly string[];
  /** In the order of processing outbound: the innermost first. None with `allow`: packets pass in clear. */
  readonly templates?: readonly XfrmTemplate[];
}

/** What the kernel is to answer. It is checked: another answer is `major`. */
export interface Expecting {
  /** Default: `accepted`. A text or pattern: refused, and iproute2 prints this: `File exists`. */
  readonly expect?: 'accepted' | 'refused' | { readonly refused: string | RegExp };
}

/** The SAD of a host. Every call is one line of `ip xfrm` at its console, and a check. */
export interface XfrmStates {
  add(sa: XfrmSa, options?: Expecting): Promise<void>;
  update(sa: XfrmSa, options?: Expecting): Promise<void>;
  /** The SA as the kernel has it now, its counters too. `undefined`: it was refused, as expected. */
  get(id: XfrmSaId, options?: Expecting): Promise<IpsecSa | undefined>;
  delete(id: XfrmSaId, options?: Expecting): Promise<void>;
  /** Deletes what has these addresses and this protocol; without them all. */
  deleteAll(which?: Partial<XfrmSaId> & { readonly reqid?: number }, options?: Expecting): Promise<void>;
  /** Without a protocol all SAs. */
  flush(protocol?: 'esp' | 'ah' | 'ipcomp', options?: Expecting): Promise<void>;
  /** Reserves an SPI of a range: the number, or 0 where it was refused, as expected. */
  allocSpi(
    sa: Omit<XfrmSa, 'spi'> & { readonly least: number; readonly most: number },
    options?: Expecting,
  ): Promise<number>;
  /** All SAs as the kernel has them now, larval ones too. */
  list(): Promise<readonly IpsecSa[]>;
}

/** The SPD of a host. */
export interface XfrmPolicies {
  add(policy: XfrmPolicy, options?: Expecting): Promise<void>;
  update(policy: XfrmPolicy, options?: Expecting): Promise<void>;
  /** The policy as the kernel has it now. `undefined`: it was refused, as expected. */
  get(id: XfrmPolicyId, options?: Expecting): Promise<IpsecPolicy | undefined>;
  delete(id: XfrmPolicyId, options?: Expecting): Promise<void>;
  flush(set?: 'main' | 'sub', options?: Expecting): Promise<void>;
  /** What becomes of packets that no policy matches. */
  setDefault(actions: { in?: 'accept' | 'block'; out?: 'accept' | 'block'; fwd?: 'accept' | 'block' }): Promise<void>;
  /** Prefix lengths from which on policies are hashed. */
  setThresholds(lengths: { v4?: readonly [number, number]; v6?: readonly [number, number] }): Promise<void>;
  /** Those of sockets are left out. */
  list(): Promise<readonly IpsecPolicy[]>;
}

/** One move of SAs and policies to other addresses (RFC 4555; XFRM_MSG_MIGRATE). */
export interface XfrmMigration {
  readonly policy: XfrmPolicyId;
  readonly protocol?: 'esp' | 'ah' | 'ipcomp';
  readonly mode?: 'transport' | 'tunnel';
  readonly reqid?: number;
  readonly from: readonly [source: string, destination: string];
  readonly to: readonly [source: string, destination: string];
}

/** IPsec of a host's kernel. */
export interface Xfrm {
  readonly state: XfrmStates;
  readonly policy: XfrmPolicies;
  /**
   * Makes the host one that has a key manager, as where an IKE daemon runs: the kernel then asks for SAs that packets lack, which
   * `toSeeXfrm('acquire')` reads, and keeps a larval SA meanwhile.
   */
  listen(): Promise<void>;
  /** Moves SAs and policies, as MOBIKE does. iproute2 has no words for it: the message itself is sent. */
  migrate(move: XfrmMigration, options?: Expecting): Promise<void>;
  /** Sends one netlink message of XFRM, as it is, and gives the error number that the kernel answers (0: none). */
  request(message: Uint8Array): Promise<number>;
}

/** What is known of an event. Fields left out may be anything. */
export interface XfrmSighting {
  /** Of `expire` and `policy-expire`. */
  readonly hard?: boolean;
  readonly spi?: number;
  /** Of an acquire: what the SA is to have. */
  readonly source?: string;
  readonly destination?: string;
  /** Of an acquire: the packet's own addresses. */
  readonly from?: string;
  readonly to?: string;
  /** Of a mapping. */
  readonly newSource?: string;
  readonly newPort?: number;
}

/** Events of a host's kernel that scenarios can wait for. */
export type XfrmSightingKind = 'expire' | 'acquire' | 'mapping' | 'migrate' | 'policy-expire';
