import { encodeCpio } from '../../../supply/kernel/cpio.ts';
import { distributionKernel, initFolder, initProgram } from '../../../supply/kernel/distribution.ts';
import { agentBytes, type GuestProgram } from '../../../supply/kernel/guest.ts';

/** What the agent needs before it can mount the image that all other modules are in. */
const firstModules = ['virtio_pci', 'virtio_blk', 'virtio_console', 'virtio_net', 'virtio-rng', 'erofs', 'overlay'];

/** A kernel and the initramfs that starts the agent. */
export interface BootFiles {
  readonly kernel: Buffer;
  readonly initramfs: Buffer;
}

/** What a machine boots, out of the image of its kernel. Throws `infrastructure` for an image without a kernel. */
export function bootFiles(image: string, agent: GuestProgram): BootFiles {
  const { kernel, modules } = distributionKernel(image, firstModules);
  const folders = ['dev', 'proc', 'sys'].map(initFolder);
  const init = initProgram('init', agentBytes(agent));
  return { kernel, initramfs: encodeCpio([...folders, init, ...modules]) };
}
