import type { Authentication } from './authentication.ts';
import type { AddressKind, Assignment, XauthUser } from './configuration.ts';
import type { PlainPolicy } from './policies.ts';
import type { RadiusServer } from './radius.ts';
import type { ChildSettings, FurtherChild, IkeSettings, RekeySettings } from './sas.ts';
import type { TrafficSelector } from './traffic-selector.ts';

/**
 * One connection in the words of RFC 7296 and RFC 4301, for whichever daemon; each daemon's folder turns it into the files of one
 * end. Every setting that is left out is the daemon's own default. Durations are virtual seconds.
 */
export interface Connection {
  /** Name in the daemons' files: a letter, then letters, digits, `-`, `_`; at most 32 characters. */
  readonly name: string;
  readonly ends: readonly [End, End];
  /** Of the Child SA (RFC 4301, 4.1). Default: `tunnel`. */
  readonly mode?: 'tunnel' | 'transport';
  readonly ike?: IkeSettings;
  readonly child?: ChildSettings;
  /**
   * More Child SAs of the same IKE SA (RFC 7296, 1.3.1), which are established by their own names. The first one has the connection's name, the
   * ends' selectors and `child`.
   */
  readonly furtherChildren?: readonly FurtherChild[];
  /** When SAs are replaced before their lifetime ends (RFC 7296, 2.8). `false`: they are not, and expire. */
  readonly rekey?: RekeySettings | false;
  /** The IKE SA is made without a Child SA (RFC 6023), which CREATE_CHILD_SA makes. Default: as the daemon likes. */
  readonly childless?: boolean;
  /** IKEv1 (RFC 2409) in place of IKEv2, with this exchange in phase 1. */
  readonly ikev1?: 'main' | 'aggressive';
  /**
   * `force`: UDP encapsulation though no NAT stands between (RFC 7296, 2.23). `tcp`: IKE and ESP in TCP, to port 4500 of the responder
   * (RFC 9329). Default: `detect`.
   */
  readonly encapsulation?: 'detect' | 'force' | 'tcp';
  /** RFC 4555. */
  readonly mobike?: boolean;
  /** IKE fragmentation, RFC 7383. */
  readonly fragmentation?: boolean;
  readonly liveness?: LivenessSettings;
  /** A secret that goes into the keys beside the key exchange, against quantum computers (RFC 8784). */
  readonly ppk?: PostquantumPreSharedKey;
  /**
   * What is done with a peer's certificate that no revocation list tells of which is there and not out of date (RFC 5280, 6.3).
   * `strict`: it is refused. What a list names as revoked is refused always. Default: `relaxed`.
   */
  readonly revocation?: 'strict' | 'relaxed';
  /**
   * Whether the status of a peer's certificate is asked by OCSP (RFC 6960) of the responder that it names. What is done without
   * an answer is said by `revocation`.
   */
  readonly ocsp?: boolean;
  /**
   * When a peer whose identity has an IKE SA establishes another one: `replace` deletes the old one, `allow` has both, also where the peer says
   * INITIAL_CONTACT (RFC 7296, 2.4), which such an end does not say either. Default: as the daemon likes.
   */
  readonly uniqueIds?: 'replace' | 'allow';
  /** The initiator gets a ticket, by which it establishes the IKE SA anew without a key exchange (RFC 5723). */
  readonly resumption?: boolean;
}

