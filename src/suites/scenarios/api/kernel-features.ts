import type { Host } from './handles.ts';

/** Something of Linux that older kernels do not have, with how a host is asked for it. */
export interface KernelFeature {
  /** For people: `IP-TFS`. */
  readonly name: string;
  /** The release that has it first. */
  readonly since: `${number}.${number}`;
  /** The option that builds it, where it has one of its own: a kernel with it is to have the feature, whatever its release says. */
  readonly option?: `CONFIG_${string}`;
  /**
   * Asks the host's kernel for it, and takes back what that made. Gives the error number of the answer (0: it has it), or `ignored` where the kernel
   * accepts the request and leaves out what it does not know. Called on older kernels only. Checks that fail in it count like those of the scenario.
   */
  readonly ask: (host: Host) => Promise<number | 'ignored'>;
}
