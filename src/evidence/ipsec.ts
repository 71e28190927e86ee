/**
 * The one model of what a host knows of IPsec, whoever said it: XFRM netlink, `ip xfrm`, a daemon. Names are those
 * of RFC 4301 (selectors, SPD, SAD), RFC 4303 (ESP), RFC 7296 (IKE) and, for what only Linux has, of include/uapi/linux/xfrm.h.
 */
import type { Address } from '../model/addresses.ts';

/** `esp`, `ah`, `ipcomp`; other protocols (route2, hao, or a number the decoder does not know) in digits. */
export type IpsecProtocol = 'esp' | 'ah' | 'ipcomp' | `${number}`;

/** Linux names of XFRM_MODE_*; `any`: a system that lists its tables says none (IPSEC_MODE_ANY of PF_KEY, flows of OpenBSD). */
export type IpsecMode =
  | 'transport'
  | 'tunnel'
  | 'routeoptimization'
  | 'in-trigger'
  | 'beet'
  | 'iptfs'
  | 'any'
  | `${number}`;

/** A port as value and mask (struct xfrm_selector); mask 0 means any, 65535 exactly. */
export interface PortMatch {
  readonly port: number;
  readonly mask: number;
}

/** A traffic selector (RFC 4301, 4.4.1.1; struct xfrm_selector). */
export interface Selector {
  /** 0 where the kernel says AF_UNSPEC. */
  readonly family: 0 | 4 | 6;
  readonly source: { readonly address: Address; readonly prefix: number };
  readonly destination: { readonly address: Address; readonly prefix: number };
  /** IP protocol, 0: any. */
  readonly protocol: number;
  /** ICMP: type in `sourcePort`, code in `destinationPort`. */
  readonly sourcePort: PortMatch;
  readonly destinationPort: PortMatch;
  readonly ifindex: number;
  readonly user: number;
}

/** Mark and mask (XFRMA_MARK, XFRMA_SET_MARK). */
export interface Mark {
  readonly value: number;
  readonly mask: number;
}

/** Limits of a lifetime (struct xfrm_lifetime_cfg). Undefined: no limit. Times in virtual seconds. */
export interface LifetimeLimits {
  readonly softBytes?: bigint;
  readonly hardBytes?: bigint;
  readonly softPackets?: bigint;
  readonly hardPackets?: bigint;
  readonly softAddSeconds?: bigint;
  readonly hardAddSeconds?: bigint;
  readonly softUseSeconds?: bigint;
  readonly hardUseSeconds?: bigint;
}

/** What a lifetime has used (struct xfrm_lifetime_cur). Times are virtual seconds since 1970, 0: never. */
export interface LifetimeUse {
  readonly bytes: bigint;
  readonly packets: bigint;
  readonly addTime: bigint;
  readonly useTime: bigint;
}

/** An algorithm by its Linux crypto name (`cbc(aes)`, `hmac(sha256)`, `rfc4106(gcm(aes))`). */
export interface Algorithm {
  readonly name: string;
  readonly key: Uint8Array;
}

/** UDP (RFC 3948, type 2) or TCP (RFC 9329, type 7) encapsulation (struct xfrm_encap_tmpl). */
export interface Encapsulation {
  /** `espinudp` 2, `espintcp` 7; other numbers as digits. */
  readonly type: 'espinudp' | 'espintcp' | `${number}`;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly originalAddress: Address;
}

/** Sequence numbers of an SA; the high halves are 0 without ESN. */
export interface ReplayState {
  /** Last sequence number sent. */
  readonly outbound: number;
  readonly outboundHigh: number;
  /** Highest sequence number received. */
  readonly inbound: number;
  readonly inboundHigh: number;
  /**
   * Which packets of the window were received, as the kernel keeps it. One word of XFRMA_REPLAY_VAL: bit n is
   * `inbound` - n. Words of XFRMA_REPLAY_ESN_VAL are a ring: sequence number s is bit (s - 1) modulo the window.
   */
  readonly bitmap: readonly number[];
  readonly ring: boolean;
}

/** Packets that an SA refused (struct xfrm_stats): too old for the window, received twice, not authentic. */
export interface SaErrors {
  readonly replayWindow: number;
  readonly replay: number;
  readonly integrity: number;
}

/** Hardware offload (struct xfrm_user_offload). */
export interface Offload {
  readonly ifindex: number;
  readonly flags: number;
}

/** IP-TFS (RFC 9347; XFRMA_IPTFS_*). Times in microseconds, queue and packet size in bytes, the window in packets. */
export interface Iptfs {
  readonly dropTime?: number;
  readonly reorderWindow?: number;
  readonly dontFragment?: boolean;
  readonly initialDelay?: number;
  readonly maxQueueSize?: number;
  readonly packetSize?: number;
}

