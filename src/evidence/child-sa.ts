import type { IkeSa } from './ipsec.ts';

/**
 * A pair of IPsec SAs as a daemon tells of it: a Child SA (RFC 7296, 1.3), or what a Quick Mode made (RFC 2409, 5.5). The
 * kernel's own two entries are IpsecSa; SPIs tie them together.
 */
export interface ChildSa {
  /** Name of the connection, or of its child, in the daemon's configuration. */
  readonly name: string;
  /** The daemon's own number. */
  readonly id: string;
  /** `id` of the IKE SA that made it. */
  readonly ike?: string;
  readonly state: string;
  readonly established: boolean;
  readonly protocol?: 'esp' | 'ah';
  /** In lower case: `tunnel`, `transport`. */
  readonly mode?: string;
  /** In UDP or TCP. */
  readonly encapsulated: boolean;
  readonly esn: boolean;
  /** Of packets that come in, and that go out. 32 bits, unsigned. */
  readonly spiIn?: number;
  readonly spiOut?: number;
  readonly reqid?: number;
  /** Traffic selectors of this end and of the other, in the daemon's words. */
  readonly local: readonly string[];
  readonly remote: readonly string[];
  /** In the daemon's names, joined by `/`. */
  readonly algorithms?: string;
  /** Octets. */
  readonly bytesIn?: bigint;
  readonly bytesOut?: bigint;
}

/** All that one daemon says it has, in its order. */
export interface DaemonSas {
  readonly ike: readonly IkeSa[];
  readonly children: readonly ChildSa[];
}
