import { nothing } from '../../lab/supply.ts';
import type { Suite } from '../../model/suite.ts';
import type { OpenOptions } from '../suite-entry.ts';
import { openStrongswan, type StrongswanInputs } from './strongswan.ts';

/** A version of strongSwan with its own suite. */
export interface StrongswanVersion {
  /** Code name of the Debian suite that has their source. */
  readonly debian: string;
  /** Recipe of the image that runs it. */
  readonly image: string;
}

/** strongSwan's own suite, of the user's tree or else of Debian's source package, by the strongSwan that runs. */
export async function openStrongswanSuite(
  { name, debian, image }: StrongswanVersion & { readonly name: string },
  options: OpenOptions,
): Promise<Suite> {
  const { tree: given, supply } = options;
  const { obtainStrongswan, openStrongswanCheckout } = await import('./obtain.ts');
  const tree = given === undefined ? await obtainStrongswan(debian) : await openStrongswanCheckout(given, debian);
  // Asked for by the first scenario that is loaded, and by many at once: made only once.
  let made: Promise<StrongswanInputs> | undefined;
  const make = async (): Promise<StrongswanInputs> => {
    if (!supply.needed) {
      const { id, sha256 } = nothing;
      return { image: nothing, dir: tree.dir, layers: {}, identity: { id, sha256 } };
    }
    const { strongswanInputs } = await import('./provision/inputs.ts');
    return strongswanInputs({ tree, image, supply });
  };
  const inputs = (): Promise<StrongswanInputs> => {
    made ??= make();
    return made;
  };
  const features = await featuresBelow(image, options);
  return openStrongswan({ name, debian, features, dir: tree.dir, inputs });
}

/** What hosts find: of the image, and of what was built and lies over it. */
async function featuresBelow(image: string, { layers = [], supply }: OpenOptions): Promise<ReadonlySet<string>> {
  const { imageFeatures } = await import('../../supply/image/image.ts');
  if (layers.length === 0) return imageFeatures(image);
  const { featuresOf } = await import('../../supply/image/features.ts');
  return new Set(featuresOf((await supply.image(image)).path, layers));
}
