import type { LabSupply } from '../../../lab/supply.ts';
import type { LabImage } from '../../../model/suite.ts';
import type { Image } from '../../../supply/image/image.ts';
import type { PackedTree } from '../../packed-tree.ts';
import { type LabInputs, libreswanImage } from '../lab-inputs.ts';
import { baseOfPlans } from '../plan.ts';
import { openTree } from '../test-files.ts';
import { findKeyMakers, hashOfInputs } from './key-makers.ts';
import { ensureKeyMaterial } from './key-material.ts';

/** Everything a lab of libreswan's suite is made from, made on first need. */
export interface InputsOptions {
  /** The `testing/` folder. */
  readonly dir: string;
  /** The same, packed. */
  readonly testing: PackedTree;
  /** `false` for a suite that brings no certificates. */
  readonly keys: boolean;
  readonly supply: LabSupply;
}

/** Images and the suite with its key material. Progress is shown by each part. */
export async function libreswanInputs({
  dir,
  testing,
  keys,
  supply,
}: InputsOptions): Promise<Omit<LabInputs, 'identity'>> {
  const image = await supply.image(libreswanImage);
  const layers = [testing.path];
  if (keys) {
    const certificates = await supply.image('debian-bookworm-certificates');
    const scenario = baseOfPlans(openTree(dir));
    const makers = findKeyMakers(dir);
    const hash = hashOfInputs(dir);
    layers.unshift(
      await ensureKeyMaterial({ supply, libreswan: image, certificates, testing, makers, hash, scenario }),
    );
  }
  const strongswan = async (): Promise<LabImage> =>
    labImage(await supply.image('debian-trixie-strongswan'), 'strongswan', 'strongswan-charon');
  return { image: labImage(image, 'libreswan', 'libreswan'), strongswan, testing: layers };
}

/** What of an image goes into attempts: `what` is under test and comes in the package. */
function labImage({ path, id, sha256, versions }: Image, what: string, packageName: string): LabImage {
  const version = versions[packageName];
  return { path, id, sha256, versions: version === undefined ? {} : { [what]: version } };
}
