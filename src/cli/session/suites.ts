import { EspalierError } from '../../base/errors.ts';
import type { Suite } from '../../scenario/suite.ts';
import { isPath } from '../../suite/scenarios/find.ts';
import { openBundled, openLibreswanSuite } from './libreswan-suite.ts';
import { bundledScenarioSuites, openScenarioSuite } from './scenario-suite.ts';
import { strongswanSuites } from './strongswan-suite.ts';
import type { SuiteWish } from './suite-wish.ts';

/** Suites that selectors can name, and how each is found and opened. */
const suites: ReadonlyMap<string, (wish: SuiteWish) => Promise<Suite>> = new Map([
  ['examples', openBundled],
  ['libreswan', openLibreswanSuite],
  ...strongswanSuites,
]);

/** Names of all suites; paths of scenario files are suites as well. */
export function suiteNames(): string[] {
  return [...suites.keys(), ...bundledScenarioSuites()];
}

/** Opens the suite of a name, or the scenario files of a path. */
export async function openSuite(name: string, wish: SuiteWish): Promise<Suite> {
  const open = suites.get(name);
  if (open !== undefined) return open(wish);
  if (isPath(name) || bundledScenarioSuites().includes(name)) return openScenarioSuite(name, wish);
  throw new EspalierError('bug', `there is no suite ${name}`);
}
