import { EspalierError } from '../../../base/errors.ts';
import { ensureImage } from '../../../supply/image/image.ts';
import { recipeNames } from '../../../supply/image/known-recipes.ts';
import { ensureMachineAgent, type GuestProgram } from '../../../supply/kernel/guest.ts';
import type { KernelChoice, KernelRequest } from '../substrate.ts';

/** Recipes of images that hold a distribution's kernel with its modules. */
function kernelRecipes(): string[] {
  return recipeNames().filter((name) => name.endsWith('-kernel'));
}

const usual = 'debian-trixie-kernel';

/** One agent for all labs of a process, also when its sources change meanwhile. */
let agent: Promise<GuestProgram> | undefined;

/** The first process of the machines. */
export function machineAgent(): Promise<GuestProgram> {
  agent ??= ensureMachineAgent();
  return agent;
}

/**
 * The kernel of a distribution, in an image that machines have as their first drive. Throws `usage` for one that no recipe names, and
 * `scenario` where a scenario needs one that is built for it.
 */
export async function machineKernel(request: KernelRequest): Promise<KernelChoice> {
  const { selection, flavour, checkers, options, signal } = request;
  for (const option of [...(options.size > 0 ? ['--kconfig'] : []), ...(checkers ? ['--checkers'] : [])]) {
    const why = 'machines of qemu boot kernels of distributions, which are built already';
    throw new EspalierError('usage', `${option}: ${why}`);
  }
  // Those of Debian have PF_KEY as a module, which is loaded when somebody asks for it.
  if (flavour === 'selftests' || flavour === 'smp') {
    throw new EspalierError('scenario', `it needs a kernel that is built with other options (${flavour})`, {
      remedy: 'run it on the substrate uml: machines of qemu boot kernels of distributions',
    });
  }
  const recipe = selection ?? usual;
  if (!kernelRecipes().includes(recipe)) {
    throw new EspalierError('usage', `--kernel ${recipe}: machines of qemu boot kernels of distributions`, {
      remedy: `name one of the recipes: ${kernelRecipes().join(', ')}`,
    });
  }
  const [image, { id, sha256 }] = await Promise.all([ensureImage(recipe, signal), machineAgent()]);
  return { id: image.id, path: image.path, sha256: image.sha256, agent: { id, sha256 } };
}