/** An attribute that the decoder does not know, or has no place for in such a message, as bytes. */
export interface UnknownAttribute {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** One entry of a host's SAD (struct xfrm_usersa_info and its attributes). */
export interface IpsecSa {
  readonly protocol: IpsecProtocol;
  /** 32 bits, unsigned. For IPComp the CPI. */
  readonly spi: number;
  readonly family: 4 | 6;
  readonly source: Address;
  readonly destination: Address;
  readonly mode: IpsecMode;
  readonly reqid: number;
  /** Reserved by ALLOCSPI or an acquire and not yet filled: no algorithm at all, though the protocol wants one. */
  readonly larval: boolean;
  /** XFRMA_SA_DIR, from 6.10 on. */
  readonly direction?: 'in' | 'out';
  readonly selector: Selector;
  readonly encryption?: Algorithm;
  /** `truncation` in bits (XFRMA_ALG_AUTH_TRUNC), 0 where only XFRMA_ALG_AUTH was there. */
  readonly integrity?: Algorithm & { readonly truncation: number };
  /** Key includes the salt, as the kernel has it; `icv` in bits. */
  readonly aead?: Algorithm & { readonly icv: number };
  /** The SA's stack keeps its keys to itself: what its algorithms hold is empty. */
  readonly keysUnknown?: true;
  readonly compression?: string;
  readonly encapsulation?: Encapsulation;
  readonly esn: boolean;
  /** In packets. */
  readonly replayWindow: number;
  readonly replay?: ReplayState;
  readonly mark?: Mark;
  readonly outputMark?: Mark;
  readonly ifId?: number;
  /** XFRM_STATE_* and XFRM_SA_XFLAG_* by their `ip xfrm` names (`af-unspec`, …), sorted; ESN is `esn` above. */
  readonly flags: readonly string[];
  readonly lifetime: LifetimeLimits;
  readonly use: LifetimeUse;
  readonly errors: SaErrors;
  /** Number of the acquire that this SA answers, 0: none. */
  readonly acquire: number;
  /** Virtual second since 1970 of the last packet (XFRMA_LASTUSED). */
  readonly lastUsed?: bigint;
  /** Mobile IPv6 (XFRMA_COADDR). */
  readonly careOfAddress?: Address;
  /** Bytes (RFC 4303, 2.7). */
  readonly tfcPadding?: number;
  /** Seconds between two `mapping` events (XFRMA_MTIMER_THRESH). */
  readonly mappingInterval?: number;
  /** Seconds (XFRMA_NAT_KEEPALIVE_INTERVAL). */
  readonly natKeepalive?: number;
  /** XFRMA_SA_PCPU. */
  readonly cpu?: number;
  readonly iptfs?: Iptfs;
  readonly offload?: Offload;
  /** XFRMA_SEC_CTX. */
  readonly securityContext?: string;
  readonly unknown: readonly UnknownAttribute[];
}

/** What identifies an SA on a host (RFC 4301, 4.1; net/xfrm/xfrm_state.c, __xfrm_state_lookup). */
export interface SaIdentity {
  readonly protocol: IpsecProtocol;
  readonly spi: number;
  readonly destination: Address;
  readonly mark?: Mark;
}

/** What a policy asks for (struct xfrm_user_tmpl). */
export interface Template {
  readonly protocol: IpsecProtocol;
  readonly mode: IpsecMode;
  readonly family: 4 | 6;
  /** `0.0.0.0` or `::`: any. */
  readonly source: Address;
  readonly destination: Address;
  readonly spi: number;
  readonly reqid: number;
  /** `use`: may be left out, so the packet may go in clear. */
  readonly level: 'required' | 'use';
}

/** Direction of a policy; `socket-*` are those of one socket (XFRM_POLICY_MAX + direction). */
export type PolicyDirection = 'in' | 'out' | 'fwd' | 'socket-in' | 'socket-out' | 'socket-fwd';

/** One entry of a host's SPD (struct xfrm_userpolicy_info and its attributes). */
export interface IpsecPolicy {
  readonly direction: PolicyDirection;
  readonly selector: Selector;
  readonly action: 'allow' | 'block';
  /** Lower is stronger. */
  readonly priority: number;
  readonly index: number;
  readonly type: 'main' | 'sub';
  /** Empty with `allow`: bypass (RFC 4301's BYPASS). */
  readonly templates: readonly Template[];
  readonly mark?: Mark;
  readonly ifId?: number;
  readonly flags: readonly string[];
  readonly lifetime: LifetimeLimits;
  readonly use: LifetimeUse;
  readonly offload?: Offload;
  /** XFRMA_SEC_CTX. */
  readonly securityContext?: string;
  readonly unknown: readonly UnknownAttribute[];
}

/** What identifies a policy on a host (net/xfrm/xfrm_policy.c, xfrm_policy_insert). */
export interface PolicyIdentity {
  readonly direction: PolicyDirection;
  readonly selector: Selector;
  readonly type: 'main' | 'sub';
  readonly mark?: Mark;
  readonly ifId?: number;
}

/** One thing that the kernel said about its tables. */
export type XfrmEvent =
  | { readonly kind: 'sa-added' | 'sa-updated'; readonly sa: IpsecSa }
  | { readonly kind: 'sa-deleted'; readonly id: SaIdentity; readonly sa?: IpsecSa }
  | {
      /** Tells of the SA only what struct xfrm_usersa_info holds: no algorithms. Hard: the SA is gone. */
      readonly kind: 'sa-expired';
      readonly hard: boolean;
      readonly id: SaIdentity;
      readonly source: Address;
      readonly selector: Selector;
      readonly mode: IpsecMode;
      readonly reqid: number;
      readonly use: LifetimeUse;
    }
  /** `ipsec`: ESP, AH and IPComp (IPSEC_PROTO_ANY). */
  | { readonly kind: 'sa-flushed'; readonly protocol: IpsecProtocol | 'all' | 'ipsec' }
  | { readonly kind: 'policy-added' | 'policy-updated'; readonly policy: IpsecPolicy }
  | { readonly kind: 'policy-deleted'; readonly id: PolicyIdentity; readonly policy?: IpsecPolicy }
  | { readonly kind: 'policy-expired'; readonly hard: boolean; readonly policy: IpsecPolicy }
  | { readonly kind: 'policy-flushed'; readonly type: 'main' | 'sub' | 'all' }
  | {
      readonly kind: 'acquire';
      readonly id: { readonly protocol: IpsecProtocol; readonly destination: Address };
      readonly source: Address;
      readonly selector: Selector;
      readonly policy: IpsecPolicy;
      readonly sequence: number;
    }
  | {
      readonly kind: 'mapping';
      readonly id: SaIdentity;
      readonly reqid: number;
      readonly oldSource: Address;
      readonly oldPort: number;
      readonly newSource: Address;
      readonly newPort: number;
    }
  | {
      /** A policy's templates and the SAs below them moved (RFC 4555); the kernel says no more than this. */
      readonly kind: 'migrate';
      readonly id: PolicyIdentity;
      readonly migrations: readonly Migration[];
      /** What the moved SAs have; absent: none. */
      readonly encapsulation?: Encapsulation;
      /** Addresses for the IKE daemon (struct xfrm_user_kmaddress). */
      readonly ike?: { readonly local: Address; readonly remote: Address };
    }
  | {
      /** One SA moved (XFRM_MSG_MIGRATE_STATE). Absent where it has none after the move. */
      readonly kind: 'sa-migrated';
      readonly id: SaIdentity;
      readonly source: Address;
      readonly destination: Address;
      readonly reqid: number;
      readonly selector: Selector;
      readonly mark?: Mark;
      readonly encapsulation?: Encapsulation;
    }
  | { readonly kind: 'report'; readonly protocol: number; readonly selector: Selector }
  | {
      readonly kind: 'replay';
      readonly id: SaIdentity;
      readonly source: Address;
      readonly reqid: number;
      readonly replay?: ReplayState;
      readonly use?: LifetimeUse;
    }
  /** What happens to packets that no policy matches (struct xfrm_userpolicy_default). */
  | ({ readonly kind: 'policy-defaults' } & PolicyDefaults)
  | { readonly kind: 'unknown'; readonly type: number; readonly bytes: Uint8Array };

/** The action where no policy matches: `allow` unless somebody changed it. */
export interface PolicyDefaults {
  readonly in: 'allow' | 'block';
  readonly fwd: 'allow' | 'block';
  readonly out: 'allow' | 'block';
}

/** One move of XFRMA_MIGRATE (struct xfrm_user_migrate). */
export interface Migration {
  readonly protocol: IpsecProtocol;
  readonly mode: IpsecMode;
  readonly reqid: number;
  readonly oldSource: Address;
  readonly oldDestination: Address;
  readonly newSource: Address;
  readonly newDestination: Address;
}

/** An IKE SA as a daemon tells of it (RFC 7296, 1.2; RFC 2408 for version 1). */
export interface IkeSa {
  readonly version: 1 | 2;
  /** Name of the connection in the daemon's configuration. */
  readonly name: string;
  /** The daemon's own number. */
  readonly id: string;
  readonly state: string;
  readonly established: boolean;
  readonly local?: Address;
  readonly remote?: Address;
  /** 16 hexadecimal digits each. */
  readonly initiatorSpi?: string;
  readonly responderSpi?: string;
}
