import { join } from 'node:path';
import { projectDir } from '../../base/folders.ts';
import type { LabImage, Suite } from '../../model/suite.ts';
import type { OpenOptions } from '../suite-entry.ts';
import { scenarioFiles } from './find.ts';
import { openScenarios } from './scenarios.ts';

const bundled = join(projectDir, 'scenarios');

/** Opens a bundled suite: the scenario files of its folder below `scenarios/`. */
export function openBundledScenarios(name: string, options: OpenOptions): Promise<Suite> {
  return openScenarioPath({ name, path: join(bundled, name), isOwn: true }, options);
}

interface Origin {
  readonly name: string;
  readonly path: string;
  readonly isOwn?: boolean;
}

/** Opens the scenario files of a path, as a suite of any name. */
export async function openScenarioPath(
  { name, path, isOwn = false }: Origin,
  { supply, typesChecked }: OpenOptions,
): Promise<Suite> {
  const image = async (recipe: string): Promise<LabImage> => {
    const { path: file, id, sha256, versions } = await supply.image(recipe);
    const tested = (await testedPackages()).flatMap((one) =>
      versions[one] === undefined ? [] : [[one, versions[one]]],
    );
    return { path: file, id, sha256, versions: Object.fromEntries(tested) };
  };
  return openScenarios({
    name,
    files: scenarioFiles(path),
    image,
    checkTypes: typesChecked ? async () => {} : checkTypesOf,
    isOwn,
  });
}

/** Packages whose versions an attempt records, where its images have them. */
async function testedPackages(): Promise<string[]> {
  const { slices } = await import('../../daemons/table.ts');
  return slices.flatMap(({ packages }) => packages);
}

async function checkTypesOf(files: readonly string[]): Promise<void> {
  await (await import('./types.ts')).checkTypes(files);
}
