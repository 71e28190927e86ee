import { substrates } from '../../src/lab/substrate/all.ts';
import type { Substrate } from '../../src/lab/substrate/substrate.ts';
import type { LabPlan, Step } from '../../src/model/scenario.ts';
import { imageStore } from '../../src/supply/image/image.ts';
import { presentKernel } from '../../src/supply/kernel/kernel.ts';

/** The lines that provoke a behaviour on a backend; a missing one is an unsupported cell. */
export interface Provocations {
  readonly flood?: string;
  readonly livelock?: string;
  readonly panic?: string;
  readonly hang?: string;
  /** Sends two packets from east to west, which answers them. */
  readonly ping?: string;
}

/** A backend that the conformance suite runs on, and what it needs. */
export interface Backend {
  readonly substrate: Substrate;
  readonly provoke: Provocations;
  readonly kernel: string;
  readonly image: string;
  /** MiB of a lab's memory. */
  readonly memory: number;
  /** Why its cells are left out here. */
  readonly missing?: string;
  /** Only one of its cells is tried: all take minutes. */
  readonly sample: boolean;
}

const provocations: Readonly<Record<string, Provocations>> = {
  fake: { flood: 'fake: flood', livelock: 'fake: livelock', panic: 'fake: panic', hang: 'fake: hang' },
  // MAGIC_SYSRQ does not exist for ARCH=um, and a host cannot reach the lab's PID 1. A lab that uses
  // no CPU and does not end cannot be had either: idle virtual time jumps to the deadline.
  uml: {
    flood: 'yes',
    livelock: 'while :; do :; done',
    ping: 'ping -n -c 2 192.0.2.2',
    panic:
      'echo 2 >/proc/sys/vm/panic_on_oom; mount -o remount,size=200% /tmp; dd if=/dev/zero of=/tmp/file bs=1M 2>/dev/null',
  },
  // A program that no other one may interrupt, on the only CPU.
  qemu: {
    flood: 'yes',
    livelock: 'echo -1 >/proc/sys/kernel/sched_rt_runtime_us; chrt -f 99 sh -c "while :; do :; done"',
    panic: 'echo c >/proc/sysrq-trigger',
    ping: 'ping -n -c 2 192.0.2.2',
  },
};

function imageOf(name: string): string {
  return imageStore.list().find(({ facts }) => facts.name === name)?.path ?? '';
}

/** All registered backends, narrowed by ESPALIER_CONFORMANCE (names, comma separated). Machines of QEMU's are tried whole only where that names them. */
export async function backends(): Promise<Backend[]> {
  const wanted = process.env.ESPALIER_CONFORMANCE?.split(',');
  const found: Backend[] = [];
  for (const substrate of substrates) {
    if (wanted !== undefined && !wanted.includes(substrate.name)) continue;
    const provoke = provocations[substrate.name] ?? {};
    const machines = substrate.name === 'qemu';
    const kernel = machines ? imageOf('debian-trixie-kernel') : (presentKernel()?.path ?? '');
    const image = imageOf('debian-trixie-libreswan');
    const needsFiles = substrate.supply() !== undefined && (kernel === '' || image === '');
    const missing = needsFiles
      ? 'the cache holds no kernel or no image'
      : await substrate.check().then(
          () => undefined,
          (error: Error) => error.message,
        );
    const sample = machines && wanted === undefined;
    const memory = machines ? 256 : 128;
    found.push({ substrate, provoke, kernel, image, memory, sample, ...(missing !== undefined && { missing }) });
  }
  return found;
}

const second = 1_000_000_000n;

/** A plan of two hosts on one link; lines read `host: command`. */
export function planOf(
  backend: Pick<Backend, 'image'> & Partial<Pick<Backend, 'memory'>>,
  lines: readonly string[],
  change: Partial<LabPlan> = {},
): LabPlan {
  const steps = lines.map((text, index): Step => {
    const [, host = '', line = ''] = /^(\w+): (.*)$/.exec(text) ?? [];
    return { kind: 'command', host, line, origin: { file: 'plan', line: index + 1 } };
  });
  const host = (name: string, number: number) => ({
    name,
    nics: [{ name: 'eth0', link: 'l', mac: `12:00:00:00:00:0${number}`, addresses: [`192.0.2.${number}/24`] }],
    routes: [],
    sysctls: [],
  });
  return {
    topology: { hosts: [host('east', 1), host('west', 2)], links: [{ name: 'l' }] },
    images: { east: backend.image, west: backend.image },
    sharedTrees: [],
    files: [],
    cwd: '/tmp',
    shellSetup: [],
    steps,
    timing: { start: 1_800_000_000n * second, warmup: 60n * second, gap: second / 10n, deadline: 120n * second },
    collect: [],
    memory: backend.memory ?? 128,
    ...change,
  };
}
