import { sha256 } from '../../base/files.ts';
import type { Suite } from '../../scenario/suite.ts';
import { openStrongswan, type StrongswanInputs } from '../../suite/strongswan/strongswan.ts';
import type { SuiteWish } from './suite-wish.ts';

/** The image, and the Debian suite whose strongSwan it holds: the tests must be of the same version. */
const version = { debian: 'sid', image: 'debian-sid-strongswan-suite' };

/** strongSwan's own suite: the user's tree, else that of Debian's source package. */
export async function openStrongswanSuite({ options, kernel, signal }: SuiteWish): Promise<Suite> {
  const { obtainStrongswan, openStrongswanCheckout } = await import('../../suite/strongswan/obtain.ts');
  const tree =
    options.suite === undefined
      ? await obtainStrongswan(version.debian)
      : openStrongswanCheckout(options.suite, version.debian);
  // Asked for by the first scenario that is loaded, and by many at once: made only once.
  let made: Promise<StrongswanInputs> | undefined;
  const make = async (): Promise<StrongswanInputs> => {
    if (options.substrate === 'fake') return fakeInputs(tree.dir);
    const { strongswanInputs } = await import('../../provision/strongswan-inputs.ts');
    return strongswanInputs({ tree, image: version.image, kernel, signal });
  };
  const inputs = (): Promise<StrongswanInputs> => {
    made ??= make();
    return made;
  };
  return openStrongswan({ dir: tree.dir, inputs });
}

/** What labs of the fake substrate are made from. */
function fakeInputs(dir: string): StrongswanInputs {
  const none = { id: 'none', sha256: sha256('') };
  return { image: { ...none, path: '', versions: {} }, dir, layers: {}, identity: none };
}
