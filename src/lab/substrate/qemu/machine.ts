import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { walled } from '../../../base/foreign-program.ts';
import { tail } from '../../../base/processes.ts';
import { treeActivity, treeCpuMs } from '../../agent/process-tree.ts';
import type { Activity } from '../substrate.ts';
import { type MachineShape, machineArguments } from './command-line.ts';

/** How a machine's process ended. */
export interface MachineEnd {
  /** Exit code or signal. */
  readonly status: string;
  /** The last lines of its standard error. */
  readonly errors: string;
}

/** The library that gives a machine the lab's time (guest/machine-clock.c), in its folder. */
export const clockFile = 'machine-clock.so';

const errorsKept = 64 * 1024;

/** A process of QEMU. It ends with this one, however that ends. */
export class Machine {
  readonly name: string;
  readonly ended: Promise<MachineEnd>;
  readonly #process: ChildProcessByStdio<null, null, Readable>;
  #over = false;
  #cpuMs = 0;

  /** `folder`: where its sockets and files are. `number`: which of the lab's machines it is. */
  constructor(shape: MachineShape, { folder, number }: { readonly folder: string; readonly number: number }) {
    this.name = shape.name;
    const [command, args] = walled('qemu-system-x86_64', machineArguments(shape));
    // No group of its own would be spared by a signal to this one; what it has to hear is SIGKILL.
    const env = { ...process.env, LD_PRELOAD: `./${clockFile}`, ESPALIER_MACHINE: String(number) };
    this.#process = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    this.ended = this.#end();
  }

  async #end(): Promise<MachineEnd> {
    let errors = '';
    this.#process.stderr.on('data', (bytes: Buffer) => {
      errors = (errors + bytes.toString()).slice(-errorsKept);
    });
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#process.once('error', (error) => resolve(error.message));
    this.#process.once('close', (code, signal) => resolve(signal ?? String(code)));
    const status = await promise;
    this.#over = true;
    return { status, errors: tail(errors, 3) };
  }

  get over(): boolean {
    return this.#over;
  }

  /** CPU time that it has used, ms. */
  cpuMs(): number {
    const { pid } = this.#process;
    if (!this.#over && pid !== undefined) this.#cpuMs = Math.max(this.#cpuMs, treeCpuMs(pid));
    return this.#cpuMs;
  }

  activity(): Activity {
    const { pid } = this.#process;
    return this.#over || pid === undefined ? 'asleep' : treeActivity(pid);
  }

  /** Synchronous and idempotent. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }
}
