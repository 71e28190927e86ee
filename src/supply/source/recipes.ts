import { EspalierError } from '../../base/errors.ts';
import type { BuildRecipe } from '../../daemons/build-recipe.ts';
import { slices } from '../../daemons/table.ts';

/** The build recipe of a daemon. Throws `usage` with the names that there are. */
export function buildRecipe(name: string): BuildRecipe {
  const found = slices.find((one) => one.name === name)?.build;
  if (found !== undefined) return found;
  const known = slices.flatMap((one) => (one.build === undefined ? [] : [one.name]));
  throw new EspalierError('usage', `--source ${name}=…: no build recipe is named ${name}`, {
    remedy: `there are ${known.join(', ')}, and linux for a kernel`,
  });
}

/** Environments that a recipe knows. Throws `usage` for another. */
export function refuseUnknownFlavour(name: string, { flavours }: BuildRecipe, flavour: string): void {
  if (Object.hasOwn(flavours, flavour)) return;
  const known = Object.keys(flavours).join(', ');
  throw new EspalierError('usage', `--flavour ${flavour}: ${name} has no such flavour`, { remedy: `it has ${known}` });
}
