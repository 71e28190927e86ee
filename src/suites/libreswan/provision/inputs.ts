import type { LabImage } from '../../../model/suite.ts';
import { ensureImage, type Image } from '../../../supply/image/image.ts';
import type { Kernel } from '../../../supply/kernel/kernel.ts';
import { baseOfPlans, type LabInputs } from '../libreswan.ts';
import { packTesting } from '../obtain.ts';
import { ensureKeyMaterial } from './key-material.ts';

/** Everything a lab of libreswan's suite is made from, made on first need. */
export interface InputsWish {
  /** The `testing/` folder. */
  readonly dir: string;
  readonly kernel: () => Promise<Kernel>;
  /** `false` for a suite that brings no certificates. */
  readonly keys: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Images, the packed suite and its key material. Progress is shown by each part. */
export async function libreswanInputs({ dir, kernel, keys, signal }: InputsWish): Promise<LabInputs> {
  const image = await ensureImage('debian-trixie-libreswan', signal);
  const testing = await packTesting(dir);
  const layers = [testing.path];
  if (keys) {
    const certificates = await ensureImage('debian-bookworm-certificates', signal);
    const scenario = baseOfPlans();
    const inputs = { kernel: await kernel(), libreswan: image, certificates, testing, scenario, signal };
    layers.unshift(await ensureKeyMaterial(inputs));
  }
  let strongswan: Promise<LabImage> | undefined;
  const peer = (): Promise<LabImage> => {
    strongswan ??= ensureImage('debian-trixie-strongswan', signal).then((made) =>
      labImage(made, 'strongswan', 'strongswan-charon'),
    );
    return strongswan;
  };
  return { image: labImage(image, 'libreswan', 'libreswan'), strongswan: peer, testing: layers };
}

/** What of an image goes into attempts: `what` is under test and comes in the package. */
function labImage({ path, id, sha256, versions }: Image, what: string, packageName: string): LabImage {
  const version = versions[packageName];
  return { path, id, sha256, versions: version === undefined ? {} : { [what]: version } };
}
