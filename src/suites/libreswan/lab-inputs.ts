import type { SuiteIdentity } from '../../model/attempt.ts';
import type { LabImage } from '../../model/suite.ts';

/** Recipe of the image that hosts boot from. */
export const libreswanImage = 'debian-trixie-libreswan';

/** What a lab for this suite is made from; asked for when the first scenario is loaded. */
export interface LabInputs {
  readonly image: LabImage;
  /** For peers that run strongSwan; asked for by the first test that has one. */
  readonly strongswan: () => Promise<LabImage>;
  /** Image files of the `testing/` tree, uppermost first. */
  readonly testing: readonly string[];
  /** Of the `testing/` tree, without what was made for it. */
  readonly identity: SuiteIdentity;
}
