import { EspalierError } from '../../base/errors.ts';
import { placeOfPackage, readRecipe } from './known-recipes.ts';

/** What apt-get says of a name that the suite does not have; the second form is that of a name which others only mention. */
const unknownName = /Unable to locate package (\S+)|Package '?([a-z0-9][a-z0-9+.-]*)'? has no installation candidate/;

/** What it says of packages that exclude each other. */
const conflict = /held broken packages|unmet dependencies|Unable to correct problems/;

/**
 * The error for packages of a recipe that apt refused: the mistake of whoever wrote them, with the file and line of a recipe of their own.
 * `undefined`: apt failed for another reason, such as the network.
 */
export function refusedPackages(error: unknown, name: string): EspalierError | undefined {
  const { output = '' } = error instanceof EspalierError ? error.detail : {};
  const [, ...names] = unknownName.exec(output) ?? [];
  const unknown = names.find((one) => one !== undefined);
  if (unknown === undefined && !conflict.test(output)) return undefined;
  const { suite } = readRecipe(name);
  const [what, remedy] =
    unknown === undefined
      ? ['its packages exclude each other', 'leave out one of those that apt names']
      : [
          `Debian ${suite} has no package ${unknown}`,
          `write a name that Debian ${suite} has (packages.debian.org), or take the package out`,
        ];
  return new EspalierError('usage', `the image ${name} cannot be built: ${what}`, {
    ...(unknown !== undefined && placeOfPackage(name, unknown)),
    output,
    remedy,
    cause: error,
  });
}
