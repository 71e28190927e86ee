import { sha256 } from '../../base/files.ts';
import type { Suite } from '../../model/suite.ts';
import type { KnownSuite, SuiteWish } from '../suite-wish.ts';
import { openStrongswan, type StrongswanInputs } from './strongswan.ts';

/** A version of strongSwan with its own suite: the Debian suite that has their source, and the image that runs it. */
interface Version extends Pick<KnownSuite, 'name' | 'about'> {
  readonly debian: string;
  readonly image: string;
}

const versions: readonly Version[] = [
  {
    name: 'strongswan',
    about: "strongSwan's own suite, of Debian sid or --suite, on Debian's build",
    debian: 'sid',
    image: 'debian-sid-strongswan-suite',
  },
  {
    name: 'strongswan-5.9.8',
    about: 'the same of bookworm, the last with IKEv1 in Debian',
    debian: 'bookworm',
    image: 'debian-bookworm-strongswan-suite',
  },
  {
    name: 'strongswan-built',
    about: "strongSwan's own suite, on a build with all that it tests and Debian's leaves out",
    debian: 'sid',
    image: 'debian-trixie-strongswan-built',
  },
];

/** strongSwan's own suite, of the user's tree or else of Debian's source package, by the strongSwan that runs. */
export const strongswanSuites: readonly KnownSuite[] = versions.map((version) => ({
  name: version.name,
  about: version.about,
  open: (wish) => open(version, wish),
}));

async function open({ name, debian, image }: Version, { options, kernel, signal }: SuiteWish): Promise<Suite> {
  const { obtainStrongswan, openStrongswanCheckout } = await import('./obtain.ts');
  const { suite, substrate } = options;
  const tree = suite === undefined ? await obtainStrongswan(debian) : await openStrongswanCheckout(suite, debian);
  // Asked for by the first scenario that is loaded, and by many at once: made only once.
  let made: Promise<StrongswanInputs> | undefined;
  const make = async (): Promise<StrongswanInputs> => {
    if (substrate === 'fake') return fakeInputs(tree.dir);
    const { strongswanInputs } = await import('./provision/inputs.ts');
    return strongswanInputs({ tree, image, kernel, signal });
  };
  const inputs = (): Promise<StrongswanInputs> => {
    made ??= make();
    return made;
  };
  const { imageFeatures } = await import('../../supply/image/image.ts');
  return openStrongswan({ name, debian, features: imageFeatures(image), dir: tree.dir, inputs });
}

/** What labs of the fake substrate are made from. */
function fakeInputs(dir: string): StrongswanInputs {
  const none = { id: 'none', sha256: sha256('') };
  return { image: { ...none, path: '', versions: {} }, dir, layers: {}, identity: none };
}
