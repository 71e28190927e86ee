/** What the cleartext payloads of IKE hold. Byte arrays are views; names come with their numbers. */
import type { Address } from '../../../model/addresses.ts';

/** One payload, its contents not looked at yet. */
export interface IkePayload {
  readonly type: number;
  /** `SA`, `KE`, `N`; `payload 200` where the registry has none. */
  readonly name: string;
  /** IKEv2's critical bit. */
  readonly critical: boolean;
  /** Type of the next payload; in SK and SKF, of the first one inside. */
  readonly next: number;
  /** Without the generic payload header. */
  readonly body: Uint8Array;
}

/** A number with the name that its registry gives it. */
export interface Named {
  readonly number: number;
  readonly name: string;
}

/** RFC 7296, 3.3.5; RFC 2408, 3.3. A number if short (the AF bit), else bytes. */
export interface IkeAttribute {
  readonly type: number;
  readonly value: number | Uint8Array;
}

export interface IkeTransform {
  /** IKEv2's transform type. */
  readonly type?: Named;
  /** IKEv1's number of the transform in its proposal. */
  readonly number?: number;
  readonly id: Named;
  readonly attributes: readonly IkeAttribute[];
  /** In bits, where an attribute says so. */
  readonly keyLength?: number;
}

export interface IkeProposal {
  readonly number: number;
  readonly protocol: Named;
  /** Hexadecimal, empty where there is none. */
  readonly spi: string;
  readonly transforms: readonly IkeTransform[];
}

/** RFC 7296, 3.13.1. */
export interface IkeSelector {
  readonly type: Named;
  readonly protocol: number;
  /** Of ICMP and mobility headers, type and code packed in one. */
  readonly startPort: number;
  readonly endPort: number;
  /** Undefined for a type that is no address range; `bytes` has it. */
  readonly start?: Address;
  readonly end?: Address;
  /** All after the length field. */
  readonly bytes: Uint8Array;
}

export type PayloadContent =
  | {
      readonly kind: 'sa';
      readonly proposals: readonly IkeProposal[];
      readonly doi?: number;
      readonly situation?: number;
    }
  /** IKEv1 names no group here; the SA payload does. */
  | { readonly kind: 'key-exchange'; readonly group?: Named; readonly data: Uint8Array }
  | { readonly kind: 'nonce' | 'hash' | 'signature' | 'vendor'; readonly data: Uint8Array }
  | {
      readonly kind: 'notify';
      readonly protocol: Named;
      readonly spi: string;
      readonly notify: Named;
      readonly data: Uint8Array;
      readonly doi?: number;
    }
  | { readonly kind: 'delete'; readonly protocol: Named; readonly spis: readonly string[]; readonly doi?: number }
  /** `protocol` and `port` are IKEv1's. `text`: an address, a name; hexadecimal where it is neither. */
  | {
      readonly kind: 'identification';
      readonly type: Named;
      readonly text: string;
      readonly data: Uint8Array;
      readonly protocol?: number;
      readonly port?: number;
    }
  | { readonly kind: 'certificate' | 'certificate-request'; readonly encoding: Named; readonly data: Uint8Array }
  | { readonly kind: 'authentication'; readonly method: Named; readonly data: Uint8Array }
  | { readonly kind: 'traffic-selectors'; readonly selectors: readonly IkeSelector[] }
  /** IKEv1's attribute payload too. */
  | { readonly kind: 'configuration'; readonly type: Named; readonly attributes: readonly IkeAttribute[] }
  | { readonly kind: 'eap'; readonly code: number; readonly identifier: number; readonly data: Uint8Array }
  /** `first`: type of the first payload inside. IV, ciphertext and ICV are one. */
  | { readonly kind: 'encrypted'; readonly first: number; readonly length: number }
  /** RFC 7383, 2.5; numbers count from 1. */
  | {
      readonly kind: 'encrypted-fragment';
      readonly first: number;
      readonly number: number;
      readonly total: number;
      readonly length: number;
    }
  /** [MS-IKEE], 2.2.3.1: part of a whole message, which has its own header. */
  | {
      readonly kind: 'fragment';
      readonly id: number;
      readonly number: number;
      readonly last: boolean;
      readonly data: Uint8Array;
    }
  | { readonly kind: 'nat-detection'; readonly data: Uint8Array }
  | { readonly kind: 'nat-original-address'; readonly type: Named; readonly address: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'malformed'; readonly problem: string };
