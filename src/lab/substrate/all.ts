import { EspalierError } from '../../base/errors.ts';
import { fake } from './fake/fake.ts';
import { qemu } from './qemu/qemu.ts';
import type { Substrate } from './substrate.ts';
import { uml } from './uml/uml.ts';

/** What is meant where no substrate is named. */
export const defaultSubstrate: Substrate = uml;

/** Where each host is a machine, with a kernel of a distribution. */
export const machineSubstrate: Substrate = qemu;

/** Every substrate there is. The only module that names concrete backends. */
export const substrates: readonly Substrate[] = [defaultSubstrate, machineSubstrate, fake];

/** Finds a substrate by name. */
export function substrateByName(name: string): Substrate {
  const found = substrates.find((substrate) => substrate.name === name);
  if (found !== undefined) return found;
  const known = substrates.map((substrate) => substrate.name).join(', ');
  throw new EspalierError('usage', `no substrate is named ${name}`, { remedy: `choose one of: ${known}` });
}
