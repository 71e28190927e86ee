import { latin1 } from '../../base/bytes.ts';
import type { ProtectedPacket, SeenFrame } from '../evidence.ts';
import { readIp } from '../packet/ip.ts';
import { type IpPacket, wellKnownPorts } from '../packet/packet.ts';
import { messagesOf } from '../packet/wire.ts';
import type { Timeline } from '../tables/timeline.ts';
import type { OpenedFact } from '../wire/fact.ts';
import { createWireOracle, type WireOracle } from '../wire/oracle.ts';
import type { KnownSa } from '../wire/sa-index.ts';

/** Every ESP, AH and IPComp packet of all links, as the SAs of all hosts open it. Frames are in the order of time. */
export function protectedPacketsOf(
  frames: readonly SeenFrame[],
  timeline: Timeline,
  declared: ReadonlySet<string> = new Set(),
): ProtectedPacket[] {
  const oracle = createWireOracle(knownSas(timeline));
  return frames.flatMap((frame) => protectedOf(frame, oracle, declared));
}

function* knownSas({ hosts }: Timeline): Generator<KnownSa> {
  for (const { host, sas } of hosts) {
    for (const { versions, ended } of sas) {
      const [first] = versions;
      const last = versions.at(-1);
      if (first && last) yield { host, from: first.time, ...(ended && { to: ended.time }), sa: last.value };
    }
  }
}

function protectedOf(frame: SeenFrame, oracle: WireOracle, declared: ReadonlySet<string>): ProtectedPacket[] {
  const { packet, time, file } = frame;
  const ip = packet.datagram?.packet ?? packet.dissected.ip;
  if (ip === undefined) return [];
  const found: ProtectedPacket[] = [];
  const judge = (
    part: Pick<ProtectedPacket, 'protocol' | 'spi' | 'sequence' | 'encapsulation'>,
    bytes: Uint8Array,
  ): void => {
    const { source, destination } = ip;
    const protocol = part.protocol as 'esp' | 'ah' | 'ipcomp';
    const ipPacket = protocol === 'ah' ? { ipPacket: ip.bytes.subarray(ip.start, ip.end) } : {};
    const fact = oracle.judge({ time, link: file, source, destination, protocol, spi: part.spi, bytes, ...ipPacket });
    const inner = 'inner' in fact && isTunnel(fact) ? innerPacket(fact.inner) : undefined;
    const reason = 'reason' in fact ? fact.reason : undefined;
    found.push({
      frame,
      ...part,
      source,
      destination,
      word: fact.word,
      copy: fact.copyOf !== undefined,
      ...(reason !== undefined && { reason }),
      ...(declared.size > 0 && declared.has(latin1(bytes)) && { declared: true as const }),
      ...(inner && { inner }),
    });
  };
  for (const { message, encapsulation } of messagesOf(packet)) {
    if (message.kind !== 'esp') continue;
    const { spi, sequence } = message;
    judge({ protocol: 'esp', spi, sequence, encapsulation }, message.bytes);
  }
  if (ip.fragment === undefined && ip.upper.kind === 'ah') {
    const { spi, sequence, offset } = ip.upper;
    judge({ protocol: 'ah', spi, sequence, encapsulation: 'none' }, ip.bytes.subarray(offset, ip.end));
  }
  if (ip.fragment === undefined && ip.upper.kind === 'ipcomp') {
    const whole = ip.bytes.subarray(ip.payload, ip.end);
    judge({ protocol: 'ipcomp', spi: ip.upper.cpi, encapsulation: 'none' }, whole);
  }
  return found;
}

/** Transport mode too carries IP in IP, of tunnel interfaces; behind IPComp it is the tunnel mode of the two. */
function isTunnel({ sa, compression }: OpenedFact): boolean {
  return sa.sa.mode === 'tunnel' || compression !== undefined;
}

/** IP in IP (RFC 2003) and IPv6 in IP (RFC 2473): what tunnel mode carries. */
const tunnelled = new Set([4, 41]);

function innerPacket({ nextHeader, bytes }: { nextHeader: number; bytes: Uint8Array }): IpPacket | undefined {
  return tunnelled.has(nextHeader) ? readIp({ bytes, start: 0, end: bytes.length }, wellKnownPorts) : undefined;
}
