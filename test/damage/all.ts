import { clearDamages } from './clear-damages.ts';
import { consoleDamages } from './console-damages.ts';
import { controls } from './controls.ts';
import type { Damage } from './damage.ts';
import { espDamages } from './esp-damages.ts';
import { fileDamages } from './file-damages.ts';
import { incidentDamages } from './incident-damages.ts';
import { lostDamages } from './lost-damages.ts';
import { policyDamages } from './policy-damages.ts';
import { saDamages } from './sa-damages.ts';

/** Every way in which attempts are damaged. */
export const allDamages: readonly Damage[] = [
  ...controls,
  ...saDamages,
  ...policyDamages,
  ...consoleDamages,
  ...espDamages,
  ...clearDamages,
  ...incidentDamages,
  ...fileDamages,
  ...lostDamages,
];
