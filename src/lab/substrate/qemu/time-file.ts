import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** The lab's time is `lab` when this machine's monotonic clock is `real`, both in ns, and goes so many times slower; 0: it stands. */
export interface TimeSlot {
  readonly real: bigint;
  readonly lab: bigint;
  readonly slower: bigint;
}

/** What a machine waits for. */
export interface MachineWait {
  /** Time until which its first thread waits; 0: it does not wait, `never`: for others only. */
  readonly until: bigint;
  /** Processors that halted. */
  readonly halted: number;
  /** How often it waited so far. */
  readonly waits: number;
  readonly process: number;
}

export const never = 2n ** 64n - 1n;

/** Layout: guest/machine-clock.c. */
const slotSize = 24;
const machineSize = 64;
const fileSize = 64 + 64 * machineSize;

/** The file in which machines find the lab's time, and say whether they wait. */
export class TimeFile implements Disposable {
  readonly #file: number;
  #current = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w+');
    writeSync(this.#file, Buffer.alloc(fileSize), 0, fileSize, 0);
  }

  /** The slot that is not in force is written, and then put in force: machines read it at any time. */
  tell({ real, lab, slower }: TimeSlot): void {
    const next = this.#current + 1;
    const slot = Buffer.alloc(slotSize);
    slot.writeBigUInt64LE(real, 0);
    slot.writeBigUInt64LE(lab, 8);
    slot.writeBigUInt64LE(slower, 16);
    writeSync(this.#file, slot, 0, slotSize, 8 + (next & 1) * slotSize);
    const current = Buffer.alloc(4);
    current.writeUInt32LE(next);
    writeSync(this.#file, current, 0, 4, 0);
    this.#current = next;
  }

  /** What each of the first `count` machines waits for. */
  waits(count: number): MachineWait[] {
    const bytes = Buffer.alloc(count * machineSize);
    readSync(this.#file, bytes, 0, bytes.length, machineSize);
    return Array.from({ length: count }, (_, index) => {
      const at = index * machineSize;
      return {
        until: bytes.readBigUInt64LE(at),
        halted: bytes.readUInt32LE(at + 8),
        waits: bytes.readUInt32LE(at + 12),
        process: bytes.readUInt32LE(at + 16),
      };
    });
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}
