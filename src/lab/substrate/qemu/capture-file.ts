import { writeCapture } from '../../../evidence/capture/writer.ts';
import type { EvidenceWriter } from './quota.ts';

/** Type, total length, interface, two halves of the time, length kept, length sent. */
const packetHead = 28;
const enhancedPacket = 6;
const batchBytes = 1 << 16;

/** A link's capture, written while its frames come: one pcapng file with nanoseconds, as the agent writes it (guest/agent/capture.c). */
export class CaptureFile {
  readonly #path: string;
  readonly #writer: EvidenceWriter;
  #parts: Buffer[] = [];
  #size = 0;
  readonly #name: string;
  #hasFaults = false;
  /** Frames of hosts so far. */
  count = 0;

  constructor(path: string, name: string, writer: EvidenceWriter) {
    this.#path = path;
    this.#writer = writer;
    this.#name = name;
    this.#put(beginning(name));
  }

  /** A frame that a host put on the link. `time`: ns since 1970. */
  add(time: bigint, frame: Buffer): void {
    this.count += 1;
    this.#add(time, frame, 0);
  }

  /** A frame that a rule put there, which has an interface of its own (src/evidence/attempt/link-capture.ts). */
  addOfRule(time: bigint, frame: Buffer): void {
    const own = beginning(this.#name);
    if (!this.#hasFaults) this.#put(beginning(this.#name, `${this.#name} faults`).subarray(own.length));
    this.#hasFaults = true;
    this.#add(time, frame, 1);
  }

  #add(time: bigint, frame: Buffer, number: number): void {
    const padded = frame.length + (-frame.length & 3);
    const block = Buffer.alloc(packetHead + padded + 4);
    block.writeUInt32LE(enhancedPacket, 0);
    block.writeUInt32LE(block.length, 4);
    block.writeUInt32LE(number, 8);
    block.writeUInt32LE(Number(time >> 32n), 12);
    block.writeUInt32LE(Number(time & 0xffffffffn), 16);
    block.writeUInt32LE(frame.length, 20);
    block.writeUInt32LE(frame.length, 24);
    frame.copy(block, packetHead);
    block.writeUInt32LE(block.length, block.length - 4);
    this.#put(block);
    if (this.#size > batchBytes) this.flush();
  }

  /** Writes out what came. */
  flush(): void {
    if (this.#size === 0) return;
    const bytes = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    this.#writer.append('captures', this.#path, bytes);
  }

  #put(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#size += bytes.length;
  }
}

/** The blocks of a file with these interfaces, and no packet yet. */
function beginning(...names: readonly string[]): Buffer {
  return Buffer.from(writeCapture({ links: names.map((name) => ({ name, packets: [] })) }));
}
