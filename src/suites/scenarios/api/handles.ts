import type { IkeSa, IpsecSa } from '../../../evidence/ipsec.ts';
import type { Duration, Jump } from './duration.ts';
import type { FrameAction } from './frame-actions.ts';
import type { FrameMatch } from './frame-matches.ts';
import type { PacketSketch } from './frames.ts';
import type { DaemonSpec, HostSpec, NatSpec } from './hosts.ts';
import type { PfKey } from './pfkey.ts';
import type { Xfrm } from './xfrm.ts';

/** What a command left. Times are the lab's, in nanoseconds since 1970. */
export interface CommandResult {
  /** All that the terminal got, standard error included, without colours and other escape sequences. */
  readonly stdout: string;
  readonly status: number;
  readonly begin: bigint;
  readonly end: bigint;
}

/** Packets that a router does not forward. What is left out is any. */
export interface Rejection {
  /** Address or network. */
  readonly from?: string;
  /** Address or network. */
  readonly to?: string;
  /** Destination port of UDP. */
  readonly udpPort?: number;
  /** The ICMP error (RFC 792, RFC 4443): `no-route` is "net unreachable" in IPv4. Default: `host-unreachable`. */
  readonly answer?: 'host-unreachable' | 'no-route' | 'port-unreachable' | 'admin-prohibited';
}

/** A host of the lab. Every call lasts until the lab's clock stands again. */
export interface Host {
  readonly name: string;
  /** Addresses without prefix length, in the order of the links. */
  readonly addresses: readonly string[];
  /** Types a line at the host's console and waits for its prompt. Any exit status is a result. */
  exec(line: string): Promise<CommandResult>;
  /** Like `exec`, and reads the output as JSON, as `ip -j` prints it. A command that fails, or prints none, ends the scenario. */
  json(command: string): Promise<unknown>;
  /** Reads a file as UTF-8. One that cannot be read ends the scenario; `expect(host).toHaveFile` checks whether it is there. */
  read(path: string): Promise<string>;
  /** Reads a file byte for byte. */
  readBytes(path: string): Promise<Buffer>;
  /** Writes a file; its folder is made. */
  writeFile(path: string, content: string | Uint8Array, mode?: number): Promise<void>;
  /** SAs and policies of the kernel, without a daemon. */
  readonly xfrm: Xfrm;
  /** The same by PF_KEY, where the scenario's flavour is `netkey`. */
  readonly pfkey: PfKey;
  /** Lines of /proc/net/xfrm_stat: packets lost, by reason. */
  xfrmStat(): Promise<Readonly<Record<string, number>>>;
  /**
   * Gives its interface on a link these addresses (`192.0.2.9/24`) in place of those that it has, as where a DHCP server does. Routes that lead over networks of the
   * old ones only are lost. `addresses` then has the new ones.
   */
  renumber(link: string, ...addresses: readonly string[]): Promise<void>;
  /** Has a destination (`10.2.0.0/16`, `default`) led over an address from now on; without one, the route is removed. */
  reroute(to: string, via?: string): Promise<void>;
  /** As a router, answers packets that it would forward with an ICMP error and drops them, until `accept`. */
  reject(what: Rejection): Promise<void>;
  /** Forwards again all that `reject` named. */
  accept(): Promise<void>;
  /** ESP and AH SAs that the kernel has now. */
  ipsecSas(): readonly IpsecSa[];
  /** What went over the console so far: each line typed by the scenario, and what came back. */
  console(): string;
}

/** A router that translates the addresses of what goes out. */
export interface NatHost extends Host {
  /**
   * Forgets all mappings; what goes out from now on gets other ports, as after a reboot of the box. With `address` (`203.0.113.9/24`) it has this
   * one outside in place of its own, as where its provider gave it another.
   */
  remap(to?: { readonly address?: string }): Promise<void>;
}

/** The IKE daemon of a host. What it refuses or says when it fails stops the scenario, with its words. */
export interface DaemonControl {
  /** Starts it with its files; done when it answers and its connections are loaded. */
  start(): Promise<void>;
  /** Takes the files as they are now. */
  reload(): Promise<void>;
  /** Ends it in order, which tells its peers. */
  stop(): Promise<void>;
  /** `stop` and `start`. */
  restart(): Promise<void>;
  /** Ends it without a word to anybody, as a crash does. */
  kill(): Promise<void>;
}

