import { hex } from '../base/bytes.ts';
import type { Attempt } from '../evidence/attempt/attempt.ts';
import { captureFile } from '../evidence/attempt/link-capture.ts';
import type { CapturedPacket } from '../evidence/capture/capture.ts';
import { describePacket } from '../evidence/packet/describe.ts';
import { dissect } from '../evidence/packet/dissect.ts';

/** Where two captures of a link part. */
export interface PacketDifference {
  /** From 1, as Wireshark counts; absent where no packet differs but the file around them. */
  readonly packet?: number;
  /** Virtual ns since 1970 of that packet. */
  readonly time?: bigint;
  /** Both packets, a line or more each. */
  readonly excerpt?: string;
}

/** The first packet of a link that two attempts do not have alike; nothing where the files are equal. */
export function firstPacketDifference(first: Attempt, second: Attempt, link: string): PacketDifference | undefined {
  const [one, other] = [first.read(captureFile(link)), second.read(captureFile(link))];
  if (one === undefined || other === undefined) {
    const said = [one, other].map((file, i) => `${marks[i]}${file === undefined ? '(no capture)' : 'captured'}`);
    return { excerpt: said.join('\n') };
  }
  if (Buffer.compare(one, other) === 0) return undefined;
  const [left = [], right = []] = [first.capture(link)?.packets, second.capture(link)?.packets];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [a, b] = [left[i], right[i]];
    if (a !== undefined && b !== undefined && a.time === b.time && Buffer.from(a.frame).equals(b.frame)) continue;
    const time = (a ?? b)?.time;
    return {
      packet: i + 1,
      ...(time !== undefined && { time }),
      excerpt: [...told(a, b, '-'), ...told(b, a, '+')].join('\n'),
    };
  }
  return {};
}

const marks = ['-', '+'] as const;

const bytesShown = 16;

function told(packet: CapturedPacket | undefined, other: CapturedPacket | undefined, mark: string): string[] {
  if (packet === undefined) return [`${mark}(no such packet)`];
  const lines = [`${mark}at ${packet.time} ns, ${packet.frame.length} bytes: ${describePacket(dissect(packet.frame))}`];
  const at = other === undefined ? -1 : packet.frame.findIndex((byte, i) => byte !== other.frame[i]);
  if (at >= 0) lines.push(`${mark}from byte ${at} on: ${hex(packet.frame.subarray(at, at + bytesShown))}`);
  return lines;
}
