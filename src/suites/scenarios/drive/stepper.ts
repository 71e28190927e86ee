import { join } from 'node:path';
import { EspalierError } from '../../../base/errors.ts';
import type { IpsecSa, XfrmEvent } from '../../../evidence/ipsec.ts';
import { ConsoleAssembler } from '../../../evidence/records/consoles.ts';
import { decode, type RecordedDeath, type RecordedFault } from '../../../evidence/records/decode.ts';
import { endsLab, type LabRecord, labHost } from '../../../evidence/records/record.ts';
import { isEvent, readEvent } from '../../../evidence/tables/changes.ts';
import { LiveTables } from '../../../evidence/tables/live-tables.ts';
import { RecordTail } from '../../../lab/record-tail.ts';
import type { Origin, Step } from '../../../model/scenario.ts';
import type { HeldLab, Order } from '../../../model/suite.ts';
import type { CommandResult } from '../api/handles.ts';
import { Calls } from './call.ts';
import { sightedKinds } from './xfrm-event-kinds.ts';

/** A line to be typed. */
export interface Typed {
  readonly host: string;
  readonly line: string;
  readonly origin: Origin;
  /** Absent: it is the test's own. */
  readonly by?: Step['by'];
}

/** A command as it went over a console. */
export interface DoneCommand extends CommandResult {
  readonly line: string;
}

interface HostState {
  readonly tables: LiveTables;
  readonly console: ConsoleAssembler;
  readonly deaths: RecordedDeath[];
  readonly sightings: XfrmEvent[];
  done: CommandResult | undefined;
}

/** Longer lines do not fit the canonical input of a terminal (N_TTY_BUF_SIZE, 4096). */
const longestLine = 4000;

/**
 * Takes a held lab through the steps of a scenario, one at a time however many were asked for, and follows its records. What it
 * sends depends on the scenario and on the lab alone, so a seed repeats.
 */
export class Stepper {
  /** All lines typed so far, as `scenario.json` will hold them. */
  readonly steps: Step[] = [];
  /** Calls that have not come back yet, oldest first. */
  readonly pending = new Map<symbol, Origin>();
  /** What fault rules did with frames so far. */
  readonly faults: RecordedFault[] = [];
  readonly #calls = new Calls();
  readonly #lab: HeldLab;
  readonly #tail: RecordTail;
  readonly #hosts: ReadonlyMap<string, HostState>;
  readonly #names: readonly string[];
  #turn: Promise<unknown> = Promise.resolve();
  #time = 0n;
  #wallOffset = 0n;
  #gone = false;

