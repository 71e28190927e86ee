import { EspalierError } from '../../../base/errors.ts';
import type { LabPlan } from '../../../model/scenario.ts';
import type { Host } from '../../../model/topology.ts';
import { encodePlan } from '../../agent/plan.ts';

/**
 * Uptime before the first command, ns: addresses of IPv6 can be used then (RFC 4862, 5.4: up to a second of waiting and one of
 * listening). A lab in virtual time waits longer, which costs it nothing.
 */
const longestWarmup = 4_000_000_000n;

/** What one machine of a lab is made from. */
interface MachinePlan {
  /** For its agent. */
  readonly bytes: Buffer;
  /** Image files in the order of its drives, behind that of the kernel. */
  readonly drives: readonly string[];
}

/** `vdb`, `vdc`, …: how Linux names the drives behind the first one. */
export function driveName(index: number): string {
  const letters = 26;
  const last = String.fromCharCode('a'.charCodeAt(0) + ((index + 1) % letters));
  return index + 1 < letters
    ? `vd${last}`
    : `vd${String.fromCharCode('a'.charCodeAt(0) + Math.floor((index + 1) / letters) - 1)}${last}`;
}

/** Raises `scenario` for a lab that machines cannot be. */
export function requirePossible({ readsOfOthers }: Pick<LabPlan, 'readsOfOthers'>): void {
  if (readsOfOthers !== true) return;
  // Of a lab that did not start one line is told.
  const message =
    'its hosts read files that others of them wrote, and machines have no tree in common; User Mode Linux has';
  throw new EspalierError('scenario', message);
}

/** The part of a lab's plan that is one host's. Steps come as orders. */
export function machinePlan(plan: LabPlan, host: Host): MachinePlan {
  const { name } = host;
  const drives: string[] = [];
  const nameImage = (path: string): string => {
    if (!drives.includes(path)) drives.push(path);
    return driveName(drives.indexOf(path));
  };
  const links = plan.topology.links.filter((link) => host.nics.some((nic) => nic.link === link.name));
  const { warmup } = plan.timing;
  const { faults: _faults, postMortem: _postMortem, ...rest } = plan;
  const own: LabPlan = {
    ...rest,
    topology: { hosts: [host], links },
    files: plan.files.filter((file) => file.host === name || file.host === '*'),
    steps: [],
    // Between two commands it passes on all machines together.
    timing: { ...plan.timing, gap: 0n, warmup: warmup < longestWarmup ? warmup : longestWarmup },
  };
  return { bytes: encodePlan(own, { hold: true, nonce: newNonce(), nameImage }).bytes, drives };
}

/** Prompts of consoles are told from output by it; one that a machine prints itself is not another's. */
export function newNonce(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex');
}
