import type { Encryption, Integrity } from '../../../connection/algorithms.ts';
import type { IpsecMode, IpsecProtocol } from '../../../evidence/ipsec.ts';
import type { Count } from './count.ts';

/** What an SA of the kernel is to have (RFC 4301, 4.4.2). What is left out may be anything. */
export interface SaProperties {
  readonly direction?: 'in' | 'out';
  readonly protocol?: IpsecProtocol;
  readonly mode?: IpsecMode;
  /** As a proposal names it; another one by its Linux name: `cbc(twofish)`. */
  readonly encryption?: Encryption | (string & {});
  readonly integrity?: Integrity | (string & {});
  /** Linux name of an IPComp SA's algorithm: `deflate`. */
  readonly compression?: string;
  /** Outer addresses. */
  readonly source?: string;
  readonly destination?: string;
  /** In UDP or TCP. */
  readonly encapsulated?: boolean;
  /** Of the encapsulation. */
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly esn?: boolean;
  /** Packets. */
  readonly replayWindow?: number;
  /** 0: none. */
  readonly ifId?: number;
  readonly mark?: number;
  /** Whether an SA in tunnel mode copies the differentiated services field to the header that it makes, or leaves behind (RFC 4301, 5.1.2). */
  readonly copiesDscp?: boolean;
  /** The same for congestion marks (ECN, RFC 6040). */
  readonly copiesEcn?: boolean;
  /** Sent or received so far. */
  readonly packets?: Count;
  readonly bytes?: Count;
  /** Received and refused: replayed, too old, not authentic. */
  readonly refused?: Count;
  /** Whole seconds until it expires (hard lifetime). An SA that does not expire has none, and so never the property. */
  readonly remaining?: Count;
}

/** What a policy of the kernel is to have (RFC 4301, 4.4.1). What is left out may be anything. */
export interface PolicyProperties {
  readonly direction?: 'in' | 'out' | 'fwd';
  /** `protect`: has a template; `bypass`: lets pass in clear; `discard`: drops (RFC 4301, 4.4.1). */
  readonly action?: 'protect' | 'bypass' | 'discard';
  /** Selector: networks in CIDR form. */
  readonly source?: string;
  readonly destination?: string;
  /** Number of the IP protocol; 0: any. */
  readonly protocol?: number;
  /** 0: any. With ICMP its type and its code. */
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** Of the first template. */
  readonly mode?: IpsecMode;
  /** Protocols of the templates in their order: `['ipcomp', 'esp']`. */
  readonly protocols?: readonly IpsecProtocol[];
  /** 0: none. */
  readonly ifId?: number;
  readonly mark?: number;
}
