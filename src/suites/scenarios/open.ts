import { join } from 'node:path';
import { sha256 } from '../../base/files.ts';
import { projectDir } from '../../base/folders.ts';
import { slices } from '../../daemons/table.ts';
import type { LabImage, Suite } from '../../model/suite.ts';
import type { SuiteWish } from '../suite-wish.ts';
import { scenarioFiles } from './find.ts';
import { openScenarios } from './scenarios.ts';
import { checkTypes } from './types.ts';

const bundled = join(projectDir, 'scenarios');

/** Opens a bundled suite: the scenario files of its folder below `scenarios/`. */
export function openBundledScenarios(name: string, wish: SuiteWish): Promise<Suite> {
  return open({ name, path: join(bundled, name) }, wish);
}

/** Opens the scenario files of a path. The suite is called as it was named. */
export function openScenarioPath(path: string, wish: SuiteWish): Promise<Suite> {
  return open({ name: path, path }, wish);
}

interface Origin {
  readonly name: string;
  readonly path: string;
}

async function open({ name, path }: Origin, { options, signal }: SuiteWish): Promise<Suite> {
  const image = async (recipe: string): Promise<LabImage> => {
    if (options.substrate === 'fake') return noImage;
    const { ensureImage } = await import('../../supply/image/image.ts');
    const { path: file, id, sha256: hash, versions } = await ensureImage(recipe, signal);
    const tested = testedPackages.filter((one) => versions[one] !== undefined);
    return {
      path: file,
      id,
      sha256: hash,
      versions: Object.fromEntries(tested.map((one) => [one, versions[one] ?? ''])),
    };
  };
  return openScenarios({ name, files: scenarioFiles(path), image, checkTypes });
}

/** Packages whose versions an attempt records, where its images have them. */
const testedPackages = slices.flatMap(({ packages }) => packages);

/** What labs of the fake substrate are made from. */
const noImage: LabImage = { id: 'none', path: '', sha256: sha256(''), versions: {} };
