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
}

/** A backend that the conformance suite runs on, and what it needs. */
export interface Backend {
  readonly substrate: Substrate;
  readonly provoke: Provocations;
  readonly kernel: string;
  readonly image: string;
  /** Why its cells are left out here. */
  readonly missing?: string;
}

const provocations: Readonly<Record<string, Provocations>> = {
  fake: { flood: 'fake: flood', livelock: 'fake: livelock', panic: 'fake: panic', hang: 'fake: hang' },
  // MAGIC_SYSRQ does not exist for ARCH=um, and a host cannot reach the lab's PID 1. A lab that uses
  // no CPU and does not end cannot be had either: idle virtual time jumps to the deadline.
  uml: {
    flood: 'yes',
    livelock: 'while :; do :; done',
    panic:
      'echo 2 >/proc/sys/vm/panic_on_oom; mount -o remount,size=200% /tmp; dd if=/dev/zero of=/tmp/file bs=1M 2>/dev/null',
  },
};

/** All registered backends, narrowed by ESPALIER_CONFORMANCE (names, comma separated). */
export async function backends(): Promise<Backend[]> {
  const wanted = process.env.ESPALIER_CONFORMANCE?.split(',');
  const found: Backend[] = [];
  for (const substrate of substrates) {
    if (wanted !== undefined && !wanted.includes(substrate.name)) continue;
    const provoke = provocations[substrate.name] ?? {};
    const kernel = presentKernel()?.path ?? '';
    const image = imageStore.list().find(({ facts }) => facts.name === 'debian-trixie-libreswan')?.path ?? '';
    const needsFiles = substrate.supply() !== undefined && (kernel === '' || image === '');
    const missing = needsFiles
      ? 'the cache holds no kernel or no image'
      : await substrate.check().then(
          () => undefined,
          (error: Error) => error.message,
        );
    found.push({ substrate, provoke, kernel, image, ...(missing !== undefined && { missing }) });
  }
  return found;
}

const second = 1_000_000_000n;

/** A plan of two hosts on one link; lines read `host: command`. */
export function planOf(
  backend: Pick<Backend, 'image'>,
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
    memory: 128,
    ...change,
  };
}