/** A host with an IKE daemon. */
export interface DaemonHost extends Host {
  readonly daemon: DaemonControl;
  /** Asks the daemon for its established IKE SAs. */
  ikeSas(): Promise<readonly IkeSa[]>;
  /**
   * Asks the daemon to establish a connection: one of `connections`, or one that stands in the host's own files, by its name there. What
   * came of it is for checks to see: the daemon's words are the result. A name that nobody knows ends the scenario.
   */
  initiate(connection: string): Promise<CommandResult>;
  /** Asks the daemon to delete a connection's IKE SA and Child SAs. */
  terminate(connection: string): Promise<CommandResult>;
}

/** The handle of a host by how it was declared. */
export type HandleOf<S extends HostSpec> = S extends NatSpec ? NatHost : S extends DaemonSpec ? DaemonHost : Host;

/** A number of bits a second. */
export type Rate = `${number}${'bit' | 'kbit' | 'mbit' | 'gbit'}` | 'unlimited';

/** What a host sends on a link, or all hosts of it. Impairments hold until `heal`, a rate until the next one. */
export interface Direction {
  /** Loses packets at random; 0 to 1. */
  loss(share: number): Promise<void>;
  /** Delays every packet; with `jitter` by so much more or less. */
  delay(time: Duration, jitter?: Duration): Promise<void>;
  /** Sends packets twice at random; 0 to 1. */
  duplicate(share: number): Promise<void>;
  /** Lets packets at random overtake others: this share is sent at once, the others after `after` (10 ms), or after their `delay`; 0 to 1. */
  reorder(share: number, after?: Duration): Promise<void>;
  /** Sends no more than this; what is over waits. */
  rate(rate: Rate): Promise<void>;
  /** Loses everything. Hosts see no change of their interfaces. */
  cut(): Promise<void>;
  /** Takes all impairments back. A rate stays. */
  heal(): Promise<void>;
}

/** A link. Impairments hold for what each of its hosts sends. */
export interface Link extends Direction {
  /** What one host sends on it. */
  from(host: string | { readonly name: string }): Direction;
  /** Gives every interface on it this MTU, in octets. */
  mtu(octets: number): Promise<void>;
  /** Takes the carrier from a host's interface, as where a cable is pulled out. */
  unplug(host: string | { readonly name: string }): Promise<void>;
  /** Gives it back. */
  plug(host: string | { readonly name: string }): Promise<void>;
  /**
   * What becomes of single frames from now on: `on(ike({ exchange: 'CREATE_CHILD_SA', response: true }), drop())`. Of several rules the first that has
   * something to do with a frame decides. A rule that never acted makes the scenario `unresolved`.
   */
  on(frames: FrameMatch, action: FrameAction): Promise<FrameRule>;
  /**
   * Puts frames on the link, all at one moment: packets made here, Ethernet frames, or those of a capture (`framesOf`). A receiver loses what its
   * sockets have no room for. With `options` it is checked what the receiver's IPsec makes of them.
   */
  inject(
    what: PacketSketch | Uint8Array | readonly (PacketSketch | Uint8Array)[],
    options?: InjectOptions,
  ): Promise<void>;
}

/** What is to become of injected packets. */
export interface InjectOptions {
  /** `accepted`: SAs of the host take each, and nothing counts as lost. `refused`: each is counted as lost. */
  readonly expect: 'accepted' | 'refused';
  /** The host that receives them. */
  readonly at: { readonly name: string; readonly addresses: readonly string[] };
  /** The one line of /proc/net/xfrm_stat that counts them: `XfrmInStateSeqError`. Default: whichever. */
  readonly counter?: string;
}

/** A rule about single frames that a lab has. */
export interface FrameRule {
  /** How many frames it acted on so far. */
  readonly count: number;
  /** Those frames, as they were sent; `inject` can replay them. */
  readonly frames: readonly Uint8Array[];
  /** Passes on what it holds. */
  release(): Promise<void>;
  /** It acts on no further frame. What waits still goes on. */
  end(): Promise<void>;
}

export interface Net<L extends string = string> {
  link(name: L): Link;
}

/** The lab's one clock. It stands while the scenario computes. */
export interface Clock {
  /** Nanoseconds since 1970, as no jump changes it. */
  now(): bigint;
  /** Lets time pass. */
  advance(span: Duration): Promise<void>;
  /** Sets the wall clock of all hosts forward or back; no time passes, timers that count from boot do not notice. */
  jump(span: Jump): Promise<void>;
}

/** What a scenario's function gets. */
export interface World<H extends Readonly<Record<string, HostSpec>>, L extends string> {
  readonly hosts: { readonly [N in keyof H]: HandleOf<H[N]> };
  readonly net: Net<L>;
  readonly clock: Clock;
}
