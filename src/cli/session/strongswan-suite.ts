import { sha256 } from '../../base/files.ts';
import type { Suite } from '../../scenario/suite.ts';
import { openStrongswan, type StrongswanInputs } from '../../suite/strongswan/strongswan.ts';
import type { SuiteWish } from './suite-wish.ts';

/** A version of strongSwan with its own suite: the Debian suite that has both, and the image made from it. */
interface Version {
  readonly name: string;
  readonly debian: string;
  readonly image: string;
}

const newest: Version = { name: 'strongswan', debian: 'sid', image: 'debian-sid-strongswan-suite' };
const bookworm: Version = {
  name: 'strongswan-5.9.8',
  debian: 'bookworm',
  image: 'debian-bookworm-strongswan-suite',
};

/** strongSwan's own suite: the user's tree, else that of Debian's source package. */
export const openStrongswanSuite = (wish: SuiteWish): Promise<Suite> => open(newest, wish);

/** The same as of bookworm, the last with IKEv1 in Debian. */
export const openStrongswanOfBookworm = (wish: SuiteWish): Promise<Suite> => open(bookworm, wish);

async function open({ name, debian, image }: Version, { options, kernel, signal }: SuiteWish): Promise<Suite> {
  const { obtainStrongswan, openStrongswanCheckout } = await import('../../suite/strongswan/obtain.ts');
  const { suite, substrate } = options;
  const tree = suite === undefined ? await obtainStrongswan(debian) : await openStrongswanCheckout(suite, debian);
  // Asked for by the first scenario that is loaded, and by many at once: made only once.
  let made: Promise<StrongswanInputs> | undefined;
  const make = async (): Promise<StrongswanInputs> => {
    if (substrate === 'fake') return fakeInputs(tree.dir);
    const { strongswanInputs } = await import('../../provision/strongswan-inputs.ts');
    return strongswanInputs({ tree, image, kernel, signal });
  };
  const inputs = (): Promise<StrongswanInputs> => {
    made ??= make();
    return made;
  };
  return openStrongswan({ name, debian, dir: tree.dir, inputs });
}

/** What labs of the fake substrate are made from. */
function fakeInputs(dir: string): StrongswanInputs {
  const none = { id: 'none', sha256: sha256('') };
  return { image: { ...none, path: '', versions: {} }, dir, layers: {}, identity: none };
}
