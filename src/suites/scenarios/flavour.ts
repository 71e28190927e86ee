import { EspalierError } from '../../base/errors.ts';
import type { KernelFlavour } from '../../model/suite.ts';
import type { Definition } from './api/scenario.ts';
import type { HostDaemon } from './drive/daemon-host.ts';

/** As many as kernel/smp.config has room for. */
const mostCpus = 8;

/** Raises `usage` for CPUs that no kernel has, or not with this clock or flavour: the one with several has no virtual time. */
export function checkCpus({ cpus = 1, clock = 'infinite', flavour }: Definition): void {
  if (!Number.isInteger(cpus) || cpus < 1 || cpus > mostCpus)
    throw new EspalierError('usage', `cpus: ${cpus} is no number from 1 to ${mostCpus}`);
  const what = flavour === 'smp' ? 'flavour: smp' : `cpus: ${cpus}`;
  if ((cpus > 1 || flavour === 'smp') && clock !== 'real') {
    throw new EspalierError('usage', `${what}: several CPUs exclude virtual time, which the clock ${clock} is`, {
      remedy: "add clock: 'real'",
    });
  }
  if (cpus > 1 && flavour !== undefined && flavour !== 'smp') {
    throw new EspalierError('usage', `cpus: ${cpus}: a kernel of the flavour ${flavour} has one CPU`, {
      remedy: 'leave out flavour',
    });
  }
}

/** The kernel that a scenario needs, where that is not the usual one. */
export function flavourOf(
  { flavour: asked, cpus = 1 }: Definition,
  daemons: ReadonlyMap<string, HostDaemon>,
): { readonly flavour?: KernelFlavour } {
  const wanted = asked ?? (cpus > 1 ? 'smp' : undefined);
  const [host] = [...daemons].find(([, { daemon }]) => daemon.stack === 'pfkey') ?? [];
  if (host === undefined) return wanted === undefined ? {} : { flavour: wanted };
  if (wanted === 'standard' || wanted === 'smp') {
    throw new EspalierError('usage', `its daemon needs PF_KEY, which the flavour ${wanted} has not`, {
      host,
      remedy: cpus > 1 ? 'leave out cpus' : "flavour: 'netkey'",
    });
  }
  return { flavour: wanted ?? 'netkey' };
}
