import type { Address } from '../model/addresses.ts';
import type { Step } from '../model/scenario.ts';
import type { PacketWord } from '../model/verdict.ts';
import type { IpsecProtocol } from './ipsec.ts';
import type { IpPacket } from './packet/packet.ts';
import type { WirePacket } from './packet/wire.ts';
import type { Moment } from './tables/lives.ts';
import type { Timeline } from './tables/timeline.ts';

/** A command as far as facts need it. */
export interface TypedCommand {
  readonly host: string;
  readonly line: string;
  /** Virtual nanoseconds since 1970. */
  readonly begin: bigint;
  /** Absent: it never ended. */
  readonly end?: bigint;
  /** Absent: the test (`Step`). */
  readonly by?: Step['by'];
}

/** A frame in the capture of a link. */
export interface SeenFrame {
  /** Name of the capture below the attempt's folder. */
  readonly file: string;
  /** From 1, as Wireshark counts. */
  readonly number: number;
  /** Virtual nanoseconds since 1970. */
  readonly time: bigint;
  /** Who put it on the link; undefined: a MAC address that no host of the topology has. */
  readonly sender?: string;
  /** The sender's interface on this link; undefined: not recorded (attempts of earlier versions). */
  readonly ifindex?: number;
  readonly packet: WirePacket;
}

/** What the wire oracle (src/wire) says of one ESP, AH or IPComp packet. */
export interface ProtectedPacket {
  readonly frame: SeenFrame;
  readonly protocol: IpsecProtocol;
  readonly spi: number;
  /** As sent, 32 bits; IPComp has none. */
  readonly sequence?: number;
  readonly source: Address;
  readonly destination: Address;
  readonly encapsulation: 'none' | 'udp' | 'tcp';
  readonly word: PacketWord;
  /** Of `refused` and `unjudged`. */
  readonly reason?: string;
  /** The frame was seen before on another link. */
  readonly copy: boolean;
  /** A fault rule changed it, or the scenario made it: it is as declared. */
  readonly declared?: true;
  /** The packet inside, where it opened and the SA is one of tunnels. */
  readonly inner?: IpPacket;
}

/** What fault rules did to protected packets. Keys are protocol and SPI: `esp 3221225985`. */
export interface FaultedPackets {
  /** How many packets more than were sent reached the other side of a rule; negative where some were lost. */
  readonly surplus: ReadonlyMap<string, number>;
  /** Packets that a rule put on a link once more. */
  readonly copies: readonly { readonly key: string; readonly time: bigint }[];
  /** Latin-1 of packets that a rule changed or a scenario made: whoever passes one on did not make it. */
  readonly declared: ReadonlySet<string>;
}

/** Everything that facts are judged by. */
export interface FactEvidence {
  readonly timeline: Timeline;
  readonly commands: readonly TypedCommand[];
  /** The end of what is judged: where the post-mortem began, since daemons are ended from there on, or the last record. */
  readonly end: Moment;
  readonly frames: readonly SeenFrame[];
  readonly protectedPackets: readonly ProtectedPacket[];
  /** Nanoseconds by which events and frames are recorded late at most, where the recorders are not the lab's own kernel (`lateness` of records). */
  readonly lateness?: bigint;
  /** Absent: no rule named a frame. */
  readonly faulted?: FaultedPackets;
}

/** The command that was running at a moment: the last that had begun. */
export function commandAt(commands: readonly TypedCommand[], time: bigint): TypedCommand | undefined {
  return commands.findLast(({ begin }) => begin <= time);
}

/**
 * Virtual nanoseconds by which an event may be recorded late: in virtual time the recorder has its turn when nothing else can run, and
 * until then the clock moves only by what system calls cost.
 */
export function latenessOf({ lateness = 10_000_000n }: Pick<FactEvidence, 'lateness'>): bigint {
  return lateness;
}
