import { say } from '../../base/log.ts';
import type { Suite } from '../../model/suite.ts';
import type { OpenOptions } from '../suite-entry.ts';
import { type LabInputs, libreswanImage } from './lab-inputs.ts';
import { openLibreswan } from './libreswan.ts';
import { bundledTree, findCheckout, obtainLibreswan, type SuiteTree } from './obtain.ts';
import { unknownHelpers } from './plan.ts';
import { openTree } from './test-files.ts';

/** The bundled suite: libreswan's format, without its certificates. */
export async function openBundled(options: OpenOptions): Promise<Suite> {
  return open({ name: 'examples', tree: bundledTree(), keys: false }, options);
}

/** libreswan's own suite: the user's tree, else that of Debian's source package. */
export async function openLibreswanSuite(options: OpenOptions): Promise<Suite> {
  const tree = options.tree === undefined ? await obtainLibreswan() : findCheckout(options.tree);
  return open({ name: 'libreswan', tree, keys: true }, options);
}

interface Origin {
  readonly name: string;
  readonly tree: SuiteTree;
  readonly keys: boolean;
}

function open(origin: Origin, options: OpenOptions): Suite {
  // Asked for by the first scenario that is loaded, and by many at once: made only once.
  let made: Promise<LabInputs> | undefined;
  const inputs = (): Promise<LabInputs> => {
    made ??= labInputs(origin, options);
    return made;
  };
  return openLibreswan({ dir: origin.tree.dir, name: origin.name, helpers: options.helpers, inputs });
}

async function labInputs({ tree, keys }: Origin, { supply, helpers }: OpenOptions): Promise<LabInputs> {
  if (!supply.needed) {
    const image = await supply.image(libreswanImage);
    return { image, strongswan: async () => image, testing: [], identity: await tree.identity(undefined) };
  }
  const { packTree } = await import('../packed-tree.ts');
  const { libreswanInputs } = await import('./provision/inputs.ts');
  const testing = await packTree(tree.dir);
  const made = await libreswanInputs({ dir: tree.dir, testing, keys, supply });
  const identity = await tree.identity(testing);
  const ownHelpers = helpers === 'ours' ? unknownHelpers(openTree(tree.dir)) : [];
  if (ownHelpers.length > 0) {
    say(`the suite’s own ${ownHelpers.join(', ')} will run: Espalier’s replacements are for other versions of them`);
  }
  return { ...made, identity: { ...identity, ...(ownHelpers.length > 0 && { ownHelpers }) } };
}
