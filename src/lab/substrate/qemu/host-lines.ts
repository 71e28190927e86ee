import type { Socket } from 'node:net';
import { EspalierError } from '../../../base/errors.ts';
import { ConsoleLine } from './console/console-line.ts';
import type { HostEvents, HostLine } from './host-line.ts';
import type { LabClock } from './lab-clock.ts';
import { MachineLine } from './machine-line.ts';
import type { AgentWire, ConsoleWire, MachineWires } from './messages.ts';
import { slownessOf } from './slowness.ts';

/** Who hears of what the hosts of a lab do, each by its index. */
export interface LinesEvents {
  readonly record: (host: number, record: Parameters<HostEvents['record']>[0]) => void;
  readonly progress: (line: HostLine) => void;
  readonly fileName: (host: number, name: string) => void;
  readonly fileBytes: (host: string, bytes: Buffer) => void;
  /** What a machine printed at its console, and no command of a scenario. */
  readonly printed: (host: string, bytes: Buffer) => void;
  /** The lab cannot go on. */
  readonly refuse: (error: unknown) => void;
}

/** The lines to all hosts of a lab: to agents, and to the consoles of installed systems. */
export class HostLines {
  readonly all: ReadonlyMap<string, HostLine>;
  readonly #clock: LabClock;
  readonly #events: LinesEvents;
  readonly #agents = new Map<string, MachineLine>();
  readonly #consoles = new Map<string, ConsoleLine>();

  constructor(machines: readonly MachineWires[], clock: LabClock, events: LinesEvents) {
    this.#clock = clock;
    this.#events = events;
    this.all = new Map(
      machines.map(({ name, speaks }, index) => [
        name,
        speaks.by === 'agent' ? this.#agentOf(name, speaks, index) : this.#consoleOf(name, speaks, index),
      ]),
    );
  }

  /** Whether a machine, by its index, computes without end and has nothing to do. */
  isOverlooked(index: number): boolean {
    const line = [...this.#consoles.values()].find(({ number }) => number === index);
    return line?.spins === true && line.isIdle;
  }

  of(host: string): HostLine {
    const line = this.all.get(host);
    if (line === undefined) throw new EspalierError('bug', `no machine is named ${host}`);
    return line;
  }

  /** Resolves when all have booted: how many times slower than usual the slowest of them did. */
  async booted(): Promise<number> {
    const times = [...this.all.values()].map(async (line) => {
      await line.booted;
      return slownessOf(this.#clock.passed(), line.usualBoot);
    });
    return Math.max(...(await Promise.all(times)));
  }

  /** Bytes came from a machine's agent. */
  agent(host: string, socket: Socket, bytes: Buffer): void {
    this.#agents.get(host)?.push(socket, bytes);
  }

  /** Bytes came from a machine's console. */
  console(host: string, socket: Socket, bytes: Buffer): void {
    const line = this.#consoles.get(host);
    if (line === undefined) this.#events.printed(host, bytes);
    else line.hear(socket, bytes);
  }

  #agentOf(name: string, { plan }: AgentWire, index: number): HostLine {
    const { record, progress, fileName, fileBytes } = this.#events;
    const line: MachineLine = new MachineLine(plan, this.#clock, {
      record: (one) => record(index, one),
      fileName: (file) => fileName(index, file),
      fileBytes: (bytes) => fileBytes(name, bytes),
      progress: () => progress(line),
    });
    this.#agents.set(name, line);
    return line;
  }

  #consoleOf(name: string, { host, profile, nonce }: ConsoleWire, index: number): HostLine {
    const { record, progress, refuse, printed } = this.#events;
    const line: ConsoleLine = new ConsoleLine({
      ...{ host, profile, nonce, clock: this.#clock, number: index },
      events: {
        record: (one) => record(index, one),
        progress: () => progress(line),
        refuse,
        aside: (bytes) => printed(name, bytes),
      },
    });
    this.#consoles.set(name, line);
    return line;
  }
}
