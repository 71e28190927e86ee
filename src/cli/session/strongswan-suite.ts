import { sha256 } from '../../base/files.ts';
import type { Suite } from '../../scenario/suite.ts';
import { openStrongswan, type StrongswanInputs } from '../../suite/strongswan/strongswan.ts';
import type { SuiteWish } from './suite-wish.ts';

/** A version of strongSwan with its own suite: the Debian suite that has their source, and the image that runs it. */
interface Version {
  readonly name: string;
  readonly debian: string;
  readonly image: string;
}

const versions: readonly Version[] = [
  { name: 'strongswan', debian: 'sid', image: 'debian-sid-strongswan-suite' },
  // The last with IKEv1 in Debian.
  { name: 'strongswan-5.9.8', debian: 'bookworm', image: 'debian-bookworm-strongswan-suite' },
  // All that the suite tests and Debian's build leaves out.
  { name: 'strongswan-built', debian: 'sid', image: 'debian-trixie-strongswan-built' },
];

type Open = (wish: SuiteWish) => Promise<Suite>;

/** strongSwan's own suite, of the user's tree or else of Debian's source package, by the strongSwan that runs. */
export const strongswanSuites: readonly (readonly [name: string, open: Open])[] = versions.map((version) => [
  version.name,
  (wish) => open(version, wish),
]);

async function open({ name, debian, image }: Version, { options, kernel, signal }: SuiteWish): Promise<Suite> {
  const { obtainStrongswan, openStrongswanCheckout } = await import('../../suite/strongswan/obtain.ts');
  const { suite, substrate } = options;
  const tree = suite === undefined ? await obtainStrongswan(debian) : openStrongswanCheckout(suite, debian);
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
  const { imageFeatures } = await import('../../image/image.ts');
  return openStrongswan({ name, debian, features: imageFeatures(image), dir: tree.dir, inputs });
}

/** What labs of the fake substrate are made from. */
function fakeInputs(dir: string): StrongswanInputs {
  const none = { id: 'none', sha256: sha256('') };
  return { image: { ...none, path: '', versions: {} }, dir, layers: {}, identity: none };
}