  constructor(lab: HeldLab, hosts: readonly string[]) {
    this.#lab = lab;
    this.#names = hosts;
    this.#tail = new RecordTail(join(lab.dir, 'records'));
    this.#hosts = new Map(
      hosts.map((name) => [
        name,
        { tables: new LiveTables(), console: new ConsoleAssembler(), deaths: [], sightings: [], done: undefined },
      ]),
    );
  }

  /** The attempt's folder. */
  get dir(): string {
    return this.#lab.dir;
  }

  /** CPU time that the lab has used so far, in ms. */
  get cpuMs(): number {
    return this.#lab.cpuMs;
  }

  /** The lab has ended, or something in it went wrong that ends it: its own records say what. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Virtual nanoseconds since 1970, as no jump of the hosts' wall clock changes it. */
  get now(): bigint {
    return this.#time;
  }

  /** Virtual nanoseconds since 1970 by the wall clock of the hosts. */
  get wall(): bigint {
    return this.#time + this.#wallOffset;
  }

  /** Processes of a host that were ended by a signal, and daemons that ended; oldest first. */
  deaths(host: string): readonly RecordedDeath[] {
    return this.#state(host).deaths;
  }

  /** What a host's kernel said of SAs and packets, oldest first. */
  sightings(host: string): readonly XfrmEvent[] {
    return this.#state(host).sightings;
  }

  tables(host: string): LiveTables {
    return this.#state(host).tables;
  }

  /** All that SAs of all hosts have been so far. */
  *everySa(): Generator<IpsecSa> {
    for (const { tables } of this.#hosts.values()) yield* tables.everySa();
  }

  /** Waits until the lab has booted, and learns its time. */
  begin(): Promise<void> {
    return this.advance(0n);
  }

  /** Types a line and returns what it left. Raises `scenario` for a line that no terminal takes. */
  type({ host, line, origin, by }: Typed): Promise<DoneCommand> {
    const problem = /[\n\0]/.test(line) ? 'holds a newline or a zero byte' : lengthProblem(line);
    if (problem !== undefined) {
      const command = line.slice(0, 80);
      throw new EspalierError('scenario', `a line to type ${problem}`, { ...origin, host, command });
    }
    return this.#inTurn(async () => {
      const step = this.steps.push({ kind: 'command', host, line, origin, ...(by !== undefined && { by }) }) - 1;
      const state = this.#state(host);
      state.done = undefined;
      await this.#send([{ kind: 'command', host, line, step }]);
      const { done } = state;
      if (done === undefined)
        throw new EspalierError('bug', 'a command ended without its record', { host, command: line });
      return { ...(done as CommandResult), line };
    });
  }

  /** Types a line that must succeed. Raises `guest` with its output where it does not; `failed` says what that means. */
  async must(typed: Typed, failed?: string): Promise<DoneCommand> {
    const done = await this.type(typed);
    if (done.status === 0) return done;
    const { host, line, origin } = typed;
    const place = { ...origin, host, ...(failed === undefined && { command: line }) };
    const message = `${failed ?? 'did not succeed'} (exit status ${done.status})`;
    throw new EspalierError('guest', message, { ...place, output: done.stdout });
  }

  /** Lets virtual time pass. */
  advance(ns: bigint): Promise<void> {
    return this.#inTurn(() => this.#send([{ kind: 'advance', ns }]));
  }

  /** Gives the lab orders for which nothing but themselves is waited for, all at one moment. */
  order(...orders: readonly Order[]): Promise<void> {
    return this.#inTurn(() => this.#send(orders));
  }

  /** Sets the hosts' wall clock forward or back. */
  jump(ns: bigint): Promise<void> {
    return this.#inTurn(async () => {
      await this.#send([{ kind: 'jump', ns }]);
      // Its record comes with the next event.
      this.#wallOffset += ns;
    });
  }

  /** Keeps what a scenario called among `pending` until it is over. */
  called<T>(origin: Origin, work: () => Promise<T>): Promise<T> {
    const key = Symbol();
    this.pending.set(key, origin);
    return this.#calls.make(origin, () => (async () => work())().finally(() => this.pending.delete(key)));
  }

  /** Calls that failed and that the scenario did not wait for, oldest first. */
  get ignored(): Calls['ignored'] {
    return this.#calls.ignored;
  }

  /** Refuses all further steps; resolves when no order is on its way. */
  async close(): Promise<void> {
    this.#gone = true;
    await this.#turn;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  async #send(orders: readonly Order[]): Promise<void> {
    if (!this.#gone && !this.#lab.over) await this.#lab.send(orders);
    for (const record of this.#tail.read()) this.#take(record);
    this.#gone ||= this.#lab.over;
    if (this.#gone) throw new EspalierError('guest', 'the lab has ended');
  }

  #take(record: LabRecord): void {
    this.#time = record.time;
    const said = decode(record);
    if (said.type === 'clockSet') this.#wallOffset = said.offset;
    if (said.type === 'fault') this.faults.push(said);
    if (said.type === 'trouble') this.#gone ||= endsLab(said.word);
    const name = record.host === labHost ? undefined : this.#names[record.host];
    if (name === undefined) return;
    const state = this.#state(name);
    if (said.type === 'death') state.deaths.push(said);
    state.tables.take(record);
    if (isEvent(record)) {
      const { event } = readEvent(record);
      if (sightedKinds.has(event.kind)) state.sightings.push(event);
    }
    const command = state.console.take(record);
    if (command?.end === undefined || command.status === undefined) return;
    const { output, status, begin, end } = command;
    state.done = { stdout: withoutEscapes(Buffer.from(output).toString('utf8')), status, begin, end };
  }

  #state(host: string): HostState {
    const state = this.#hosts.get(host);
    if (state === undefined) throw new EspalierError('bug', `the lab has no host ${host}`);
    return state;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\))/g;

/** Without control sequences and commands to the terminal (ECMA-48, 5.4 and 5.6): Debian's iproute2 colours on every terminal. */
export function withoutEscapes(text: string): string {
  return text.replace(escapes, '');
}

function lengthProblem(line: string): string | undefined {
  const length = Buffer.byteLength(line);
  return length > longestLine ? `has ${length} bytes, and a terminal takes ${longestLine}` : undefined;
}
