import type { Address } from '../../model/addresses.ts';
import type { LifetimeLimits, LifetimeUse } from '../ipsec.ts';
import type { Shown } from './shown.ts';

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

/** A counter of /proc/net/xfrm_stat (Documentation/networking/xfrm_proc.rst): packets that failed for one reason. */
export interface KernelCounter {
  readonly kind: 'kernel-counter';
  readonly name: string;
  readonly value: Shown;
}

/** What the kernel's tables hold, as a command printed them. */
export type KernelFact = KernelSa | KernelPolicy | KernelCounter;
