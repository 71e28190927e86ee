import { appendFileSync, closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type PacketToWrite, writeCapture } from '../../../evidence/capture/writer.ts';
import { labHost, recordType } from '../../../evidence/records/record.ts';
import { encodeFrame, numbered, recordsHeader } from '../../../evidence/records/writer.ts';

/** Writes the raw files of a fake lab as a guest would: every frame is on disk when it returns. */
export class Recorder {
  readonly #dir: string;
  readonly #file: number;
  readonly #hosts: readonly string[];
  readonly #packets = new Map<string, PacketToWrite[]>();
  #sequence = 0;
  readonly #boot: bigint;
  #time: bigint;

  constructor(dir: string, hosts: readonly string[], start: bigint) {
    this.#dir = dir;
    this.#file = openSync(join(dir, 'records'), 'w');
    this.#hosts = hosts;
    this.#boot = start;
    this.#time = start;
    writeSync(this.#file, recordsHeader());
    this.frame(recordType.hosts, labHost, Buffer.from(hosts.join('\n')));
    this.frame(recordType.uptime, labHost, Buffer.alloc(8));
  }

  /** The capture of a link, on which these frames travel now. */
  link(name: string, frames: readonly Uint8Array[] = []): void {
    const packets = this.#packets.get(name) ?? [];
    this.#packets.set(name, packets);
    for (const frame of frames) packets.push({ time: this.#time, frame });
    mkdirSync(join(this.#dir, 'links'), { recursive: true });
    writeFileSync(join(this.#dir, 'links', `${name}.pcapng`), writeCapture({ links: [{ name, packets }] }));
  }

  /** Lets virtual time pass. */
  advance(ns: bigint): void {
    this.#time += ns;
  }

  begin(host: string, step: number, line: string): void {
    this.frame(recordType.commandBegin, host, numbered(step, line));
  }

  output(host: string, bytes: Uint8Array): void {
    if (bytes.length > 0) this.frame(recordType.output, host, bytes);
  }

  end(host: string, status: number, cwd: string): void {
    this.frame(recordType.commandEnd, host, numbered(status, cwd));
  }

  postMortem(host: string, begins: boolean): void {
    this.frame(recordType.postMortem, host, Buffer.from([begins ? 1 : 0]));
  }

  trouble(host: string, text: string): void {
    this.frame(recordType.trouble, host, Buffer.from(text));
  }

  /** Orders up to a number are worked off. */
  stepEnd(number: number): void {
    const payload = Buffer.alloc(4);
    payload.writeUInt32LE(number);
    this.frame(recordType.stepEnd, labHost, payload);
  }

  labEnd(): void {
    this.frame(recordType.labEnd, labHost, Buffer.alloc(0));
  }

  /** A frame cut short, as a lab leaves it that dies while writing. */
  torn(): void {
    writeSync(this.#file, Buffer.from([200, 0, 0, 0, 3]));
  }

  kernel(line: string): void {
    appendFileSync(join(this.#dir, 'kernel.log'), `${line}\n`);
  }

  /** A message of the kernel, with its time. */
  printk(text: string): void {
    const micro = (this.#time - this.#boot) / 1000n;
    const seconds = String(micro / 1_000_000n).padStart(5);
    this.kernel(`[${seconds}.${String(micro % 1_000_000n).padStart(6, '0')}] ${text}`);
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Any frame; of a host by its name, or of the lab. */
  frame(type: number, host: string | number, payload: Uint8Array): void {
    const index = typeof host === 'number' ? host : this.#hosts.indexOf(host);
    const frame = { type, host: index, time: this.#time, payload };
    writeSync(this.#file, encodeFrame(frame, this.#sequence++));
  }
}
