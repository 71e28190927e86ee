import { sha256 } from '../../base/files.ts';
import type { RunOptions } from '../../model/run.ts';
import type { LabImage, Suite } from '../../model/suite.ts';
import type { SuiteWish } from '../suite-wish.ts';
import { bundledTree, type SuiteTree, userTree } from '../trees.ts';
import { type LabInputs, openLibreswan } from './libreswan.ts';

/** The bundled suite: libreswan's format, without its certificates. */
export async function openBundled(wish: SuiteWish): Promise<Suite> {
  return open({ name: 'examples', tree: bundledTree(), keys: false }, wish);
}

/** libreswan's own suite: the user's tree, else that of Debian's source package. */
export async function openLibreswanSuite(wish: SuiteWish): Promise<Suite> {
  return open({ name: 'libreswan', tree: await treeOf(wish.options), keys: true }, wish);
}

interface Origin {
  readonly name: string;
  readonly tree: SuiteTree;
  readonly keys: boolean;
}

function open({ name, tree, keys }: Origin, wish: SuiteWish): Suite {
  const helpers = wish.options.helpers === 'upstream' ? 'upstream' : 'ours';
  // Asked for by the first scenario that is loaded, and by many at once: made only once.
  let made: Promise<LabInputs> | undefined;
  const inputs = (): Promise<LabInputs> => {
    made ??= inputsOf({ dir: tree.dir, keys }, wish);
    return made;
  };
  return openLibreswan({ dir: tree.dir, identity: tree.identity, name, helpers, inputs });
}

async function treeOf({ suite, substrate }: RunOptions): Promise<SuiteTree> {
  if (suite !== undefined && substrate === 'fake') return userTree(suite);
  const { obtainLibreswan, openCheckout } = await import('./obtain.ts');
  return suite === undefined ? obtainLibreswan() : openCheckout(suite);
}

async function inputsOf(
  tree: { readonly dir: string; readonly keys: boolean },
  { options, kernel, signal }: SuiteWish,
): Promise<LabInputs> {
  if (options.substrate === 'fake') return noInputs;
  const { libreswanInputs } = await import('./provision/inputs.ts');
  return libreswanInputs({ ...tree, kernel, signal });
}

/** What labs of the fake substrate are made from. */
const noImage: LabImage = { id: 'none', path: '', sha256: sha256(''), versions: {} };
const noInputs: LabInputs = { image: noImage, strongswan: async () => noImage, testing: [] };
