import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { frameHeaderSize, labHost, recordMagic, recordType, recordVersion } from '../../transcript/record.ts';

/** Writes the raw files of a fake lab as a guest would: every frame is on disk when it returns. */
export class Recorder {
  readonly #dir: string;
  readonly #file: number;
  readonly #hosts: readonly string[];
  #sequence = 0;
  #time: bigint;

  constructor(dir: string, hosts: readonly string[], start: bigint) {
    this.#dir = dir;
    this.#file = openSync(join(dir, 'records'), 'w');
    this.#hosts = hosts;
    this.#time = start;
    const header = Buffer.alloc(16);
    header.write(recordMagic, 'latin1');
    header.writeUInt32LE(recordVersion, 8);
    writeSync(this.#file, header);
    this.#frame(recordType.hosts, labHost, Buffer.from(hosts.join('\n')));
  }

  /** Lets virtual time pass. */
  advance(ns: bigint): void {
    this.#time += ns;
  }

  begin(host: string, step: number, line: string): void {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(step);
    this.#frame(recordType.commandBegin, host, Buffer.concat([head, Buffer.from(line)]));
  }

  output(host: string, bytes: Uint8Array): void {
    if (bytes.length > 0) this.#frame(recordType.output, host, bytes);
  }

  end(host: string, status: number, cwd: string): void {
    const head = Buffer.alloc(4);
    head.writeInt32LE(status);
    this.#frame(recordType.commandEnd, host, Buffer.concat([head, Buffer.from(cwd)]));
  }

  postMortem(host: string, begins: boolean): void {
    this.#frame(recordType.postMortem, host, Buffer.from([begins ? 1 : 0]));
  }

  trouble(host: string, text: string): void {
    this.#frame(recordType.trouble, host, Buffer.from(text));
  }

  labEnd(): void {
    this.#frame(recordType.labEnd, labHost, Buffer.alloc(0));
  }

  /** A frame cut short, as a lab leaves it that dies while writing. */
  torn(): void {
    writeSync(this.#file, Buffer.from([200, 0, 0, 0, 3]));
  }

  kernel(line: string): void {
    appendFileSync(join(this.#dir, 'kernel.log'), `${line}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }

  #frame(type: number, host: string | number, payload: Uint8Array): void {
    const header = Buffer.alloc(frameHeaderSize);
    header.writeUInt32LE(payload.length, 0);
    header.writeUInt16LE(type, 4);
    header.writeUInt16LE(typeof host === 'number' ? host : this.#hosts.indexOf(host), 6);
    header.writeBigUInt64LE(this.#time, 8);
    header.writeUInt32LE(this.#sequence++, 16);
    writeSync(this.#file, Buffer.concat([header, payload]));
  }
}
