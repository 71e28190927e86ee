import type { ProtectedPacket, SeenFrame } from '../../src/evidence/evidence.ts';
import { messagesOf } from '../../src/evidence/packet/wire.ts';
import { excuseFor, findingOf } from '../../src/judge/oracles/excuses.ts';
import { pairedSas } from './choose-sa.ts';
import type { Damage, Damaged } from './damage.ts';
import { editCapture } from './edit-captures.ts';
import { editSas } from './edit-tables.ts';
import type { StoredAttempt } from './stored-attempt.ts';

/** Where in an ESP packet (RFC 4303, 2) a bit is turned over; `size` is from the SPI to the end of the ICV. */
const places: readonly { readonly id: string; readonly at: (size: number) => number; readonly why: string }[] = [
  { id: 'flip-spi', at: () => 3, why: 'nobody ever had an SA of that SPI' },
  { id: 'flip-sequence', at: () => 7, why: 'the ICV covers the sequence number' },
  { id: 'flip-ciphertext', at: (size) => Math.floor(size / 2), why: 'the ICV covers the ciphertext' },
  { id: 'flip-icv', at: (size) => size - 1, why: 'the ICV is another one' },
];

/** Damages to ESP packets in captures. */
export const espDamages: readonly Damage[] = [
  ...places.map(
    ({ id, at, why }): Damage => ({ id, expected: 'major', why, apply: (attempt) => flipped(attempt, at) }),
  ),
  {
    id: 'replay-packet',
    expected: 'passed',
    why: 'a receiver drops what it has seen, and its counters say that it did',
    apply: (attempt) => {
      const found = espPackets(attempt)[0];
      return found && { files: repeated(attempt, found.packet.frame), where: placeText(found.packet) };
    },
  },
  { id: 'accept-replay', expected: 'major', why: 'the receiver has counted the packet twice', apply: acceptedReplay },
];

interface EspPlace {
  readonly packet: ProtectedPacket;
  /** Of the SPI in the frame. */
  readonly offset: number;
  readonly size: number;
}

/** ESP packets that verify, each where it was seen first; not of streams and fragments. */
function espPackets({ evidence }: StoredAttempt): EspPlace[] {
  return evidence.protectedPackets.flatMap((packet): EspPlace[] => {
    const { frame, protocol, word, copy, encapsulation } = packet;
    if (protocol !== 'esp' || word !== 'verified' || copy || encapsulation === 'tcp') return [];
    if (frame.packet.datagram !== undefined) return [];
    const bytes = messagesOf(frame.packet).flatMap(({ message }) => (message.kind === 'esp' ? [message.bytes] : []))[0];
    if (bytes === undefined) return [];
    return [{ packet, offset: bytes.byteOffset - frame.packet.dissected.frame.byteOffset, size: bytes.length }];
  });
}

function flipped(attempt: StoredAttempt, at: (size: number) => number): Damaged | undefined {
  const found = espPackets(attempt)[0];
  if (found === undefined) return undefined;
  const { packet, offset, size } = found;
  const { frame } = packet;
  const files = editCapture(attempt, frame.file, (packets) =>
    packets.map((one, index) => {
      if (index !== frame.number - 1) return one;
      const bytes = Uint8Array.from(one.frame);
      bytes[offset + at(size)] = (bytes[offset + at(size)] ?? 0) ^ 1;
      return { ...one, frame: bytes };
    }),
  );
  return { files, where: placeText(packet), limit: () => damagedOnPurpose(attempt, packet) };
}

/** The rule by which the test damages packets itself. */
function damagedOnPurpose(attempt: StoredAttempt, packet: ProtectedPacket): string | undefined {
  return excuseFor(findingOf('refused', packet), attempt.evidence)?.id;
}

/** One step of the clock after it was sent, so that nothing else has changed, a packet is on its link once more. */
function repeated(attempt: StoredAttempt, { file, number }: SeenFrame): Map<string, Uint8Array> {
  return editCapture(attempt, file, (packets) => {
    const again = packets[number - 1];
    return again ? [...packets, { ...again, time: again.time + 1n }] : packets;
  });
}

/** A replay, and a receiver that counts one more packet than were sent with numbers of their own. */
function acceptedReplay(attempt: StoredAttempt): Damaged | undefined {
  for (const { packet } of espPackets(attempt)) {
    const { spi, frame } = packet;
    const fresh = attempt.evidence.protectedPackets.filter((one) => one.spi === spi && !one.copy).length;
    const receiver = receiverOf(attempt, spi);
    if (receiver === undefined || receiver.packets !== BigInt(fresh)) continue;
    const records = editSas(attempt.records, {
      host: receiver.host,
      chosen: (sa) => sa.protocol === 'esp' && sa.spi === spi && sa.use.packets === BigInt(fresh),
      change: (sa) => [{ ...sa, use: { ...sa.use, packets: sa.use.packets + 1n } }],
      consistent: true,
    });
    const files = new Map([...records, ...repeated(attempt, frame)]);
    return { files, where: placeText(packet) };
  }
  return undefined;
}

function receiverOf(attempt: StoredAttempt, spi: number) {
  for (const { host } of pairedSas(attempt).filter(({ sa }) => sa.spi === spi && sa.direction === 'in')) {
    const lives = attempt.evidence.timeline.hosts[host]?.sas ?? [];
    const sa = lives.find(({ versions }) => versions.at(-1)?.value.spi === spi)?.versions.at(-1)?.value;
    if (sa && sa.replayWindow > 0) return { host, packets: sa.use.packets };
  }
  return undefined;
}

function placeText({ frame, spi }: ProtectedPacket): string {
  return `${frame.file} packet ${frame.number}, SPI 0x${spi.toString(16)}`;
}
