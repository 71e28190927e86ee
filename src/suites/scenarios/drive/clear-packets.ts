import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EspalierError } from '../../../base/errors.ts';
import { sentFrames } from '../../../evidence/attempt/link-capture.ts';
import { readCapture } from '../../../evidence/capture/reader.ts';
import { describePacket } from '../../../evidence/packet/describe.ts';
import { readWire } from '../../../evidence/packet/wire.ts';
import type { DaemonPorts } from '../../../judge/oracles/in-clear.ts';
import type { ClearTest } from '../../../judge/oracles/sent-in-clear.ts';

/** Where a host's packets in clear are looked for. */
export interface ClearSearch {
  /** MAC addresses of the sender. */
  readonly macs: ReadonlySet<string>;
  readonly links: readonly string[];
  readonly test: ClearTest;
  readonly ports: DaemonPorts;
}

/** A packet that went in clear. */
export interface ClearPacket {
  readonly link: string;
  /** Of the frame in the link's capture, from 1. */
  readonly number: number;
  readonly text: string;
}

/** The packets in clear that a host put on links so far, by the captures of a lab that stands still. */
export function clearPackets(dir: string, { macs, links, test, ports }: ClearSearch): ClearPacket[] {
  return links.flatMap((link) => {
    const sent = sentFrames(readCapture(captureOf(dir, link)));
    return readWire(sent.map(({ packet }) => packet)).flatMap((packet) => {
      const { ip, sourceMac } = packet.dissected;
      if (ip === undefined || !macs.has(sourceMac) || !test(ip, ports)) return [];
      return [{ link, number: sent[packet.index]?.number ?? 0, text: describePacket(packet) }];
    });
  });
}

/** On a substrate without captures nobody knows what was sent: no packet must not be taken for none sent. */
function captureOf(dir: string, link: string): Uint8Array {
  try {
    return readFileSync(join(dir, 'links', `${link}.pcapng`));
  } catch (cause) {
    throw new EspalierError('infrastructure', `link ${link} has no capture: what was sent on it cannot be known`, {
      cause,
    });
  }
}
