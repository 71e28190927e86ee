import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadline, every } from '../../../base/deadline.ts';
import { describeError, EspalierError } from '../../../base/errors.ts';
import { decode } from '../../../evidence/records/decode.ts';
import { endsLab, type LabRecord, labHost, recordType } from '../../../evidence/records/record.ts';
import { encodeOrders } from '../../agent/orders.ts';
import type { Order } from '../substrate.ts';
import { Books } from './books.ts';
import { CollectedFiles } from './collected-files.ts';
import type { HostLine } from './host-line.ts';
import { HostLines } from './host-lines.ts';
import { Idleness } from './idleness.ts';
import { KernelLog } from './kernel-log.ts';
import { LabClock } from './lab-clock.ts';
import { Links } from './links.ts';
import { numberBytes, RecordMerger } from './merge.ts';
import type { FromThread, LabScore, ToThread } from './messages.ts';
import { Pace } from './pace.ts';
import { EvidenceWriter } from './quota.ts';
import { latenessOf, requireFast } from './slowness.ts';
import { listenAll } from './sockets.ts';
import { Starvation } from './starvation.ts';
import { TimeFile } from './time-file.ts';

/** A machine that has not answered for so long behind its own deadline will not, ms. */
const patienceMs = 60_000;
/** The same in this machine's time, which is no measure of what the lab does. */
const longestOrderMs = 1_800_000;
const progressMs = 200;
/** In so much of the lab's time machines build their hosts, ns: 5 hours of this machine's where they compute. */
const longestBuildNs = 600_000_000_000n;
/** How often it is looked whether machines wait for processors, ms. */
const starvationMs = 500;
/** Hosts that send each other packets without end are not waited for. */
const settleRounds = 20;

/** Plays a lab: takes its machines through the steps, one command at a time, and stores all that is to be seen. */
export class Conductor {
  readonly #score: LabScore;
  readonly #post: (message: FromThread) => void;
  readonly #time: TimeFile;
  readonly #clock: LabClock;
  readonly #writer = new EvidenceWriter();
  readonly #merger: RecordMerger;
  readonly #log: KernelLog;
  readonly #files: CollectedFiles;
  readonly #links: Links;
  readonly #lines: ReadonlyMap<string, HostLine>;
  readonly #hosts: HostLines;
  readonly #books: Books;
  readonly #starvation = new Starvation();
  /** Something ended the lab before its time. */
  readonly #broken = Promise.withResolvers<'broken'>();
  #isBroken = false;
  #refused: string | undefined;
  #inTrouble = false;
  #slowness = 1;
  #slower = 1;
  #orders = Promise.withResolvers<readonly Order[]>();
  #progressAt = 0n;
  #gone: string | undefined;
  #plugged = Promise.withResolvers<void>();
  #complete = false;

