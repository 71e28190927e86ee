import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { moduleUrl } from '../../../base/form.ts';
import type { LabPlan } from '../../../model/scenario.ts';
import { ensureMachineClock, programBytes } from '../../../supply/kernel/guest.ts';
import type { BackendLab, LabRequest } from '../substrate.ts';
import { bootFiles } from './boot-files.ts';
import type { MachineShape } from './command-line.ts';
import { clockFile } from './machine.ts';
import { machineAgent } from './machine-kernel.ts';
import { type MachinePlan, machinePlan, requirePossible } from './machine-plan.ts';
import type { LabScore } from './messages.ts';
import { QemuLab } from './qemu-lab.ts';

const thread = moduleUrl('lab/substrate/qemu/thread');

function shapeOf({ host, drives }: MachinePlan, { kernel, plan }: LabRequest): MachineShape {
  return {
    name: host.name,
    memory: plan.machines?.memory ?? plan.memory,
    cpus: cpusOf(plan),
    accelerator: 'tcg',
    drives: [kernel, ...drives],
    nics: host.nics.map(({ mac }, index) => ({ mac, socket: socketOf(host.name, `nic${index}`) })),
    agentSocket: socketOf(host.name, 'agent'),
    consoleSocket: socketOf(host.name, 'console'),
    controlSocket: socketOf(host.name, 'control'),
  };
}

function cpusOf({ machines }: LabPlan): number {
  return machines?.cpus ?? 1;
}

function socketOf(host: string, what: string): string {
  return `${host}.${what}`;
}

function scoreOf({ dir, plan, hold }: LabRequest, machines: readonly MachinePlan[]): LabScore {
  const commands = plan.steps.map((step, index) => ({ ...step, index })).filter(({ kind }) => kind === 'command');
  return {
    dir,
    sockets: join(dir, 'lab'),
    machines: machines.map(({ host, bytes }) => ({
      name: host.name,
      plan: bytes,
      cpus: cpusOf(plan),
      agentSocket: socketOf(host.name, 'agent'),
      consoleSocket: socketOf(host.name, 'console'),
      nics: host.nics.map(({ link }, index) => ({ link, socket: socketOf(host.name, `nic${index}`) })),
    })),
    links: plan.topology.links.map(({ name }) => name),
    start: plan.timing.start,
    clock: plan.clock ?? 'infinite',
    gap: plan.timing.gap,
    deadline: plan.timing.deadline,
    steps: commands.map(({ index, host, line }) => ({ index, host, line })),
    ...(plan.postMortem !== undefined && { postMortem: plan.postMortem }),
    faults: plan.faults ?? [],
    hold,
  };
}

/** Starts a lab; resolves when its machines' processes run. */
export async function startLab(request: LabRequest): Promise<BackendLab> {
  const { dir, plan, kernel } = request;
  requirePossible(plan);
  const folder = join(dir, 'lab');
  mkdirSync(folder, { recursive: true });
  const boot = bootFiles(kernel, await machineAgent());
  writeFileSync(join(folder, 'kernel'), boot.kernel);
  writeFileSync(join(folder, 'initramfs'), boot.initramfs);
  writeFileSync(join(folder, clockFile), programBytes(await ensureMachineClock(), 'the library of machines'));
  const machines = plan.topology.hosts.map((host) => machinePlan(plan, host));
  const worker = new Worker(thread, { workerData: scoreOf(request, machines) });
  const lab = new QemuLab(worker, { folder, shapes: machines.map((machine) => shapeOf(machine, request)), plan });
  await lab.started;
  return lab;
}
