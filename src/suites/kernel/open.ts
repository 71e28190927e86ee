import { statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../base/files.ts';
import { nothing } from '../../lab/supply.ts';
import type { Suite } from '../../model/suite.ts';
import type { OpenOptions } from '../suite-entry.ts';
import { SuiteFiles } from '../suite-files.ts';
import { type KernelInputs, openKernel } from './kernel.ts';

/** Recipe of the image that the selftests run on. */
const recipe = 'debian-sid-selftests';

/** The selftests of the tree of `--suite`, or of the tree under test (`--kernel DIR`), or of the tested kernel's source. */
export async function openKernelSuite(name: string, { tree: given, supply }: OpenOptions): Promise<Suite> {
  const { hasSelftests, obtainTree, openTree } = await import('./tree.ts');
  const { selection } = supply;
  const isTree = selection !== undefined && statSync(selection, { throwIfNoEntry: false })?.isDirectory() === true;
  const own = given ?? (isTree && hasSelftests(selection) ? selection : undefined);
  const tree = own === undefined ? await obtainTree() : await openTree(own);
  const { buildHelpers, knownFailures } = await import('./helpers.ts');
  let made: Promise<KernelInputs> | undefined;
  const make = async (): Promise<KernelInputs> => {
    const common = {
      version: tree.version,
      identity: { id: tree.version.replaceAll(' ', '-'), sha256: nothing.sha256 },
    };
    if (!supply.needed) return { ...common, image: nothing, layer: '', failures: [], options: undefined, builtIn: [] };
    const image = await supply.image(recipe);
    const { layer, failures } = await buildHelpers(tree, recipe, supply.signal);
    const kernel = await supply.kernel('selftests');
    const { optionsOf } = await import('../../supply/kernel/options.ts');
    return {
      ...common,
      image: { ...image, versions: {} },
      layer: layer.path,
      failures,
      options: await optionsOf(kernel.path),
      builtIn: kernel.builtIn ?? [],
      identity: {
        ...common.identity,
        sha256: sha256(`${layer.sha256}\n`),
        ...(tree.commit && { commit: tree.commit }),
      },
    };
  };
  const inputs = (): Promise<KernelInputs> => {
    made ??= make();
    return made;
  };
  return openKernel({ name, files: new SuiteFiles(join(tree.dir)), known: knownFailures(tree), inputs });
}