  constructor(score: LabScore, post: (message: FromThread) => void) {
    const { dir, start, machines, links } = score;
    this.#score = score;
    this.#post = post;
    this.#time = new TimeFile(join(dir, 'lab', 'time'));
    this.#clock = new LabClock(start, this.#time);
    mkdirSync(join(dir, 'links'), { recursive: true });
    const hosts = machines.map(({ name }) => name);
    this.#merger = new RecordMerger(join(dir, 'records'), this.#writer, { hosts, now: this.#clock.now() });
    this.#log = new KernelLog(join(dir, 'kernel.log'), this.#writer, () => this.#clock.passed());
    this.#files = new CollectedFiles(join(dir, 'files'), this.#writer);
    this.#links = new Links(links, {
      dir: join(dir, 'links'),
      writer: this.#writer,
      clock: this.#clock,
      note: (payload) => this.#merger.add(labHost, { type: recordType.fault, time: this.#clock.now(), payload }),
    });
    const silent = machines.filter(({ speaks }) => speaks.by === 'console').flatMap(({ nics }) => nics);
    this.#books = new Books(this.#links, new Set(silent.map(({ link }) => link)));
    this.#hosts = new HostLines(machines, this.#clock, {
      record: (index, record) => this.#heard(index, record),
      progress: (line) => this.#progress(line),
      fileName: (index, file) => this.#lost(index, this.#files.begin(hosts[index] ?? '', file)),
      fileBytes: (host, bytes) => this.#files.bytes(host, bytes),
      printed: (host, bytes) => this.#log.push(host, bytes),
      refuse: (error) => this.#refuse(error),
    });
    this.#lines = this.#hosts.all;
  }

  /** From the first socket to the last byte of evidence. Never rejects. */
  async run(): Promise<void> {
    using sockets = listenAll(this.#score, {
      agent: (host, socket, bytes) => this.#guarded(() => this.#hosts.agent(host, socket, bytes)),
      console: (host, socket, bytes) => this.#guarded(() => this.#hosts.console(host, socket, bytes)),
      plug: (machine, index, socket) => this.#links.plug(machine, index, socket),
      frame: (port, frame) => this.#guarded(() => this.#links.take(port, frame)),
    });
    const { taken, wake } = sockets;
    const processors = this.#score.machines.map(({ cpus }) => cpus);
    const overlooked = (index: number): boolean => this.#hosts.isOverlooked(index);
    const idleness = new Idleness({ clock: this.#clock, file: this.#time, processors, taken, wake, overlooked });
    using _time = this.#time;
    await using pace = new Pace(this.#clock, { idleness, kind: this.#score.clock, works: () => this.#works() });
    await sockets.listening;
    this.#post({ kind: 'listening' });
    await this.#play(pace).catch((error: unknown) => this.#refuse(error));
    await sockets.drained();
    this.#guarded(() => this.#store());
    const panic = this.#gone === undefined ? undefined : this.#log.panicOf(this.#gone);
    this.#post({
      kind: 'over',
      ...(this.#refused !== undefined && { refused: this.#refused }),
      ...(panic !== undefined && { panic: `${this.#gone}: ${panic}` }),
    });
  }

  hear(message: ToThread): void {
    if (message.kind === 'orders') this.#orders.resolve(message.orders);
    else if (message.kind === 'plugged') this.#plugged.resolve();
    else if (message.kind === 'stop') this.#break();
    else if (!this.#hosts.of(message.host).hasEnded) {
      this.#gone ??= message.host; // it did not wait to be heard
      this.#break();
    }
  }

  #heard(host: number, record: Pick<LabRecord, 'type' | 'time' | 'payload'>): void {
    const said = decode({ ...record, host, sequence: 0 });
    if (said.type === 'trouble' && endsLab(said.word)) this.#inTrouble = true;
    if (said.type === 'books') this.#books.sent(said.lines);
    this.#merger.add(host, record);
  }

  /** They build their hosts, or work off an order. */
  #works(): boolean {
    return !this.#merger.begun || [...this.#lines.values()].some(({ busy }) => busy);
  }

  #lost(host: number, why: string | undefined): void {
    if (why === undefined) return;
    const payload = Buffer.from(`lost ${why}`);
    this.#merger.add(host, { type: recordType.trouble, time: this.#clock.now(), payload });
  }

  /** Tells the wrapper that the lab goes on where no record says so: as long as a machine that works says that it does. */
  #progress(line: HostLine): void {
    const passed = this.#clock.passed();
    const isNews = passed - this.#progressAt > BigInt(progressMs) * 1_000_000n;
    if (!isNews || (!line.busy && this.#merger.begun)) return;
    this.#progressAt = passed;
    writeFileSync(join(this.#score.dir, 'lab', 'clock'), numberBytes(passed));
  }

  #guarded(body: () => void): void {
    try {
      body();
    } catch (error) {
      this.#refuse(error);
    }
  }

  #refuse(error: unknown): void {
    // Of a lab's end one line is told.
    const text = error instanceof EspalierError ? describeError(error) : String(error);
    this.#refused ??= text.replace(/\s*\n\s*(?:-> )?/g, '; ');
    this.#break();
  }

  #break(): void {
    this.#isBroken = true;
    this.#broken.resolve('broken');
  }

  async #unlessBroken<T>(work: Promise<T>): Promise<T | 'broken'> {
    return Promise.race([work, this.#broken.promise]);
  }

  async #play(pace: Pace): Promise<void> {
    const { steps, hold, postMortem, faults } = this.#score;
    const lines = [...this.#lines];
    const ready = Promise.all(lines.map(([host, line]) => line.ready.then(() => this.#post({ kind: 'up', host }))));
    const slowness = await this.#unlessBroken(this.#hosts.booted());
    if (slowness === 'broken') return;
    requireFast(slowness, 'came up');
    pace.goOn();
    // Who waits for processors for too long is too slow, however fast it came up.
    using _watch = every(starvationMs, () => {
      const processes = this.#time.waits(lines.length).map(({ process }) => process);
      this.#guarded(() => requireFast(this.#starvation.lookAt(processes), 'went on'));
    });
    for (const [, line] of lines) line.begin();
    if ((await this.#unlessBroken(this.#soon(ready))) === 'broken') return;
    this.#slower = pace.slower;
    this.#slowness = Math.max(1, slowness / pace.slower);
    const limit = BigInt(Math.round(Number(this.#score.deadline) * this.#slowness));
    await this.#all(`deadline ${limit}\n`);
    this.#merger.flush();
    this.#merger.sayLateness(this.#clock.now(), latenessOf(slowness, pace.slower));
    this.#merger.begun = true;
    for (const [index, rule] of faults.entries()) this.#links.faults.catch(index + 1, rule);
    for (const { host, index, line } of steps) {
      if (this.#inTrouble || this.#isBroken) break;
      await this.#obey({ kind: 'command', host, line, step: index });
      this.#merger.flush();
    }
    if (hold) await this.#follow(pace);
    else if (postMortem !== undefined && !this.#inTrouble) await this.#postMortem(postMortem);
    pace.end();
    if (!this.#isBroken) await this.#end();
  }

  /** Where all machines wait, the lab's time moves on: one that waits for what never comes is found out at once. */
  async #soon<T>(ready: Promise<T>): Promise<T> {
    const why = 'a machine that came up did not build its host, and none of them computes';
    using _limit = this.#clock.after(longestBuildNs, () => this.#refuse(new EspalierError('infrastructure', why)));
    return await ready;
  }

  /** One machine works at a time; what its command changed in the tables of the others is looked at behind it. Then the plan's gap passes. */
  async #command(host: string, lines: string): Promise<void> {
    await this.#order(host, lines);
    await this.#settle();
    const others = [...this.#lines.keys()].filter((name) => name !== host);
    await Promise.all(others.map((name) => this.#order(name, 'tables 0\n')));
    const { gap } = this.#score;
    await this.#advance(gap, `advance ${gap}\n`);
  }

  /** Lets machines do what a command began on others: until none computes and no frame was on its way meanwhile, or not for ever. */
  async #settle(): Promise<void> {
    for (let round = 0, before = -1; round < settleRounds && this.#links.total !== before; round += 1) {
      before = this.#links.total;
      await this.#all('settle 0\n');
    }
  }

  async #all(lines: string): Promise<void> {
    await Promise.all([...this.#lines.keys()].map((host) => this.#order(host, lines)));
  }

  async #order(host: string, lines: string, extraMs = 0): Promise<void> {
    if (this.#isBroken) return;
    const ownMs = (Number(this.#score.deadline) / 1e6) * this.#slowness;
    const limitMs = 2 * ownMs + patienceMs + extraMs;
    const giveUp = (ms: number): void => {
      const why = `the machine ${host} did not answer for ${Math.round(ms / 1000)} s: ${JSON.stringify(lines.trimEnd().slice(0, 80))}`;
      this.#refuse(new EspalierError('guest', why, { host }));
    };
    using _limit = this.#clock.after(BigInt(Math.round(limitMs)) * 1_000_000n, () => giveUp(limitMs));
    using _longest = deadline(longestOrderMs, () => giveUp(longestOrderMs));
    await this.#unlessBroken(this.#hosts.of(host).order(lines));
  }

  /** Works off what a held lab is ordered, until it is ordered to end. */
  async #follow(pace: Pace): Promise<void> {
    for (let number = 0, more = true; more; number += 1) {
      const payload = Buffer.alloc(4);
      payload.writeUInt32LE(number);
      this.#links.flush();
      this.#merger.say(recordType.stepEnd, this.#merger.last, payload);
      if (number > 0) this.#post({ kind: 'done' });
      pace.stand();
      const orders = await this.#unlessBroken(this.#orders.promise);
      pace.goOn();
      if (orders === 'broken') return;
      this.#orders = Promise.withResolvers();
      for (const order of orders) if (order.kind !== 'end') await this.#obey(order);
      more = !orders.some(({ kind }) => kind === 'end') && !this.#isBroken;
      this.#merger.flush();
    }
  }

  #obey(order: Exclude<Order, { kind: 'end' }>): Promise<void> {
    const lines = (): string => encodeOrders([order]);
    switch (order.kind) {
      case 'command':
        return this.#command(order.host, lines());
      case 'input':
      case 'resize':
      case 'interactive':
        return this.#order(order.host, lines());
      case 'advance':
        return this.#advance(order.ns, lines());
      case 'jump':
        return this.#all(lines());
      case 'carrier':
        return this.#carrier(order);
      default:
        this.#frames(order);
        return Promise.resolve();
    }
  }

  /** Rules for single frames are the switch's. */
  #frames(order: Extract<Order, { kind: 'catch' | 'release' | 'forget' | 'inject' }>): void {
    const { faults } = this.#links;
    if (order.kind === 'catch') faults.catch(order.id, order.rule);
    else if (order.kind === 'inject') faults.inject(order.link, Buffer.from(order.frame));
    else faults[order.kind](order.id);
  }

  async #advance(ns: bigint, lines: string): Promise<void> {
    const hosts = [...this.#lines.keys()];
    await Promise.all(hosts.map((host) => this.#order(host, lines, Number(ns / 1_000_000n))));
  }

  /** Asked of QEMU by who started it. */
  async #carrier({ host, nic, on }: Extract<Order, { kind: 'carrier' }>): Promise<void> {
    this.#plugged = Promise.withResolvers();
    this.#post({ kind: 'carrier', host, nic, on });
    await this.#unlessBroken(this.#plugged.promise);
  }

  async #postMortem(line: string): Promise<void> {
    for (const host of this.#lines.keys()) {
      await this.#command(host, `postmortem ${line}\n`);
      this.#merger.flush();
    }
  }

  async #end(): Promise<void> {
    for (const line of this.#lines.values()) void line.order('end\n');
    using _limit = deadline(patienceMs * 2, () => {
      this.#refuse(new EspalierError('guest', 'a machine did not hand out its evidence at the end of the lab'));
    });
    const ended = await this.#unlessBroken(Promise.all([...this.#lines.values()].map(({ ended }) => ended)));
    this.#complete = ended !== 'broken';
  }

  /** What is stored when all machines have said what they had to. */
  #store(): void {
    this.#links.faults.close();
    this.#links.flush();
    this.#merger.flush();
    if (!this.#complete) return;
    this.#merger.sayLateness(this.#clock.now(), latenessOf(this.#starvation.worst, this.#slower));
    this.#merger.say(recordType.books, this.#clock.now(), Buffer.from(this.#books.text()));
    this.#merger.say(recordType.labEnd, this.#clock.now());
  }
}
