import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { moduleUrl } from '../../../base/form.ts';
import type { HostSystem } from '../../../dialogue/systems/profile.ts';
import type { LabPlan } from '../../../model/scenario.ts';
import type { Host } from '../../../model/topology.ts';
import { ensureMachineClock, programBytes } from '../../../supply/kernel/guest.ts';
import type { BackendLab, LabRequest } from '../substrate.ts';
import { bootFiles } from './boot-files.ts';
import type { MachineShape } from './command-line.ts';
import { systemOf, writeFileDisk } from './console/installed.ts';
import { clockFile } from './machine.ts';
import { machineAgent } from './machine-kernel.ts';
import { machinePlan, newNonce, requirePossible } from './machine-plan.ts';
import type { LabScore, MachineWires } from './messages.ts';
import { QemuLab } from './qemu-lab.ts';

const thread = moduleUrl('lab/substrate/qemu/thread');

/** A machine as it is started, and as it is spoken to. */
interface MachineParts {
  readonly shape: MachineShape;
  readonly wires: MachineWires;
}

function agentParts(host: Host, { kernel, plan }: LabRequest): MachineParts {
  const { bytes, drives } = machinePlan(plan, host);
  const socket = socketOf(host.name, 'agent');
  const memory = plan.machines?.memory ?? plan.memory;
  const boot = { from: 'kernel', drives: [kernel, ...drives], agentSocket: socket } as const;
  return partsOf(host, plan, { memory, boot, speaks: { by: 'agent', plan: bytes, socket } });
}

async function systemParts(host: Host, { dir, plan }: LabRequest, system: HostSystem): Promise<MachineParts> {
  const { host: profile, firmware } = system;
  const image = plan.images[host.name] ?? '';
  const memory = plan.machines?.memory ?? system.memory;
  const speaks = { by: 'console', host, profile, nonce: newNonce() } as const;
  if (firmware !== undefined)
    return partsOf(host, plan, { memory, boot: { ...firmware, from: 'firmware', file: image }, speaks });
  const files = await writeFileDisk(join(dir, 'lab'), host.name, plan);
  return partsOf(host, plan, { memory, boot: { from: 'disk', disk: image, files }, speaks });
}

function partsOf(
  host: Host,
  plan: LabPlan,
  { memory, boot, speaks }: Pick<MachineShape, 'memory' | 'boot'> & Pick<MachineWires, 'speaks'>,
): MachineParts {
  const cpus = plan.machines?.cpus ?? 1;
  const consoleSocket = socketOf(host.name, 'console');
  const nics = host.nics.map(({ mac, link }, index) => ({ mac, link, socket: socketOf(host.name, `nic${index}`) }));
  return {
    shape: {
      name: host.name,
      ...{ memory, cpus, boot, nics, consoleSocket },
      accelerator: 'tcg',
      controlSocket: socketOf(host.name, 'control'),
    },
    wires: { name: host.name, cpus, speaks, consoleSocket, nics },
  };
}

function socketOf(host: string, what: string): string {
  return `${host}.${what}`;
}

function scoreOf({ dir, plan, hold }: LabRequest, machines: readonly MachineWires[]): LabScore {
  const commands = plan.steps.map((step, index) => ({ ...step, index })).filter(({ kind }) => kind === 'command');
  return {
    dir,
    sockets: join(dir, 'lab'),
    machines,
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
  const machines: MachineParts[] = [];
  for (const host of plan.topology.hosts) {
    const system = systemOf(plan, host);
    machines.push(system === undefined ? agentParts(host, request) : await systemParts(host, request, system));
  }
  const score = scoreOf(
    request,
    machines.map(({ wires }) => wires),
  );
  const worker = new Worker(thread, { workerData: score });
  const lab = new QemuLab(worker, { folder, shapes: machines.map(({ shape }) => shape), plan });
  await lab.started;
  return lab;
}
