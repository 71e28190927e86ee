import type { IkeSa, IpsecSa } from '../../../evidence/ipsec.ts';
import type { Count } from './count.ts';
import type { Duration } from './duration.ts';
import type { Host } from './handles.ts';
import type { PolicyProperties, SaProperties } from './sa-properties.ts';
import type { XfrmSighting, XfrmSightingKind } from './xfrm.ts';

/** How long a check may wait for its condition, and how long the condition has to hold; on the lab's clock. */
export interface Within {
  /** Default: 60 s. */
  readonly within?: Duration;
  /** From when it holds on, it has to hold at every look for so long: at 60 moments, at least 0.1 s apart. Default: 0. */
  readonly throughout?: Duration;
}

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

/** How many of a host's SAs or policies have the properties. Default: at least one. */
export interface HowMany extends Within {
  readonly count?: Count;
}

/** Where packets go from and to. */
export interface PathOptions extends Within {
  /** Address of this host that it is sent from. */
  readonly from?: string;
  /** Address of the other host, where it has several. Default: one on a common link, else its first. */
  readonly at?: string;
}

/** What a ping looks like. */
export interface ReachOptions extends PathOptions {
  /** Octets behind the ICMP header; the packet has 28 (IPv4) or 48 (IPv6) more. Default: 56. */
  readonly size?: number;
  /** Neither this host nor a router may fragment it (ping -M do). */
  readonly dontFragment?: boolean;
}

/** A connection or datagram to a port. */
export interface ConnectOptions extends PathOptions {
  readonly port: number;
  /** Default: `tcp`. */
  readonly protocol?: 'tcp' | 'udp';
  /** Port of this host. Default: any. */
  readonly fromPort?: number;
}

/** Which packets are meant; all conditions hold at once. */
export interface ClearFilter {
  /** Address or network in CIDR form. */
  readonly to?: string;
  readonly from?: string;
  /** Name of a link; default: all. */
  readonly link?: string;
}

/** Lines that must not be there. */
export interface OrderOptions extends Within {
  /** No line between the first and the last of those expected has this. */
  readonly neverBetween?: string | RegExp;
}

/** What a command is to leave. */
export interface RunOptions extends Within {
  /** Exit status. Default: 0; `any`: whatever it is. */
  readonly status?: number | 'any';
  /** Text that its output holds, or what it matches. */
  readonly prints?: string | RegExp;
}

/** What a route is to have. */
export interface RouteOptions extends Within {
  /** Address of the next router. */
  readonly via?: string;
  /** Name of the interface. */
  readonly dev?: string;
  /** Name or number. Default: any table. */
  readonly table?: string | number;
  /** Preferred source address. */
  readonly source?: string;
}

/** Which process. */
export interface DeathOptions extends Within {
  /** Name of a program; the kernel keeps 15 bytes, and a longer one is refused. Default: the host's IKE daemon. */
  readonly program?: string;
  /** Number of the signal that ended it. Default: any; of an IKE daemon also an exit status other than 0. */
  readonly signal?: number;
}

/** What of a transcript is compared. */
export interface TranscriptOptions {
  /** Replacements made in the received text, in this order, before it is compared. */
  readonly replace?: readonly (readonly [pattern: RegExp, by: string])[];
}

/**
 * Conditions on a host. Each waits on the lab's clock until it holds, is written to `checks.json`, and throws where it does
 * not hold in time. A text is looked for as it is, a pattern is JavaScript's where nothing else is said.
 */
export interface Matchers {
  /** The opposite. */
  readonly not: Matchers;
  /** Established IKE SAs of the host's daemon. */
  toHaveIkeSas(count: Count, options?: IkeSaOptions): Promise<void>;
  /** ESP and AH SAs in the kernel. They are simplex (RFC 4301, 4.1): a tunnel has two, one in and one out. */
  toHaveIpsecSas(count: Count, options?: IpsecSaOptions): Promise<void>;
  /** SAs in the kernel, IPComp's too, with these properties. */
  toHaveSa(properties: SaProperties, options?: HowMany): Promise<void>;
  /** Policies in the kernel with these properties. */
  toHavePolicy(properties: PolicyProperties, options?: HowMany): Promise<void>;
  /** The kernel announced this since the lab began: an SA expired, a peer's address changed; with `xfrm.listen()`, a packet asks for an SA. */
  toSeeXfrm(kind: XfrmSightingKind, sighting?: XfrmSighting, options?: HowMany): Promise<void>;
  /** The other host, or an address, answers a ping. `not`: three in a row stay without an answer. */
  toReach(other: Host | string, options?: ReachOptions): Promise<void>;
  /**
   * A TCP connection is accepted, or a UDP datagram answered, by the port of the other host. Where nothing listens there, an echo server
   * does while the check lasts; an address alone has to have its own. `not`: three in a row fail.
   */
  toConnect(other: Host | string, options: ConnectOptions): Promise<void>;
  /** Octets of the largest packet that the kernel takes the path for: what it learned, else the interface's MTU. */
  toHavePathMtu(other: Host | string, octets: Count, options?: PathOptions): Promise<void>;
  /** The host put packets in clear on a link; docs/scenarios.md lists what is not in clear. Does not wait. */
  toHaveSentInClear(filter?: ClearFilter): Promise<void>;
  /** A line of the daemon's own log holds this text, or matches (Perl's syntax, as `grep -P` has it; of its flags only i). */
  toHaveLogged(what: string | RegExp, options?: Within): Promise<void>;
  /** Lines of the daemon's own log, each behind the one before; others may stand between them. Patterns as in `toHaveLogged`. */
  toHaveLoggedInOrder(lines: readonly (string | RegExp)[], options?: OrderOptions): Promise<void>;
  /** A line of /proc/net/xfrm_stat: `XfrmInNoPols`. */
  toHaveXfrmCounter(name: string, count: Count, options?: Within): Promise<void>;
  /** A file of /sys/class/net/<interface>/statistics: `rx_dropped`. */
  toHaveInterfaceCounter(nic: string, name: string, count: Count, options?: Within): Promise<void>;
  /** The file is there, and holds the text or matches. */
  toHaveFile(path: string, content?: string | RegExp, options?: Within): Promise<void>;
  /** A route to exactly this destination, in CIDR form or `default`. */
  toHaveRoute(to: string, options?: RouteOptions): Promise<void>;
  /** An address of the host, with or without the length of its prefix. */
  toHaveAddress(address: string, options?: Within & { readonly dev?: string }): Promise<void>;
  /**
   * A process was ended by a signal, or an IKE daemon ended with a status other than 0; of other programs the lab does not record how they
   * ended by themselves. To be passed over, it must also stand in `tolerates`.
   */
  toHaveDied(options?: DeathOptions): Promise<void>;
  /** A command ends with a status and prints something. It is typed anew at every look. */
  toRun(line: string, options?: RunOptions): Promise<void>;
  /** The lines that the scenario typed, with their output, are those of a file beside the scenario. Does not wait. */
  toMatchTranscript(file: string, options?: TranscriptOptions): Promise<void>;
}
