import { existsSync, globSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EspalierError } from '../../base/errors.ts';
import { plainImage } from '../../daemons/table.ts';
import type { Origin } from '../../model/scenario.ts';
import type { LabImage } from '../../model/suite.ts';
import { declareRecipe, withPackages } from '../../supply/image/known-recipes.ts';
import { systemImage } from '../../supply/system/system-image.ts';
import type { Definition } from './api/scenario.ts';
import type { HostDaemon } from './drive/daemon-host.ts';

/** The folder beside a scenario file that may hold recipes of its author's own. */
const folderOf = (scenarioFile: string): string => join(dirname(realpathSync(scenarioFile)), 'images');

/** The recipes that a scenario file can name beside the bundled ones. */
export function ownRecipes(scenarioFile: string): string[] {
  const folder = folderOf(scenarioFile);
  return globSync('*.yaml', { cwd: folder })
    .sort()
    .map((name) => join(folder, name));
}

interface Declaring {
  readonly definition: Definition;
  readonly daemons: ReadonlyMap<string, HostDaemon>;
  readonly file: string;
}

/** Names of the recipes that hosts boot from. Raises `usage` for a recipe that is none, and for what cannot be a package. */
export function imageNames({ definition, daemons, file }: Declaring): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [host, spec] of Object.entries(definition.hosts)) {
    if (spec.kind === 'system') {
      found.set(host, systemImage(spec.system));
      continue;
    }
    const usual = daemons.get(host)?.daemon.image ?? plainImage;
    const name = spec.image === undefined ? usual : (ownRecipe(spec.image, file) ?? spec.image);
    // What a daemon's table names is looked up where a lab needs it; what a person names, at once.
    const isUsual = spec.image === undefined && spec.packages === undefined;
    try {
      found.set(host, isUsual ? usual : withPackages(name, spec.packages ?? []));
    } catch (error) {
      if (!(error instanceof EspalierError)) throw error;
      const { file: _, ...detail } = error.detail;
      throw new EspalierError(error.fault, `${host}: ${error.message}`, { ...detail, host });
    }
  }
  return found;
}

function ownRecipe(name: string, scenarioFile: string): string | undefined {
  const file = join(folderOf(scenarioFile), `${name}.yaml`);
  return existsSync(file) ? declareRecipe(file) : undefined;
}

interface Booting {
  readonly names: ReadonlyMap<string, string>;
  readonly image: (recipe: string) => Promise<LabImage>;
  /** Where the scenario is declared. */
  readonly origin: Origin;
}

/** The images of hosts. One that cannot be built is told with the file and line that asks for it, unless a recipe of its own is wrong. */
export async function imagesOf({ names, image, origin }: Booting): Promise<ReadonlyMap<string, LabImage>> {
  const images = new Map<string, LabImage>();
  for (const [host, name] of names) {
    try {
      images.set(host, await image(name));
    } catch (error) {
      if (!(error instanceof EspalierError) || error.fault !== 'usage' || error.detail.file !== undefined) throw error;
      throw new EspalierError(error.fault, error.message, { ...error.detail, ...origin, host });
    }
  }
  return images;
}
