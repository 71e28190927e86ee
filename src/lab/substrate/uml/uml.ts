import { EspalierError } from '../../../base/errors.ts';
import type { Substrate } from '../substrate.ts';

/** One User Mode Linux process a lab, all hosts inside it. x86-64 Linux only. What does the work is imported on first use: lists need none of it. */
export const uml: Substrate = {
  name: 'uml',
  traits: { virtualTime: true, seeds: true, captures: true },
  async check() {
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      throw new EspalierError(
        'infrastructure',
        `substrate uml needs x86-64 Linux, this is ${process.arch} ${process.platform}`,
      );
    }
    const { refusedFixedAddresses } = await import('../../../supply/kernel/fixed-addresses.ts');
    const refusal = await refusedFixedAddresses();
    if (refusal !== undefined) {
      throw new EspalierError('infrastructure', `labs cannot run here: ${refusal}`, {
        remedy: 'in a container, use a seccomp profile that permits this call (docs/container.md)',
      });
    }
  },
  supply: () => ({
    async kernel(request) {
      const { ensureKernel } = await import('../../../supply/kernel/kernel.ts');
      const kernel = await ensureKernel(request);
      const { ownGuest } = await import('./start-lab.ts');
      const { id, sha256 } = (await ownGuest()).agent;
      return { ...kernel, agent: { id, sha256 } };
    },
    async image(recipe, signal) {
      const { systemOfImage } = await import('../../../supply/system/system-image.ts');
      const system = systemOfImage(recipe);
      if (system !== undefined) {
        const remedy = 'run it with --substrate qemu';
        throw new EspalierError('scenario', `a host is the installed system ${system}, a machine of its own`, {
          remedy,
        });
      }
      const { ensureImage } = await import('../../../supply/image/image.ts');
      return ensureImage(recipe, signal);
    },
  }),
  start: async (request) => (await import('./start-lab.ts')).startLab(request),
};