/** One of the two peers. */
export interface End {
  /** Name of the topology's host. */
  readonly host: string;
  /** The address that the host itself has. */
  readonly address: string;
  /**
   * Interface of the host that has `address`, where that is link-local (RFC 4007). Both ends are then. Scenarios may leave it out: it follows from
   * the links.
   */
  readonly zone?: string;
  /** Where the other end finds it, when a NAT changes its address; `any`: it cannot know. Default: `address`. */
  readonly seenAs?: string;
  /** Identification payload (RFC 7296, 3.5): an address, `fqdn`, `user@fqdn`, a distinguished name or `keyid:NAME`. Default: `address`. */
  readonly identity?: string;
  /** What this end has to send and to receive (RFC 7296, 2.9). Default: its own address. */
  readonly selectors?: readonly TrafficSelector[];
  /**
   * What this end takes for the other one's `selectors`, where it knows something else than the other one has: the responder narrows what the
   * initiator proposes (RFC 7296, 2.9).
   */
  readonly peerSelectors?: readonly TrafficSelector[];
  /** Name by which the other end looks this one up, in place of an address; its hosts(5) file has it. */
  readonly dnsName?: string;
  readonly authentication: Authentication;
  /**
   * What the daemon does by itself once the connection is loaded: initiate at once, at the first packet that the
   * selectors match, or not. Default: `none`.
   */
  readonly start?: 'none' | 'trap' | 'start';
  /** Routes to an interface lead packets to the Child SAs of this end, in place of policies for all packets. */
  readonly interface?: TunnelInterface;
  /** Policies of this end are for packets with this mark alone, from 1 on. Who marks packets is up to the scenario. */
  readonly mark?: number;
  /** Absolute path of a program that the daemon runs, in place of its own, when Child SAs of this end come and go. */
  readonly updown?: string;
  /** Address of another gateway, to which this end sends peers that initiate (RFC 5685). */
  readonly redirectsTo?: string;
  /**
   * Internal addresses that this end, which initiates, asks the other one for (RFC 7296, 2.19; Mode Config in IKEv1). What it gets is its selector,
   * and it uses name servers that it is told of.
   */
  readonly requests?: readonly AddressKind[];
  /** What the other end gets if it requests addresses. */
  readonly assigns?: Assignment;
  /** As whom this end authenticates beside its `authentication`, with `ikev1`; such an end initiates. */
  readonly xauth?: XauthUser;
  /** Who says whether the other end, which uses EAP, is who it claims to be, in place of passwords or certificates of this host. */
  readonly radius?: RadiusServer;
  /** Policies of this end's host that let packets pass in clear, or drop them, beside those of its Child SAs. */
  readonly policies?: readonly PlainPolicy[];
  /** What this end alone has in place of the connection's: lifetimes, for one, are each end's own (RFC 7296, 2.8). */
  readonly own?: OwnSettings;
}

/** Where the other end finds an end: an address, or `any`. */
export function peerAddress({ address, seenAs }: Pick<End, 'address' | 'seenAs'>): string {
  return seenAs ?? address;
}

/** How the other end is told where this one is. */
export function peerWord({ dnsName, ...end }: Pick<End, 'address' | 'seenAs' | 'dnsName'>): string {
  return dnsName ?? peerAddress(end);
}

/** Whether the ends differ in what they take for each other's selectors. */
export function narrows({ ends }: Pick<Connection, 'ends'>): boolean {
  return ends.some(({ peerSelectors }) => peerSelectors !== undefined);
}

/** Settings that need not be those of the peer. */
export type OwnSettings = Pick<
  Connection,
  | 'ike'
  | 'child'
  | 'rekey'
  | 'liveness'
  | 'encapsulation'
  | 'mobike'
  | 'fragmentation'
  | 'revocation'
  | 'ocsp'
  | 'uniqueIds'
>;

/** An interface of Linux that stands for the SAs and policies with its number. It is made when the daemon starts. */
export interface TunnelInterface {
  /**
   * `xfrm`: SAs and policies have the if_id `id`, and the interface is `ipsec<id>`. `vti`: policies have the mark `id`, and the interface
   * is `vti<id>`.
   */
  readonly kind: 'xfrm' | 'vti';
  /** From 1 on. Connections of one host may share it. */
  readonly id: number;
}

/** RFC 8784, 3. Both ends have it. */
export interface PostquantumPreSharedKey {
  /** PPK_ID: printable ASCII without quotes, backslashes, blanks and commas. */
  readonly id: string;
  /** At least 32 characters (RFC 8784, 5.1), printable ASCII without quotes and backslashes. */
  readonly secret: string;
  /** Without it there is no IKE SA (RFC 8784, 3: mandatory_or_not). Default: `true`. */
  readonly required?: boolean;
}

/** Liveness checks (RFC 7296, 2.4), which daemons call dead peer detection. */
export interface LivenessSettings {
  /** Seconds of silence after which the peer is asked. */
  readonly delay: number;
  /** When the peer is found dead: forget its SAs, wait for traffic, or initiate anew. Default: `clear`. */
  readonly action?: 'clear' | 'trap' | 'restart';
}
