import type { Identity } from '../model/attempt.ts';
import type { LoadedScenario } from '../model/suite.ts';

/** An image file to be stacked over a host's image. */
export interface Layer extends Identity {
  readonly path: string;
  /** It lies under what the scenario itself lays over its image: what was built is in place of the image's own. */
  readonly under?: boolean;
}

/** A layer that was built from somebody's source tree. */
export interface SourceLayer {
  /** Of the daemon, as attempts name its version. */
  readonly name: string;
  /** What was built: a commit, and that the tree holds changes. */
  readonly version: string;
  readonly layer: Layer;
  /** Recipe of the image that it was built for: hosts that boot from it get the layer, and those that have its daemon as well. */
  readonly image: string;
  /** The one host that gets it; absent: all that boot from the image. */
  readonly host?: string;
}

type Layers = Readonly<Record<string, readonly Layer[]>>;

/** What a scenario's hosts get of the layers, and the versions that they run then. */
export interface LaidSources {
  readonly overlays: Layers;
  /** By the daemon's name: of all hosts. By `HOST:NAME`: of this host, whatever the others run. */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Lays sources under what the user and the scenario lay over hosts. A host gets a source where it boots from the image that this was built for;
 * one built for that host alone lies above those for all.
 */
export function laySources(
  { images, alsoHas = {} }: Pick<LoadedScenario, 'images' | 'alsoHas'>,
  overlays: Layers,
  sources: readonly SourceLayer[],
): LaidSources {
  const versions: Record<string, string> = {};
  const { '*': forAll = [], ...own } = overlays;
  const laid = Object.entries(images).map(([host, { id }]) => {
    const others = alsoHas[host] ?? [];
    const fitting = sources.filter(
      (one) => (isOf(id, one.image) || others.includes(one.image)) && (one.host === undefined || one.host === host),
    );
    const sorted = [
      ...fitting.filter((one) => one.host !== undefined),
      ...fitting.filter((one) => one.host === undefined),
    ];
    for (const one of fitting) versions[one.host === undefined ? one.name : `${host}:${one.name}`] = one.version;
    return [
      host,
      [...(own[host] ?? []), ...forAll, ...sorted.map(({ layer }) => ({ ...layer, under: true }))],
    ] as const;
  });
  return { overlays: { ...own, ...Object.fromEntries(laid.filter(([, layers]) => layers.length > 0)) }, versions };
}

/** Whether an image was built from a recipe: its id is the recipe's name, packages that a host has beside, and a hash. */
function isOf(id: string, recipe: string): boolean {
  return id.startsWith(recipe) && /^(,[a-z0-9+.-]+)*-[0-9a-f]+$/.test(id.slice(recipe.length));
}
