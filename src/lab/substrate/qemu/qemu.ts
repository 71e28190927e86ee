import { EspalierError } from '../../../base/errors.ts';
import type { Substrate } from '../substrate.ts';

/**
 * A machine of QEMU's for each host, in real time: kernels of distributions, with modules and several CPUs. What does the work is
 * imported on first use.
 */
export const qemu: Substrate = {
  name: 'qemu',
  traits: { virtualTime: false, seeds: false, captures: true },
  async check() {
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      const here = `${process.arch} ${process.platform}`;
      throw new EspalierError('infrastructure', `substrate qemu needs x86-64 Linux, this is ${here}`);
    }
    const { requireTools } = await import('../../../supply/debian/machine-tools.ts');
    requireTools('qemu');
  },
  supply: () => ({
    async kernel(request) {
      const { machineKernel } = await import('./machine-kernel.ts');
      return machineKernel(request);
    },
    async image(recipe, signal) {
      const { installedSystem, systemOfImage } = await import('../../../supply/system/system-image.ts');
      const system = systemOfImage(recipe);
      if (system !== undefined) return installedSystem(system);
      const { ensureImage } = await import('../../../supply/image/image.ts');
      return ensureImage(recipe, signal);
    },
  }),
  start: async (request) => (await import('./start-lab.ts')).startLab(request),
};
