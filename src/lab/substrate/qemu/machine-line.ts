import type { Socket } from 'node:net';
import type { LabRecord } from '../../../evidence/records/record.ts';
import { recordType } from '../../../evidence/records/record.ts';
import type { HostEvents, HostLine } from './host-line.ts';
import type { LabClock } from './lab-clock.ts';
import { LengthFrames } from './length-frames.ts';
import { MachineRecords } from './merge.ts';

/** What a machine's agent sends (`enum channel_kind` of guest/agent/agent.h); marks of CPU time are of no use here. */
const kinds = { records: 1, fileName: 3, fileBytes: 4, clock: 5, farewell: 7 } as const;
/** Number of the answer to a farewell: the machine goes off when it has it (guest/agent/qemu/farewell.c). */
const taken = 0xffff_ffff;
const channelHead = 8;

/** A machine on a processor of its own boots in about this time, ns. */
const usualBoot = 1_500_000_000n;

/** Who hears of it. */
export interface LineEvents extends HostEvents {
  readonly fileName: (name: string) => void;
  readonly fileBytes: (bytes: Buffer) => void;
}

/** The line to one machine's agent. */
export class MachineLine implements HostLine {
  readonly usualBoot = usualBoot;
  readonly #ended = Promise.withResolvers<void>();
  readonly #plan: Uint8Array;
  readonly #clock: LabClock;
  readonly #events: LineEvents;
  readonly #frames = new LengthFrames(channelHead, (head) => head.readUInt32LE(4));
  readonly #records = new MachineRecords();
  readonly #waiting: { readonly number: number; readonly done: () => void }[] = [];
  readonly #booted = Promise.withResolvers<void>();
  readonly #ready = Promise.withResolvers<void>();
  #socket: Socket | undefined;
  #hellos = 0;
  #planSent = 0n;
  #number = 0;
  #hasEnded = false;

  constructor(plan: Uint8Array, clock: LabClock, events: LineEvents) {
    this.#plan = plan;
    this.#clock = clock;
    this.#events = events;
  }

  /** Its agent is there. */
  get booted(): Promise<void> {
    return this.#booted.promise;
  }

  /** Tells it the date and its plan. */
  begin(): void {
    const now = this.#clock.now();
    const date = Buffer.alloc(8);
    date.writeBigUInt64LE(now);
    this.#planSent = now;
    this.#send(0, Buffer.concat([date, this.#plan]));
  }

  /** It has built its host, whose shell is at a prompt. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Its agent has said all. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** The same, now. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** It works off an order. */
  get busy(): boolean {
    return this.#waiting.length > 0;
  }

  /** Takes bytes that the machine sent. Throws `guest` for what no agent writes. */
  push(socket: Socket, bytes: Buffer): void {
    this.#socket = socket;
    this.#frames.push(bytes, (head, body) => this.#take(head.readUInt16LE(0), body));
  }

  /** Hands over the lines of an order; resolves when they are worked off. */
  order(lines: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#number += 1;
    this.#waiting.push({ number: this.#number, done: resolve });
    this.#send(this.#number, Buffer.from(lines));
    return promise;
  }

  #send(number: number, bytes: Uint8Array): void {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(number, 0);
    head.writeUInt32LE(bytes.length, 4);
    this.#socket?.write(Buffer.concat([head, bytes]));
  }

  #take(kind: number, body: Buffer): void {
    this.#events.progress();
    if (kind === kinds.clock) this.#hello(body);
    else if (kind === kinds.farewell) this.#send(taken, new Uint8Array());
    else if (kind === kinds.fileName) this.#events.fileName(body.toString('utf8'));
    else if (kind === kinds.fileBytes) this.#events.fileBytes(body);
    else if (kind === kinds.records) for (const record of this.#records.push(body)) this.#heard(record);
  }

  /**
   * The first says that the agent is there: it can get date and plan. The second has its wall clock, read as soon as that was set. Half of
   * the time between sending and hearing is taken to be that of the way there.
   */
  #hello(body: Buffer): void {
    this.#hellos += 1;
    const now = this.#clock.now();
    if (this.#hellos === 1) this.#booted.resolve();
    if (this.#hellos === 2) this.#records.moveBy((this.#planSent + now) / 2n - body.readBigUInt64LE());
  }

  #heard(record: LabRecord): void {
    if (record.type === recordType.stepEnd) this.#worked(Buffer.from(record.payload).readUInt32LE());
    else if (record.type === recordType.labEnd) this.#end();
    this.#events.record(record);
  }

  #end(): void {
    this.#hasEnded = true;
    this.#ended.resolve();
  }

  #worked(number: number): void {
    if (number === 0) this.#ready.resolve();
    while (this.#waiting[0] !== undefined && this.#waiting[0].number <= number) this.#waiting.shift()?.done();
  }
}
