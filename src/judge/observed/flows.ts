import type { ProtectedPacket, SeenFrame } from '../../evidence/evidence.ts';
import type { IpPacket } from '../../evidence/packet/packet.ts';
import type { SeenMessage } from '../../evidence/packet/wire.ts';
import type { Flow, LeakKind } from '../../model/observed.ts';
import { type DaemonPorts, exemptionOf, isGroupReport } from '../oracles/in-clear.ts';
import { spiText } from '../oracles/words-of-facts.ts';
import type { Path } from './places.ts';
import { endsText, flowText, frameText } from './texts.ts';

/** The flow of an IKE message. */
export function ikeFlow(path: Path, { packet, encapsulation }: SeenMessage): Flow {
  return { ...path, kind: 'ike', ends: endsText(packet), ...(encapsulation === 'tcp' && { text: 'tcp' }) };
}

/** The flow of an ESP, AH or IPComp packet. */
export function protectedFlow(path: Path, packet: ProtectedPacket, leak: LeakKind | undefined): Flow {
  const { frame, protocol, spi, encapsulation, word, reason, copy, inner } = packet;
  const ip = ipOf(frame);
  return {
    ...path,
    kind: 'protected',
    ...(ip && { ends: endsText(ip) }),
    protection: {
      protocol,
      spi: spiText(spi),
      ...(encapsulation !== 'none' && { encapsulation }),
      word,
      ...(reason !== undefined && { reason }),
      ...(copy && { copy }),
      ...(inner && { inner: flowText(inner) }),
    },
    ...(leak && { leak }),
  };
}

/** The flow of a frame that is neither IKE nor protected. */
export function plainFlow(path: Path, frame: SeenFrame, given: { ports: DaemonPorts; leak?: LeakKind }): Flow {
  const ip = ipOf(frame);
  const { ports, leak } = given;
  if (ip === undefined) return { ...path, kind: 'other', text: frameText(frame.packet) };
  const isClear = leak !== undefined || (exemptionOf(ip, ports) === undefined && !isGroupReport(ip));
  return { ...path, kind: isClear ? 'clear' : 'other', text: flowText(ip), ...(leak && { leak }) };
}

/** The packet of a frame, or the datagram that its fragment completes. */
function ipOf({ packet }: SeenFrame): IpPacket | undefined {
  return packet.datagram?.packet ?? packet.dissected.ip;
}

/** Tells flows apart. */
export function flowName({ link, from, to, kind, ends, protection, text, leak }: Flow): string {
  const path = `${link} ${from} ${to} ${kind} ${leak}`;
  if (protection === undefined) return `${path} ${ends} ${text}`;
  const { protocol, spi, encapsulation, word, reason, copy, inner } = protection;
  return `${path} ${ends} ${protocol} ${spi} ${encapsulation} ${word} ${copy} ${reason}, ${inner}`;
}
