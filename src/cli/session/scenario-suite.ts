import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../base/files.ts';
import { projectDir } from '../../base/folders.ts';
import type { LabImage, Suite } from '../../scenario/suite.ts';

import { scenarioEnding, scenarioFiles } from '../../suite/scenarios/find.ts';
import { openScenarios } from '../../suite/scenarios/scenarios.ts';
import { checkTypes } from '../../suite/scenarios/types.ts';
import type { SuiteWish } from './suite-wish.ts';

const bundled = join(projectDir, 'scenarios');

/** Names of the bundled suites that are scenario files: folders below `scenarios/`. */
export function bundledScenarioSuites(): string[] {
  const files = readdirSync(bundled, { recursive: true, encoding: 'utf8' });
  const folders = files.filter((file) => file.endsWith(scenarioEnding)).map((file) => file.split('/')[0] ?? '');
  return [...new Set(folders)].sort();
}

/** Opens a bundled suite by its name, or the scenario files of a path. The suite is called as it was named. */
export async function openScenarioSuite(name: string, { options, signal }: SuiteWish): Promise<Suite> {
  const path = bundledScenarioSuites().includes(name) ? join(bundled, name) : name;
  const image = async (recipe: string): Promise<LabImage> => {
    if (options.substrate === 'fake') return noImage;
    const { ensureImage } = await import('../../image/image.ts');
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

/** Packages whose versions an attempt tells, where its images have them. */
const testedPackages = ['libreswan', 'strongswan-charon', 'charon-systemd', 'openiked'];

/** What labs of the fake substrate are made from. */
const noImage: LabImage = { id: 'none', path: '', sha256: sha256(''), versions: {} };
