import type { ProtectedPacket } from '../../evidence/evidence.ts';
import type { PacketFlag } from '../../model/observed.ts';

/** How many numbers are looked at before a packet: larger gaps are somebody's doing, and one number tells them. */
const window = 4096;

/** Finds what is missing between the sequence numbers that one host sent on one link, and what came late. */
export class SequenceGaps {
  readonly #seen = new Map<string, Set<number>>();
  readonly #highest = new Map<string, number>();

  constructor(packets: readonly ProtectedPacket[]) {
    for (const packet of packets) {
      if (packet.sequence === undefined || packet.word === 'no-sa') continue;
      const seen = this.#seen.get(keyOf(packet)) ?? new Set();
      this.#seen.set(keyOf(packet), seen.add(packet.sequence));
    }
  }

  /** To be called in the order of time. */
  flag(packet: ProtectedPacket): PacketFlag | undefined {
    const { sequence, word } = packet;
    const key = keyOf(packet);
    const seen = this.#seen.get(key);
    if (sequence === undefined || seen === undefined) return undefined;
    const highest = this.#highest.get(key);
    this.#highest.set(key, Math.max(highest ?? 0, sequence));
    if (highest === undefined) return undefined;
    if (sequence < highest) return word === 'replayed' ? undefined : 'reordered';
    for (let number = highest + 1; number < sequence && number < highest + window; number += 1) {
      if (!seen.has(number)) return 'lost';
    }
    return undefined;
  }
}

function keyOf({ frame, protocol, spi }: ProtectedPacket): string {
  return `${frame.sender} ${frame.file} ${protocol} ${spi}`;
}
