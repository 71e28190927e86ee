/**
 * Boots a machine so many times, with plans of odd sizes, and then writes messages of odd sizes to its agent, waiting for the answer to each:
 * `line-stress.ts BOOTS MESSAGES SEED LEAST MOST`, with sizes from LEAST to MOST bytes. Ends with status 1, and with what the sockets hold, where an answer does not come.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadline } from '../../../src/base/deadline.ts';
import { run } from '../../../src/base/processes.ts';
import { bootFiles } from '../../../src/lab/substrate/qemu/boot-files.ts';
import { LabClock } from '../../../src/lab/substrate/qemu/lab-clock.ts';
import { clockFile, Machine } from '../../../src/lab/substrate/qemu/machine.ts';
import { machineAgent } from '../../../src/lab/substrate/qemu/machine-kernel.ts';
import { MachineLine } from '../../../src/lab/substrate/qemu/machine-line.ts';
import { machinePlan } from '../../../src/lab/substrate/qemu/machine-plan.ts';
import { listenAll } from '../../../src/lab/substrate/qemu/sockets.ts';
import { TimeFile } from '../../../src/lab/substrate/qemu/time-file.ts';
import { ensureMachineClock, programBytes } from '../../../src/supply/kernel/guest.ts';
import { backends, planOf } from '../../conformance/backends.ts';

const bootMs = 300_000;
const patienceMs = 60_000;

const [boots = '1', count = '100', seed = '1', least = '1', most = '700000'] = process.argv.slice(2);
const found = (await backends()).find(({ substrate }) => substrate.name === 'qemu');
if (found === undefined || found.missing !== undefined) throw new TypeError(found?.missing ?? 'no machines');
const backend = found;

/** An order that changes nothing, as often as it takes. */
const orderOf = (size: number): string => 'deadline 60000000000\n'.repeat(Math.ceil(size / 21));

/** Numbers from 0 to 1 that repeat with their seed (Park and Miller). */
function* numbers(start: number): Generator<number> {
  for (let state = start; ; ) {
    state = (state * 48_271) % 2_147_483_647;
    yield state / 2_147_483_647;
  }
}

/** Small and large ones are as likely: the logarithm is drawn. The buffers of the machine's port hold 128 pages (hw/char/virtio-serial-bus.c). */
const sizeFrom = (draw: number): number => Math.round(Number(least) * (Number(most) / Number(least)) ** draw);

async function soon<T>(work: Promise<T>, what: string, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>();
  using _limit = deadline(ms, () => late.reject(new Error(`${what} did not come within ${ms / 1000} s`)));
  return await Promise.race([work, late.promise]);
}

/** Of one boot. */
interface Place {
  readonly folder: string;
  readonly draws: Generator<number>;
}

const draw = (draws: Generator<number>): number => draws.next().value ?? 0;

/** A plan of one host, with a file that makes it as large as is drawn. */
function planFor(draws: Generator<number>) {
  const bytes = Buffer.alloc(sizeFrom(draw(draws)), 'x');
  const plan = planOf(backend, [], { files: [{ host: 'east', path: '/root/odd', mode: 0o644, content: bytes }] });
  const [host] = plan.topology.hosts;
  if (host === undefined) throw new TypeError('the plan has no host');
  return { name: host.name, ...machinePlan(plan, { ...host, nics: [] }) };
}

/** Bytes that were read, and the CPU time that the machine took, ms. */
async function boot({ folder, draws }: Place): Promise<{ readonly bytes: number; readonly cpuMs: number }> {
  const { name, bytes: plan, drives } = planFor(draws);
  const speaks = { by: 'agent', plan, socket: 'agent' } as const;
  const wires = { name, cpus: 1, speaks, consoleSocket: 'console', nics: [] };
  using time = new TimeFile(join(folder, 'time'));
  const events = { record: () => {}, fileName: () => {}, fileBytes: () => {}, progress: () => {} };
  const line = new MachineLine(plan, new LabClock(1_800_000_000_000_000_000n, time), events);
  using sockets = listenAll(
    { sockets: folder, machines: [wires] },
    {
      agent: (_host, socket, bytes) => line.push(socket, bytes),
      console: () => {},
      plug: () => {
        throw new TypeError('it has no card');
      },
      frame: () => {},
    },
  );
  await sockets.listening;
  const names = { consoleSocket: 'console', controlSocket: 'control' };
  const shape = { name, memory: backend.memory, cpus: 1, accelerator: 'tcg', nics: [], ...names } as const;
  const machine = new Machine(
    { ...shape, boot: { from: 'kernel', drives: [backend.kernel, ...drives], agentSocket: 'agent' } },
    { folder, number: 0 },
  );
  try {
    await soon(line.booted, 'the agent', bootMs);
    line.begin();
    await soon(line.ready, `the host, whose plan has ${plan.length} bytes,`, bootMs);
    let bytes = plan.length;
    for (let number = 1; number <= Number(count); number += 1) {
      const order = orderOf(sizeFrom(draw(draws)));
      bytes += order.length;
      await soon(line.order(order), `the answer to message ${number}, of ${order.length} bytes,`, patienceMs);
    }
    return { bytes, cpuMs: machine.cpuMs() };
  } catch (error) {
    const { stdout } = await run('ss', ['-xan']);
    process.stdout.write(`${stdout}`);
    throw error;
  } finally {
    machine.kill();
    await machine.ended;
  }
}

const files = bootFiles(backend.kernel, await machineAgent());
const clock = programBytes(await ensureMachineClock(), 'the library of machines');
const draws = numbers(Number(seed));
const sum = { bytes: 0, cpuMs: 0 };
for (let number = 0; number < Number(boots); number += 1) {
  const dir = mkdtempSync(join(tmpdir(), 'espalier-line-'));
  try {
    const folder = join(dir, 'lab');
    mkdirSync(folder);
    writeFileSync(join(folder, 'kernel'), files.kernel);
    writeFileSync(join(folder, 'initramfs'), files.initramfs);
    writeFileSync(join(folder, clockFile), clock);
    const { bytes, cpuMs } = await boot({ folder, draws });
    sum.bytes += bytes;
    sum.cpuMs += cpuMs;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
process.stdout.write(
  `${boots} plans and ${Number(boots) * Number(count)} messages of ${sum.bytes} bytes in all were read; ${sum.cpuMs} ms of CPU\n`,
);
