import type { RefusalReason } from './opened.ts';

/** IP headers as an ICV of AH covers them. */
export interface ImmutableHeaders {
  readonly version: 4 | 6;
  /** Copy of all headers in front of AH, mutable fields zeroed, predictable ones as at the destination. */
  readonly headers: Uint8Array;
  /** Offset of the end of the packet by its length field; captures may hold link padding behind it. */
  readonly end: number;
}

/** What can be wrong with headers in front of AH. */
export type HeaderProblem = Extract<RefusalReason, 'headers' | 'fragment' | 'truncated'>;
