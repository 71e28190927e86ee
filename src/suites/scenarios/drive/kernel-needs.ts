import { EspalierError } from '../../../base/errors.ts';
import type { KernelLack } from '../../../model/checks.ts';
import type { Origin } from '../../../model/scenario.ts';
import type { KernelFeature } from '../api/kernel-features.ts';
import type { DrivenHost } from './host.ts';
import type { Stepper } from './stepper.ts';

/** What Linux answers where it does not know what it is asked for. Any other error tells of something else. */
const unknownToIt: Readonly<Record<number, string>> = {
  22: 'EINVAL',
  38: 'ENOSYS',
  92: 'ENOPROTOOPT',
  93: 'EPROTONOSUPPORT',
  95: 'EOPNOTSUPP',
  97: 'EAFNOSUPPORT',
};

interface Asking {
  readonly hosts: ReadonlyMap<string, DrivenHost>;
  readonly stepper: Stepper;
  /** Of the scenario. */
  readonly origin: Origin;
}

/**
 * The first feature that the lab's kernel lacks because it is older. Three things say so together: its release is before the feature's, it was
 * not built with the feature's option, and it refuses the request or ignores it. A kernel that is to have the feature is not asked: what it refuses is then for
 * the scenario's checks to find.
 */
export async function lackingFeature(
  needs: readonly KernelFeature[],
  { hosts, stepper, origin }: Asking,
): Promise<KernelLack | undefined> {
  if (needs.length === 0) return undefined;
  const host = [...hosts.values()].find(({ isLinux }) => isLinux);
  if (host === undefined)
    throw new EspalierError('scenario', 'it needs something of Linux, and no host has it', origin);
  const look = (line: string) => stepper.type({ host: host.name, line, origin, by: 'look' });
  const release = (await look('uname -r')).stdout.trim();
  for (const { name: feature, since, option, ask } of needs) {
    if (!isBefore(release, since)) continue;
    if (option !== undefined && (await look(`zgrep -qx '${option}=[ym]' /proc/config.gz`)).status === 0) continue;
    const answer = await ask(host);
    const said = answer === 'ignored' ? 'ignored' : unknownToIt[answer];
    if (said !== undefined) return { feature, since, release, answer: said, host: host.name, origin };
  }
  return undefined;
}

/** Whether a kernel's release (`6.12.117-amd64`) is before another one (`6.14`). One that cannot be read is not. */
function isBefore(release: string, other: string): boolean {
  const [own, wanted] = [release, other].map((text) => /^(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number));
  if (own?.[0] === undefined || wanted?.[0] === undefined) return false;
  return own[0] === wanted[0] ? Number(own[1]) < Number(wanted[1]) : own[0] < wanted[0];
}
