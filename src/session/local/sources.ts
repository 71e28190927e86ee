import { EspalierError } from '../../base/errors.ts';
import type { SourceLayer } from '../../lab/source-layers.ts';
import type { LabSupply } from '../../lab/supply.ts';
import type { RunOptions } from '../../model/run.ts';
import { suites } from '../../suites/all.ts';

type SourceOptions = Pick<RunOptions, 'source' | 'flavour' | 'suite'>;

/** Builds the trees of `--source`, one after the other. Nothing is built where labs boot nothing. */
export async function sourceLayers(
  { source = [], flavour = 'default' }: SourceOptions,
  { needed, signal }: LabSupply,
): Promise<SourceLayer[]> {
  if (source.length === 0 || !needed) return [];
  const { buildTree } = await import('../../supply/source/build-tree.ts');
  const { buildRecipe, refuseUnknownFlavour } = await import('../../supply/source/recipes.ts');
  const { parseSource } = await import('../../supply/source/request.ts');
  const layers: SourceLayer[] = [];
  for (const request of source.map(parseSource)) {
    const recipe = buildRecipe(request.name);
    refuseUnknownFlavour(request.name, recipe, flavour);
    const { layer, version } = await buildTree({ request, recipe, flavour, signal });
    const { name, host } = request;
    layers.push({ name, version, layer, image: recipe.image, ...(host !== undefined && { host }) });
  }
  return layers;
}

/**
 * Trees of suites that come with `--source`, by suite; none where `--suite` names one. Throws `usage` for a source that no host of the selected suites can run:
 * their results would say nothing of it.
 */
export async function treesOfSources(
  names: readonly string[],
  { source = [], suite }: SourceOptions,
): Promise<ReadonlyMap<string, string>> {
  const trees = new Map<string, string>();
  if (source.length === 0) return trees;
  const { suiteTree } = await import('../../supply/source/suite-tree.ts');
  const { buildRecipe } = await import('../../supply/source/recipes.ts');
  const { parseSource } = await import('../../supply/source/request.ts');
  for (const request of source.map(parseSource)) {
    const recipe = buildRecipe(request.name);
    refuseUnused(request.name, names, recipe.suites);
    const [own] = recipe.suites;
    const { tests } = recipe;
    if (suite !== undefined || request.host !== undefined || tests === undefined || !names.includes(own)) continue;
    trees.set(own, await suiteTree(request, tests));
  }
  return trees;
}

function refuseUnused(name: string, names: readonly string[], able: readonly string[]): void {
  const known = suites.map((suite) => suite.name);
  if (names.some((one) => able.includes(one) || !known.includes(one))) return;
  throw new EspalierError(
    'usage',
    `--source ${name}=…: no host of ${names.join(', ')} boots the image that it is built for`,
    {
      remedy: `it can be run with ${able.join(', ')}, and with scenarios of your own`,
    },
  );
}
