import type { IkeSa, IpsecSa } from '../../../evidence/ipsec.ts';
import type { Duration } from './duration.ts';
import type { Host } from './handles.ts';

/** How long a check may wait for its condition, on the lab's clock. Default: 60 s. */
export interface Within {
  readonly within?: Duration;
}

/** How many: exactly so many, or so many at least, at most, or both. */
export type Count = number | { readonly atLeast?: number; readonly atMost?: number };

/** Which IKE SAs count. */
export interface IkeSaOptions extends Within {
  /** Only those count that are none of these, as `ikeSas` gave them: were they replaced? */
  readonly otherThan?: readonly IkeSa[];
}

/** Which IPsec SAs count. */
export interface IpsecSaOptions extends Within {
  /** Only those count that are none of these, as `ipsecSas` gave them. */
  readonly otherThan?: readonly IpsecSa[];
}

/** What a ping looks like. */
export interface ReachOptions extends Within {
  /** Address of this host that it is sent from. */
  readonly from?: string;
  /** Address of the other host, where it has several. Default: one on a common link, else its first. */
  readonly at?: string;
}

/** Which packets are meant; all conditions hold at once. */
export interface ClearFilter {
  /** Address or network in CIDR form. */
  readonly to?: string;
  readonly from?: string;
  /** Name of a link; default: all. */
  readonly link?: string;
}

/** What of a transcript is compared. */
export interface TranscriptOptions {
  /** Replacements made in the received text, in this order, before it is compared. */
  readonly replace?: readonly (readonly [pattern: RegExp, by: string])[];
}

/**
 * Conditions on a host. Each waits on the lab's clock until it holds, is written to `checks.json`, and throws where it does
 * not hold in time.
 */
export interface Matchers {
  /** The opposite. */
  readonly not: Matchers;
  /** Established IKE SAs of the host's daemon. */
  toHaveIkeSas(count: Count, options?: IkeSaOptions): Promise<void>;
  /** ESP and AH SAs in the kernel. They are simplex (RFC 4301, 4.1): a tunnel has two, one in and one out. */
  toHaveIpsecSas(count: Count, options?: IpsecSaOptions): Promise<void>;
  /** The other host, or an address, answers a ping. `not`: three in a row stay without an answer. */
  toReach(other: Host | string, options?: ReachOptions): Promise<void>;
  /** The host put packets in clear on a link; docs/scenarios.md lists what is not in clear. Does not wait. */
  toHaveSentInClear(filter?: ClearFilter): Promise<void>;
  /** A line of the daemon's own log holds this text, or matches (Perl's syntax, as `grep -P` has it; of its flags only i). */
  toHaveLogged(what: string | RegExp, options?: Within): Promise<void>;
  /** The lines that the scenario typed, with their output, are those of a file beside the scenario. Does not wait. */
  toMatchTranscript(file: string, options?: TranscriptOptions): Promise<void>;
}

/** Under this key a handle keeps what makes its matchers. Not for scenarios. */
export const matchersOf: unique symbol = Symbol('espalier.matchers');

/** A handle as it is inside. */
export interface CheckedHost extends Host {
  [matchersOf](soft: boolean): Matchers;
}

/** Checks a condition on a host. A check that fails throws, and the attempt is not passed. */
export function expect(host: Host): Matchers {
  return (host as CheckedHost)[matchersOf](false);
}

/** Like `expect`, and the scenario goes on when the check fails. */
expect.soft = (host: Host): Matchers => (host as CheckedHost)[matchersOf](true);
