import { FrameFeed } from '../../../evidence/records/feed.ts';
import { type LabRecord, labHost, recordType } from '../../../evidence/records/record.ts';
import { encodeFrame, recordsHeader } from '../../../evidence/records/writer.ts';
import type { EvidenceWriter } from './quota.ts';
import { inOrder, type Waiting } from './record-order.ts';

/** What each machine says of itself alone, and what the lab as a whole says once. */
const ofMachines: readonly number[] = [
  ...[recordType.hosts, recordType.uptime, recordType.stepEnd, recordType.labEnd, recordType.books],
];

/**
 * One stream of records out of those of several machines. Their frames are put in order whenever all machines have told what
 * they know (`flush`): what is written out never goes back in time because one of them was slow to tell.
 */
export class RecordMerger {
  readonly #path: string;
  readonly #writer: EvidenceWriter;
  #waiting: Waiting[] = [];
  #sequence = 0;
  #lateness = 0n;
  /** Time of the last frame that was written. */
  #last: bigint;
  /** Machines are up, and commands are typed from now on. */
  begun = false;

  constructor(path: string, writer: EvidenceWriter, { hosts, now }: { hosts: readonly string[]; now: bigint }) {
    this.#path = path;
    this.#writer = writer;
    this.#last = now;
    this.#write([recordsHeader()]);
    this.say(recordType.hosts, now, Buffer.from(hosts.join('\n')));
    // The kernels' log is stamped with the time since the lab's start.
    this.say(recordType.uptime, now, Buffer.alloc(8));
  }

  /** A frame of a machine; `host`: its index in the lab. */
  add(host: number, { type, time, payload }: Pick<LabRecord, 'type' | 'time' | 'payload'>): void {
    if (!ofMachines.includes(type)) this.#waiting.push({ host, type, time, payload: Uint8Array.from(payload) });
  }

  /** A frame of the lab itself, behind all that was flushed. */
  say(type: number, time: bigint, payload: Uint8Array = new Uint8Array()): void {
    this.#put([{ host: labHost, type, time, payload }]);
  }

  /** By how much frames and events are late at most, ns; a lab may find out later that it is more. */
  sayLateness(time: bigint, lateness: bigint): void {
    if (lateness <= this.#lateness) return;
    this.#lateness = lateness;
    this.say(recordType.lateness, time, numberBytes(lateness));
  }

  /** Writes out what came. */
  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#put(inOrder(waiting));
  }

  /** Time of the last frame, ns since 1970. */
  get last(): bigint {
    return this.#last;
  }

  #put(frames: readonly Waiting[]): void {
    const encoded = frames.map((frame) => encodeFrame(frame, this.#sequence++));
    for (const { time } of frames) if (time > this.#last) this.#last = time;
    this.#write(encoded);
  }

  #write(parts: readonly Uint8Array[]): void {
    if (parts.length > 0) this.#writer.append('records', this.#path, Buffer.concat(parts));
  }
}

/** Frames of one machine's stream, with their times moved to the lab's clock. */
export class MachineRecords {
  readonly #feed = new FrameFeed();
  #shift = 0n;

  /** `shift`: what is added to the machine's own times, ns. */
  moveBy(shift: bigint): void {
    this.#shift = shift;
  }

  push(bytes: Uint8Array): readonly LabRecord[] {
    return this.#feed.push(bytes).map((frame) => ({ ...frame, time: frame.time + this.#shift }));
  }
}

/** A number as records and the watchdog have it. */
export function numberBytes(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}
