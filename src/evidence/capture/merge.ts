import type { Capture } from './capture.ts';
import { type CaptureNote, type LinkToWrite, writeCapture } from './writer.ts';

/** What an attempt left of its network. */
export interface AttemptTraffic {
  /** Heading comment of the file. */
  readonly title: string;
  /** What happened beside the packets. */
  readonly notes: readonly CaptureNote[];
  /** The capture of each link, in order. */
  readonly links: readonly { readonly name: string; readonly capture: Capture }[];
}

/** All links of an attempt as one capture. */
export interface MergedTraffic {
  readonly bytes: Uint8Array;
  readonly packets: number;
  /** `<link>: what is wrong with its capture`. What could be read of it is there. */
  readonly damages: readonly string[];
}

/**
 * One pcapng file of all links, an interface for each, packets in the order of time. A packet tells in its comments
 * what happened since the one before it.
 */
export function mergeTraffic({ title, notes, links }: AttemptTraffic): MergedTraffic {
  const toWrite = links.flatMap(({ name, capture }) => interfacesOf(name, capture));
  const damages = links.flatMap(({ name, capture: { damage } }) => (damage ? [`${name}: ${damage.message}`] : []));
  const bytes = writeCapture({ comments: [title], application: 'Espalier', links: toWrite, notes });
  return { bytes, packets: toWrite.reduce((sum, { packets }) => sum + packets.length, 0), damages };
}

/** What hosts sent, and what fault rules put on the link where there were some: each its own interface. */
function interfacesOf(name: string, { packets, interfaces }: Capture): LinkToWrite[] {
  const own = (at: number): LinkToWrite['packets'] => packets.filter((packet) => packet.interface === at);
  const further = interfaces.slice(1).map((one, at) => ({ name: one.name ?? name, packets: own(at + 1) }));
  return [{ name, packets: own(0) }, ...further];
}
