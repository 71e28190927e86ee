import { closeSync, mkdirSync, openSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { every, type Timer } from '../../base/deadline.ts';
import { EspalierError } from '../../base/errors.ts';
import { fileHeaderSize } from '../../evidence/records/reader.ts';
import { frames, recordType } from '../../evidence/records/record.ts';
import type { Walls } from '../../supply/kernel/walls.ts';
import { type LabUsage, readMarks } from '../cost.ts';
import { judgeEnd, type LabEnd, type RecordsSummary, summarizeRecords } from './lab-end.ts';
import { lastStep } from './last-step.ts';
import type { BackendEnd, BackendLab, LabRequest, Order, Substrate } from './substrate.ts';
import { defaultLimits, type LabLimits, limitsWith, Watchdog } from './watchdog.ts';

/** An ended lab: why, and what it took. */
export interface LabResult {
  readonly end: LabEnd;
  readonly records: RecordsSummary;
  /** What kept it from this machine, where it had processes. */
  readonly walls: Walls | undefined;
  /** Start to first command typed, as far as polling can tell. */
  readonly bootMs: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  /** What its processes took by what they did, where it had any. */
  readonly usage: LabUsage | undefined;
}

/** A lab's kernel that waits for a debugger. */
export interface StoppedKernel {
  /** Its file. */
  readonly kernel: string;
  /** Its number on this machine. */
  readonly process: number;
  /** To be called once a debugger is attached: from then on the kernel stands only as long as that holds it. */
  goOn(): void;
}

const live = new Set<Lab>();

/** Labs that have processes now. */
export function liveLabs(): number {
  return live.size;
}

/** Ends every lab at once; for a second Ctrl-C and for the driver's own end. Synchronous. */
export function killAllLabs(): void {
  for (const lab of live) lab.kill();
}

/** Until the boot is over the records are looked at often, since a boot takes 0.3 s. */
const bootPollMs = 20;
/** How often the watchdog looks, whose limits count looks. */
const pollMs = 250;

/**
 * A lab from start to end: the only caller of a backend. Makes the backend's folders, watches
 * it, and says how it ended. Get one with `startLab`; leaving its scope ends it.
 */
export class Lab implements AsyncDisposable {
  /** Settles once, when nothing of the lab runs any more. Never rejects. */
  readonly ended: Promise<LabResult>;
  readonly #backend: BackendLab;
  readonly #dir: string;
  readonly #kernel: string;
  readonly #watchdog: Watchdog;
  readonly #started: number;
  readonly #timer: Timer;
  readonly #bootTimer: Timer;
  #cause: LabEnd | undefined;
  #over = false;
  #debugged = false;
  #busy: Promise<void> | undefined;
  #bootMs: number | undefined;
  #size = 0;
  /** Bytes of the records at the last look for the end of the boot. */
  #bootSize = 0;

  /** Use `startLab`. */
  constructor(backend: BackendLab, request: LabRequest, watch: { limits: LabLimits; started: number }) {
    this.#backend = backend;
    this.#dir = request.dir;
    this.#kernel = request.kernel;
    this.#watchdog = new Watchdog(limitsWith(request.plan.spinCpuMs, watch.limits));
    this.#started = watch.started;
    this.#timer = every(pollMs, () => this.#look());
    this.#bootTimer = every(bootPollMs, () => this.#lookForBoot());
    live.add(this);
    this.ended = backend.ended.then((end) => this.#close(end));
  }

  /** Hands a held lab its next orders. One call at a time; refused once the lab is over. */
  async send(orders: readonly Order[]): Promise<void> {
    if (this.#over || this.#cause !== undefined) throw new EspalierError('bug', 'the lab is over and takes no orders');
    if (this.#busy !== undefined) throw new EspalierError('bug', 'the lab still works off earlier orders');
    this.#busy = Promise.race([this.#backend.send(orders), this.ended.then(() => {})]);
    try {
      await this.#busy;
    } finally {
      this.#busy = undefined;
    }
  }

  /** Takes a held lab that waits for orders off the CPU; the next `send` wakes it. */
  rest(): void {
    if (!this.#over && this.#busy === undefined) this.#backend.rest?.();
  }

  /**
   * Waits until the kernel has stopped where the request says (`holdAt`), and lets `look` attach a debugger to that process and go on when that
   * has left. False: the lab ended before. However long the debugger holds it, the watchdog does not end it.
   */
  async debug(look: (kernel: StoppedKernel) => Promise<void>): Promise<boolean> {
    const { debuggee } = this.#backend;
    if (debuggee === undefined) throw new EspalierError('bug', 'this lab was not started for a debugger');
    const process = await debuggee.stopped;
    if (process === undefined) return false;
    this.#debugged = true;
    try {
      await look({ kernel: this.#kernel, process, goOn: () => debuggee.goOn() });
    } finally {
      this.#debugged = false;
      debuggee.goOn();
    }
    return true;
  }

  /** The number of its kernel's process on this machine; `undefined`: it is none, or never ran. */
  get process(): Promise<number | undefined> {
    return this.#backend.process ?? Promise.resolve(undefined);
  }

  /** CPU time used so far, in ms. */
  get cpuMs(): number {
    return this.#backend.cpuMs();
  }

  /** True once nothing of the lab runs any more. */
  get over(): boolean {
    return this.#over;
  }

  /** True once it takes no more orders: it is over, or is being ended. */
  get ending(): boolean {
    return this.#over || this.#cause !== undefined;
  }

  /** Stops the lab because somebody asked for it. */
  cancel(detail = 'stopped on request'): void {
    this.#stop({ word: 'cancelled', detail });
  }

  /** Ends all processes now. Idempotent, synchronous. */
  kill(): void {
    this.cancel('killed');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    await this.ended;
  }

  /** The first cause stays; a later one only makes sure that the lab is gone. */
  #stop(cause: LabEnd): void {
    if (this.#over) return;
    this.#cause ??= cause;
    this.#backend.kill();
  }

  #look(): void {
    const records = join(this.#dir, 'records');
    const size = sizeOf(records);
    const grew = size !== this.#size;
    this.#size = size;
    const cause = this.#watchdog.look({
      size,
      clock: clockIn(join(this.#dir, 'lab', 'clock')),
      cpuMs: this.#backend.cpuMs(),
      waiting: this.#debugged || (!grew && this.#busy === undefined && lastStep(records) >= 0),
      activity: () => this.#backend.activity(),
    });
    if (cause !== undefined) this.#stop(cause);
  }

  #lookForBoot(): void {
    const records = join(this.#dir, 'records');
    const size = sizeOf(records);
    if (size === this.#bootSize) return;
    this.#bootSize = size;
    if (!hasCommand(records)) return;
    this.#bootMs = performance.now() - this.#started;
    this.#bootTimer.stop();
  }

  #close(end: BackendEnd): LabResult {
    this.#over = true;
    this.#timer.stop();
    this.#bootTimer.stop();
    live.delete(this);
    const cpuMs = this.#backend.cpuMs();
    const { pageFaults } = end;
    const marks = marksIn(join(this.#dir, 'lab', 'cost'));
    const usage = pageFaults === undefined ? undefined : { pageFaults, cpuMs, marks };
    removeWorkFolder(this.#dir);
    const records = summarizeRecords(join(this.#dir, 'records'));
    const wallMs = performance.now() - this.#started;
    return {
      end: judgeEnd(this.#cause, end, records),
      records,
      walls: this.#backend.walls,
      bootMs: this.#bootMs ?? wallMs,
      wallMs,
      cpuMs,
      usage,
    };
  }
}

/** Starts a lab in the attempt's folder. When the backend cannot, nothing is left behind. */
export async function startLab(substrate: Substrate, request: LabRequest, limits = defaultLimits): Promise<Lab> {
  const started = performance.now();
  for (const folder of ['lab', 'links', 'files']) mkdirSync(join(request.dir, folder), { recursive: true });
  try {
    return new Lab(await substrate.start(request), request, { limits, started });
  } catch (cause) {
    removeWorkFolder(request.dir);
    throw cause;
  }
}

function removeWorkFolder(dir: string): void {
  rmSync(join(dir, 'lab'), { recursive: true, force: true });
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Nanoseconds since the boot, as the guest wrote them last: it does so now and then while it has no records to write. */
function clockIn(path: string): bigint {
  try {
    return readFileSync(path).readBigUInt64LE();
  } catch {
    return 0n; // none yet, or of a substrate without one
  }
}

function marksIn(path: string): LabUsage['marks'] {
  try {
    return readMarks(readFileSync(path));
  } catch {
    return []; // the lab was not started
  }
}

/** Looks for a typed command in the first frames. */
function hasCommand(path: string): boolean {
  const bytes = Buffer.alloc(64 * 1024);
  const file = openSync(path, 'r');
  try {
    const length = readSync(file, bytes, 0, bytes.length, 0);
    const { records } = frames(bytes.subarray(0, length), { at: fileHeaderSize });
    // So many frames without a command are not a boot any more.
    return length === bytes.length || records.some(({ type }) => type === recordType.commandBegin);
  } finally {
    closeSync(file);
  }
}
