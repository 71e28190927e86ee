import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { every } from '../../../base/deadline.ts';
import type { LabPlan } from '../../../model/scenario.ts';
import type { Activity, BackendEnd, BackendLab, Order } from '../substrate.ts';
import type { MachineShape } from './command-line.ts';
import { Machine, type MachineEnd } from './machine.ts';
import type { FromThread, ToThread } from './messages.ts';
import { Qmp } from './qmp.ts';

/** CPU time within which a machine's agent speaks, ms: ten times what it takes by TCG on a slow machine. */
const bootCpuMs = 40_000;
/** The same of an installed system: from its boot loader on, until somebody has logged in. */
const systemCpuMs = 10 * bootCpuMs;
const lookMs = 500;

interface LabParts {
  /** Where machines find their files and sockets. */
  readonly folder: string;
  readonly shapes: readonly MachineShape[];
  readonly plan: LabPlan;
}

type Over = Extract<FromThread, { kind: 'over' }>;

/** A lab of machines, and the thread that conducts them. */
export class QemuLab implements BackendLab {
  readonly ended: Promise<BackendEnd>;
  /** Its machines' processes run. */
  readonly started: Promise<void>;
  readonly #worker: Worker;
  readonly #parts: LabParts;
  readonly #machines: Machine[] = [];
  readonly #booting: Set<string>;
  readonly #started = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<Over>();
  #done = Promise.withResolvers<void>();
  #isOver = false;
  #killed = false;
  #bootFailure: string | undefined;
  /** The machine that ended first, before the lab was over. */
  #first: { readonly name: string; readonly end: MachineEnd } | undefined;

  constructor(worker: Worker, parts: LabParts) {
    this.#worker = worker;
    this.#parts = parts;
    this.#booting = new Set(parts.shapes.map(({ name }) => name));
    this.started = this.#started.promise;
    worker.on('message', (message: FromThread) => this.#hear(message));
    worker.once('error', (error) =>
      this.#over.resolve({ kind: 'over', refused: `the lab's thread ended: ${error.message}` }),
    );
    worker.once('exit', () => this.#over.resolve({ kind: 'over' }));
    this.ended = this.#end();
  }

  async #end(): Promise<BackendEnd> {
    using _boots = every(lookMs, () => this.#watchBoots());
    const over = await this.#over.promise;
    this.#isOver = true;
    this.#started.resolve();
    this.#done.resolve();
    // What they had to say is stored.
    for (const machine of this.#machines) machine.kill();
    const ends = await Promise.all(this.#machines.map(({ ended }) => ended));
    await this.#worker.terminate();
    return this.#endOf(over, ends[0]);
  }

  #endOf({ refused, panic }: Over, end: MachineEnd | undefined): BackendEnd {
    const status = this.#first?.end.status ?? end?.status ?? 'none';
    if (this.#bootFailure !== undefined) return { status, fault: 'boot-failed', detail: this.#bootFailure };
    if (panic !== undefined) return { status, fault: 'panic', detail: panic };
    if (refused !== undefined) return { status, fault: 'lab-died', detail: refused, byMachine: true };
    if (this.#first === undefined) return { status };
    const { name, end: how } = this.#first;
    if (how.status === '0') return { status, detail: `the machine ${name} was powered off` };
    const why = `QEMU of the machine ${name} ended with ${how.status}${how.errors === '' ? '' : `: ${how.errors}`}`;
    const fault = this.#booting.has(name) ? 'boot-failed' : 'lab-died';
    return { status, fault, detail: why, byMachine: true };
  }

  #hear(message: FromThread): void {
    if (message.kind === 'listening') this.#startMachines();
    else if (message.kind === 'up') this.#booting.delete(message.host);
    else if (message.kind === 'done') this.#done.resolve();
    else if (message.kind === 'carrier') void this.#carrier(message);
    else this.#over.resolve(message);
  }

  #startMachines(): void {
    if (!this.#killed) {
      for (const [number, shape] of this.#parts.shapes.entries()) {
        const machine = new Machine(shape, { folder: this.#parts.folder, number });
        this.#machines.push(machine);
        void machine.ended.then((end) => this.#gone(machine.name, end));
      }
    }
    this.#started.resolve();
  }

  #gone(name: string, end: MachineEnd): void {
    if (this.#isOver) return;
    if (!this.#killed) this.#first ??= { name, end };
    this.#tell({ kind: 'gone', host: name });
  }

  #tell(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #watchBoots(): void {
    const limitOf = (name: string): number =>
      this.#parts.shapes.find((shape) => shape.name === name)?.boot.from === 'kernel' ? bootCpuMs : systemCpuMs;
    const stuck = this.#machines.find((one) => this.#booting.has(one.name) && one.cpuMs() > limitOf(one.name));
    if (stuck === undefined || this.#bootFailure !== undefined) return;
    const used = `used ${limitOf(stuck.name) / 1000} s of CPU`;
    this.#bootFailure = `the machine ${stuck.name} ${used} and its host was not up (kernel.log has what it printed)`;
    this.kill();
  }

  async #carrier({ host, nic, on }: Extract<FromThread, { kind: 'carrier' }>): Promise<void> {
    const shape = this.#parts.shapes.find(({ name }) => name === host);
    const nics = this.#parts.plan.topology.hosts.find(({ name }) => name === host)?.nics ?? [];
    const index = nics.findIndex(({ name }) => name === nic);
    if (shape !== undefined && index >= 0) {
      try {
        using control = await Qmp.connect(join(this.#parts.folder, shape.controlSocket));
        await control.execute('set_link', { name: `card${index}`, up: on });
      } catch (error) {
        this.#over.resolve({ kind: 'over', refused: String(error) });
      }
    }
    this.#tell({ kind: 'plugged' });
  }

  cpuMs(): number {
    return this.#machines.reduce((sum, machine) => sum + machine.cpuMs(), 0);
  }

  activity(): Activity {
    const all = this.#machines.filter(({ over }) => !over).map((machine) => machine.activity());
    if (all.length === 0 || all.includes('runs')) return 'runs';
    return all.includes('held up') ? 'held up' : 'asleep';
  }

  async send(orders: readonly Order[]): Promise<void> {
    this.#done = Promise.withResolvers();
    this.#tell({ kind: 'orders', orders });
    if (orders.some(({ kind }) => kind === 'end')) return;
    if (!this.#isOver) await this.#done.promise;
    // Whoever gave the orders finds that the lab has ended, and why; not orders without an answer in a lab that goes on.
    if (this.#isOver) await this.ended;
  }

  /** Its machines end at once; its thread then stores what came. */
  kill(): void {
    if (this.#isOver) return;
    this.#killed = true;
    for (const machine of this.#machines) machine.kill();
    this.#tell({ kind: 'stop' });
  }
}
